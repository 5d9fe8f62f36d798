"""One numbered event, and its line in the log.

    {"seq": 7, "at": 1796048400.125, "event": {"type": "turn_started", "turn_id": "…"}}

Lines that earlier versions wrote, with ``kind`` and ``data``, are still read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

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


#: How lines begin that are no messages, and that there are most of: they need not be decoded.
_WORK = re.compile(
    rb'\A\{"seq":[0-9]{1,20},"at":[0-9.eE+-]{1,30},"event":\{"type":"(?:text|thought|tool_call|plan)"'
)
_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(Record)
_FIRST = msgspec.json.Decoder(FirstLine)


def _decoded(line: bytes) -> Record:
    try:
        return _DECODER.decode(line)
    except msgspec.ValidationError:  # JSON, but of another shape
        first = _FIRST.decode(line)
    return Record(first.seq, first.at, event_of(first))


def numbered(
    lines: Iterable[bytes], *, whole: bool = True
) -> Iterator[tuple[int, Record | None, int]]:
    """The number of each line, its record (None where it is damaged), and its size in bytes.

    A line's place is its number: one flipped bit in a number must not hide the lines that follow.
    Unless it shall be the *whole* log, lines of what an agent does within a turn are left out.
    """
    for seq, line in enumerate(lines, 1):
        if not whole and _WORK.match(line):
            continue
        try:
            record = Record.from_line(line)
        except ValueError:
            yield seq, None, len(line)
        else:
            yield seq, record, len(line)


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
