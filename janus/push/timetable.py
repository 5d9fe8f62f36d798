"""A few threads that do what is due."""

from __future__ import annotations

import heapq
import itertools
import logging
import threading
from collections.abc import Callable

from janus.clock import Clock

log = logging.getLogger(__name__)

Job = Callable[[], object]
_THREADS = 4
#: Seconds that one may take to leave: it may be waiting for a push service.
_LEAVING = 2.0


class Timetable:
    """Does jobs at their times. The threads begin with the first job.

    ``_changed`` guards all fields; it is not held while a job runs.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._changed = threading.Condition()
        self._jobs: list[tuple[float, int, Job, str]] = []
        self._names: set[str] = set()  # of those that wait
        self._numbers = itertools.count()
        self._threads: list[threading.Thread] = []
        self._idle = 0
        self._stopping = False

    def add(self, job: Job, delay: float = 0.0, name: str = "") -> None:
        """Do *job* in *delay* seconds, unless one of that *name* waits to be done.

        Nothing is added any more once it is stopped.
        """
        with self._changed:
            if self._stopping or name in self._names:
                return
            if name:
                self._names.add(name)
            at = self._clock.monotonic() + delay
            heapq.heappush(self._jobs, (at, next(self._numbers), job, name))
            self._changed.notify()
            if not self._idle and len(self._threads) < _THREADS:
                number = len(self._threads) + 1
                thread = threading.Thread(target=self._run, name=f"push {number}", daemon=True)
                self._threads.append(thread)
                thread.start()

    def stop(self) -> None:
        """Do no more. May be called twice."""
        with self._changed:
            self._stopping = True
            self._jobs.clear()
            self._changed.notify_all()
        for thread in self._threads:
            thread.join(_LEAVING)

    def _run(self) -> None:
        while job := self._next():
            try:
                job()
            except Exception:
                log.exception("The owner may not have been told something")

    def _next(self) -> Job | None:
        with self._changed:
            while not self._stopping:
                wait = self._jobs[0][0] - self._clock.monotonic() if self._jobs else None
                if wait is not None and wait <= 0:
                    _, _, job, name = heapq.heappop(self._jobs)
                    self._names.discard(name)
                    return job
                self._idle += 1
                self._changed.wait(wait)
                self._idle -= 1
        return None
