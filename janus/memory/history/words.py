"""Text as the index knows it: words without case and accents, and what code is made of.

    EventLog.append("Größe")    parts: event log append grosse    wholes: eventlog append grosse

A word of code is found by its parts and whole, whichever way it is written. Scripts that put no
spaces between words are found by any piece: each character is a term with the one that follows.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple


class Word(NamedTuple):
    """A term of the index, and where in the text it stands, in characters."""

    term: str
    start: int
    end: int


class Words(NamedTuple):
    """The words of a text in both ways. ``wholes`` is the same as ``parts`` without code in it."""

    parts: tuple[Word, ...]
    wholes: tuple[Word, ...]


#: Thai, Lao, Burmese, Hangul, Khmer, Kana, Han: no spaces, or words that grow at both ends.
_DENSE = (
    "\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)
#: Arrows, shapes and emoji: a word each.
_SYMBOLS = "\u2190-\u2bff\U0001f000-\U0001faff"
#: Accents of Latin, Greek, Cyrillic, Hebrew and Arabic, and how an emoji is to look. The signs of
#: other scripts are no accents.
_ACCENTS = re.compile(
    "[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed"
    "\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f\U0001f3fb-\U0001f3ff]"
)
#: Letters whose accent Unicode does not see as one.
_LETTERS = str.maketrans({**dict(zip("øłđħŧ\u0131", "oldhti", strict=True)), "æ": "ae", "œ": "oe"})
_OF_DENSE = re.compile(f"[{_DENSE}]")
_SEGMENT = re.compile(f"[{_DENSE}]+|[^{_DENSE}]+")
_NOT_OF_TERMS = re.compile(r"[\x00-\x2f\x3a-\x60\x7b-\x7f]")
#: Longer runs are not worth remembering: no text has them twice.
_REMEMBERED = 48


def clean(text: str) -> str:
    """*text* with its characters composed, which is how all text is kept and looked at here."""
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", text).encode("utf-8", "replace").decode()


def fold(text: str) -> str:
    """*text* without case and accents: only characters that a term may have."""
    if text.isascii():
        return _NOT_OF_TERMS.sub("", text.lower())
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    text = _ACCENTS.sub("", text).translate(_LETTERS)
    return _NOT_OF_TERMS.sub("", unicodedata.normalize("NFC", text))


def terms(text: str) -> tuple[str, str]:
    """The terms of a clean text, parts and wholes, with spaces between. No wholes without code."""
    found = [_split(run[0]) for run in _runs(text)]
    parts = " ".join(word.term for words in found for word in words.parts)
    wholes = " ".join(word.term for words in found for word in words.wholes)
    return parts, "" if wholes == parts else wholes


def words(text: str, start: int = 0, end: int | None = None) -> Words:
    """The words of a clean text, or of a piece of it."""
    parts, wholes = list[Word](), list[Word]()
    for run in _runs(text, start, len(text) if end is None else end):
        at = run.start()
        found = _split(run[0])
        here = [Word(term, first + at, last + at) for term, first, last in found.parts]
        parts += here
        if found.wholes is not found.parts:
            here = [Word(term, first + at, last + at) for term, first, last in found.wholes]
        wholes += here
    return Words(tuple(parts), tuple(wholes))


def is_dense(char: str) -> bool:
    """Whether it belongs to a script without spaces."""
    return _OF_DENSE.match(char) is not None


def _runs(text: str, start: int = 0, end: int | None = None) -> Iterator[re.Match[str]]:
    """Letters, digits, marks and underscores without anything else between."""
    return _run().finditer(text, start, len(text) if end is None else end)


@lru_cache(1)
def _run() -> re.Pattern[str]:
    """Python's ``\\w`` lacks the marks, without which words of India fall apart."""
    marks = "".join(
        chr(it) for it in range(0x300, 0xFFFF) if unicodedata.category(chr(it))[0] == "M"
    )
    return re.compile(rf"[\w{marks}]+|[{_SYMBOLS}]")


def _split(run: str) -> Words:
    return _remembered(run) if len(run) <= _REMEMBERED else _made(run)


def _made(run: str) -> Words:
    parts, wholes = list[Word](), list[Word]()
    for segment in _SEGMENT.finditer(run):
        make = _pairs if is_dense(segment[0][0]) else _parts
        own = [*make(segment[0], segment.start())]
        parts += own
        if own and make is _parts:
            own = [Word("".join(word.term for word in own), own[0].start, own[-1].end)]
        wholes += own
    same = tuple(parts)
    return Words(same, same if wholes == parts else tuple(wholes))


_remembered = lru_cache(1 << 12)(_made)


def _pairs(text: str, at: int) -> Iterator[Word]:
    """Each character with the one that follows; the last one alone."""
    folded = [fold(char) for char in text]
    for number in range(len(text)):
        term = "".join(folded[number : number + 2])
        if term:
            yield Word(term, at + number, at + min(number + 2, len(text)))


def _parts(run: str, at: int) -> Iterator[Word]:
    """What underscores and capitals separate."""
    start = 0
    for end in range(1, len(run) + 1):
        if end == len(run) or run[end] == "_" or run[start] == "_" or _begins(run, end):
            term = fold(run[start:end])
            if term:
                yield Word(term, at + start, at + end)
            start = end


def _begins(run: str, at: int) -> bool:
    """Whether a capital there begins a part: ``event|Log``, ``HTTP|Server``, but ``URLs``."""
    before, char, after = run[at - 1], run[at], run[at + 1 : at + 2]
    if not char.isupper():
        return False
    if not before.isupper():
        return before.isalnum()
    return after.islower() and run[at + 1 :] != "s"
