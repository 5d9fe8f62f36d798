"""Find paths by a few letters of them, as an editor does: 20,000 in some milliseconds."""

from __future__ import annotations

from collections.abc import Iterable
from heapq import nsmallest

#: Letters that are looked at.
_LONGEST = 200


def best(paths: Iterable[str], query: str, most: int) -> list[str]:
    """The *most* paths that fit best: those that have all letters of the query, in their order.

    A name that is, begins with or has the query counts more than a path that has it, and that more
    than letters that lie apart; of two alike the shorter counts more. Case does not matter.
    """
    wanted = query[:_LONGEST].casefold().replace(" ", "")
    scored = ((rank, len(path), path) for path in paths if (rank := _rank(path, wanted)) < 9)
    return [path for _, _, path in nsmallest(most, scored)]


def _rank(path: str, wanted: str) -> int:
    folded = path.casefold()
    if not wanted:
        return 0
    name = folded.rpartition("/")[2]
    if wanted in folded:
        if name == wanted or folded == wanted:
            return 0
        if name.startswith(wanted):
            return 1
        return 2 if wanted in name else 3
    if _has(name, wanted):
        return 4
    return 5 if _has(folded, wanted) else 9


def _has(text: str, wanted: str) -> bool:
    """Whether the letters are in the text, in their order."""
    at = 0
    for letter in wanted:
        at = text.find(letter, at) + 1
        if at == 0:
            return False
    return True
