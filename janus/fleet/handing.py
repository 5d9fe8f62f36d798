"""Work that the loop hands over, so that nothing slow ever happens on it."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable

from janus.fleet.failures import FleetFailure

log = logging.getLogger(__name__)
#: What may wait; beyond that it is dropped: events are found in the stream, commands are repeated.
_WAITING = 10_000


class Handed:
    """A thread that does one thing after the other."""

    def __init__(self, name: str) -> None:
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._waiting: queue.SimpleQueue[Callable[[], object] | None] = queue.SimpleQueue()

    def start(self) -> None:
        self._thread.start()

    def put(self, do: Callable[[], object]) -> None:
        """Do it later, unless too much waits already."""
        if self._waiting.qsize() < _WAITING:
            self._waiting.put(do)

    def stop(self) -> None:
        """Return when the last thing is done. May be called twice, also before ``start``."""
        self._waiting.put(None)
        if self._thread.is_alive():
            self._thread.join()

    def _work(self) -> None:
        while (do := self._waiting.get()) is not None:
            try:
                do()
            except FleetFailure as why:
                log.info("What the doorway sent has to wait: %s", why)
            except Exception:
                log.exception("What the doorway sent could not be handled")
