"""A turn: one message of the user, and everything the agent does until it stops."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass


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
    answer: Future[Answer]
