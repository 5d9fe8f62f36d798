"""Which sessions there are: kept on the disk, and found again at the next start."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from janus.model import SessionInfo
from janus.sessions.meter import Meter
from janus.sessions.sessions_file import SessionsFile

log = logging.getLogger(__name__)

#: Seconds until what could not be saved is tried again.
_RETRY = 5.0
#: Seconds in which changes come together: most of them are saved at once by whoever made them.
_SOON = 0.2


class SessionSaver:
    """Keeps the sessions file as the sessions are.

    What must be on the disk before it is acknowledged is saved at once; all other changes soon, on
    a thread of its own. ``_saving`` is held while the file is written, so that an older list never
    replaces a newer one; it guards ``_covered`` and ``_saved``. Those who had to wait for it find
    their change saved by whoever was first. ``_counting`` guards ``_asked``.
    """

    def __init__(
        self, file: SessionsFile, sessions: Callable[[], list[SessionInfo]], meter: Meter
    ) -> None:
        """*sessions* tells what to save, and may try what else could not be written."""
        self._file = file
        self._sessions = sessions
        self._meter = meter
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
        """Save soon, unless somebody else does. Returns at once."""
        with self._counting:
            self._asked += 1
        self._woken.set()

    def save(self) -> bool:
        """Save now; False if something is not on the disk by now: then it is tried again."""
        with self._counting:
            self._asked += 1
            mine = self._asked
        return self._save(mine)

    def _save(self, mine: int) -> bool:
        with self._saving:
            wanted = self._covered < mine or not self._saved
            if wanted and not self._stopping.is_set():
                with self._counting:
                    self._covered = self._asked
                self._saved = self._file.save(self._sessions())
                self._meter.saved(ok=self._saved)
            if not self._saved:
                self._woken.set()
            return self._saved

    def stop(self) -> None:
        """Save a last time, if there ever was anything to save. May be called twice."""
        with self._counting:
            ever = self._asked
        if ever:
            self.save()
        self._stopping.set()
        self._woken.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._woken.wait()
            self._stopping.wait(_SOON)
            self._woken.clear()
            with self._counting:
                mine = self._asked
            try:
                if not self._save(mine):
                    self._stopping.wait(_RETRY)
            except Exception:
                log.exception("Cannot save the sessions; trying again")
                self._stopping.wait(_RETRY)
