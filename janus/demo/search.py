"""The lines of a workspace that contain the terms of a question, best first."""

import re
import time
from collections.abc import Sequence
from typing import NamedTuple

from janus.demo.question import Term
from janus.demo.sources import MAX_LINE, defined, kind
from janus.demo.workspace import Workspace

SECONDS = 5.0
MAX_PLACES = 20_000

_WORTH = {"code": 1.0, "test": 0.6, "prose": 0.5, "data": 0.3}


class Place(NamedTuple):
    """A line that contains some of the terms, what it defines, and as what."""

    path: str
    line: int
    text: str
    name: str
    kind: str
    fits: bool
    """Whether that name is what was asked for."""
    score: float


def search(workspace: Workspace, terms: Sequence[Term]) -> tuple[list[Place], int]:
    """The lines that contain one of *terms*, and how many files were not read: time is limited."""
    deadline = time.monotonic() + SECONDS
    patterns = [_pattern(term) for term in terms]
    names = {term.text for term in terms if term.exact}
    words = "".join(term.needle for term in terms)
    places: list[Place] = []
    left = len(workspace.files)
    for path in sorted(workspace.files, key=lambda path: -_WORTH[kind(path)]):
        if time.monotonic() > deadline or len(places) > MAX_PLACES:
            break
        left -= 1
        source = workspace.read(path) or ""
        lowered = source.lower()
        if any(term.needle in lowered for term in terms):
            for at, text in enumerate(source.split("\n"), 1):
                found = sum(bool(pattern.search(text)) for pattern in patterns)
                if found and len(text) <= MAX_LINE:
                    name, what = defined(text, path)
                    fits = name in names if names else re.sub(r"\W|_", "", name.lower()) == words
                    score = (found / len(terms) + 3 * fits) * _WORTH[kind(path)]
                    places.append(Place(path, at, text, name, what, fits, score))
    return sorted(places, key=lambda place: (-place.score, place.path, place.line)), left


def _pattern(term: Term) -> re.Pattern[str]:
    """Where a line speaks of *term*: a name anywhere, a word only where a word begins.

    ``port`` is found in ``PORT``, ``ports`` and ``getPort``, but not in ``import``.
    """
    needle = re.escape(term.needle)
    if term.exact or not term.needle.isascii():
        return re.compile(needle, re.IGNORECASE)
    return re.compile(rf"(?<![A-Za-z])(?i:{needle})|{re.escape(term.needle.capitalize())}")
