"""An append-only file of lines that survives a crash and a full disk."""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from janus.errors import StorageFailed
from janus.storage.atomic import make_folder, sync_folder, write_all

log = logging.getLogger(__name__)

BLOCK = 1 << 16


class Ledger(Protocol):
    """Where a log tells how its writing went."""

    def note(self, path: Path, failure: OSError | None) -> None: ...
    def finish_later(self, file: LogFile) -> None: ...


class LogFile:
    """An append-only file of lines.

    One thread appends at a time (the event log calls under its own lock); any may read. What could
    not be written and was not promised waits in ``_unsaved`` and goes first with the next promise.
    ``_size`` is how much of the file counts; what is behind is cut off before anything is added:
    the line that a crash or a full disk left half written, or the next one would be glued to it.
    """

    def __init__(self, path: Path, store: Ledger) -> None:
        self.path = path
        self._store = store
        self._fd: int | None = None
        self._size: int | None = None  # not known before it is opened
        self._torn = False
        self._failed = False
        self._unsaved: list[bytes] = []

    def lines(self) -> Iterator[bytes]:
        """The lines so far, the oldest first. Those being appended meanwhile may come or not.

        Raises OSError if they are there and cannot be read.
        """
        unsaved = [*self._unsaved]
        if self.path.exists():
            with self.path.open("rb") as file:
                yield from (line for line in file if line.endswith(b"\n"))
        yield from unsaved

    def append(self, line: bytes, promised: bool) -> None:
        """Write a line; a *promised* one is on the disk when this returns.

        Raises StorageFailed if a promised line cannot be kept, leaving no trace of it.
        """
        if self._unsaved and not promised:
            self._unsaved.append(line)
            return
        try:
            self._write([*self._unsaved, line], promised)
        except OSError as failure:
            if promised:
                raise StorageFailed(
                    f"Janus could not save your message: {failure.strerror}. "
                    "It was not sent; free some space on the computer and say it again."
                ) from failure
            self._unsaved.append(line)
        else:
            self._unsaved.clear()

    def flush(self) -> None:
        """Try again to write what could not be written, or see whether it could be by now."""
        with contextlib.suppress(OSError):
            if self._failed:
                self._write(self._unsaved, promised=True)
                self._unsaved.clear()

    def close(self) -> None:
        """Give the file back, once all is written: if need be later. May be called twice."""
        self.flush()
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None
        if self._failed:  # there may also be something to cut off
            self._store.finish_later(self)
        else:
            self._store.note(self.path, None)

    def _write(self, lines: list[bytes], promised: bool) -> None:
        data = b"".join(lines)
        try:
            fd = self._open()
            self._cut(fd)
            self._torn = True
            write_all(fd, data)
            if promised:
                os.fsync(fd)
        except OSError as failure:
            self._failed = True
            self._store.note(self.path, failure)
            with contextlib.suppress(OSError):  # if it fails, the next attempt begins with it
                if self._fd is not None:
                    self._cut(self._fd)
            raise
        self._torn = self._failed = False
        self._size = (self._size or 0) + len(data)
        self._store.note(self.path, None)

    def _open(self) -> int:
        if self._fd is None:
            make_folder(self.path.parent)
            fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                sync_folder(self.path.parent)
                if self._size is None:
                    self._size = end_of_lines(fd)
            except OSError:
                os.close(fd)
                raise
            self._fd, self._torn = fd, True
        return self._fd

    def _cut(self, fd: int) -> None:
        if self._torn and self._size is not None:
            torn = os.lseek(fd, 0, os.SEEK_END) - self._size
            if torn:
                os.ftruncate(fd, self._size)
                log.warning("Cut %d bytes of a torn line off %s", torn, self.path.name)
            os.lseek(fd, self._size, os.SEEK_SET)
            self._torn = False


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
