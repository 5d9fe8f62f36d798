"""An answer comes in parts, with work between them; together they are one text."""

from __future__ import annotations


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
