"""What an event log needs of the disk."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol


class EventStore(Protocol):
    """Where records survive."""

    def append(self, line: bytes, promised: bool) -> None:
        """Write a line; a *promised* one is on the disk when this returns, or it raises.

        A promised one may be several lines: all of them are kept, or none.
        """

    def lines(self) -> Iterator[bytes]:
        """Every line that was appended, the oldest first, from any thread."""

    def flush(self) -> None:
        """Try again to write what could not be written."""

    def rest(self, told: Callable[[], Iterable[bytes]]) -> None:
        """Hold nothing open until the next line; *told* has all lines, should they be lost."""

    def close(self) -> None: ...
