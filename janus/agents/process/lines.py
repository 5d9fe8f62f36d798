"""LineBuffer on their way from the thread that reads an agent to the thread that understands it."""

from __future__ import annotations

import threading
from collections import deque

#: Where the agent is made to wait (its pipe fills up) until somebody reads.
_FULL = 1 << 20
#: Longer lines are dropped: no agent writes such, but a broken one could fill the memory.
LONGEST_LINE = 64 << 20


class LineBuffer:
    """Splits bytes into lines and holds about 1 MiB of them, or one longer line.

    ``_changed`` guards all fields; it is held for copying bytes only.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._ready: deque[bytes] = deque()
        self._size = 0
        self._parts: list[bytes] = []  # of the line that is still being written
        self._length = 0
        self._ended = False
        self._unwanted = False

    def feed(self, data: bytes) -> None:
        """Take what was read, in any pieces; waits while nobody takes the lines."""
        *ends, rest = data.split(b"\n")
        with self._changed:
            if self._ended or self._unwanted:
                return
            for end in ends:
                self._part(end)
                self._finish_line()
            self._part(rest)
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._size < _FULL or self._unwanted)

    def end(self) -> None:
        """No more will come: a last line without its newline counts."""
        with self._changed:
            if self._length:
                self._finish_line()
            self._ended = True
            self._changed.notify_all()

    def discard(self) -> None:
        """Nobody wants lines any more; whoever waits in ``take`` is told the end."""
        with self._changed:
            self._unwanted = True
            self._ready.clear()
            self._parts.clear()
            self._size = self._length = 0
            self._changed.notify_all()

    def take(self, timeout: float) -> bytes | None:
        """The next line without its newline; None at the end. TimeoutError after *timeout* s."""
        with self._changed:
            if not self._changed.wait_for(self._has_news, timeout):
                raise TimeoutError
            if not self._ready:
                return None
            line = self._ready.popleft()
            self._size -= len(line) + 1
            self._changed.notify_all()
            return line

    def _has_news(self) -> bool:
        return bool(self._ready) or self._ended or self._unwanted

    def _part(self, part: bytes) -> None:
        self._length += len(part)
        if part and self._length <= LONGEST_LINE:
            self._parts.append(part)

    def _finish_line(self) -> None:
        if self._length <= LONGEST_LINE:
            line = b"".join(self._parts)
            self._ready.append(line)
            self._size += len(line) + 1  # empty lines, too, take room
        self._parts.clear()
        self._length = 0
