"""The newest records of a log: those in memory."""

from __future__ import annotations

from collections import deque
from itertools import islice

from janus.conversation.record import Record

#: How much of a log is in memory: records, and bytes of their lines.
_NEWEST, _BYTES = 2000, 1 << 20


class Newest:
    """The newest records of a log. Not thread-safe: the log guards them."""

    def __init__(self) -> None:
        self._records: deque[tuple[Record, int]] = deque()
        self._size = 0

    def __len__(self) -> int:
        return len(self._records)

    def add(self, record: Record, size: int) -> None:
        """Take the next one, whose line has *size* bytes; old ones go."""
        self._records.append((record, size))
        self._size += size
        # Not counting the newest: a long one would send all who are a word behind to the disk.
        while len(self._records) > _NEWEST or self._size - size > _BYTES:
            self._size -= self._records.popleft()[1]

    def lines(self, last: int) -> list[bytes]:
        """The lines up to record *last*."""
        return [record.line() for record, _ in self._records if record.seq <= last]

    def all(self) -> list[Record]:
        """All that are there, the oldest first."""
        return [record for record, _ in self._records]

    def last(self, count: int) -> list[Record]:
        """The last of them, at most *count*, the oldest first."""
        some = [record for record, _ in islice(reversed(self._records), max(0, count))]
        return some[::-1]
