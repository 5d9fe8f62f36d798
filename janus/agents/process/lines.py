"""Lines between the thread that reads an agent and the thread that interprets them."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import TypeVar

T = TypeVar("T")

#: Bytes at which the reader stops, so that the pipe fills up and the agent has to wait.
_FULL = 1 << 20
#: Bytes of lines that are interpreted at once, and one line more.
_BATCH = 1 << 16
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
            if ends:
                self._add_part(ends[0])
                self._finish_line()
                whole = [end for end in ends[1:] if len(end) <= LONGEST_LINE]
                self._ready.extend(whole)
                self._size += sum(map(len, whole)) + len(whole)  # empty lines take room too
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

    def take_ready(self, timeout: float) -> Iterator[bytes] | None:
        """The lines that are ready by now, about 64 KiB of them at most, or None at the end.

        What is discarded meanwhile does not come. Raises TimeoutError as ``take`` does.
        """
        with self._changed:
            if not self._changed.wait_for(self._can_take, timeout):
                raise TimeoutError
            lines: list[bytes] = []
            size = 0
            while self._ready and size < _BATCH:
                lines.append(line := self._ready.popleft())
                size += len(line) + 1
            self._size -= size
            self._changed.notify_all()
        return (line for line in lines if not self._discarded) if lines else None

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


def each(take: Callable[[float], T | None], first: float, total: float) -> Iterator[T]:
    """What *take* gives until it gives None.

    Raises TimeoutError when the first takes longer than *first* seconds, or all of them longer
    than *total*, also when they never pause.
    """
    deadline = time.monotonic() + total
    left = min(first, total)
    while (taken := take(left)) is not None:
        yield taken
        left = deadline - time.monotonic()
        if left < 0:
            raise TimeoutError
