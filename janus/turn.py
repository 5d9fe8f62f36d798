"""A turn: one message of the user, and everything the agent does until it stops."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Event as Signal

from janus.events import Event, timestamp


@dataclass(frozen=True, slots=True)
class Answer:
    """How a turn ended well. ``stop_reason`` is ``end_turn`` or ``cancelled``."""

    answer: str
    turn_id: str
    stop_reason: str
    timestamp: str


@dataclass(frozen=True, slots=True)
class Turn:
    """A message that was accepted, and the promise of its answer: an Answer, or a JanusError."""

    id: str
    text: str
    answer: Future[Answer] = field(default_factory=Future)
    #: Set by whoever wants it to end before its time.
    cancelled: Signal = field(default_factory=Signal)
    #: Nothing is said in it: the agent is only to get ready.
    wakes: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """One entry of a conversation. The role is ``user``, ``assistant`` or ``system``."""

    role: str
    content: str
    timestamp: str
    turn_id: str | None

    @classmethod
    def of(cls, event: Event) -> Message | None:
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
        return cls(role, content, timestamp(event.at), event.data.get("turn_id"))
