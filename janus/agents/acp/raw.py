"""What agents hand on of their tools as they have it: ``rawInput`` and ``rawOutput``, as text.

No two agents have the same shapes there, so what is looked for is what usually holds the words.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from typing import Any

#: Where the words of an output are, the best first; what stands together is shown together.
_WORDS = (
    ("formatted_output",),
    ("aggregated_output",),
    ("output",),
    ("stdout", "stderr"),
    ("content",),
    ("text",),
    ("result",),
    ("message",),
    ("detail", "details"),
)
_REASONS = ("error", "errorMessage", "error_message", "reason")
_EXITS = ("exitCode", "exit_code", "returnCode", "exit")
_DEPTH, _FIELD = 6, 2000
_SHELLS = ("sh", "bash", "zsh", "dash", "fish")


def printed_in(raw: Any, depth: int = 0) -> str:
    """The words of a ``rawOutput``, whatever its shape."""
    match raw:
        case str():
            return raw
        case list() if depth < _DEPTH:
            return _joined(printed_in(one, depth + 1) for one in raw)
        case {"type": "image"} | {"resource": {"blob": str()}}:
            return ""  # no words
        case dict() if depth < _DEPTH:
            for names in _WORDS:
                if text := _joined(printed_in(raw.get(name), depth + 1) for name in names):
                    reason = reason_in(raw)
                    return text if reason in text else f"{text}\n{reason}"
            return reason_in(raw) or _joined(_fields(raw))
        case int() | float() if not isinstance(raw, bool) and depth:
            return str(raw)
    return ""


def reason_in(raw: Any) -> str:
    """Why something failed, where an output says so apart from what it printed."""
    if not isinstance(raw, dict):
        return ""
    for name in _REASONS:
        if text := printed_in(raw.get(name), 1):
            return text
    return ""


def exit_in(raw: Any) -> str:
    """How a command ended that failed, where that is told."""
    if not isinstance(raw, dict):
        return ""
    code = next((raw[name] for name in _EXITS if type(raw.get(name)) is int), 0)
    return f"Exit code {code}" if code else exit_in(raw.get("metadata"))


def command_in(arguments: Any) -> str:
    """The command line that a tool is given, whole; empty if it is given none."""
    for name in ("command", "cmd", "script", "commands"):
        match arguments.get(name) if isinstance(arguments, dict) else None:
            case str(text) if text.strip():
                return text
            case [str(shell), str(option), str(script)] if shell.rpartition("/")[
                2
            ] in _SHELLS and option in ("-c", "-lc", "-ic"):
                return script
            case [*words] if words and all(isinstance(word, str) for word in words):
                return "\n".join(words) if name == "commands" else shlex.join(words)
    return ""


def told_of(arguments: Any) -> str:
    """All that a tool is given, for who must decide about it: a line or more each."""
    if command := command_in(arguments):
        return command
    match arguments:
        case str():
            return arguments
        case dict():
            shown = [*_fields(arguments, longest=_FIELD)]
            return shown[0].partition(": ")[2] if len(shown) == 1 else "\n".join(shown)
    return ""


def _fields(values: dict[Any, Any], longest: int = 200) -> Iterator[str]:
    for name, value in values.items():
        if name in _EXITS or str(name).startswith("_") or value in (None, "", [], {}):
            continue
        try:
            text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        except RecursionError:
            continue
        more = len(text) - longest
        yield f"{name}: {text[:longest]}" + (f" … and {more} characters more" if more > 0 else "")


def _joined(texts: Any) -> str:
    return "\n".join(text for text in texts if text)
