"""Merge deltas that wait for the same reader."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from janus.conversation.event import Event

#: Deltas that wait for the same reader come as one of up to so many characters.
_MERGED = 1 << 14


def merged(events: Iterable[Event]) -> Iterator[Event]:
    """The same events, but deltas of one kind in a row, of the same turn, as one."""
    held: list[Event] = []
    size = 0
    for event in events:
        if held and not (_continues(held[-1], event) and size < _MERGED):
            yield _joined(held)
            held, size = [], 0
        held.append(event)
        size += len(event.data.get("text", ""))
    if held:
        yield _joined(held)


def _continues(before: Event, event: Event) -> bool:
    return (
        event.kind.endswith("_delta")
        and event.kind == before.kind
        and event.data["turn_id"] == before.data["turn_id"]
    )


def _joined(events: list[Event]) -> Event:
    if len(events) == 1:
        return events[0]
    text = "".join(event.data["text"] for event in events)
    return replace(events[-1], data={**events[-1].data, "text": text})
