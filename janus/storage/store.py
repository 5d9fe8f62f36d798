"""What survives: append-only conversation logs, and files that are written whole.

Everything lives in one folder, ``<workspace>/.janus``, readable by its owner only. This is the only
module that writes there, so whatever a disk can do to Janus it does here.
"""

from __future__ import annotations

import logging
import os
import threading
from pathlib import Path

from janus.storage.atomic import NEW, make_folder, remove, save_new, sync_folder, write_new
from janus.storage.log_file import LogFile, end_of_lines

log = logging.getLogger(__name__)

_LOGS = "logs"


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
                end = end_of_lines(file.fileno())
                start = end_of_lines(file.fileno(), end - 1)
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
            temporary = write_new(self.folder, data)
            try:
                os.rename(temporary, path)  # noqa: PTH104  # with all that a disk does, through os
            except OSError:
                remove(temporary)
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
        return save_new(self.folder / folder, Path(name), text.encode("utf-8", "replace"))

    def sweep(self) -> None:
        """Remove what a crash left half written. Only for the one Janus that holds the lock."""
        for left in self.folder.glob(f"**/{NEW}*"):
            remove(left)
