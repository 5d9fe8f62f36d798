"""How places, numbers and lists are put into words that may be read aloud."""

from __future__ import annotations

from collections.abc import Sequence

MAX_QUOTE = 160


def clean(text: str) -> str:
    """One line of printable characters."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def short(text: str, limit: int = MAX_QUOTE) -> str:
    text = clean(text[: 4 * limit])
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"


def spot(path: str, line: int) -> str:
    return f"{clean(path)}, line {line}"


def quote(path: str, line: int, text: str, note: str = "") -> str:
    """A list item that shows one line of a file."""
    ticks = "``" if "`" in text else "`"
    return f"- {clean(path)}:{line}: {ticks}{short(text)}{ticks}{note}"


def count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def article(noun: str) -> str:
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"


def series(items: Sequence[str], limit: int = 5, joint: str = "and") -> str:
    """``a, b and c``, or ``a, b and 7 more`` where there are too many."""
    shown = [clean(item) for item in items[:limit]]
    if len(items) > limit:
        shown.append(f"{len(items) - limit} more")
    if len(shown) < 2:
        return "".join(shown)
    return f"{', '.join(shown[:-1])} {joint} {shown[-1]}"
