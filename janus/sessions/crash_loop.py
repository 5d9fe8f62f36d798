"""When to stop starting an agent that dies again and again."""

from __future__ import annotations

import threading
from collections import deque

from janus.clock import Clock
from janus.errors import AgentFailed

#: So many deaths in a row within so many seconds are enough.
ENOUGH, WITHIN = 3, 60.0


class CrashLoopGuard:
    """The deaths of one agent since it last did what it was asked; ``_lock`` guards them."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._times: deque[float] = deque(maxlen=ENOUGH)
        self._last_words = ""

    def add(self, words: str) -> None:
        """It died; *words* say how."""
        with self._lock:
            self._times.append(self._clock.monotonic())
            self._last_words = words

    def forget(self) -> None:
        """It works, or somebody wants it to be tried again."""
        with self._lock:
            self._times.clear()

    def check(self) -> None:
        """Raises AgentFailed for a minute after the third death within a minute."""
        with self._lock:
            if len(self._times) < ENOUGH or self._times[-1] - self._times[0] > WITHIN:
                return
            left = self._times[-1] + WITHIN - self._clock.monotonic()
            words = self._last_words
        if left > 0:
            raise AgentFailed(
                f"The agent died {ENOUGH} times within a minute, so Janus does not start it for "
                f"now. The last time: {words} Resume the session, or wait a minute, to try again.",
                retry_seconds=round(left),
            )
