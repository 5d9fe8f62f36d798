"""Time: the clock that is passed in, and timestamps."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Protocol

#: The last second that can be written (a day before the year 10000), since 1970.
LATEST = 253_402_214_400.0


class Clock(Protocol):
    """Wall-clock and monotonic time in seconds. The module ``time`` is a clock."""

    def time(self) -> float: ...
    def monotonic(self) -> float: ...


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
