"""Which turn it is that an agent speaks in, where no id tells."""

from __future__ import annotations

import time
from collections.abc import Callable

#: Seconds after a turn, or after its last late words, in which what is said belongs to it still.
#: Real agents are late by milliseconds; what comes after a longer silence is work of its own.
LATE = 2.0


class Attribution:
    """The turn that runs, and the one before as long as it may have late words; not thread-safe."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self.running: str | None = None
        self._last: str | None = None
        self._spoke = 0.0

    def begin(self, turn_id: str) -> None:
        """From now on the agent speaks in *turn_id*."""
        self.running, self._last = turn_id, None

    def end(self) -> None:
        """The agent has answered, or died."""
        self.running, self._last = None, self.running
        self._spoke = self._now()

    def speaking(self) -> str | None:
        """The turn of what has just been said; None if it belongs to no turn."""
        if self.running is None and self._last is not None:
            now = self._now()
            if now - self._spoke > LATE:
                self._last = None
            self._spoke = now
        return self.running or self._last
