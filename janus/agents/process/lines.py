"""Lines between the thread that reads an agent and the thread that interprets them."""

from __future__ import annotations

import threading
from collections import deque

#: Bytes at which the reader stops, so that the pipe fills up and the agent has to wait.
_FULL = 1 << 20
#: Longer lines are dropped. No agent writes any, but a broken one could exhaust the memory.
LONGEST_LINE = 64 << 20


class LineBuffer:
    """Splits bytes into lines, and buffers about 1 MiB of them, or one longer line.

    ``_changed`` guards all fields; it is held only while bytes are copied.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._ready: deque[bytes] = deque()
        self._size = 0
        self._parts: list[bytes] = []  # of the line that is not complete yet
        self._length = 0
        self._ended = False
        self._discarded = False

    def feed(self, data: bytes) -> None:
        """Add what was read, split anywhere. Blocks while the buffer is full."""
        *ends, rest = data.split(b"\n")
        with self._changed:
            if self._ended or self._discarded:
                return
            for end in ends:
                self._add_part(end)
                self._finish_line()
            self._add_part(rest)
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._size < _FULL or self._discarded)

    def end(self) -> None:
        """Mark the end of the input. A last line without a newline counts."""
        with self._changed:
            if self._length:
                self._finish_line()
            self._ended = True
            self._changed.notify_all()

    def discard(self) -> None:
        """Drop all lines, now and from now on; ``take`` then returns None."""
        with self._changed:
            self._discarded = True
            self._ready.clear()
            self._parts.clear()
            self._size = self._length = 0
            self._changed.notify_all()

    def take(self, timeout: float) -> bytes | None:
        """Return the next line without its newline, or None at the end.

        Raises TimeoutError after *timeout* seconds.
        """
        with self._changed:
            if not self._changed.wait_for(self._can_take, timeout):
                raise TimeoutError
            if not self._ready:
                return None
            line = self._ready.popleft()
            self._size -= len(line) + 1
            self._changed.notify_all()
            return line

    def _can_take(self) -> bool:
        return bool(self._ready) or self._ended or self._discarded

    def _add_part(self, part: bytes) -> None:
        self._length += len(part)
        if part and self._length <= LONGEST_LINE:
            self._parts.append(part)

    def _finish_line(self) -> None:
        if self._length <= LONGEST_LINE:
            line = b"".join(self._parts)
            self._ready.append(line)
            self._size += len(line) + 1  # empty lines take room too
        self._parts.clear()
        self._length = 0
