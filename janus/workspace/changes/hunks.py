"""The lines of one file that changed, from a patch of git."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from janus.workspace.changes.line import Line, LineKind
from janus.workspace.changes.words import marked

#: Lines of a file that are told at most, and characters of a line.
LINES, WIDTH = 5000, 2000
_HEADER = re.compile(r"@@ -([0-9]+)(?:,[0-9]+)? \+([0-9]+)(?:,[0-9]+)? @@ ?(.*)", re.DOTALL)
_KINDS: dict[str, LineKind] = {" ": "context", "+": "added", "-": "removed"}


@dataclass(frozen=True, slots=True)
class Hunk:
    """Lines that follow each other. ``header`` is the function they are in, if git can tell."""

    header: str
    old_start: int
    new_start: int
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Patch:
    """The hunks of a file. ``truncated`` if it has more lines; ``is_text`` if all is UTF-8."""

    hunks: tuple[Hunk, ...] = ()
    truncated: bool = False
    is_text: bool = True


@dataclass(slots=True)
class _Open:
    header: str
    old: int
    new: int
    starts: tuple[int, int]
    lines: list[Line] = field(default_factory=list)

    def closed(self) -> Hunk:
        return Hunk(self.header, *self.starts, tuple(marked(self.lines)))


def sections(text: str) -> list[str]:
    """A patch of several files, file by file: a line of a file never begins like a header."""
    return [f"diff --git {it}" for it in f"\n{text}".split("\ndiff --git ")[1:]]


def parse(section: str) -> Patch:
    """The hunks in the patch of one file, whose bytes that are no text are escaped."""
    found: list[Hunk] = []
    hunk: _Open | None = None
    count, is_text = 0, True
    # By line feeds alone: a file may have all else that Python takes for the end of a line.
    for line in _body(section):
        if header := _HEADER.fullmatch(line):
            if hunk:
                found.append(hunk.closed())
            starts = int(header[1]), int(header[2])
            hunk = _Open(_clean(header[3])[0], *starts, starts)
        elif hunk and line[:1] == "\\" and hunk.lines:
            hunk.lines[-1] = replace(hunk.lines[-1], no_newline=True)
        elif hunk and line[:1] in _KINDS:
            if count == LINES:
                return Patch((*found, hunk.closed()), True, is_text)
            count += 1
            text, clean = _clean(line[1:])
            is_text &= clean
            hunk.lines.append(_line(hunk, _KINDS[line[0]], text))
    if hunk:
        found.append(hunk.closed())
    return Patch(tuple(found), False, is_text)


def _body(section: str) -> Iterator[str]:
    begun = False
    for line in section.removesuffix("\n").split("\n"):
        begun = begun or line.startswith("@@ ")
        if begun:
            yield line


def _line(hunk: _Open, kind: LineKind, text: str) -> Line:
    old = hunk.old if kind != "added" else None
    new = hunk.new if kind != "removed" else None
    hunk.old += old is not None
    hunk.new += new is not None
    return Line(kind, old, new, text[:WIDTH], cut=len(text) > WIDTH)


def _clean(text: str) -> tuple[str, bool]:
    """The text, and whether all of it is some."""
    raw = text.encode("utf-8", "surrogateescape")
    try:
        return raw.decode(), True
    except UnicodeDecodeError:
        return raw.decode("utf-8", "replace"), False
