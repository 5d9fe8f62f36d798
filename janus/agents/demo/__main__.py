"""The program: ``python -m janus.agents.demo -p "Where is main defined?"``, or ``… acp``.

It takes cursor-agent's command line, and its exit codes are cursor-agent's: 0, 1 with a message on
stderr, 130 on Ctrl-C, 143 on SIGTERM; over ACP, these two end it without any.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

from janus.agents.demo import VERSION

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from janus.agents.demo.chats import Chat, Chats

_UNTRUSTED = """
⚠ Workspace Trust Required

  Cursor Agent can execute code and access files in this directory.
  Do you trust the contents of this directory?

    {}

  To proceed, you can either:
    • Run 'agent' interactively to decide
    • Pass --trust, --yolo, or -f if you trust this directory"""


def main() -> NoReturn:
    """Run the program and leave."""
    # First of all, and most imports stand in functions: no signal may end in a traceback.
    signal.signal(signal.SIGINT, _stop)
    signal.signal(signal.SIGTERM, _stop)
    code = 1
    try:
        _run(sys.argv[1:])
        code = 0
    except SystemExit as refusal:
        _complain(str(refusal))
    except BrokenPipeError:
        pass
    except Exception as bug:
        _complain(f"Error: {bug}")
    # Not sys.exit: flushing at the end would wait for a reader that has stalled or gone.
    os._exit(code)


def _stop(number: int, frame: FrameType | None) -> NoReturn:
    """Leave at once: there is nothing to undo."""
    if number == signal.SIGINT:
        _complain("Aborting operation...")
    os._exit(128 + number)


def _complain(message: str) -> None:
    with contextlib.suppress(OSError):
        os.write(2, f"{message}\n".encode("utf-8", "replace"))


def _run(args: list[str]) -> None:
    """Do what the command line says, or raise SystemExit with the reason."""
    from janus.agents.demo.print_mode import write

    parser = _parser()
    end = args.index("--") if "--" in args else len(args)
    options, words = parser.parse_known_args(args[:end])
    if unknown := next((word for word in words if word.startswith("-")), ""):
        raise SystemExit(f"error: unknown option '{unknown}'")
    words += args[end + 1 :]
    if options.help:
        write(parser.format_help().rstrip())
    elif options.version:
        write(VERSION)
    elif options.print:
        _answer(options, " ".join(words))
    elif words == ["acp"]:
        from janus.agents.demo.acp import serve

        serve()
    elif words[:1] in (["status"], ["whoami"]):
        write("✓ No login needed: this is the demo agent, it works offline")
    else:
        raise SystemExit("The demo agent has no interactive mode; ask with: -p QUESTION")


def _parser() -> ArgumentParser:
    from argparse import ArgumentParser

    parser = ArgumentParser(
        prog="janus-demo-agent",
        usage="%(prog)s -p [options] [prompt...] | acp | status",
        description="Answers questions about a folder by searching and quoting it, offline.",
        add_help=False,
        allow_abbrev=False,
        exit_on_error=False,
    )
    add = parser.add_argument
    add("-p", "--print", action="store_true", help="print the answer; acp: speak ACP")
    add("--output-format", choices=("text", "json", "stream-json"), default="text")
    add("--stream-partial-output", action="store_true", help="stream-json: each word as it comes")
    add("--resume", nargs="?", const="", metavar="chatId", help="continue that chat, or the latest")
    add("--continue", action="store_const", const="", dest="resume", help="the latest chat")
    add("--trust", action="store_true", help="trust this folder, now and later")
    add("-f", "--force", "--yolo", action="store_true", help="trust this folder, this once")
    add("--workspace", default=".", metavar="path", help="the folder, if not the current one")
    for ignored in ("--model", "--mode", "--api-key"):
        add(ignored, help="accepted, without effect")
    add("-v", "--version", action="store_true")
    add("-h", "--help", action="store_true")
    return parser


def _answer(options: Namespace, prompt: str) -> None:
    from pathlib import Path

    from janus.agents.demo.answer import converse
    from janus.agents.demo.chats import Chats
    from janus.agents.demo.print_mode import events, print_events
    from janus.agents.demo.workspace import Workspace

    try:
        root = Path(options.workspace).resolve(strict=True)
        os.chdir(root)
    except OSError as error:
        raise SystemExit(f"Error: Cannot work in this folder: {error}") from error
    chats = Chats(root)
    if options.trust:
        chats.trust()
    elif not options.force and not chats.trusted:
        raise SystemExit(_UNTRUSTED.format(root))
    if not prompt and sys.stdin and not sys.stdin.isatty():
        prompt = sys.stdin.buffer.read().decode("utf-8", "replace")
    if not prompt.strip():
        raise SystemExit("Error: No prompt provided for print mode")
    chat = _chat(options.resume, chats)
    partial = options.stream_partial_output and options.output_format == "stream-json"
    steps = converse(prompt, Workspace(root), chat)
    print_events(events(steps, prompt, chat.id, str(root), partial), options.output_format)


def _chat(resume: str | None, chats: Chats) -> Chat:
    import uuid

    if resume is None:
        return chats.open(str(uuid.uuid4()))
    if resume in ("", "-1"):
        if latest := chats.latest():
            return chats.open(latest)
        raise SystemExit("No previous chats found.")
    try:
        return chats.open(str(uuid.UUID(resume)))
    except ValueError:
        raise SystemExit(
            f'Failed to claim persistent session for chat "{resume}":'
            " Persistent-session chat ID must be a UUID"
        ) from None


if __name__ == "__main__":
    main()
