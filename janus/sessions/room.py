"""The room on the disk that sessions take beside their logs: measured now and then, and bounded."""

from __future__ import annotations

import logging
import threading
import time

from janus.errors import JanusError
from janus.logs import about
from janus.sessions.manager import MemorySessionManager
from janus.storage.store import Store
from janus.workspace.snapshots.room import needed, size_of, used

log = logging.getLogger(__name__)

#: Seconds between two looks.
LOOK = 3600.0
_PAGE = 200


class SessionRoom:
    """That of one project. Whoever looks first makes the thread that measures; it is the only one.

    Where snapshots take too much, those of the sessions that ended longest ago go, each as a whole,
    but for those on which commits depend. Git frees the room with its next ``gc``. Attachments that
    no message names any more go, too.
    """

    def __init__(self, manager: MemorySessionManager, store: Store, most: int) -> None:
        """*most* is how many bytes snapshots may take."""
        self._workspace = manager.workspace
        self._attachments = manager.attachments
        self._ended = manager.ended
        self._store = store
        self._most = most
        self._thread: threading.Thread | None = None
        self._next = 0.0
        self._stopping = False
        #: Bytes, as they were measured last; and of how many sessions snapshots were dropped.
        self.snapshots = self.attachments = self.dropped = 0

    def look(self) -> None:
        """Measure, if that is long ago; to be called now and then, by one thread."""
        if self._stopping or time.monotonic() < self._next:
            return
        if self._thread is None or not self._thread.is_alive():
            self._next = time.monotonic() + LOOK
            self._thread = threading.Thread(target=self._run, name="janus-room", daemon=True)
            self._thread.start()

    def stop(self, timeout: float = 5.0) -> None:
        """May be called twice. The git of the workspace has to be stopped before."""
        self._stopping = True
        if self._thread:
            self._thread.join(timeout)

    def measure(self) -> None:
        """Look now, and drop what is too much. Raises GitFailed, ServerStopping."""
        git, kept, most = self._workspace.git, self._store.folder / "snapshots", self._most
        self._attachments.sweep()
        self.attachments = size_of(self._store.folder / "attachments")
        self.snapshots = used(git, kept)
        if self.snapshots <= most:
            return
        for id in self._oldest():
            if self._stopping or self.snapshots <= most:
                return
            if needed(git, id) or not self._ended(1, None, id).sessions:  # it goes on again
                continue
            self._workspace.snapshots.forget(id)
            left = used(git, kept)
            if freed := self.snapshots - left:
                self.dropped += 1
                log.warning(
                    "Session %s: its snapshots were dropped, %d MB, because all of this project "
                    "take more than %d MB: its turns cannot be undone any more",
                    id, freed >> 20, most >> 20, extra=about(id),
                )  # fmt: skip
            self.snapshots = left

    def _oldest(self) -> list[str]:
        """The sessions that ended, the oldest first."""
        found: list[str] = []
        before: str | None = None
        while True:
            page = self._ended(_PAGE, before, "")
            found += [it.session_id for it in page.sessions]
            if page.next is None:
                return found[::-1]
            before = page.next

    def _run(self) -> None:
        try:
            self.measure()
        except JanusError as failure:
            log.info("What snapshots take cannot be measured: %s", failure)
        except Exception:
            log.exception("What snapshots take cannot be measured")
