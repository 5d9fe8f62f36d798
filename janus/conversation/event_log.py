"""The event log: everything that happened in one session, numbered 1, 2, 3, … without gaps.

    append() ──> store (the disk) ──> snapshot, messages, the newest records ──> follow(seq)

There are no subscribers and no queues: a reader is only the number of the last event it has seen.
The newest records are in memory, older ones are read from the disk by those who ask for them, so
that neither a long session nor a slow reader costs more than a bounded piece of memory. A log of
which all is in memory holds nothing open but while it is used.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial

from msgspec.structs import replace

from janus.clock import Clock, possible
from janus.conversation.event_store import EventStore
from janus.conversation.merging import is_delta, merged
from janus.conversation.newest import Newest
from janus.conversation.record import Record, numbered, read
from janus.conversation.shown import State
from janus.conversation.snapshot import Snapshot
from janus.conversation.state import apply
from janus.conversation.view import Messages
from janus.errors import StorageFailed
from janus.model.events import AnyEvent, Image

log = logging.getLogger(__name__)

#: Seconds in which deltas gather: a screen shows no more than one a frame, and each costs a phone.
_GATHER = 0.008


class LogClosed(ValueError):
    """Its session is being ended, or rests by now: who looks again finds it as it is then."""


class EventLog:
    """The numbered events of one session.

    ``_writing`` guards the store and ``_users``. It is held while one event is written to the disk,
    because the order there must be the order of the numbers; that takes microseconds, or as long as
    the disk needs for an event that was promised to survive. ``_changed`` guards all else, for
    microseconds: who reads waits for no disk. ``snapshot`` is swapped under it and may be read
    without it. Order: ``_writing``, ``_changed``.
    """

    def __init__(
        self, store: EventStore, clock: Clock = time, changed: Callable[[], object] = lambda: None
    ) -> None:
        """Continue where the store's lines end.

        *changed* is called, without a lock, when what identifies the session or its status did.
        """
        self.snapshot = Snapshot()
        self.seq = 0  # of the newest event; 0 if there is none
        self._store = store
        self._clock = clock
        self._tell_change = changed
        self._writing = threading.Lock()
        self._users = 0
        self._changed = threading.Condition()
        self._messages = Messages()
        self._newest = Newest()
        self._closed = False
        self.left_out = 0  # lines that are damaged
        #: Whether lines are damaged, or missing: what they said is not known.
        self.doubtful = False
        for seq, record, size in numbered(store.lines()):
            if record is None:
                self.seq, self.left_out, self.doubtful = seq, self.left_out + 1, True
            else:
                self.doubtful |= record.seq != seq
                self._take(record if record.seq == seq else replace(record, seq=seq), size)
        if self.left_out:
            log.warning("%d damaged lines of a conversation are left out", self.left_out)
        self._rest()

    @property
    def total(self) -> int:
        """How many messages there are."""
        return self._messages.total

    def append(self, *happened: AnyEvent, promised: bool = False) -> Record:
        """Number and keep an event, then wake whoever waits for one.

        A *promised* event is on the disk when this returns; if it could not be kept, the store's
        error is raised and nothing has happened. Several are promised together, all or none.
        """
        with self._writing:
            if self._closed:
                raise LogClosed("this log is closed")
            at = possible(self._clock.time())
            records = [Record(seq, at, event) for seq, event in enumerate(happened, self.seq + 1)]
            lines = [record.line() for record in records]
            self._store.append(b"".join(lines), promised)
            with self._changed:
                before = self.snapshot
                for record, line in zip(records, lines, strict=True):
                    self._take(record, len(line))
                after = self.snapshot
                self._changed.notify_all()
            self._rest()
        if after is not before and after.identity != before.identity:
            self._tell_change()
        return records[-1]

    @contextlib.contextmanager
    def in_use(self) -> Iterator[None]:
        """Much will be appended within: the store is not looked for with each event."""
        with self._writing:
            self._users += 1
        try:
            yield
        finally:
            with self._writing:
                self._users -= 1
                self._rest()

    def record(self, event: AnyEvent) -> Record:
        """Append what happened; on a full disk it is kept in memory until there is room again."""
        try:
            return self.append(event, promised=True)
        except StorageFailed:
            return self.append(event)

    def state(self, session_id: str) -> State:
        """What the events so far amount to, with the newest messages."""
        with self._changed:
            return State(
                session_id=session_id,
                seq=self.seq,
                now=self.snapshot,
                messages=self._messages.shown(),
                total=self._messages.total,
                left_out=self.left_out,
            )

    def partial(self, turn_id: str) -> str:
        """What the agent has said so far in a turn that is not finished."""
        with self._changed:
            return self._messages.partial(turn_id)

    def turn_of(self, message_id: str) -> str | None:
        """The turn of a message that was accepted."""
        with self._changed:
            return self._messages.accepted.get(message_id)

    def image(self, id: str) -> Image | None:
        """A picture that the agent has shown."""
        with self._changed:
            if (seq := self._messages.images.get(id)) is None:
                return None
            near = [record for record in self._newest.all() if record.seq == seq]
        for record in near or self._kept(seq - 1, seq):
            if isinstance(record.event, Image):
                return record.event
        return None

    def all(self) -> Iterator[Record]:
        """Every event so far, the oldest first."""
        return self._kept(0, self.seq)

    def spoken(self) -> Iterator[Record]:
        """Every event that may be a message, the oldest first; see ``numbered``."""
        return self._kept(0, self.seq, whole=False)

    def follow(self, seq: int, heartbeat: float) -> Iterator[Record | None]:
        """Yield what happens after *seq*, and ``None`` on every *heartbeat* seconds of quiet.

        Deltas that wait for this reader come as one, under the number of the last; after one they
        gather for 8 ms. Ends when the log is closed and everything in it has been yielded.
        """
        while True:
            records, newest, closed = self._after(seq, heartbeat)
            last = None
            for last in merged(records):
                yield last
            if last and is_delta(last):
                time.sleep(_GATHER)
            if newest <= seq:
                if closed:
                    return
                yield None
            seq = max(seq, newest)  # also where a line could not be read

    def flush(self) -> None:
        """Try again to keep what could not be kept."""
        with self._writing:
            self._store.flush()
            self._rest()

    def close(self) -> None:
        """Nothing more will happen here. May be called twice."""
        with self._writing:
            with self._changed:
                self._closed = True
                self._changed.notify_all()
            self._store.close()

    def _after(self, seq: int, timeout: float) -> tuple[Iterable[Record], int, bool]:
        """What is after *seq*, waiting for it; the newest number by now; whether it is the end.

        What is no longer in memory is read from the disk.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self.seq > seq, timeout)
            missing = self.seq - seq
            if missing > len(self._newest):
                # Not beyond what is written now: the next line may be half there.
                return self._kept(seq, self.seq), self.seq, self._closed
            # A line that could not be read leaves a gap in the numbers.
            after = [record for record in self._newest.last(missing) if record.seq > seq]
            return after, self.seq, self._closed

    def _take(self, record: Record, size: int) -> None:
        self._messages.apply(record, self.snapshot.turn)
        self.snapshot = apply(self.snapshot, record)
        self.seq = record.seq
        self._newest.add(record, size)

    def _kept(self, after: int, last: int, *, whole: bool = True) -> Iterator[Record]:
        """The records from *after* to *last*; from the store, unless all are in memory."""
        with self._changed:
            known = self._newest.all() if self._has_all else None
        if known is None:
            yield from read(self._store.lines(), after, last, whole=whole)
        else:
            yield from known[after:last]

    @property
    def _has_all(self) -> bool:
        """Whether all records are in memory, none of them damaged."""
        return len(self._newest) == self.seq

    def _rest(self) -> None:
        """The store holds nothing open while nobody uses this, if nothing is lost by that."""
        if self.seq and self._has_all and not self._users:
            self._store.rest(partial(self._told, self.seq))

    def _told(self, last: int) -> list[bytes]:
        with self._changed:
            return self._newest.lines(last)
