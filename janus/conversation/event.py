"""One event of a session, and its line in the log."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from janus.clock import timestamp
from janus.model import Message

_ENCODER = json.JSONEncoder(separators=(",", ":"))


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
        return _ENCODER.encode(record).encode() + b"\n"

    @classmethod
    def from_line(cls, line: bytes) -> Event:
        """The event that ``line()`` wrote; ValueError, or what its parts raise, for others."""
        match json.loads(line):
            case {
                "seq": int(seq),
                "kind": str(kind),
                "data": dict(data),
                "at": int() | float() as at,
            }:
                timestamp(at)  # raises for what is no time
                return cls(seq, kind, data, at)
        raise ValueError("not an event")


def message_of(event: Event) -> Message | None:
    """What *event* adds to the conversation, if anything."""
    match event.kind, event.data:
        case "user_message", {"content": str(content)}:
            role = "user"
        case "assistant_message", {"content": str(content)}:
            role = "assistant"
        case "system_message", {"content": str(content)}:
            role = "system"
        case "error", {"message": str(content)}:
            role = "system"
        case _:
            return None
    return Message(role, content, timestamp(event.at), event.data.get("turn_id"))
