"""Lines in an open file, found without reading more of it than needed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from io import BytesIO
from itertools import islice

BLOCK = 1 << 16
#: Bytes; far more than one event takes. A longer line is no event, and would fill the memory.
LONGEST = 64 << 20
#: Bytes that have most last lines in them.
_SHORT = 1 << 12


def whole_lines(fd: int, at: int = 0) -> Iterator[bytes]:
    """The lines from *at* that end with a newline, read without moving the file's position.

    One that is longer than ``LONGEST`` comes as an empty line.
    """
    size = 0
    parts: list[bytes] = []  # of the line that is not whole yet; none once it is too long
    while block := os.pread(fd, BLOCK, at):
        at += len(block)
        lines = [*BytesIO(block)]  # unlike ``splitlines``, it divides at newlines only
        rest = b"" if lines[-1].endswith(b"\n") else lines.pop()
        if lines:
            yield b"\n" if size > LONGEST else b"".join([*parts, lines[0]])
            parts, size = [], 0
            yield from islice(lines, 1, None)
        size += len(rest)
        parts.append(rest)
        if size > LONGEST:
            parts.clear()


def end_of_lines(fd: int, end: int | None = None) -> int:
    """Where the last whole line before *end* (the end of the file) ends; 0 if there is none."""
    end = os.lseek(fd, 0, os.SEEK_END) if end is None else end
    while end > 0:
        start = max(0, end - BLOCK)
        newline = os.pread(fd, end - start, start).rfind(b"\n")
        if newline >= 0:
            return start + newline + 1
        end = start
    return 0


def last_line(fd: int, size: int) -> bytes:
    """The last whole line of a file of *size* bytes; nothing if there is none."""
    start = max(0, size - _SHORT)
    tail = os.pread(fd, _SHORT, start)
    end = tail.rfind(b"\n") + 1
    begin = tail.rfind(b"\n", 0, max(0, end - 1)) + 1
    if begin or (end and not start):
        return tail[begin:end]
    end = end_of_lines(fd, size)
    begin = end_of_lines(fd, end - 1)
    return os.pread(fd, end - begin, begin)
