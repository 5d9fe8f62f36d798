"""Turns one at a time, in order, on a thread that exists while there are any."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable

from janus.conversation.turn import Turn

log = logging.getLogger(__name__)


class Closed(Exception):
    """The queue takes no more turns."""


class TurnQueue:
    """Gives each turn to *run*, which answers it, however long that takes.

    ``_lock`` guards all fields, for a few assignments; it is not held while a turn runs.
    """

    def __init__(self, run: Callable[[Turn], None], name: str) -> None:
        self._run = run
        self._name = name
        self._lock = threading.Lock()
        self._waiting: deque[Turn] = deque()
        self._running: Turn | None = None
        self._thread: threading.Thread | None = None
        self._closed = False

    @property
    def running(self) -> Turn | None:
        with self._lock:
            return self._running

    @property
    def busy(self) -> bool:
        with self._lock:
            return self._thread is not None

    def __len__(self) -> int:
        """How many wait, without the one that runs."""
        with self._lock:
            return len(self._waiting)

    def put(self, turn: Turn) -> None:
        """Queue a turn. Raises Closed."""
        with self._lock:
            if self._closed:
                raise Closed
            self._waiting.append(turn)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name=self._name, daemon=True)
                self._thread.start()

    def find(self, turn_id: str) -> Turn | None:
        """The turn with this id, if it waits or runs."""
        with self._lock:
            known = [*self._waiting, *([self._running] if self._running else [])]
        return next((turn for turn in known if turn.id == turn_id), None)

    def withdraw(self, turn_id: str) -> Turn | None:
        """Take a turn back that waits; None if none does."""
        with self._lock:
            found = next((turn for turn in self._waiting if turn.id == turn_id), None)
            if found:
                self._waiting.remove(found)
            return found

    def close(self) -> list[Turn]:
        """Take no more, and give back those that wait; the one that runs goes on."""
        with self._lock:
            self._closed = True
            waiting = [*self._waiting]
            self._waiting.clear()
            return waiting

    def join(self, timeout: float) -> bool:
        """Wait until nothing runs; False if that takes longer."""
        with self._lock:
            thread = self._thread
        if thread:
            thread.join(timeout)
        return thread is None or not thread.is_alive()

    def _work(self) -> None:
        while turn := self._next():
            try:
                self._run(turn)
            except Exception as bug:
                log.exception("%s: a turn failed", self._name)
                if not turn.answer.done():
                    turn.answer.set_exception(bug)

    def _next(self) -> Turn | None:
        with self._lock:
            self._running = self._waiting.popleft() if self._waiting else None
            if self._running is None:
                self._thread = None
            return self._running
