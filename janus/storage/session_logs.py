"""The conversation logs of one folder: append-only, one for each session."""

from __future__ import annotations

import contextlib
import mmap
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from janus.errors import StorageFailed
from janus.storage.disk import remedy
from janus.storage.folder import Folder
from janus.storage.lines import last_line, whole_lines
from janus.storage.log_file import LogFile
from janus.storage.problems import Problems

#: The folder of the logs, below that of the store.
LOGS = "logs"
_SUFFIX = ".jsonl"


class LogEnd(NamedTuple):
    """How much a log of a session has, and its last whole line; nothing if it cannot be read."""

    session_id: str
    size: int
    line: bytes


class SessionLogs(Problems):
    """The logs. ``_lock`` guards also ``_late``, those that were closed while the disk did not take
    their last lines.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._logs = folder / LOGS
        self._late: dict[Path, LogFile] = {}
        #: Called with a session's id and the bytes of its log when lines were added. It must not
        #: take long.
        self.written: Callable[[str, int], object] = lambda session_id, size: None

    def prepare(self) -> None:
        """Make the folders, durably: no first message has to wait for that. Raises OSError."""
        Folder.make(self._logs).close()
        for path in (self._logs, self.folder, self.folder.parent):
            with Folder.open(path, follow=True) as folder:
                folder.sync()  # a crash may have come before

    def write_log(self, session_id: str, lines: Iterable[bytes]) -> None:
        """Write a whole log for a session that has none: all of it is there, or nothing.

        Raises StorageFailed, and what *lines* raise.
        """
        try:
            with Folder.make(self._logs) as folder:
                folder.write(f"{session_id}{_SUFFIX}", lines)
        except OSError as failure:
            raise StorageFailed(
                f"Janus could not save the conversation: {failure.strerror}. "
                f"To try again, {remedy(failure)}."
            ) from failure

    def open_log(self, session_id: str) -> LogFile:
        """The log of a session, new or continued; nothing is created until the first event."""
        path = self._logs / f"{session_id}{_SUFFIX}"
        with self._lock:
            late = self._late.pop(path, None)
        return late or LogFile(path, self)

    def grew(self, path: Path, size: int) -> None:
        """Lines were added to a log."""
        self.written(path.name.removesuffix(_SUFFIX), size)

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
            with Folder.open(self._logs) as folder:
                names = [name for name in folder.names() if name.endswith(_SUFFIX)]
                found = [(info.st_mtime, name) for name in names if (info := folder.stat(name))]
        except OSError:
            return []
        return [name.removesuffix(_SUFFIX) for _, name in sorted(found)]

    def ends(self) -> list[LogEnd]:
        """How all logs end, the one written last at the end."""
        found = list[tuple[float, LogEnd]]()
        with contextlib.suppress(OSError), Folder.open(self._logs) as folder:
            for name in folder.names():
                if name.endswith(_SUFFIX) and (info := folder.stat(name)):
                    end = LogEnd(name.removesuffix(_SUFFIX), 0, b"")
                    with contextlib.suppress(OSError), folder.opened(name) as fd:
                        end = LogEnd(end.session_id, info.st_size, last_line(fd, info.st_size))
                    found.append((info.st_mtime, end))
        return [end for _, end in sorted(found)]

    def logs_size(self) -> int:
        """The bytes of all logs; 0 where they cannot be seen."""
        with contextlib.suppress(OSError), Folder.open(self._logs) as folder:
            found = (folder.stat(name) for name in folder.names() if name.endswith(_SUFFIX))
            return sum(info.st_size for info in found if info)
        return 0

    def last_line(self, session_id: str) -> bytes:
        """The last whole line of a session's log; nothing if there is none."""
        with contextlib.suppress(OSError), self._log(session_id) as fd:
            return last_line(fd, os.fstat(fd).st_size) if fd else b""
        return b""

    def has_log(self, session_id: str) -> bool:
        """Whether a session has a log; also true where that cannot be seen."""
        try:
            with Folder.open(self._logs) as folder:
                return folder.stat(f"{session_id}{_SUFFIX}") is not None
        except FileNotFoundError:
            return False
        except OSError:
            return True

    def lines(self, session_id: str, start: int = 0) -> Iterator[bytes]:
        """The whole lines of a session's log, from byte *start* on. Raises OSError."""
        with (
            Folder.open(self._logs) as folder,
            folder.opened(f"{session_id}{_SUFFIX}") as fd,
        ):
            yield from whole_lines(fd, start)

    def piece(self, session_id: str, start: int, size: int) -> bytes:
        """At most *size* bytes of a session's log from byte *start* on; nothing without a log."""
        with self._log(session_id) as fd:
            return os.pread(fd, size, start) if fd else b""

    def is_line_end(self, session_id: str, at: int) -> bool:
        """Whether a line of a session's log ends before byte *at*. Raises OSError."""
        with (
            Folder.open(self._logs) as folder,
            folder.opened(f"{session_id}{_SUFFIX}") as fd,
        ):
            return at == 0 or os.pread(fd, 1, at - 1) == b"\n"

    def first_lines(self, session_id: str) -> list[bytes]:
        """The first whole lines of a session's log: some, not all; nothing if there are none."""
        with self._log(session_id) as fd:
            return os.pread(fd, 1 << 16, 0).splitlines(keepends=True)[:-1] if fd else []

    def log_size(self, session_id: str) -> int:
        """The bytes of a session's log; 0 if there is none."""
        with self._log(session_id) as fd:
            return os.fstat(fd).st_size if fd else 0

    def log_has(self, session_id: str, text: bytes) -> bool:
        """Whether some bytes are in a session's log: 200 MB are searched in less than 0.1 s."""
        with self._log(session_id) as fd:
            if not fd or not os.fstat(fd).st_size:
                return False
            with mmap.mmap(fd, 0, prot=mmap.PROT_READ) as log:
                return log.find(text) >= 0

    @contextlib.contextmanager
    def _log(self, session_id: str) -> Iterator[int | None]:
        """The open log of a session; None if there is none that can be read."""
        with contextlib.ExitStack() as stack:
            fd = None
            with contextlib.suppress(OSError):
                folder = stack.enter_context(Folder.open(self._logs))
                fd = stack.enter_context(folder.opened(f"{session_id}{_SUFFIX}"))
            yield fd

    def remove_log(self, session_id: str) -> None:
        """Remove the log of a session, durably; fine if there is none. Raises OSError."""
        name = f"{session_id}{_SUFFIX}"
        with self._lock:
            self._late.pop(self._logs / name, None)
        with contextlib.suppress(FileNotFoundError), Folder.open(self._logs) as folder:
            os.unlink(name, dir_fd=folder.fd)
            folder.sync()
