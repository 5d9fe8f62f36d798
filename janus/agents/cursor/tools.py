"""cursor-agent's tool calls, in words for a person.

A call is an object with one key that ends in ``ToolCall``: ``{"readToolCall": {"args": …, "result":
{"success" | "failure" | "error" | "rejected" | …: …}}}``. There are about 70 of them and more every
month, so they are recognised by that ending; the table only makes the common ones sound right.
"""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from janus.agents.acp.raw import exit_in, printed_in, reason_in
from janus.agents.todos import todos_in
from janus.model.events import ToolCall

#: How much of a tool's output is passed on, in characters.
_OUTPUT = 4000
_TITLE = 200
#: name: (kind, as in the Agent Client Protocol; what it does; the arguments that say to what)
_TOOLS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "read": ("read", "Read", ("path",)),
    "ls": ("read", "List", ("path",)),
    "edit": ("edit", "Edit", ("path",)),
    "write": ("edit", "Write", ("path",)),
    "delete": ("delete", "Delete", ("path",)),
    "shell": ("execute", "", ("command", "description")),
    "grep": ("search", "Search for", ("pattern",)),
    "glob": ("search", "Find files", ("globPattern",)),
    "semSearch": ("search", "Search for", ("query",)),
    "webFetch": ("fetch", "Fetch", ("url",)),
    "webSearch": ("fetch", "Search the web for", ("searchTerm",)),
    "task": ("think", "Work on", ("description",)),
    "mcp": ("other", "Use", ("toolName", "name")),
    "updateTodos": ("think", "Update the plan", ()),
    "createPlan": ("think", "Make a plan", ("name",)),
    "askQuestion": ("other", "Ask", ("title",)),
}
_REJECTED = {"rejected", "permissionDenied"}


def tool_call(call_id: str, started: dict[str, Any], completed: dict[str, Any] | None) -> ToolCall:
    """What is known of a call.

    *started* carries the arguments (a rejected call repeats none), *completed* the result.
    """
    name, body = _body(started)
    kind, verb, keys = _TOOLS.get(name, ("other", name, ()))
    status, output = "in_progress", ""
    if completed is not None:
        status, output = _outcome(_body(completed)[1].get("result"))
    return ToolCall(call_id, name, kind, _title(verb, keys, body), status, output[:_OUTPUT])


def _body(call: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    for key, body in call.items():
        if key.endswith("ToolCall") and isinstance(body, dict):
            return key.removesuffix("ToolCall"), body
    match call:
        case {"function": {"name": str(name)} as body}:
            return name, body
    return "tool", {}


def _title(verb: str, keys: tuple[str, ...], body: dict[str, Any]) -> str:
    args = body.get("args")
    args = args if isinstance(args, dict) else {}
    named = (args[key] for key in keys if isinstance(args.get(key), str) and args[key])
    target = next(named, "")
    if not target:
        return verb.removesuffix(" for") or "Run a command"
    return f"{verb} {PurePath(target).name if 'path' in keys else target}".strip()[:_TITLE]


def _outcome(result: Any) -> tuple[str, str]:
    if not isinstance(result, dict):
        return "completed", ""
    variant, content = next(
        ((key, value) for key, value in result.items() if isinstance(value, dict)), ("success", {})
    )
    if variant in _REJECTED:
        return "rejected", str(content.get("reason") or "")
    if variant == "success" and not content.get("isError"):
        return "completed", _output(content, False)
    return "failed", _output(content, True)


def _output(content: dict[str, Any], failed: bool) -> str:
    """What the user may want to see: what a command printed, how a file changed, what went wrong.

    Not the files an agent reads: they are many, long, and the user's own.
    """
    texts = [content.get("interleavedOutput") or content.get("stdout"), content.get("diffString")]
    if not content.get("interleavedOutput"):
        texts.append(content.get("stderr"))
    if isinstance(content.get("content"), list):
        texts.append(printed_in(content["content"]))
    text = "\n".join(text for text in texts if isinstance(text, str) and text)
    why = reason_in(content) or (printed_in(content.get("message")) if failed else "")
    if failed and not text:
        why = why or exit_in(content)
    return text if why in text else f"{text}\n{why}".strip()


def todos_of(call: dict[str, Any], completed: dict[str, Any]) -> tuple[Any, bool] | None:
    """The todos that a call has changed, and whether others stay; None if it changed none.

    *completed* may have them all, as they are after that, and *call* those it was given.
    """
    name, body = _body(call)
    args, result = body.get("args"), _body(completed)[1].get("result")
    if name != "updateTodos" or _outcome(result)[0] != "completed" or not isinstance(args, dict):
        return None
    for given in (result.get("success") if isinstance(result, dict) else None, args):
        if todos := todos_in(given):
            return todos, args.get("merge") is True
    return None
