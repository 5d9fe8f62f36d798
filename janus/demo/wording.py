"""Putting what was found into words; names, paths and lines are code, safe from markdown."""

import re
from collections.abc import Sequence


def short(text: str, limit: int = 200) -> str:
    """One line of printable characters, *limit* at most."""
    text = " ".join(_printable(text[: 4 * limit]).split())
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def code(text: str) -> str:
    """An inline code span, whatever *text* contains; not all of it if it is long."""
    text = _printable(text).strip() or " "
    text = text if len(text) <= 200 else f"{text[:199]}…"
    ticks = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
    return f"{ticks}{text}{ticks}" if len(ticks) == 1 else f"{ticks} {text} {ticks}"


def quote(text: str) -> str:
    """What somebody else has written; as code where markdown would make something of it."""
    return code(text) if re.search(r"[`*_<\[\\~|&#]|://", text) else f"“{short(text)}”"


def count(number: int, noun: str) -> str:
    """``1 line``, ``2 lines``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def series(items: Sequence[str], limit: int = 5) -> str:
    """``a, b and c``, or ``a, b and 7 more`` if there are more than *limit*."""
    shown = [*items[:limit], *([f"{len(items) - limit} more"] if len(items) > limit else [])]
    return " and ".join(filter(None, [", ".join(shown[:-1]), *shown[-1:]]))


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() else " " for char in text)
