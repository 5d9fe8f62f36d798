"""The lines of a workspace that speak of the terms of a question, best first.

A line is worth the terms it holds, rare ones more than common ones and names most; half as much
the terms that stand near it or in its file's name; and up to twice all of that again if it defines
something called so. Code counts more than tests, these more than papers, these more than data.
"""

from __future__ import annotations

import math
import re
import time
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from janus.agents.demo.definitions import MAX_LINE, VALUES, defined, kind
from janus.agents.demo.question import Term, parts
from janus.agents.demo.workspace import Workspace

SECONDS = 5.0
MAX_LINES = 20_000
NEAR = 3

_WORTH = {"code": 1.0, "test": 0.6, "prose": 0.5, "data": 0.3}
_PASSING = ("import ", "from ", "use ", "#", "//", "*", '"""')


class Place(NamedTuple):
    """A line that holds some of the terms; *terms* are their numbers, *near* those around it."""

    path: str
    line: int
    text: str
    terms: frozenset[int]
    near: frozenset[int]
    name: str = ""
    """What it defines, if anything, and as what: a class, a function, …"""
    kind: str = ""
    likeness: float = 0.0
    """How well that name fits the question, from 0 to 1."""
    score: float = 0.0


def search(workspace: Workspace, terms: Sequence[Term], howto: bool = False) -> list[Place]:
    """The lines that hold one of *terms*; for a *howto*, papers count more than code."""
    worth = {**_WORTH, "prose": 2.0} if howto else _WORTH
    patterns = [_pattern(term) for term in terms]
    paths = workspace.containing([term.needle for term in terms])
    deadline = time.monotonic() + SECONDS
    places: list[Place] = []
    for path in sorted(paths, key=lambda path: -worth[kind(path)]):
        if time.monotonic() > deadline or len(places) > MAX_LINES:
            break
        source = workspace.read(path) or ""
        lowered = source.lower()
        if any(term.needle in lowered for term in terms):
            places += _places(path, source, patterns)
    in_files = Counter(n for n, _ in {(n, place.path) for place in places for n in place.terms})
    share = [(in_files[n] + 1) / (len(workspace.files) + 1) for n in range(len(terms))]
    weights = [(3 if t.exact else 1) * (1 - math.log(s)) for t, s in zip(terms, share, strict=True)]
    judged = [_judge(place, terms, weights, worth[kind(place.path)]) for place in places]
    return sorted(judged, key=lambda place: (-place.score, place.path, place.line))


def stands_alone(word: str, text: str) -> bool:
    """*word* is there, and not as a piece of a longer name."""
    before, found, after = text.partition(word)
    around = before[-1:] + after[:1]
    return bool(found) and not any(char.isalnum() or char in "_-" for char in around)


def _pattern(term: Term) -> re.Pattern[str]:
    """Where a line speaks of *term*: a name anywhere, a word only where a word begins.

    ``port`` is found in ``PORT``, ``ports`` and ``getPort``, but not in ``import``.
    """
    needle = re.escape(term.needle)
    if term.exact or not term.needle.isascii():
        return re.compile(needle, re.IGNORECASE)
    return re.compile(rf"(?<![A-Za-z])(?i:{needle})|{re.escape(term.needle.capitalize())}")


def _places(path: str, source: str, patterns: Sequence[re.Pattern[str]]) -> list[Place]:
    texts = [text[:MAX_LINE] for text in source.split("\n")]
    held: dict[int, frozenset[int]] = {}
    for at, text in enumerate(texts):
        if has := frozenset(n for n, pattern in enumerate(patterns) if pattern.search(text)):
            held[at] = has
    places = []
    for at, has in held.items():
        around = (held.get(other, frozenset()) for other in range(at - NEAR, at + NEAR + 1))
        near = frozenset[int]().union(*around) - has
        places.append(Place(path, at + 1, texts[at].rstrip(), has, near))
    return places


def _judge(place: Place, terms: Sequence[Term], weights: Sequence[float], worth: float) -> Place:
    file = place.path.rpartition("/")[2].lower()
    score = sum(weights[number] for number in place.terms)
    score += 0.5 * sum(weights[number] for number in place.near)
    score += 0.5 * sum(weights[n] for n, term in enumerate(terms) if term.needle in file)
    definition = defined(place.text, place.path, place.line)
    if not definition:
        passing = place.text.lstrip().startswith(_PASSING)
        return place._replace(score=score * worth * (0.7 if passing else 1.0))
    likeness = _likeness(definition.name, terms, weights)
    if definition.kind in VALUES:
        likeness *= 0.9
    score += 2.0 * likeness**2 * sum(weights)
    return place._replace(
        name=definition.name, kind=definition.kind, likeness=likeness, score=score * worth
    )


def _likeness(name: str, terms: Sequence[Term], weights: Sequence[float]) -> float:
    """The share of the name that was asked for, times the share of the question that is in it."""
    pieces = parts(name)
    if names := [term.text for term in terms if term.exact]:
        return float(name in names)
    if not pieces or "".join(pieces) == "".join(term.text.lower() for term in terms):
        return float(bool(pieces))
    hits = [{n for n, t in enumerate(terms) if piece.startswith(t.needle)} for piece in pieces]
    asked = sum(weights[n] for n in set[int]().union(*hits)) / sum(weights)
    return asked * sum(map(bool, hits)) / len(pieces)
