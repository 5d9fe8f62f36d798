"""What the agent says of itself and of its tools in the words of the Agent Client Protocol."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from janus.agents.demo import VERSION
from janus.agents.demo.steps import Call

Json = dict[str, Any]

HELLO: Json = {
    "protocolVersion": 1,
    "agentCapabilities": {"loadSession": True, "sessionCapabilities": {"resume": {}}},
    "agentInfo": {"name": "janus-demo-agent", "title": "Janus demo agent", "version": VERSION},
    "authMethods": [],
}
OPTIONS = [
    {"optionId": "allow_once", "kind": "allow_once", "name": "Allow once"},
    {"optionId": "allow_always", "kind": "allow_always", "name": "Always allow in this session"},
    {"optionId": "reject_once", "kind": "reject_once", "name": "Reject"},
]
# What a tool is: its kind, what it does, the argument that says to what.
_TOOLS = {
    "grep": ("search", "Search for", "pattern"),
    "read": ("read", "Read", "path"),
    "edit": ("edit", "Write", "path"),
    "shell": ("execute", "Run", "command"),
}


def words(block: Any) -> str:
    """A part of a prompt; a file that was attached counts as named."""
    match block:
        case {"type": "text", "text": str(text)}:
            return text
        case {"type": "resource_link", "name": str(name)}:
            return f"`{name}`"
    return ""


def block(text: str) -> Json:
    return {"type": "text", "text": text}


def shown(call: Call, root: Path, status: str) -> Json:
    """A call as a client shows it."""
    kind, does, what = _TOOLS[call.tool]
    to = str(call.args[what])
    told: Json = {"toolCallId": call.id, "kind": kind, "title": f"{does} {to}", "status": status}
    if what == "path":
        told |= {"title": f"{does} {os.path.relpath(to, root)}", "locations": [{"path": to}]}
    if kind == "edit":
        texts = {key: call.args[key] for key in ("oldText", "newText")}
        told["content"] = [{"type": "diff", "path": to, **texts}]
    return told


def outcome(call: Call, result: Json) -> Json:
    """How a call ended, and what it found; not the text of a file, that is long."""
    status = "completed" if "success" in result else "failed"
    told: Json = {"toolCallId": call.id, "status": status}
    match result:
        case {"success": {"workspaceResults": found}}:
            text = "\n".join(path for root in found.values() for path in root["files"]["files"])
        case {"success": {"stdout": str(text)}} | {"error": {"errorMessage": str(text)}}:
            pass
        case _:
            return told  # and the diff stays as it is
    return {**told, "content": [{"type": "content", "content": block(text)}]}
