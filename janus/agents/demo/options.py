"""The command line, as cursor-agent takes it."""

from __future__ import annotations

from typing import NamedTuple

USAGE = """\
Usage: janus-demo-agent [options] [command] [prompt...]

Answers questions about the current folder by searching and quoting its files, offline.

  -p, --print                Print the answer (the only way this agent works)
  --output-format <format>   text | json | stream-json (default: text)
  --stream-partial-output    With stream-json: each word as it comes
  --resume [chatId]          Continue a chat; without an id, the latest
  --continue                 Continue the latest chat of this folder
  --trust                    Trust this folder, now and later
  -f, --force, --yolo        Trust this folder, this once
  --workspace <path>         The folder, if not the current one
  -v, --version              -h, --help

Accepted and without effect: --model <model>, --mode <mode>, --api-key <key>

Commands: status | whoami | create-chat | mcp list"""

COMMANDS = ("status", "whoami", "create-chat", "mcp")
FORMATS = ("text", "json", "stream-json")

_FLAGS = {
    "-p": "print",
    "--print": "print",
    "--stream-partial-output": "partial",
    "--continue": "continue",
    "--trust": "trust",
    "-f": "force",
    "--force": "force",
    "--yolo": "force",
    "-v": "version",
    "--version": "version",
    "-h": "help",
    "--help": "help",
}
_VALUES = {
    "--output-format": "format",
    "--model": "model",
    "--mode": "mode",
    "--workspace": "path",
    "--api-key": "key",
}


class BadUsage(Exception):
    """What is wrong with the command line, in the real program's words."""


class Options(NamedTuple):
    """What the command line asks for."""

    flags: frozenset[str]
    format: str
    workspace: str
    resume: str | None
    """A chat id; empty for the latest chat; ``None`` for a new one."""
    command: str
    """One of COMMANDS, or empty when this is a question."""
    words: tuple[str, ...]


def parse(args: list[str]) -> Options:
    """Read the command line. Raises BadUsage."""
    flags: set[str] = set()
    values = {"format": "text", "path": "."}
    resume: str | None = None
    words: list[str] = []
    command = ""
    rest = list(args)
    while rest:
        word = rest.pop(0)
        name, assigned, value = word.partition("=")
        if word == "--":
            words += rest
            break
        if word in _FLAGS:
            flags.add(_FLAGS[word])
        elif name in _VALUES:
            if not assigned and not rest:
                raise BadUsage(f"error: option '{name} <{_VALUES[name]}>' argument missing")
            values[_VALUES[name]] = value if assigned else rest.pop(0)
        elif name == "--resume":
            takes_next = not assigned and rest and not rest[0].startswith("-")
            resume = rest.pop(0) if takes_next else value
        elif word.startswith("-") and word != "-":
            raise BadUsage(f"error: unknown option '{word}'")
        elif not words and not command and word in COMMANDS:
            command = word
        else:
            words.append(word)
    if values["format"] not in FORMATS:
        raise BadUsage(
            f"error: option '--output-format <format>' argument '{values['format']}' is invalid."
            f" Allowed choices are {', '.join(FORMATS)}."
        )
    if "continue" in flags or resume == "-1":
        resume = resume or ""
    return Options(
        frozenset(flags), values["format"], values["path"], resume, command, tuple(words)
    )
