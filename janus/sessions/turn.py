"""A turn: one message of the user, and everything the agent does until it stops."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Event as Signal
from typing import NamedTuple

from janus.model import Answer
from janus.model.events import Attachment


class Promised(NamedTuple):
    """A turn that was accepted, and the promise of its answer: an Answer, or a JanusError."""

    turn_id: str
    answer: Future[Answer]


@dataclass(frozen=True, slots=True, eq=False)
class Turn:
    """A message whose turn has come, and the promise of its answer."""

    id: str
    prompt: str
    answer: Future[Answer] = field(default_factory=Future)
    #: Set by whoever wants it to end before its time.
    cancelled: Signal = field(default_factory=Signal)
    #: Nothing is said in it: the agent is only to get ready.
    only_starts: bool = False
    #: Whether its message was spoken.
    voice: bool = False
    attachments: tuple[Attachment, ...] = ()
