"""Fair shares of little room, and texts that are cut to fit."""

from __future__ import annotations

from collections.abc import Sequence

_CUT = "…"


def shares(wanted: Sequence[int], weights: Sequence[int], room: int) -> list[int]:
    """How much of *room* each gets: no more than it wants, and what one leaves goes to the others.

    Those that want more than there is get it by their weights.
    """
    given = [0] * len(wanted)
    hungry = {number for number, size in enumerate(wanted) if size}
    while hungry:
        total = sum(weights[number] for number in hungry)
        content = {it for it in hungry if wanted[it] * total <= room * weights[it]}
        if not content:
            for number in hungry:
                given[number] = max(0, room * weights[number] // total)
            break
        for number in content:
            given[number] = wanted[number]
            room -= wanted[number]
        hungry -= content
    return given


def size(text: str) -> int:
    """Bytes of a text in UTF-8."""
    return len(text.encode("utf-8", "replace"))


def cut(text: str, most: int) -> str:
    """The beginning of *text* in at most so many bytes, never half a character.

    Cut after a line or a word, where that leaves the larger part of it.
    """
    data = text.encode("utf-8", "replace")
    if len(data) <= most:
        return text
    head = data[: max(0, most - size(_CUT))].decode("utf-8", "ignore")
    end = max(head.rfind(" "), head.rfind("\n"))
    head = head[:end] if end > len(head) // 2 else head
    return f"{head.rstrip()}{_CUT}" if head.strip() else ""
