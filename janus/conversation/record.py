"""One numbered event, and its line in the log.

    {"seq": 7, "at": 1796048400.125, "event": {"type": "turn_started", "turn_id": "…"}}

Lines that earlier versions wrote, with ``kind`` and ``data``, are still read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from threading import BoundedSemaphore

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from janus.clock import LATEST, timestamp
from janus.conversation.first_lines import FirstLine, event_of
from janus.model import Message, events
from janus.text import sanitize


class Record(Struct, frozen=True):
    """An event, its number in the session, and when it happened, in seconds since 1970."""

    seq: int
    at: float
    event: events.AnyEvent

    def line(self) -> bytes:
        """The record as one line of JSON."""
        try:
            return _ENCODER.encode(self) + b"\n"
        except UnicodeEncodeError:  # half of a surrogate pair, which no file can hold
            return _ENCODER.encode(replace(self, event=sanitize(self.event))) + b"\n"

    @classmethod
    def from_line(cls, line: bytes) -> Record:
        """The record that ``line()`` wrote. Raises ValueError for anything else."""
        try:
            record = _decoded(line)
        except (msgspec.MsgspecError, RecursionError, UnicodeError) as damaged:
            raise ValueError("not a record") from damaged
        if record.seq < 1 or not 0 <= record.at <= LATEST:
            raise ValueError("not a record: impossible number or time")
        return record


#: How lines begin that are no messages, which most are not: they need not be decoded. Nothing in it
#: is tried a second time, shorter, which is what takes longest.
_WORK = re.compile(
    rb'\A\{"seq":[0-9]{1,20}+,"at":[0-9.eE+-]{1,30}+,"event":\{"type":"'
    rb'(?!(?:user_message|turn_finished|turn_failed|note|remark)")[a-z_]{1,30}+"'
)
#: Lines that are decoded at once, which is twice as fast, and about how many bytes.
_MANY, _BYTES = 64, 1 << 16
#: Held while some old records are read: dozens of readers would keep the interpreter from others.
_READING, _SOME = BoundedSemaphore(2), 16
_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(Record)
_TOGETHER = msgspec.json.Decoder(list[Record])
_FIRST = msgspec.json.Decoder(FirstLine)


def _decoded(line: bytes) -> Record:
    try:
        return _DECODER.decode(line)
    except msgspec.ValidationError:  # JSON, but of another shape
        first = _FIRST.decode(line)
    return Record(first.seq, first.at, event_of(first))


def numbered(
    lines: Iterable[bytes], *, after: int = 0, whole: bool = True
) -> Iterator[tuple[int, Record | None, int]]:
    """The number of each line, its record (None where it is damaged), and its size in bytes.

    A line's place is its number: one flipped bit in a number must not hide the lines that follow.
    Those up to *after* are left out, and unless it shall be the *whole* log, those that are no
    messages.
    """
    some: list[tuple[int, bytes]] = []
    size = 0
    for seq, line in islice(enumerate(lines, 1), after, None):
        if not whole and _WORK.match(line):
            continue
        some.append((seq, line))
        size += len(line)
        if len(some) == _MANY or size > _BYTES:
            yield from _decoded_all(some)
            some, size = [], 0
    yield from _decoded_all(some)


def _decoded_all(some: list[tuple[int, bytes]]) -> Iterator[tuple[int, Record | None, int]]:
    try:
        records = _TOGETHER.decode(b"[%b]" % b",".join([line for _, line in some]))
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        records = []
    for at, (seq, line) in enumerate(some):
        # Damage could make one record of two lines.
        record = records[at] if len(records) == len(some) else None
        if record is None or record.seq != seq or not 0 <= record.at <= LATEST:
            try:
                record = Record.from_line(line)
            except ValueError:
                record = None
        yield seq, record, len(line)


def read(lines: Iterable[bytes], after: int, last: int, *, whole: bool) -> Iterator[Record]:
    """The records of a log from *after* to *last*, each with its place as its number."""
    found = numbered(islice(lines, last), after=after, whole=whole)
    while True:
        with _READING:
            some = list(islice(found, _SOME))
        if not some:
            return
        for seq, record, _ in some:
            if record:
                yield replace(record, seq=seq)


def message_of(record: Record) -> Message | None:
    """What a record adds to the conversation, if anything."""
    match record.event:
        case events.UserMessage(turn_id=turn_id, content=content):
            role, turn = "user", turn_id
        case events.TurnFinished(turn_id=turn_id, content=content):
            role, turn = "assistant", turn_id
        case events.Note(content=content, turn_id=note_turn):
            return Message("system", content, timestamp(record.at), note_turn)
        case events.Remark(content=content):
            return Message("system", content, timestamp(record.at), None)
        case events.TurnFailed(turn_id=turn_id, message=content):
            role, turn = "system", turn_id
        case _:
            return None
    return Message(role, content, timestamp(record.at), turn)
