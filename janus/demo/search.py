"""The lines of a workspace that contain the terms of a question, best first."""

import re
import time
from collections.abc import Sequence
from typing import NamedTuple

from janus.demo.question import Term
from janus.demo.workspace import Workspace

SECONDS = 5.0
MAX_PLACES = 20_000
MAX_LINE = 400  # longer ones are for machines

_WORTH = {"code": 1.0, "test": 0.6, "prose": 0.5, "data": 0.3}
_PROSE = (".md", ".rst", ".txt", ".adoc")
_DATA = (".json", ".jsonl", ".toml", ".yaml", ".yml", ".ini", ".cfg", ".csv", ".lock", ".svg")
# The words before the keyword, as in "export default async", have one way to match: one space.
_KEYWORD = re.compile(
    r"\s*(?:[a-z]+(?:\(\w+\))? ){0,4}?(class|def|function|func|fn|fun|struct|enum|trait|interface"
    r"|type|module|namespace|record|const|let|var|val)\*? +(?:\([^()]*\) *)?"
    r"([\w$]+)\s*(?:$|[(:=<{;|&\[]|(?:extends|implements|struct|interface|for|where)\b)"
)
_ASSIGNMENT = re.compile(r"([A-Za-z_$][\w$]*) *(?::[^=]+)?=(?![=>~])")


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


def kind(path: str) -> str:
    """``code``, ``test``, ``prose`` or ``data``, judged by the path alone."""
    name = f"/{path.lower()}"
    if name.endswith((*_DATA, *_PROSE)):
        return "data" if name.endswith(_DATA) else "prose"
    return "test" if re.search(r"/test|/spec|[_.]test\.|\.spec\.", name) else "code"


def defined(text: str, path: str) -> tuple[str, str]:
    """The name that the line *text* of file *path* defines, and as what; empty if it does not."""
    if kind(path) == "prose":
        title = text.lstrip("#")
        return (title.strip(), "section") if text[:1] == "#" and title[:1] == " " else ("", "")
    if found := _KEYWORD.match(text[:MAX_LINE]):
        if found[1] == "def" and text[0] in " \t":
            return found[2], "method"
        return found[2], "function" if found[1] in ("def", "func", "fn", "fun") else found[1]
    found = _ASSIGNMENT.match(text[:MAX_LINE])
    return (found[1], "variable") if found else ("", "")


def _pattern(term: Term) -> re.Pattern[str]:
    """Where a line speaks of *term*: a name anywhere, a word only where a word begins.

    ``port`` is found in ``PORT``, ``ports`` and ``getPort``, but not in ``import``.
    """
    needle = re.escape(term.needle)
    if term.exact or not term.needle.isascii():
        return re.compile(needle, re.IGNORECASE)
    return re.compile(rf"(?<![A-Za-z])(?i:{needle})|{re.escape(term.needle.capitalize())}")
