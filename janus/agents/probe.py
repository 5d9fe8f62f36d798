"""What a program says of itself when it is started for a moment: its version, and whether in ACP.

The second takes seconds, so a definite answer is remembered, by program and version, in
``acp.json`` of Janus' own folder. Without that file it is asked again.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from janus.agents.acp.handshake import INITIALIZE
from janus.agents.acp.jsonrpc import parsed
from janus.agents.process.process import AgentProcess
from janus.agents.spec import AgentSpec
from janus.config import state_folder
from janus.errors import AgentFailed
from janus.storage.folder import replace_json

#: Seconds a program may take to say its version, and to greet in ACP (0.4 to 4.3 s are usual).
_VERSION, _GREETING = 10.0, 6.0
#: Seconds until it is known how a program has ended that says nothing more.
_END = 1.0


def version_of(program: str, spec: AgentSpec, env: Mapping[str, str]) -> str | None:
    """What the program says to ``--version``; None if that is not what this agent says."""
    if spec.version is None:
        return ""
    try:
        output = _first_line([program, "--version"], env, b"", _VERSION, b"")
    except (AgentFailed, TimeoutError):
        return None
    line = output.decode("utf-8", "replace").strip()
    return line if re.fullmatch(spec.version, line) else None


def speaks_acp(program: str, version: str, spec: AgentSpec, env: Mapping[str, str]) -> bool:
    """Whether it greets in ACP; asked only of those that can do otherwise."""
    if spec.acp is None or not spec.prints:
        return spec.acp is not None
    memory = state_folder(env) / "acp.json"
    match _remembered(memory).get(program):
        case {"version": asked, "acp": bool(answer)} if asked == version:
            return answer
    try:
        answer = _greets([program, *spec.acp], env)
    except (AgentFailed, TimeoutError):
        return False  # for now: it may be a slow day
    with contextlib.suppress(OSError):  # then it is asked again
        memory.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        news = {program: {"version": version, "acp": answer}}
        replace_json(memory, {**_remembered(memory), **news})
    return answer


def _remembered(memory: Path) -> dict[str, Any]:
    try:
        return parsed(memory.read_bytes()) or {}
    except OSError:
        return {}


def _greets(argv: list[str], env: Mapping[str, str]) -> bool:
    """Raises AgentFailed or TimeoutError where that remains open."""
    hello = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": INITIALIZE}
    line = _first_line(argv, env, json.dumps(hello).encode() + b"\n", _GREETING, b"{")
    try:
        return bool(json.loads(line)["result"]["protocolVersion"] == 1)
    except (ValueError, KeyError, TypeError):
        return False


def _first_line(
    argv: list[str], env: Mapping[str, str], sent: bytes, timeout: float, start: bytes
) -> bytes:
    """The first line a program answers that has this *start*; nothing if it ends without one.

    Raises TimeoutError, and AgentFailed if it could not be started or somebody ended it.
    """
    process = AgentProcess(argv, Path("/"), env, name="probe")
    try:
        process.start()
        if sent:
            with contextlib.suppress(AgentFailed):  # it has ended: perhaps with a word
                process.send(sent)
        else:
            process.close_stdin()
        for line in process.lines(total=timeout):
            if line.startswith(start):
                return line
        process.wait(_END)
        if process.exit is None or process.exit.signal is not None:
            raise AgentFailed("It did not end by itself.")
        return b""
    finally:
        process.stop(grace=1)
