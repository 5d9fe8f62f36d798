"""Time: the clock that is passed in, and how moments are written."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What Janus needs to know of time; the module ``time`` is one."""

    def time(self) -> float: ...
    def monotonic(self) -> float: ...


def timestamp(at: float) -> str:
    """Seconds since 1970 as ISO 8601 in UTC, with milliseconds and ``Z``."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def seconds(text: str) -> float:
    """What ``timestamp`` wrote, as seconds since 1970; ValueError where it is something else."""
    return datetime.fromisoformat(text).timestamp()
