"""The program: ``python -m janus.agents.demo -p "Where is main defined?"``.

Exit codes are cursor-agent's: 0, 1 with a message on stderr, 130 on Ctrl-C, 143 on SIGTERM.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import sys
import uuid
from pathlib import Path
from types import FrameType
from typing import NoReturn

from janus.agents.demo import print_mode
from janus.agents.demo.answer import converse
from janus.agents.demo.chats import Chat, Chats
from janus.agents.demo.options import USAGE, BadUsage, Options, parse
from janus.agents.demo.workspace import Workspace

VERSION = "demo-0.1.0"

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_UNTRUSTED = """
⚠ Workspace Trust Required

  Cursor Agent can execute code and access files in this directory.
  Do you trust the contents of this directory?

    {}

  To proceed, you can either:
    • Run 'agent' interactively to decide
    • Pass --trust, --yolo, or -f if you trust this directory"""


class _Refused(Exception):
    """Why there will be no answer."""


class _Stopped(BaseException):
    """A signal came; everything under way is undone on its way up."""


def main() -> NoReturn:
    """Run the program and leave."""
    signal.signal(signal.SIGINT, _stop)
    signal.signal(signal.SIGTERM, _stop)
    try:
        _run(parse(sys.argv[1:]))
        code = 0
    except (BadUsage, _Refused) as refusal:
        code = _fail(str(refusal), 1)
    except _Stopped as stopped:
        code = int(str(stopped))
        if code == 130:
            _fail("Aborting operation...", code)
    except BrokenPipeError:
        code = 1
    except Exception as bug:
        code = _fail(f"Error: {bug}", 1)
    # Not sys.exit: flushing at the end would wait for a reader that has stalled or gone.
    os._exit(code)


def _run(options: Options) -> None:
    if "help" in options.flags:
        return _tell(USAGE)
    if "version" in options.flags:
        return _tell(VERSION)
    if options.command:
        return _tell(_obey(options))
    if "print" not in options.flags:
        raise _Refused(
            "The demo agent has no interactive mode; ask with: janus-demo-agent -p QUESTION"
        )
    try:
        root = Path(options.workspace).resolve(strict=True)
        os.chdir(root)
    except OSError as error:
        raise _Refused(f"Error: Cannot work in this folder: {error}") from error
    _answer(options, Workspace(root))


def _obey(options: Options) -> str:
    match options.command, *options.words[:1]:
        case "status" | "whoami", *_:
            return "✓ No login needed: this is the demo agent, it works offline"
        case "create-chat", *_:
            return str(uuid.uuid4())
        case "mcp", "list":
            return "No MCP servers configured (expected in .cursor/mcp.json or ~/.cursor/mcp.json)"
    raise _Refused("error: the demo agent has no MCP servers; it knows only: mcp list")


def _answer(options: Options, workspace: Workspace) -> None:
    chats = Chats(workspace.root)
    if "trust" in options.flags:
        chats.trust()
    elif "force" not in options.flags and not chats.trusted:
        raise _Refused(_UNTRUSTED.format(workspace.root))
    prompt = " ".join(options.words) or _read_stdin()
    if not prompt.strip():
        raise _Refused("Error: No prompt provided for print mode")
    chat = _chat(options, chats)
    steps = converse(prompt, workspace, chat)
    match options.format:
        case "text":
            print_mode.print_text(steps)
        case "json":
            print_mode.print_json(steps, chat.id)
        case _:
            partial = "partial" in options.flags
            print_mode.print_stream(steps, chat.id, prompt, str(workspace.root), partial)


def _chat(options: Options, chats: Chats) -> Chat:
    if options.resume is None:
        return chats.open(str(uuid.uuid4()))
    if options.resume in ("", "-1"):
        if latest := chats.latest():
            return chats.open(latest)
        raise _Refused("No previous chats found.")
    if not _UUID.fullmatch(options.resume):
        raise _Refused(
            f'Failed to claim persistent session for chat "{options.resume}":'
            " Persistent-session chat ID must be a UUID"
        )
    return chats.open(options.resume.lower())


def _read_stdin() -> str:
    """The prompt, where it is no argument; a person at a terminal is not waited for."""
    if sys.stdin is None or sys.stdin.isatty():
        return ""
    return sys.stdin.buffer.read().decode("utf-8", "replace")


def _tell(text: str) -> None:
    sys.stdout.buffer.write(f"{text}\n".encode())
    sys.stdout.buffer.flush()


def _fail(message: str, code: int) -> int:
    with contextlib.suppress(OSError):
        os.write(2, f"{message}\n".encode("utf-8", "replace"))
    return code


def _stop(number: int, frame: FrameType | None) -> NoReturn:
    for known in (signal.SIGINT, signal.SIGTERM):
        signal.signal(known, signal.SIG_IGN)
    raise _Stopped(128 + number)


if __name__ == "__main__":
    main()
