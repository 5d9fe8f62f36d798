"""Time: the clock that is passed in, and timestamps."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Wall-clock and monotonic time in seconds. The module ``time`` is a clock."""

    def time(self) -> float: ...
    def monotonic(self) -> float: ...


def timestamp(at: float) -> str:
    """Return seconds since 1970 as ISO 8601 in UTC, with milliseconds and ``Z``."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def seconds(text: str) -> float:
    """Return a timestamp as seconds since 1970. Raises ValueError for anything else."""
    return datetime.fromisoformat(text).timestamp()
