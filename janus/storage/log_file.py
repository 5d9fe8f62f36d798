"""An append-only file of lines that survives a crash, a full disk, and being deleted."""

from __future__ import annotations

import contextlib
import logging
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Protocol

from janus.errors import StorageFailed
from janus.storage.disk import remedy
from janus.storage.folder import Folder, NotOurs, write_all
from janus.storage.lines import end_of_lines, whole_lines
from janus.storage.lost_files import Resting, is_still, write_anew

log = logging.getLogger(__name__)


class Ledger(Protocol):
    """Where a log reports how its writing went."""

    def note(self, path: Path, failure: OSError | None) -> None: ...
    def grew(self, path: Path, size: int) -> None: ...
    def finish_later(self, file: LogFile) -> None: ...


class LogFile:
    """An append-only file of lines.

    One thread appends at a time (the event log calls under its own lock); any may read. The file is
    held open from the first reading until it rests or is closed, so that what was read once can be
    written anew if somebody removes it. ``_lock`` guards ``_resting`` and ``_fd``, which readers
    duplicate.

    What could not be written and was not promised waits in ``_unsaved`` and goes first with the
    next promise. ``_size`` is how much of the file counts; what is behind is cut off before
    anything is added: the line that a crash or a full disk left half written, or the next one would
    be glued to it.
    """

    def __init__(self, path: Path, store: Ledger) -> None:
        self.path = path
        self._store = store
        self._lock = threading.Lock()
        self._fd: int | None = None
        self._writable = False
        self._closed = False
        self._resting: Resting | None = None
        self._size: int | None = None  # not known before it is opened
        self._failed = False
        self._named = False  # whether its name is on the disk
        self._unsaved: list[bytes] = []

    def __del__(self) -> None:
        """A session that could not be opened in the end is dropped without being closed."""
        if self._fd is not None:
            os.close(self._fd)

    def lines(self) -> Iterator[bytes]:
        """The lines so far, the oldest first. Those being appended meanwhile may come or not.

        One that is too long to be ours comes as an empty line. Raises OSError if they are there and
        cannot be read.
        """
        unsaved, resting = [*self._unsaved], self._resting
        if resting:
            yield from resting.told()
        elif (fd := self._reading()) is not None:
            try:
                yield from whole_lines(fd)
            finally:
                os.close(fd)
        yield from unsaved

    def append(self, line: bytes, promised: bool) -> None:
        """Write a line; a *promised* one is on the disk, in the file of this name, on return.

        Raises StorageFailed if a promised line cannot be kept, leaving no trace of it. It may be
        several lines.
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
                    f"It was not sent; {remedy(failure)} and say it again."
                ) from failure
            self._unsaved.append(line)
        else:
            self._unsaved.clear()

    def flush(self) -> None:
        """Try again to write what could not be written, or see whether it could be by now."""
        if not self._failed:
            return
        with contextlib.suppress(OSError):
            self._write(self._unsaved, promised=True)
            self._unsaved.clear()

    def rest(self, told: Callable[[], Iterable[bytes]]) -> None:
        """Close it until the next line, unless something is left to be written.

        Should somebody remove or replace it meanwhile, *told* has all its lines so far.
        """
        with contextlib.suppress(OSError):  # then it stays open
            if self._fd is not None and not (self._failed or self._unsaved):
                self._size = end_of_lines(self._fd) if self._size is None else self._size
                self._swap(None, Resting.of(self._fd, self._size, told))

    def close(self) -> None:
        """Give the file back, once all is written: if need be later. May be called twice."""
        self.flush()
        self._swap(None)
        self._closed = True
        if self._failed:  # there may also be something to cut off
            self._store.finish_later(self)
        else:
            self._store.note(self.path, None)

    def _write(self, lines: list[bytes], promised: bool) -> None:
        data = b"".join(lines)
        try:
            fd = self._writing()
            self._cut(fd)
            write_all(fd, data)
            if promised:
                self._sync(fd)
            # Afterwards: whatever was removed until now is noticed.
            if os.fstat(fd).st_nlink == 0 or (promised and not is_still(self.path, fd)):
                self._copy(fd, (self._size or 0) + len(data))
        except OSError as failure:
            self._failed = True
            self._store.note(self.path, failure)
            with contextlib.suppress(OSError):  # if it fails, the next attempt begins with it
                if self._fd is not None and self._writable:
                    self._cut(self._fd)
            raise
        self._failed = False
        self._size = (self._size or 0) + len(data)
        self._store.note(self.path, None)
        self._store.grew(self.path, self._size)

    def _reading(self) -> int | None:
        """A descriptor to read from and close; None if there is no file."""
        with self._lock:
            if self._fd is not None:
                return os.dup(self._fd)
        try:
            folder = Folder.open(self.path.parent)
        except (FileNotFoundError, NotOurs):  # the latter is said when something is to be written
            return None
        with folder:
            if folder.stat(self.path.name) is None:
                return None
            fd, writable = _opened(folder, self.path.name)
        with self._lock:
            if self._closed or self._resting or self._fd is not None:
                return fd
            self._fd, self._writable = fd, writable
            return os.dup(fd)

    def _writing(self) -> int:
        """The descriptor to write to; the file is made if it is missing."""
        if self._resting:
            fd, self._size = self._resting.opened(self.path)
            self._swap(fd)
        if self._fd is None or not self._writable:
            with Folder.make(self.path.parent) as folder:
                fd = folder.file(self.path.name, os.O_RDWR | os.O_APPEND | os.O_CREAT)
                try:
                    if self._size is None:
                        self._size = end_of_lines(fd)
                except OSError:
                    os.close(fd)
                    raise
            self._named = False
            self._swap(fd)
        assert self._fd is not None
        return self._fd

    def _sync(self, fd: int) -> None:
        """Have the file on the disk; the first time its name as well, at no further wait."""
        if self._named:
            os.fsync(fd)
            return
        with Folder.make(self.path.parent) as folder:
            _sync_both(fd, folder)
        self._named = True

    def _cut(self, fd: int) -> None:
        end = os.fstat(fd).st_size
        if self._size is None or end < self._size:  # somebody emptied it: go on with what is there
            self._size = end_of_lines(fd)
        if end > self._size:
            os.ftruncate(fd, self._size)
            log.warning("Cut %d bytes of a torn line off %s", end - self._size, self.path.name)

    def _copy(self, fd: int, size: int) -> None:
        """Give the name to a copy of what was removed or replaced, on the disk. Raises OSError."""
        self._swap(write_anew(self.path, lambda folder: folder.copy(self.path.name, fd, size)))

    def _swap(self, fd: int | None, resting: Resting | None = None) -> None:
        with self._lock:
            before, self._fd, self._writable = self._fd, fd, fd is not None
            self._resting, self._closed = resting, False
        if before is not None:
            os.close(before)


def _opened(folder: Folder, name: str) -> tuple[int, bool]:
    """A file that is there, and whether it can be written."""
    try:
        return folder.file(name, os.O_RDWR | os.O_APPEND), True
    except NotOurs:
        raise
    except OSError:  # such as a disk that may only be read
        return folder.file(name), False


def _sync_both(fd: int, folder: Folder) -> None:
    """Make a file and its name durable, in the time of the slower one. Raises OSError."""
    failures: list[OSError] = []

    def sync() -> None:
        try:
            folder.sync()
        except OSError as failure:
            failures.append(failure)

    other = threading.Thread(target=sync, name="janus-sync")
    other.start()
    try:
        os.fsync(fd)
    finally:
        other.join()
    if failures:
        raise failures[0]
