"""What survives: append-only conversation logs, and files that are written whole.

Everything lives in one folder of the owner's state, readable by its owner only. Nothing here
follows a link or opens anything but plain files of this user; see ``storage.folder``.
"""

from __future__ import annotations

import contextlib
import logging
import os
import stat
import threading
from pathlib import Path

from janus.storage.folder import NEW, Folder
from janus.storage.lines import end_of_lines
from janus.storage.log_file import LogFile

log = logging.getLogger(__name__)

_LOGS, _SUFFIX = "logs", ".jsonl"


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
        path = self.folder / _LOGS / f"{session_id}{_SUFFIX}"
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
            with Folder.open(self.folder / _LOGS) as folder:
                names = [name for name in folder.names() if name.endswith(_SUFFIX)]
                found = [(info.st_mtime, name) for name in names if (info := folder.stat(name))]
        except OSError:
            return []
        return [name.removesuffix(_SUFFIX) for _, name in sorted(found)]

    def last_line(self, session_id: str) -> bytes:
        """The last whole line of a session's log; nothing if there is none."""
        name = f"{session_id}{_SUFFIX}"
        with (
            contextlib.suppress(OSError),
            Folder.open(self.folder / _LOGS) as folder,
            folder.opened(name) as fd,
        ):
            end = end_of_lines(fd)
            start = end_of_lines(fd, end - 1)
            return os.pread(fd, end - start, start)
        return b""

    def read(self, name: str) -> bytes | None:
        """All of a file; None if there is none. Raises OSError, also for what is no plain file."""
        try:
            with Folder.open(self.folder) as folder:
                return folder.read(name)
        except FileNotFoundError:
            return None

    def replace(self, name: str, data: bytes) -> bool:
        """Write a whole file: a reader sees the old one or the new one, also after a power cut.

        False if the disk did not take it; then the old one is as it was, and ``problem`` says why.
        """
        path = self.folder / name
        try:
            with Folder.make(self.folder) as folder:
                found = os.fstat(folder.fd)
                if found.st_uid == os.geteuid() and stat.S_IMODE(found.st_mode) & 0o077:
                    os.fchmod(folder.fd, 0o700)  # it was there before, open to others
                folder.replace(name, data)
        except OSError as failure:
            self.note(path, failure)
            return False
        self.note(path, None)
        return True

    def names(self) -> list[str]:
        """What is in the folder, in the order of the alphabet."""
        try:
            with Folder.open(self.folder) as folder:
                return folder.names()
        except OSError:
            return []

    def remove(self, name: str) -> None:
        """Remove a file, durably; fine if there is none. Raises OSError."""
        with contextlib.suppress(FileNotFoundError), Folder.open(self.folder) as folder:
            os.unlink(name, dir_fd=folder.fd)
            folder.sync()

    def put_aside(self, name: str) -> str:
        """Give whatever is called *name* another one, and return that. Raises OSError."""
        with Folder.open(self.folder) as folder:
            return folder.put_aside(name)

    def sweep(self) -> None:
        """Remove what a crash left half written. Only for the one Janus that holds the lock."""
        for path in (self.folder, self.folder / _LOGS):
            with contextlib.suppress(OSError), Folder.open(path) as folder:
                for name in folder.names():
                    if name.startswith(NEW):
                        folder.remove(name)
