"""A turn: one message of the user, and everything the agent does until it stops."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Event as Signal

from janus.model import Answer


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
