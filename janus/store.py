"""What survives: append-only conversation logs, and files that are written whole.

Everything lives in one folder, ``<workspace>/.janus``, readable by its owner only. This is the only
module that writes there, so whatever a disk can do to Janus it does here.
"""

from __future__ import annotations

import contextlib
import itertools
import logging
import os
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

from janus.errors import StorageFailed

log = logging.getLogger(__name__)

_BLOCK = 1 << 16
_LOGS = "logs"
#: How the files begin that are not whole yet.
_NEW = ".new-"


class Store:
    """The folder that holds what Janus remembers.

    ``_lock`` guards ``_problems``, why each file that could not be written was not, until it is;
    and ``_late``, the logs that were closed while the disk did not take their last lines.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._problems: dict[Path, str] = {}
        self._late: dict[Path, LogFile] = {}

    @property
    def problem(self) -> str | None:
        """Why something is not on the disk that should be, or None if all is."""
        with self._lock:
            return next(iter(self._problems.values()), None)

    def note(self, path: Path, failure: OSError | None) -> None:
        """Remember how writing a file went."""
        with self._lock:
            if failure is None:
                self._problems.pop(path, None)
                return
            problem = failure.strerror or type(failure).__name__
            if self._problems.get(path) != problem:
                log.error("Cannot write %s: %s", path, problem, extra={"event": "storage_failed"})
            self._problems[path] = problem

    def open_log(self, session_id: str) -> LogFile:
        """The log of a session, new or continued; nothing is created until the first event."""
        path = self.folder / _LOGS / f"{session_id}.jsonl"
        with self._lock:
            late = self._late.pop(path, None)
        return late or LogFile(path, self)

    def finish_later(self, file: LogFile) -> None:
        """Keep a log that is closed, until the disk takes what it still has."""
        with self._lock:
            self._late[file.path] = file

    def flush(self) -> None:
        """Try again to write what logs had when they were closed."""
        with self._lock:
            late, self._late = [*self._late.values()], {}
        for file in late:
            file.close()

    def logs(self) -> list[str]:
        """The ids of all sessions that have a log, the one written last at the end."""
        try:
            found = [(file.stat().st_mtime, file) for file in (self.folder / _LOGS).glob("*.jsonl")]
        except OSError:
            return []
        return [file.stem for _, file in sorted(found)]

    def last_line(self, session_id: str) -> bytes:
        """The last whole line of a session's log; nothing if there is none."""
        try:
            with (self.folder / _LOGS / f"{session_id}.jsonl").open("rb") as file:
                end = _end_of_lines(file.fileno())
                start = _end_of_lines(file.fileno(), end - 1)
                return os.pread(file.fileno(), end - start, start)
        except OSError:
            return b""

    def replace(self, name: str, data: bytes) -> bool:
        """Write a whole file: a reader sees the old one or the new one, also after a power cut.

        False if the disk did not take it; then the old one is as it was, and ``problem`` says why.
        """
        path = self.folder / name
        try:
            make_folder(self.folder)
            temporary = _write_new(self.folder, data)
            try:
                os.rename(temporary, path)  # noqa: PTH104  # with all that a disk does, through os
            except OSError:
                _remove(temporary)
                raise
            sync_folder(self.folder)
        except OSError as failure:
            self.note(path, failure)
            return False
        self.note(path, None)
        return True

    def save_new(self, folder: str, name: str, text: str) -> str:
        """Write a whole new file below *folder* and return its name: *name*, or ``…-2`` and so on.

        Nobody sees half of it, also after a power cut. Raises OSError, leaving nothing.
        """
        return _save_new(self.folder / folder, Path(name), text.encode("utf-8", "replace"))

    def sweep(self) -> None:
        """Remove what a crash left half written. Only for the one Janus that holds the lock."""
        for left in self.folder.glob(f"**/{_NEW}*"):
            _remove(left)


class LogFile:
    """An append-only file of lines.

    One thread appends at a time (the event log calls under its own lock); any may read. What could
    not be written and was not promised waits in ``_unsaved`` and goes first with the next promise.
    ``_size`` is how much of the file counts; what is behind is cut off before anything is added:
    the line that a crash or a full disk left half written, or the next one would be glued to it.
    """

    def __init__(self, path: Path, store: Store) -> None:
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
            _write_all(fd, data)
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
                    self._size = _end_of_lines(fd)
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


def make_folder(path: Path) -> None:
    """A folder, and what is missing above it, for its owner only."""
    if not path.is_dir():
        make_folder(path.parent)  # with parents=True those above would be open to all
        path.mkdir(mode=0o700, exist_ok=True)


def sync_folder(path: Path) -> None:
    """Make the names in a folder durable."""
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _save_new(folder: Path, name: Path, data: bytes) -> str:
    make_folder(folder)
    temporary = _write_new(folder, data)
    try:
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
        _remove(temporary)


def _write_new(folder: Path, data: bytes) -> Path:
    """A temporary file in *folder* with *data*, on the disk. Raises OSError, leaving nothing."""
    fd, name = tempfile.mkstemp(dir=folder, prefix=_NEW)
    try:
        _write_all(fd, data)
        os.fsync(fd)
    except OSError:
        _remove(Path(name))
        raise
    finally:
        os.close(fd)
    return Path(name)


def _write_all(fd: int, data: bytes) -> None:
    while data:
        data = data[os.write(fd, data) :]


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):  # a disk that broke may not even take that
        path.unlink()


def _end_of_lines(fd: int, end: int | None = None) -> int:
    """Where the last whole line before *end* (the end of the file) ends; 0 if there is none."""
    end = os.lseek(fd, 0, os.SEEK_END) if end is None else end
    while end > 0:
        start = max(0, end - _BLOCK)
        newline = os.pread(fd, end - start, start).rfind(b"\n")
        if newline >= 0:
            return start + newline + 1
        end = start
    return 0
