"""The event log: everything that happened in one session, numbered 1, 2, 3, … without gaps.

    append() ──> keeper (the disk) ──> the list ──> whoever reads after a number

There are no subscribers and no queues: a reader is only the number of the last event it has seen.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol


class Clock(Protocol):
    """What Janus needs to know of time; the module ``time`` is one."""

    def time(self) -> float: ...
    def monotonic(self) -> float: ...


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. ``at`` is in seconds since 1970."""

    seq: int
    kind: str
    data: dict[str, Any]
    at: float

    def line(self) -> bytes:
        """The event as one line of JSON."""
        record = {"seq": self.seq, "kind": self.kind, "data": self.data, "at": self.at}
        return json.dumps(record, separators=(",", ":")).encode() + b"\n"

    @classmethod
    def from_line(cls, line: bytes) -> Event:
        """The event that ``line()`` wrote; ValueError where it is something else."""
        match json.loads(line):
            case {
                "seq": int(seq),
                "kind": str(kind),
                "data": dict(data),
                "at": int() | float() as at,
            }:
                return cls(seq, kind, data, at)
        raise ValueError("not an event")


def timestamp(at: float) -> str:
    """Seconds since 1970 as ISO 8601 in UTC, with milliseconds and ``Z``."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Keeper(Protocol):
    """Where events survive."""

    def append(self, event: Event, promised: bool) -> None:
        """Write an event; a *promised* one is on the disk when this returns, or it raises."""

    def close(self) -> None: ...


class EventLog:
    """The numbered events of one session.

    ``_changed`` guards ``_events``. It is held while one event is written to the disk, because the
    order there must be the order of the numbers; that takes microseconds, or about 0.2 ms for an
    event that was promised to survive.
    """

    def __init__(self, keeper: Keeper, events: Iterable[Event] = (), clock: Clock = time) -> None:
        self._keeper = keeper
        self._clock = clock
        self._changed = threading.Condition()
        self._events = list(events)
        self._closed = False

    def append(self, kind: str, data: dict[str, Any], *, promised: bool = False) -> Event:
        """Number and keep an event, then wake whoever waits for one.

        A *promised* event is on the disk when this returns; if it could not be kept, the keeper's
        error is raised and nothing has happened.
        """
        with self._changed:
            if self._closed:
                raise ValueError("this log is closed")
            event = Event(len(self._events) + 1, kind, data, self._clock.time())
            self._keeper.append(event, promised)
            self._events.append(event)
            self._changed.notify_all()
        return event

    def after(self, seq: int) -> list[Event]:
        """The events numbered higher than *seq*, in order: a copy."""
        with self._changed:
            return self._events[seq:]

    def close(self) -> None:
        """Nothing more will happen here. May be called twice."""
        with self._changed:
            self._closed = True
            self._keeper.close()
            self._changed.notify_all()


@dataclass(frozen=True, slots=True)
class Message:
    """One entry of a conversation. The role is ``user``, ``assistant`` or ``system``."""

    role: str
    content: str
    timestamp: str
    turn_id: str

    @classmethod
    def of(cls, event: Event) -> Message | None:
        """What *event* adds to the conversation, if anything."""
        match event.kind:
            case "user_message":
                role, content = "user", event.data["content"]
            case "assistant_message":
                role, content = "assistant", event.data["content"]
            case "error":
                role, content = "system", event.data["message"]
            case _:
                return None
        return cls(role, content, timestamp(event.at), event.data["turn_id"])
