"""The cleanup thread: ends sessions that nobody uses."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Protocol

log = logging.getLogger(__name__)


class EndsIdle(Protocol):
    """What has sessions that nobody uses."""

    def end_idle(self) -> object: ...


class CleanupService:
    """Calls ``sessions.end_idle()``, and what else was given, every *interval* seconds."""

    def __init__(self, sessions: EndsIdle, interval: float) -> None:
        self._chores: list[Callable[[], object]] = [sessions.end_idle]
        self._interval = interval
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="janus-cleanup", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def also(self, chore: Callable[[], object]) -> None:
        """Do this as well from now on; it must not take long."""
        self._chores = [*self._chores, chore]

    def stop(self, timeout: float = 5.0) -> None:
        """Returns at once, even in the middle of a long wait. May be called twice."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout)

    def _run(self) -> None:
        while not self._stopping.wait(self._interval):
            for chore in self._chores:
                try:
                    chore()
                except Exception:
                    log.exception("Cleanup failed; trying again in %g s", self._interval)
