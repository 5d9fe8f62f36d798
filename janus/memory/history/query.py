"""What is looked for: text as somebody typed it, never a syntax; and where a text has it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from janus.memory.history.words import Word, clean, is_dense, words

#: Words of a query that count: more than anybody remembers.
_MOST = 64
#: Characters of a snippet; of those before the first mark; of a text that are looked at together.
_LENGTH, _BEFORE, _BLOCK = 180, 50, 2_000
#: Places of a text that are compared, to show the one that has most of the query.
_PLACES = 30
#: Where a part of a word begins.
_EDGE = r"(?:(?<![^\W_])|(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z]))"
Span = tuple[int, int]


@dataclass(frozen=True)
class Phrase:
    """Terms that follow each other; the last one may go on if it is *open*."""

    terms: tuple[str, ...]
    open: bool = False

    def match(self) -> str:
        """As the index asks. Terms have letters and digits only, so nothing needs an escape."""
        return f'"{" ".join(self.terms)}"{"*" if self.open else ""}'

    def spans(self, found: Sequence[Word]) -> Iterator[Span]:
        """Where it stands among words."""
        *before, last = self.terms
        alone = len(last) == 1 and is_dense(last)  # the other one of a pair is not meant
        for at in range(len(before), len(found)):
            term, start, end = found[at]
            if term == last or (self.open and term.startswith(last)):
                here = found[at - len(before) : at]
                if not before or [word.term for word in here] == before:
                    first = here[0].start if here else start
                    yield first, start + 1 if alone else end


@dataclass(frozen=True)
class Piece:
    """What stands between two spaces: one of ``phrases`` is to be found."""

    text: str
    phrases: tuple[Phrase, ...]

    def rough(self) -> str:
        """A pattern that finds it most of the time, and quickly."""
        if not self.text.isascii():
            return f"(?i:{re.escape(self.text)})"
        ways = (r"[\W_]*".join("_?".join(term) for term in it.terms) for it in self.phrases)
        first = self.phrases[0].terms[0][0]  # to be looked at before the edge, which takes longer
        return f"(?=[{first}{first.upper()}]){_EDGE}(?i:{'|'.join(ways)})"


class Query:
    """All pieces of *text* are to be found; its last word may go on, unless a space follows."""

    def __init__(self, text: str) -> None:
        text = clean(text)
        typed = text.split()[:_MOST]
        typing = len(typed) if text[-1:].strip() else 0
        pieces = (Piece(it, _phrases(it, number == typing)) for number, it in enumerate(typed, 1))
        self.pieces = [piece for piece in pieces if piece.phrases]

    def match(self) -> str:
        """The expression for FTS5; empty if there is no word in it."""
        groups = (" OR ".join(phrase.match() for phrase in it.phrases) for it in self.pieces)
        return " AND ".join(f"({group})" for group in groups)

    def spans(self, text: str, start: int = 0, end: int | None = None) -> list[Span]:
        """Where a clean text, or a piece of it, has any of it: in order, none within another."""
        found = words(text, start, end)
        phrases = {phrase for piece in self.pieces for phrase in piece.phrases}
        spans = set[Span]()
        for phrase in phrases:  # the part that is meant, rather than the whole that begins with it
            ends = {} if found.wholes == found.parts else dict(phrase.spans(found.wholes))
            spans.update({**ends, **dict(phrase.spans(found.parts))}.items())
        merged = list[Span]()
        for first, last in sorted(spans):
            if merged and first < merged[-1][1]:
                merged[-1] = merged[-1][0], max(last, merged[-1][1])
            else:
                merged.append((first, last))
        return merged

    def snippet(self, text: str) -> tuple[str, list[Span]]:
        """The piece of a clean text around what is found, on one line, and where it is in that."""
        shown, marks = self._around(text, self._place(text))
        if not marks:  # it is written in a way that is not found quickly
            shown, marks = self._around(text, next(self._scan(text), 0))
        return shown, marks

    def _around(self, text: str, at: int) -> tuple[str, list[Span]]:
        start = _space_after(text, at - _BEFORE, at) if at > _BEFORE else 0
        end = start + _LENGTH
        if end < len(text):
            cut = max(text.rfind(" ", at, end), text.rfind("\n", at, end))
            end = cut if cut > start + _LENGTH // 2 else end
        line = " ".join(text[start:end].split())
        shown = f"{'…' if start else ''}{line}{'…' if end < len(text) else ''}"
        return shown, self.spans(shown)

    @cached_property
    def _rough(self) -> re.Pattern[str]:
        return re.compile("|".join(f"({piece.rough()})" for piece in self.pieces))

    def _place(self, text: str) -> int:
        """Where most of the query stands close together, most likely."""
        found = [(it.start(), it.lastindex) for it in islice(self._rough.finditer(text), _PLACES)]
        best, most = 0, 0
        for number, (at, _) in enumerate(found):
            here = {piece for place, piece in found[number:] if place < at + _LENGTH - _BEFORE}
            if len(here) > most:
                best, most = at, len(here)
            if most == len(self.pieces):
                break
        return best

    def _scan(self, text: str) -> Iterator[int]:
        """Where something is found."""
        start = 0
        while start < len(text):
            end = _space_after(text, start + _BLOCK, start + _BLOCK + 500)
            yield from (first for first, _ in self.spans(text, start, end))
            start = end


def _phrases(piece: str, typing: bool) -> tuple[Phrase, ...]:
    """The ways in which a piece without spaces may be written; none if it has no word."""
    return tuple(dict.fromkeys(_phrase(way, piece, typing) for way in words(piece) if way))


def _phrase(found: tuple[Word, ...], piece: str, typing: bool) -> Phrase:
    *before, last = found
    if last.end - last.start == 1 and is_dense(piece[last.start]):
        if before and before[-1].end == last.end:  # it ends the pair before it
            return Phrase(tuple(word.term for word in before), typing)
        typing = True  # in a text another character may follow
    return Phrase(tuple(word.term for word in found), typing)


def _space_after(text: str, at: int, latest: int) -> int:
    """The first place from *at* that follows a space; *at* if there is none before *latest*."""
    for place in range(at, min(latest, len(text))):
        if text[place - 1].isspace():
            return place
    return min(at, len(text))
