"""The thread that reads logs into the index, so that no turn ever waits for it."""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict

from janus.memory.history.index import Index, LogUnreadable
from janus.model import is_id
from janus.storage.database import Damaged, Unavailable
from janus.storage.store import Store

log = logging.getLogger(__name__)

#: Seconds until what failed is tried again.
_RETRY = 5.0
#: Seconds that the thread may take to end: nobody else waits for a disk that is stuck.
_LEAVING = 5.0
#: Seconds to rest after a piece of work, at most, and before the first: turns come first.
_REST, _LATER = 0.05, 0.1
#: Jobs that are no session's: look at everything; make everything anew. No id is like these.
_ALL, _ANEW = "*", "!"


class Feeder:
    """Reads the logs of sessions that it is told of. The thread begins with the first.

    ``_changed`` guards the jobs, the one at work, and whether there is a thread and may be one.
    """

    def __init__(self, index: Index, store: Store) -> None:
        self._index = index
        self._store = store
        self._changed = threading.Condition()
        self._jobs: OrderedDict[str, None] = OrderedDict()
        self._job: str | None = None
        self._thread: threading.Thread | None = None
        self._stopping = threading.Event()
        self._damaged = False
        #: Why the index is not what it should be, or None if it is.
        self.problem: str | None = None

    @property
    def pending(self) -> int:
        """How many logs are still to be read."""
        with self._changed:
            return len({*self._jobs, *filter(None, [self._job])})

    @property
    def begun(self) -> bool:
        """Whether there is a thread."""
        with self._changed:
            return self._thread is not None

    def feed(self, session_id: str) -> None:
        """Something was said in this session: it comes before all else."""
        self._add([session_id], first=True)

    def feed_all(self) -> None:
        """Read what the index does not have yet, and see whether it is sound."""
        self._add([_ALL])

    def rebuild(self) -> None:
        """Make the index anew."""
        self._add([_ANEW], first=True)

    def stop(self) -> bool:
        """Stop after the lines at hand; the rest is read after the next start. May be called twice.

        Nothing is begun any more. False if a disk keeps the thread for longer than 5 seconds.
        """
        self._stopping.set()
        with self._changed:
            self._changed.notify_all()
            thread = self._thread
        if thread:
            thread.join(_LEAVING)
        return not (thread and thread.is_alive())

    def _add(self, jobs: list[str], *, first: bool = False) -> None:
        with self._changed:
            if self._stopping.is_set():
                return
            for job in jobs:
                self._jobs[job] = None
                if first:
                    self._jobs.move_to_end(job, last=False)
            self._changed.notify_all()
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="history", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while (job := self._next()) is not None:
            began = time.monotonic()
            try:
                self._do(job)
            except LogUnreadable as why:
                log.warning("The log of session %s cannot be read for the search: %s", job, why)
            except Exception:
                log.exception("The history is not searched in full: %s is left out", job)
            with self._changed:
                self._job = None
            self._stopping.wait(min(time.monotonic() - began, _REST))

    def _next(self) -> str | None:
        with self._changed:
            is_idle = not self._jobs
            self._changed.wait_for(lambda: self._jobs or self._stopping.is_set())
        if is_idle:  # a turn begins, or ends, and the next may follow
            self._stopping.wait(_LATER)
        with self._changed:
            if self._stopping.is_set():
                return None
            self._job, _ = self._jobs.popitem(last=False)
            return self._job

    def _do(self, job: str) -> None:
        try:
            if job == _ANEW:
                self._index.discard()
            if job in (_ANEW, _ALL):
                self._look()
            elif self._index.feed(job):
                self._add([job])
            if self._index.was_made() and job not in (_ANEW, _ALL):
                self._add([_ALL])  # it had been removed
            self.problem, self._damaged = None, False
        except Unavailable as why:
            self._fail(f"The search index cannot be used now: {why}", job)
            self._stopping.wait(_RETRY)
        except Damaged as why:
            self._fail(f"The search index is damaged and made anew: {why}", _ANEW)
            if self._damaged:  # again
                self._stopping.wait(_RETRY)
            self._damaged = True

    def _look(self) -> None:
        self._index.check()
        self._index.forgotten()
        self._add([id for id in reversed(self._store.logs()) if is_id(id)])

    def _fail(self, problem: str, again: str) -> None:
        if problem != self.problem:
            log.warning("%s", problem, extra={"event": "storage_failed"})
        self.problem = problem
        self._add([again], first=again == _ANEW)
