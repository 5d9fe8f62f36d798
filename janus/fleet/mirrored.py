"""One conversation of another machine, read from that machine's stream and followed from there."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import partial

from msgspec.structs import replace
from nats.aio.msg import Msg

from janus.conversation.event_log import EventLog
from janus.conversation.record import Record
from janus.fleet.client import Client
from janus.fleet.feed import EXPECTED, Place
from janus.fleet.streams import Kept, read
from janus.fleet.subjects import stream


class Rewritten(Exception):
    """The machine has another log by now; ``seq`` is the message that begins it."""

    def __init__(self, seq: int) -> None:
        super().__init__(seq)
        self.seq = seq


class Pieces:
    """Puts the pieces of a log together to its lines."""

    def __init__(self) -> None:
        self._end = Place()
        self._rest = b""
        self._first = b""

    @property
    def is_empty(self) -> bool:
        """Whether none came yet."""
        return self._end.byte == 0

    def is_next(self, place: Place) -> bool:
        """Whether a piece from *place* on leaves no gap."""
        return place.byte <= self._end.byte

    def take(self, kept: Kept, place: Place) -> Iterator[bytes]:
        """The lines that a piece completes; an empty one for each that is missing before it.

        What was taken already is nothing: a piece whose sending was not answered is sent again,
        with what came meanwhile. Raises Rewritten.
        """
        if place.byte == 0 and self._end.byte == 0:
            self._first = kept.data
        elif place.byte == 0 and not _begin_alike(kept.data, self._first):
            raise Rewritten(kept.seq)
        end, data = place.after(kept.data), kept.data[max(0, self._end.byte - place.byte) :]
        if end.byte <= self._end.byte:
            return
        if place.byte > self._end.byte:  # the stream had no room for what was before
            yield from [b"\n"] * (place.line - self._end.line)
            self._rest = b""
        self._end = end
        *whole, self._rest = (self._rest + data).split(b"\n")
        yield from (line + b"\n" for line in whole)


def _begin_alike(one: bytes, other: bytes) -> bool:
    return one.startswith(other) or other.startswith(one)


class StreamedLines:
    """The lines of a log in the stream, as an ``EventStore`` from which is only read."""

    def __init__(self, client: Client, machine: str, session_id: str, start: int) -> None:
        """The log begins with message *start*."""
        self._read = partial(read, client, stream(machine), f"ev.{machine}.log.{session_id}")
        self._start = start
        self.last = start - 1  # the number of the message that was read last by ``more``
        self.pieces = Pieces()

    def lines(self) -> Iterator[bytes]:
        """The lines that ``more`` gave so far, again. Raises FleetFailure."""
        pieces = Pieces()
        with suppress(Rewritten):
            for kept in () if self.pieces.is_empty else self._read(self._start):
                if place := Place.of(kept):
                    yield from pieces.take(kept, place)

    def more(self) -> Iterator[bytes]:
        """The lines after those. Raises Rewritten, FleetFailure."""
        for kept in self._read(self.last + 1):
            self.last = kept.seq
            if place := Place.of(kept):
                yield from self.pieces.take(kept, place)

    def append(self, line: bytes, promised: bool) -> None:
        raise NotImplementedError("Only the machine itself writes its logs.")

    def flush(self) -> None: ...
    def rest(self, told: Callable[[], Iterable[bytes]]) -> None: ...
    def close(self) -> None: ...


class MirroredLog(EventLog):
    """A log that grows as another machine's does.

    ``_reading`` is held while what came is taken, and what is missing is read.
    """

    def __init__(self, client: Client, machine: str, session_id: str) -> None:
        """Read it. Raises FleetFailure."""
        self._reading, start = threading.Lock(), 1
        while True:
            self._source = StreamedLines(client, machine, session_id, start)
            super().__init__(self._source)
            try:
                return self.catch_up()
            except Rewritten as anew:
                start = anew.seq

    def receive(self, kept: Kept) -> None:
        """A piece came just now; its number is known by the one it expected. Raises Rewritten."""
        if (place := Place.of(kept)) is None:
            return
        with self._reading:
            if not self._source.pieces.is_next(place):
                self._add(self._source.more())
                return
            # Whether it is kept, nobody can know yet: what was missed is looked for before it, too.
            self._add(self._source.pieces.take(kept, place))

    def catch_up(self) -> None:
        """Read what was missed. Raises Rewritten, FleetFailure."""
        with self._reading:
            self._add(self._source.more())

    def reaches(self, seq: int, timeout: float) -> bool:
        """Whether event *seq* is here, after *timeout* seconds at most."""
        with self._changed:
            return self._changed.wait_for(lambda: self._closed or self.seq >= seq, timeout)

    def _add(self, lines: Iterator[bytes]) -> None:
        for line in lines:
            with self._changed:
                try:
                    self._take(replace(Record.from_line(line), seq=self.seq + 1), len(line))
                except ValueError:  # damaged, or of a newer Janus: the rest can be read
                    self.seq, self.left_out = self.seq + 1, self.left_out + 1
                self._changed.notify_all()


def live(message: Msg) -> Kept:
    """A message that was heard as it came; its number is the one after the one it expected."""
    headers = dict(message.headers or {})
    before = headers.get(EXPECTED, "")
    seq = int(before) + 1 if before.isascii() and before.isdigit() else 0
    return Kept(message.subject, seq, message.data, headers)
