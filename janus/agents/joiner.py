"""An answer comes in parts, with work between them; together they are one text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

from msgspec.structs import replace

from janus.model.events import Text, Thought

T = TypeVar("T")


class ParagraphJoiner:
    """Puts a blank line between the parts of an answer."""

    def __init__(self) -> None:
        self.last = ""  # what was said last
        self._part: object = None
        self._pausing = False

    def pause(self) -> None:
        """What is said next begins a part of its own."""
        self._pausing = True

    def join(self, text: str, part: object = None) -> str:
        """The *text*, after what is missing to a blank line if it begins a part, or is of another.

        An empty text says nothing.
        """
        self._pausing = self._pausing or part != self._part
        self._part = part
        if not text:
            return ""
        apart = ""
        if self.last and self._pausing:
            apart = "\n" * max(0, 2 - (len(self.last) - len(self.last.rstrip("\n"))))
        self.last, self._pausing = text, False
        return apart + text


def run_together(events: Iterable[T]) -> Iterator[T | Text | Thought]:
    """The same, but words that follow each other directly, in one turn, as one."""
    first: Text | Thought | None = None
    words: list[str] = []
    for event in events:
        if not isinstance(event, Text | Thought):
            if first:
                yield replace(first, text="".join(words))
                first = None
            yield event
        elif first and type(first) is type(event) and first.turn_id == event.turn_id:
            words.append(event.text)
        else:
            if first:
                yield replace(first, text="".join(words))
            first, words = event, [event.text]
    if first:
        yield replace(first, text="".join(words))
