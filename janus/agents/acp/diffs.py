"""How a file changed, as text that a phone can show."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from itertools import takewhile
from typing import Any

from janus.model.events import FileChange

OUTPUT, TITLE_LIMIT, _CHANGES, _COMPARED = 4000, 200, 200, 2000
#: Characters of a change as hunks, and unchanged lines around each.
CHANGE, _AROUND = 20_000, 3


def diff_of(path: str, old: Any, new: str) -> str:
    """A change, a line each; the lines that did not change are left out."""
    before, after = _sides(old, new)
    if _is_long(before, after):
        _, before, after = _apart(before, after)
    if _is_long(before, after):
        changes = [*(f"-{line}" for line in before), *(f"+{line}" for line in after)]
    else:
        changes = [line for line in _compared(before, after, 0) if not line.startswith("@@")]
    return "\n".join([path, *_first(changes)])


def change_of(path: str, old: Any, new: str) -> FileChange:
    """A change as hunks, with what is around them; of a large one the beginning."""
    before, after = _sides(old, new)
    same: list[str] = []
    if _is_long(before, after):
        same, before, after = _apart(before, after)
    hunks: list[list[str]] = []
    if _is_long(before, after):
        hunks.append([f" {line}" for line in same[-_AROUND:]])
        hunks[0] += [*(f"-{line}" for line in before), *(f"+{line}" for line in after)]
    else:
        for line in _compared(same[-_AROUND:] + before, same[-_AROUND:] + after, _AROUND):
            if line.startswith("@@"):
                hunks.append([])
            else:
                hunks[-1].append(line)
    return _bounded(path, hunks)


def _bounded(path: str, hunks: list[list[str]]) -> FileChange:
    room, left_out = CHANGE, 0
    shown = []
    for hunk in hunks:
        lines = []
        for line in hunk:
            room -= len(line) + 1
            if room < 0:
                left_out += 1
            else:
                lines.append(line)
        if lines:
            shown.append(tuple(lines))
    return FileChange(path, tuple(shown), left_out)


def _sides(old: Any, new: str) -> tuple[list[str], list[str]]:
    """The lines before and after; some agents write the head of a diff among them."""
    before = old.splitlines() if isinstance(old, str) and not old.startswith("-- /dev/null") else []
    return before, [line for line in new.splitlines() if not line.startswith("++ b/")]


def _is_long(before: list[str], after: list[str]) -> bool:
    """Whether comparing could take minutes."""
    return len(before) + len(after) > _COMPARED


def _apart(before: list[str], after: list[str]) -> tuple[list[str], list[str], list[str]]:
    """What is alike at the beginning, and both sides without that and what is alike at the end."""
    start = _alike(before, after)
    same, before, after = before[:start], before[start:], after[start:]
    end = _alike(before[::-1], after[::-1])
    return same, before[: len(before) - end], after[: len(after) - end]


def _alike(before: list[str], after: list[str]) -> int:
    pairs = zip(before, after, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _compared(before: list[str], after: list[str], around: int) -> list[str]:
    return [*difflib.unified_diff(before, after, n=around, lineterm="")][2:]


def _first(changes: list[str]) -> Iterator[str]:
    """As many as are shown, and how many more there are: who allows a change must know."""
    room = OUTPUT - TITLE_LIMIT
    for at, line in enumerate(changes):
        room -= len(line) + 1
        if at == _CHANGES or (at and room < 0):
            yield f"… and {len(changes) - at} lines more"
            return
        yield line


def cut(text: str, longest: int = OUTPUT) -> str:
    """The beginning of a text, and how much more there is."""
    rest = len(text) - longest
    return f"{text[:longest]}\n… and {rest} characters more" if rest > 0 else text
