"""The event log: everything that happened in one session, numbered 1, 2, 3, … without gaps.

    append() ──> keeper (the disk) ──> state, the newest events ──> follow(seq)

There are no subscribers and no queues: a reader is only the number of the last event it has seen.
The newest events are in memory, the older ones are read from the disk by those who ask for them,
so that neither a long session nor a slow reader costs more than a bounded piece of memory.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import islice
from math import inf
from typing import Any, Protocol, TypeVar

from janus.clock import Clock
from janus.conversation.event import Event
from janus.conversation.merging import merged

log = logging.getLogger(__name__)

#: How much of a log is in memory: events, and bytes of their lines.
_NEWEST, _BYTES = 2000, 1 << 20
#: Seconds in which they gather: a screen shows no more than one a frame, and each costs a phone.
_GATHER = 0.008

T = TypeVar("T")


class EventStore(Protocol):
    """Where events survive."""

    def append(self, line: bytes, promised: bool) -> None:
        """Write a line; a *promised* one is on the disk when this returns, or it raises."""

    def lines(self) -> Iterator[bytes]:
        """Every line that was appended, the oldest first, from any thread."""

    def flush(self) -> None:
        """Try again to write what could not be written."""

    def close(self) -> None: ...


class Fold(Protocol):
    """What is made of the events, one after the other."""

    def hear(self, event: Event) -> None: ...
    def to_json(self) -> dict[str, Any]: ...


class EventLog:
    """The numbered events of one session.

    ``_changed`` guards all fields, and the keeper's and the state's too. It is held while one event
    is written to the disk, because the order there must be the order of the numbers; that takes
    microseconds, or about 0.2 ms for an event that was promised to survive.
    """

    def __init__(self, keeper: EventStore, state: Fold, clock: Clock = time) -> None:
        """Goes on where the keeper's lines end."""
        self._keeper = keeper
        self._state = state
        self._clock = clock
        self._changed = threading.Condition()
        self._newest: deque[tuple[Event, int]] = deque()
        self._size = 0
        self._seq = 0
        self._closed = False
        #: How many lines could not be read, or are not understood.
        self.left_out = 0
        for seq, event in self._read():
            try:
                if event is None:
                    raise ValueError("unreadable")
                self._take(event, len(event.line()))
            except Exception:  # whatever a damaged event does to the state
                self._seq = seq
                self.left_out += 1
        if self.left_out:
            log.warning("%d lines of a log are not understood; they are left out", self.left_out)

    @property
    def seq(self) -> int:
        """The number of the newest event; 0 if there is none."""
        with self._changed:
            return self._seq

    def append(self, kind: str, data: dict[str, Any], *, promised: bool = False) -> Event:
        """Number and keep an event, then wake whoever waits for one.

        A *promised* event is on the disk when this returns; if it could not be kept, the keeper's
        error is raised and nothing has happened.
        """
        with self._changed:
            if self._closed:
                raise ValueError("this log is closed")
            event = Event(self._seq + 1, kind, data, self._clock.time())
            line = event.line()
            self._keeper.append(line, promised)
            self._take(event, len(line))
            self._changed.notify_all()
        return event

    def state(self) -> dict[str, Any]:
        """What the events so far amount to, as JSON; ``seq`` is the newest of them."""
        with self._changed:
            return {"seq": self._seq, **self._state.to_json()}

    def look(self, at: Callable[[], T]) -> T:
        """What *at* returns, while nothing happens: for looking at parts of the state."""
        with self._changed:
            return at()

    def all(self) -> Iterator[Event]:
        """Every event so far, the oldest first."""
        return self._kept(0, self.seq)

    def follow(self, seq: int, heartbeat: float) -> Iterator[Event | None]:
        """Yield what happens after *seq*, and ``None`` on every *heartbeat* seconds of quiet.

        Deltas that wait for this reader come as one, under the number of the last. Ends when the
        log is closed and everything in it has been yielded.
        """
        while True:
            events, closed = self._after(seq, heartbeat)
            kind = ""
            for event in merged(events):
                yield event
                seq, kind = event.seq, event.kind
            if kind.endswith("_delta"):
                time.sleep(_GATHER)
            if events == []:
                if closed:
                    return
                yield None

    def flush(self) -> None:
        """Try again to keep what could not be kept."""
        with self._changed:
            self._keeper.flush()

    def close(self) -> None:
        """Nothing more will happen here. May be called twice."""
        with self._changed:
            self._closed = True
            self._keeper.close()
            self._changed.notify_all()

    def _after(self, seq: int, timeout: float) -> tuple[Iterable[Event], bool]:
        """The events after *seq*, waiting for one; those no longer in memory are read from disk."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._seq > seq, timeout)
            missing = self._seq - seq
            if missing > len(self._newest):
                # Not beyond what is written now: the next line may be half there.
                return self._kept(seq, self._seq), self._closed
            newest = [event for event, _ in islice(reversed(self._newest), max(0, missing))]
            # A line that could not be read leaves a gap in the numbers.
            return [event for event in reversed(newest) if event.seq > seq], self._closed

    def _take(self, event: Event, size: int) -> None:
        self._state.hear(event)
        self._seq = event.seq
        self._newest.append((event, size))
        self._size += size
        while len(self._newest) > _NEWEST or (self._size > _BYTES and len(self._newest) > 1):
            self._size -= self._newest.popleft()[1]

    def _kept(self, after: int = 0, last: float = inf) -> Iterator[Event]:
        """The keeper's events from *after* to *last*; what is unreadable there is left out."""
        for seq, event in self._read():
            if event and after < seq <= last:
                yield event

    def _read(self) -> Iterator[tuple[int, Event | None]]:
        """The number of each line and its event, None where it is unreadable.

        A line's place is its number: a damaged number must not hide the lines that follow.
        """
        for seq, line in enumerate(self._keeper.lines(), 1):
            event = None
            with contextlib.suppress(Exception):  # whatever a damaged line does to a parser
                event = replace(Event.from_line(line), seq=seq)
            yield seq, event
