"""Time: the clock that is passed in, and timestamps."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Protocol

#: The last second that can be written (a day before the year 10000), since 1970.
LATEST = 253_402_214_400.0
#: Seconds by which a clock that is set right may move, and for how long a jump is not believed.
JUMP, LASTS = 60.0, 600.0


class Clock(Protocol):
    """Wall-clock and monotonic time in seconds. The module ``time`` is a clock."""

    def time(self) -> float: ...
    def monotonic(self) -> float: ...


class SteadyTime:
    """Wall-clock time that does not follow a jump before it has lasted; see ``JUMP``.

    The monotonic clock tells how much time has passed since both were last believed. Not
    thread-safe.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._wall, self._at = possible(clock.time()), clock.monotonic()
        self._jumped: float | None = None

    def now(self) -> float:
        """Seconds since 1970."""
        wall, at = possible(self._clock.time()), self._clock.monotonic()
        expected = self._wall + at - self._at
        if abs(wall - expected) <= JUMP:
            self._jumped = None
        elif self._jumped is None or at - self._jumped < LASTS:
            self._jumped = at if self._jumped is None else self._jumped
            return expected
        self._wall, self._at, self._jumped = wall, at, None
        return wall


def possible(at: float) -> float:
    """*at* itself where it can be written: a clock may stand beyond all dates for a moment."""
    return min(max(at, 0.0), LATEST)


def timestamp(at: float) -> str:
    """Seconds since 1970 as ISO 8601 in UTC, with milliseconds and ``Z``."""
    moment = datetime.fromtimestamp(possible(at), UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def seconds(text: str) -> float:
    """Return a timestamp as seconds since 1970. Raises ValueError for anything else."""
    return datetime.fromisoformat(text).timestamp()


def spoken(seconds: float) -> str:
    """A duration as people say it: ``90 seconds``, ``5 minutes``."""
    count, unit = (seconds, "second") if seconds < 120 else (seconds / 60, "minute")
    return f"{count:.0f} {unit}{'' if round(count) == 1 else 's'}"
