"""A line of a change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

LineKind = Literal["context", "added", "removed"]


@dataclass(frozen=True, slots=True)
class Line:
    """A line, with its numbers in the old and the new file.

    ``marks`` are the pieces of it that changed, from and to, in characters; ``cut`` if it is longer
    than it is told; ``no_newline`` if the file ends with it, and without a line end.
    """

    kind: LineKind
    old: int | None
    new: int | None
    text: str
    marks: tuple[tuple[int, int], ...] = ()
    cut: bool = False
    no_newline: bool = False
