"""Threads that do one thing again and again."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from janus.fleet.failures import FleetFailure

log = logging.getLogger(__name__)


class Repeating:
    """Does it every *interval* seconds, and at once when woken; what fails is tried the next time.

    A thread of its own from ``start`` to ``stop``.
    """

    def __init__(self, name: str, interval: float, do: Callable[[], object]) -> None:
        self._interval, self._do = interval, do
        self._woken = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        #: Whether ``stop`` was called; what takes long looks now and then.
        self.stopping = False
        #: Why it could not be done the last time, or None.
        self.problem: str | None = None

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        self._woken.set()

    def end(self) -> None:
        """Begin nothing more."""
        self.stopping = True
        self._woken.set()

    def stop(self) -> None:
        """Return when it is over. May be called twice, also before ``start``."""
        self.end()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self.stopping:
            self._woken.clear()
            try:
                self._do()
                self.problem = None
            except FleetFailure as why:
                self.problem = str(why)
            except Exception as bug:
                self.problem = str(bug)
                log.exception("%s failed; trying again in %s s", self._thread.name, self._interval)
            if not self.stopping:
                self._woken.wait(self._interval)
