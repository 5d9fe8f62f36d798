"""What survives: append-only conversation logs, and files that are written whole.

Everything lives in one folder, ``<workspace>/.janus``, readable by its owner only.
"""

from __future__ import annotations

import itertools
import logging
import os
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from janus.errors import StorageFailed

log = logging.getLogger(__name__)

_BLOCK = 1 << 16


class Store:
    """The folder that holds what Janus remembers.

    ``_lock`` guards ``_problem``, the last failure to write, which is gone with the next success.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._problem: str | None = None

    @property
    def problem(self) -> str | None:
        """Why the last write failed, or None if it did not."""
        with self._lock:
            return self._problem

    def note(self, failure: OSError | None) -> None:
        """Remember how the last write went."""
        problem = (failure.strerror or type(failure).__name__) if failure else None
        with self._lock:
            if problem and problem != self._problem:
                log.error("Cannot write below %s: %s", self.folder, problem)
            self._problem = problem

    def open_log(self, session_id: str) -> LogFile:
        """The log of a session, new or continued; nothing is created until the first event."""
        return LogFile(self.folder / "logs" / f"{session_id}.jsonl", self)

    def save_new(self, folder: str, name: str, text: str) -> str:
        """Write a whole new file below *folder* and return its name: *name*, or ``…-2`` and so on.

        Nobody sees half of it, also after a power cut. Raises OSError, leaving nothing.
        """
        try:
            return _save_new(self.folder / folder, Path(name), text)
        except OSError as failure:
            self.note(failure)
            raise


class LogFile:
    """An append-only file of lines.

    One thread appends at a time (the event log calls under its own lock); any may read. What could
    not be written and was not promised waits in ``_unsaved`` and goes first with the next promise.
    """

    def __init__(self, path: Path, store: Store) -> None:
        self._path = path
        self._store = store
        self._fd: int | None = None
        self._size = 0
        self._unsaved: list[bytes] = []
        _cut_torn_line(path)

    def lines(self) -> Iterator[bytes]:
        """The lines so far, the oldest first. Those being appended meanwhile may come or not."""
        unsaved = [*self._unsaved]
        if self._path.exists():
            with self._path.open("rb") as file:
                yield from file
        yield from unsaved

    def append(self, line: bytes, promised: bool) -> None:
        """Write a line; a *promised* one is on the disk when this returns.

        Raises StorageFailed if a promised line cannot be kept, leaving no trace of it.
        """
        if self._unsaved and not promised:
            self._unsaved.append(line)
            return
        data = b"".join([*self._unsaved, line])
        try:
            self._write(data)
            if promised:
                os.fsync(self._open())
        except OSError as failure:
            self._store.note(failure)
            self._forget_half_written()
            if promised:
                raise StorageFailed(
                    f"Janus could not save your message: {failure.strerror}. "
                    "It was not sent; free some space on the computer and say it again."
                ) from failure
            self._unsaved.append(line)
        else:
            self._unsaved.clear()
            self._size += len(data)
            self._store.note(None)

    def close(self) -> None:
        """Give the file back. May be called twice."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def _open(self) -> int:
        if self._fd is None:
            make_folder(self._path.parent)
            self._fd = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
            self._size = os.lseek(self._fd, 0, os.SEEK_END)
            sync_folder(self._path.parent)
        return self._fd

    def _write(self, data: bytes) -> None:
        fd = self._open()
        while data:
            data = data[os.write(fd, data) :]

    def _forget_half_written(self) -> None:
        if self._fd is not None:
            os.ftruncate(self._fd, self._size)
            os.lseek(self._fd, self._size, os.SEEK_SET)


def make_folder(path: Path) -> None:
    """A folder, and what is missing above it, for its owner only."""
    if not path.is_dir():
        make_folder(path.parent)  # with parents=True those above would be open to all
        path.mkdir(mode=0o700, exist_ok=True)


def _save_new(folder: Path, name: Path, text: str) -> str:
    make_folder(folder)
    fd, temporary = tempfile.mkstemp(dir=folder, prefix=".new-")
    try:
        with os.fdopen(fd, "w", encoding="utf-8", errors="replace") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        for number in itertools.count(1):
            target = name if number == 1 else name.with_stem(f"{name.stem}-{number}")
            try:
                os.link(temporary, folder / target)
            except FileExistsError:
                continue
            sync_folder(folder)
            return str(target)
        raise AssertionError("counting does not end")
    finally:
        Path(temporary).unlink()


def sync_folder(path: Path) -> None:
    """Make the names in a folder durable."""
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _cut_torn_line(path: Path) -> None:
    """Cut off a last line that a crash left half written, or the next one is glued to it."""
    try:
        with path.open("rb+") as file:
            torn = _torn_bytes(file)
            if torn:
                log.warning("Cut %d bytes of a torn line off %s", torn, path.name)
                file.truncate(file.seek(0, os.SEEK_END) - torn)
    except OSError:
        return  # none there, or not to be read: then writing will fail, and say so


def _torn_bytes(file: BinaryIO) -> int:
    """How many bytes stand behind the last newline."""
    end = file.seek(0, os.SEEK_END)
    torn = 0
    while torn < end:
        start = max(0, end - torn - _BLOCK)
        file.seek(start)
        block = file.read(end - torn - start)
        if b"\n" in block:
            return torn + len(block) - block.rindex(b"\n") - 1
        torn += len(block)
    return torn
