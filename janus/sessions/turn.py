"""A turn: one message of the user, and everything the agent does until it stops."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Event as Signal
from typing import NamedTuple

from janus.conversation.snapshot import Waiting
from janus.errors import JanusError
from janus.model import Answer
from janus.model.events import Attachment, UserMessage


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

    @classmethod
    def of(cls, said: Waiting | UserMessage, notes: Sequence[str], answer: Future[Answer]) -> Turn:
        """That of a message, or of a note alone; the agent is told *notes* ahead."""
        own = "" if isinstance(said, Waiting) and said.is_note else said.content
        prompt = "\n\n".join([*(f"[Note: {note}]" for note in notes), own]).strip()
        return cls(said.turn_id, prompt, answer, voice=said.voice, attachments=said.attachments)


def over(find: Callable[[], Answer]) -> Future[Answer]:
    """The promise of what *find* finds, kept already; or broken, where it raises a JanusError."""
    promise: Future[Answer] = Future()
    try:
        promise.set_result(find())
    except JanusError as error:
        promise.set_exception(error)
    return promise
