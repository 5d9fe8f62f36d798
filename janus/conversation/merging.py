"""Merge deltas that wait for the same reader: a phone draws one faster than a hundred."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from janus.conversation.record import Record
from janus.model.events import Text, Thought

#: Characters of one merged delta.
_LONGEST = 1 << 14


def merged(records: Iterable[Record]) -> Iterator[Record]:
    """The same records, but deltas of one kind in a row, of the same turn, as one.

    It has the number of the last of them.
    """
    held: list[Record] = []
    size = 0
    for record in records:
        if held and not (_continues(held[-1], record) and size < _LONGEST):
            joined = _joined(held)
            held, size = [], 0  # first: who stalls at the yield keeps only what is sent
            yield joined
        held.append(record)
        size += len(getattr(record.event, "text", ""))
    if held:
        yield _joined(held)


def is_delta(record: Record) -> bool:
    """Whether more of the same may follow at once."""
    return isinstance(record.event, (Text, Thought))


def _continues(before: Record, record: Record) -> bool:
    one, other = before.event, record.event
    return (
        isinstance(one, (Text, Thought))
        and type(one) is type(other)
        and one.turn_id == getattr(other, "turn_id", None)
    )


def _joined(records: list[Record]) -> Record:
    last = records[-1]
    if len(records) == 1 or not isinstance(last.event, (Text, Thought)):
        return last
    text = "".join(getattr(record.event, "text", "") for record in records)
    return replace(last, event=replace(last.event, text=text))
