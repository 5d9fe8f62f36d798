"""Which words of a line changed, where a removed line has an added one for it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from difflib import SequenceMatcher

from janus.workspace.changes.line import Line

#: Longer lines are not compared, nor lines that have less in common than this.
_LONGEST, _ALIKE = 500, 0.4
_WORD = re.compile(r"\w+|\s+|[^\w\s]")
Marks = tuple[tuple[int, int], ...]


def marked(lines: Sequence[Line]) -> list[Line]:
    """The lines, with marks where as many were added as were removed before them."""
    found = list(lines)
    at = 0
    while at < len(found):
        removed = _run(found, at, "removed")
        added = _run(found, at + removed, "added")
        if removed and removed == added:
            for old in range(at, at + removed):
                one, other = found[old], found[old + removed]
                marks = _marks(one.text, other.text)
                found[old] = replace(one, marks=marks[0])
                found[old + removed] = replace(other, marks=marks[1])
        at += max(1, removed + added)
    return found


def _run(lines: Sequence[Line], at: int, kind: str) -> int:
    end = at
    while end < len(lines) and lines[end].kind == kind:
        end += 1
    return end - at


def _marks(old: str, new: str) -> tuple[Marks, Marks]:
    if max(len(old), len(new)) > _LONGEST:
        return (), ()
    one, other = _WORD.findall(old), _WORD.findall(new)
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    if matcher.ratio() < _ALIKE:
        return (), ()
    changes = [it for it in matcher.get_opcodes() if it[0] != "equal"]
    return (
        _spans(one, [(first, last) for _, first, last, _, _ in changes]),
        _spans(other, [(first, last) for _, _, _, first, last in changes]),
    )


def _spans(words: list[str], ranges: list[tuple[int, int]]) -> Marks:
    """From words to characters."""
    starts = [0]
    for word in words:
        starts.append(starts[-1] + len(word))
    return tuple((starts[first], starts[last]) for first, last in ranges if first < last)
