"""Whether somebody has a page of Janus in front of them now."""

from __future__ import annotations

import threading
from collections.abc import Callable

from janus.clock import Clock

#: Seconds for which a page that asked for something counts as in front.
_LASTS = 30.0
#: A page says so in this header, with ``1``, as long as it is visible.
HEADER = "X-Janus-Front"


class Presence:
    """Pages are in front that have a stream, which hidden ones have not, or that say so.

    ``_lock`` guards both fields.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._streams = 0
        self._looked: float | None = None

    def looked(self) -> None:
        """A page says that it is in front."""
        with self._lock:
            self._looked = self._clock.monotonic()

    def watch(self) -> Callable[[], None]:
        """A page has a stream; call the result, once, when it has not any more."""
        self._count(1)
        return lambda: self._count(-1)

    def in_front(self) -> bool:
        """Whether any page is."""
        with self._lock:
            recent = self._looked is not None and self._clock.monotonic() < self._looked + _LASTS
            return self._streams > 0 or recent

    def _count(self, change: int) -> None:
        with self._lock:
            self._streams += change
