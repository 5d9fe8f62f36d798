"""A turn: one message of the user, and everything the agent does until it stops."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Event


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
    cancelled: Event = field(default_factory=Event)
