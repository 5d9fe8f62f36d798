"""Find paths by a few letters of them, as an editor does: 20,000 in some milliseconds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from heapq import nsmallest

#: Letters that are looked at.
_LONGEST = 200


def best(paths: Iterable[str], query: str, most: int) -> list[str]:
    """The *most* paths that fit best: those that have all letters of the query, in their order.

    A name that is, begins with or has the query counts more than a path that has it, and that more
    than letters that lie apart; of two alike the shorter counts more. Case does not matter.
    """
    wanted = query[:_LONGEST].casefold().replace(" ", "")
    # Without going back: each letter is sought once, from where the one before it was.
    letters = (re.escape(letter) for letter in wanted)
    has = re.compile("".join(f"[^{it}]*+{it}" for it in letters)).match
    scored = ((rank, len(path), path) for path in paths if (rank := _rank(path, wanted, has)) < 9)
    return [path for _, _, path in nsmallest(most, scored)]


def _rank(path: str, wanted: str, has: Callable[[str], object]) -> int:
    folded = path.casefold()
    if not wanted:
        return 0
    if not has(folded):
        return 9
    name = folded.rpartition("/")[2]
    if wanted in folded:
        if name == wanted or folded == wanted:
            return 0
        if name.startswith(wanted):
            return 1
        return 2 if wanted in name else 3
    return 4 if has(name) else 5
