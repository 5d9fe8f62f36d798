"""What the agent is asked about its work: a review as one message, or to resolve conflicts."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import groupby
from typing import Protocol


class Commented(Protocol):
    """A comment, as far as it is told."""

    @property
    def comment_id(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def side(self) -> str: ...
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def quote(self) -> str: ...
    @property
    def text(self) -> str: ...


def review_text(comments: Sequence[Commented], stale: Collection[str], words: str) -> str:
    """The message; *words* stand above it. Of a *stale* comment it says that its lines are old."""
    head = words.strip() or (
        "Please see to these comments on your changes."
        if len(comments) != 1
        else "Please see to this comment on your changes."
    )
    return "\n\n".join([head, *(_told(at, it, stale) for at, it in enumerate(comments, 1))])


def _told(number: int, comment: Commented, stale: Collection[str]) -> str:
    many = comment.end > comment.start
    lines = f"lines {comment.start} to {comment.end}" if many else f"line {comment.start}"
    where = f"{number}. `{comment.path}`, {lines}"
    if comment.side == "old":
        where += " of what it was before"
    if comment.comment_id in stale:
        where += " (the file has changed since this was written)"
    return f"{where}:\n\n{fenced(comment.quote)}\n\n{comment.text.strip()}"


def fenced(code: str) -> str:
    """Code in a fence that nothing in it closes."""
    runs = (len(list(run)) for sign, run in groupby(code) if sign == "`")
    fence = "`" * max(3, 1 + max(runs, default=0))
    return f"{fence}\n{code.rstrip()}\n{fence}"


def conflict_text(into: str, places: Mapping[str, str]) -> str:
    """Ask to resolve the conflicts of a merge into a branch: files, and their places if known."""
    head = (
        f"Merging this branch into `{into}` conflicts in {len(places)} "
        f"file{'' if len(places) == 1 else 's'}. Merge `{into}` into this branch, resolve the "
        "conflicts so that what both sides meant is kept, check that it works, and commit the "
        f"merge. Do not touch `{into}` itself."
    )
    files = [
        f"`{path}`" + (f":\n\n{fenced(text)}" if text else "") for path, text in places.items()
    ]
    return "\n\n".join([head, *files])
