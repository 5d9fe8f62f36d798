"""Which sessions there are: kept on the disk, and found again at the next start."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from janus.model import SessionInfo
from janus.sessions.sessions_file import SessionsFile

log = logging.getLogger(__name__)

#: Seconds until what could not be saved is tried again.
_RETRY = 5.0


class SessionSaver:
    """Keeps the sessions file as the sessions are.

    What must be on the disk before it is acknowledged is saved at once; all other changes soon, on
    a thread of its own. ``_saving`` is held while the file is written, so that an older list never
    replaces a newer one; it guards ``_covered`` and ``_saved``. Those who had to wait for it find
    their change saved by whoever was first. ``_counting`` guards ``_asked``.
    """

    def __init__(self, file: SessionsFile, sessions: Callable[[], list[SessionInfo]]) -> None:
        """*sessions* tells what to save, and may try what else could not be written."""
        self._file = file
        self._sessions = sessions
        self._saving = threading.Lock()
        self._counting = threading.Lock()
        self._asked = self._covered = 0
        self._saved = True
        self._woken = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="janus-saver", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def changed(self) -> None:
        """Save soon. Returns at once."""
        self._woken.set()

    def save(self) -> bool:
        """Save now; False if something is not on the disk by now: then it is tried again."""
        with self._counting:
            self._asked += 1
            mine = self._asked
        with self._saving:
            if self._covered < mine and not self._stopping.is_set():
                with self._counting:
                    self._covered = self._asked
                self._saved = self._file.save(self._sessions())
            if not self._saved:
                self._woken.set()
            return self._saved

    def stop(self) -> None:
        """Save a last time. May be called twice."""
        self.save()
        self._stopping.set()
        self._woken.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._woken.wait()
            self._woken.clear()
            try:
                if not self.save():
                    self._stopping.wait(_RETRY)
            except Exception:
                log.exception("Cannot save the sessions; trying again")
                self._stopping.wait(_RETRY)
