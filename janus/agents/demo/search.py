"""The places in a workspace that speak of the terms of a question, best first."""

from __future__ import annotations

import math
import re
import time
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from janus.agents.demo.definitions import MAX_LINE, Definition, defined
from janus.agents.demo.languages import kind
from janus.agents.demo.question import Term, parts
from janus.agents.demo.workspace import Workspace

SECONDS = 5.0
MAX_PLACES = 20_000
NEAR = 3

_WORTH = {"code": 1.0, "test": 0.6, "docs": 0.5, "data": 0.3, "generated": 0.1}
_NOTHING = Definition("", "", 0, 0)
_DONE = {"written", "kept", "sent", "built", "found", "run", "set", "read", "shown", "chosen"}
_MINOR = ("import ", "from ", "use ", "#include", "require", "#", "//", "*", "--", '"""')


class Place(NamedTuple):
    """A line that holds some of the terms; *terms* are their numbers."""

    path: str
    line: int
    text: str
    terms: frozenset[int]
    definition: Definition
    """Without a name where the line defines nothing."""
    likeness: float
    """How well the name it defines fits the question, from 0 to 1."""
    score: float


class Found(NamedTuple):
    """What a search came to."""

    places: list[Place]
    files: int
    complete: bool
    missing: list[Term]

    @property
    def definitions(self) -> list[Place]:
        """The places that define what was asked for, best first."""
        fitting = [place for place in self.places if place.likeness >= 0.6]
        best = max((place.likeness for place in fitting), default=0.0)
        return [place for place in fitting if place.likeness >= best - 0.05]


class _Line(NamedTuple):
    path: str
    line: int
    text: str
    terms: frozenset[int]
    near: frozenset[int]
    whole: bool


def search(workspace: Workspace, terms: Sequence[Term], prefer: str = "code") -> Found:
    """Look through names and contents of the workspace's files."""
    patterns = [_pattern(term) for term in terms]
    needles = [term.needle for term in terms]
    paths = sorted(workspace.containing(needles), key=lambda path: _reading_order(path, needles))
    deadline = time.monotonic() + SECONDS
    lines: list[_Line] = []
    files = 0
    for path in paths:
        if time.monotonic() > deadline or len(lines) > MAX_PLACES:
            break
        lines += _lines(path, workspace.read(path), terms, patterns)
        files += 1
    weights = _weights(lines, terms, len(workspace.files))
    places = [_judge(line, terms, weights, prefer) for line in lines]
    places.sort(key=lambda place: (-place.score, place.path, place.line))
    seen = frozenset[int]().union(*(line.terms for line in lines))
    missing = [term for number, term in enumerate(terms) if number not in seen]
    return Found(places, len(workspace.files), files == len(paths), missing)


def spread(places: Sequence[Place], limit: int = 5, per_file: int = 2) -> list[Place]:
    """The best few, from several files, and none that stand next to each other."""
    chosen: list[Place] = []
    for place in places:
        if place.score < places[0].score / 4:
            break
        same = [other.line for other in chosen if other.path == place.path]
        if len(same) < per_file and all(abs(line - place.line) > NEAR for line in same):
            chosen.append(place)
        if len(chosen) == limit:
            break
    return chosen


def _reading_order(path: str, needles: Sequence[str]) -> tuple[int, bool, str]:
    """The telling files first, for a search that has to stop before the end."""
    name = path.rpartition("/")[2].lower()
    return list(_WORTH).index(kind(path)), not any(needle in name for needle in needles), path


def _pattern(term: Term) -> re.Pattern[str]:
    """Where a line speaks of *term*: a name anywhere, a word only where a word begins.

    ``port`` is found in ``PORT``, ``ports`` and ``getPort``, but not in ``import``.
    """
    needle = re.escape(term.needle)
    if term.exact or not term.needle.isascii():
        return re.compile(needle, re.IGNORECASE)
    return re.compile(rf"(?<![A-Za-z])(?i:{needle})|{re.escape(term.needle.capitalize())}")


def _lines(
    path: str, source: str | None, terms: Sequence[Term], patterns: Sequence[re.Pattern[str]]
) -> list[_Line]:
    lowered = source.lower() if source else ""
    present = [number for number, term in enumerate(terms) if term.needle in lowered]
    if source is None or not present:
        return []
    held: dict[int, frozenset[int]] = {}
    texts = source.split("\n")
    for at, text in enumerate(texts):
        low = text[:MAX_LINE].lower()
        if any(terms[number].needle in low for number in present):
            cut = text[:MAX_LINE]
            if has := frozenset(number for number in present if patterns[number].search(cut)):
                held[at] = has
    found = []
    for at, has in held.items():
        around = (held.get(other, frozenset()) for other in range(at - NEAR, at + NEAR + 1))
        near = frozenset[int]().union(*around) - has
        text = texts[at][:MAX_LINE].strip()
        whole = any(stands_alone(terms[number].text, text) for number in has)
        found.append(_Line(path, at + 1, texts[at][:MAX_LINE].rstrip(), has, near, whole))
    return found


def stands_alone(word: str, text: str) -> bool:
    """*word* is there in the user's own capitals and not as a piece of a longer name."""
    before, found, after = text.partition(word)
    around = before[-1:] + after[:1]
    return bool(found) and not any(char.isalnum() or char in "_-" for char in around)


def _weights(lines: Sequence[_Line], terms: Sequence[Term], files: int) -> list[float]:
    """What each term is worth: rare ones more than common ones, names more than words."""
    in_files = Counter(n for n, _ in {(n, line.path) for line in lines for n in line.terms})
    return [
        _worth(term) * (1.0 + math.log((files + 1) / (in_files[number] + 1)))
        for number, term in enumerate(terms)
    ]


def _worth(term: Term) -> float:
    if term.exact:
        return 3.0
    # What is done says less than what it is done to: "where is the port configured".
    return 0.5 if term.text.endswith(("ed", "ing")) or term.text in _DONE else 1.0


def _judge(line: _Line, terms: Sequence[Term], weights: Sequence[float], prefer: str) -> Place:
    definition = defined(line.text, line.path, line.line) or _NOTHING
    likeness = _likeness(definition, line, terms, weights) if definition.name else 0.0
    name = line.path.rpartition("/")[2].lower()
    score = sum(weights[number] for number in line.terms)
    score += 0.5 * sum(weights[number] for number in line.near)
    score += 0.5 * sum(weights[n] for n, term in enumerate(terms) if term.needle in name)
    score += 2.0 * likeness**2 * sum(weights)
    score *= 1.2 if line.whole else 1.0
    score *= 0.3 if len(line.text) > 250 else 1.0
    score *= 0.7 if line.text.lstrip().startswith(_MINOR) and not definition.name else 1.0
    score *= 1.0 if kind(line.path) == prefer else _WORTH[kind(line.path)] * 0.9
    return Place(line.path, line.line, line.text, line.terms, definition, likeness, score)


def _likeness(
    definition: Definition, line: _Line, terms: Sequence[Term], weights: Sequence[float]
) -> float:
    name = definition.name
    worth = 0.9 if definition.kind == "variable" else 1.0
    worth *= 0.4 if definition.indent and definition.kind in ("variable", "constant") else 1.0
    for term in (terms[number] for number in line.terms if terms[number].exact):
        if term.text == name:
            return worth
        if term.needle == name.lower():
            return worth * 0.9
    pieces = parts(name)
    needles = {n: terms[n].needle for n in line.terms}
    if not pieces or any(term.exact for term in terms):
        return 0.0
    if "".join(pieces) == "".join(term.text.lower() for term in terms):
        return worth
    hit = [n for n, needle in needles.items() if any(piece.startswith(needle) for piece in pieces)]
    named = sum(any(piece.startswith(needles[n]) for n in hit) for piece in pieces) / len(pieces)
    asked = sum(weights[n] for n in hit) / (sum(weights) or 1.0)
    return worth * named * asked
