"""What is said, and how the turns go."""

from __future__ import annotations

from msgspec import Struct

from janus.model.events.base import Event


class Attachment(Struct, frozen=True, omit_defaults=True):
    """A file of the user's that goes with a message; its bytes are kept apart from the log.

    ``size`` is in bytes; ``width`` and ``height`` are of a picture, in pixels.
    """

    id: str
    name: str
    size: int
    media_type: str
    width: int = 0
    height: int = 0


class UserMessage(Event, frozen=True):
    """The user said something. It waits until its turn starts."""

    turn_id: str
    content: str
    message_id: str | None = None
    #: Whether it was spoken, not typed.
    voice: bool = False
    attachments: tuple[Attachment, ...] = ()


class Note(Event, frozen=True):
    """Something for the agent that the user did not say: a turn of its own, or with the next."""

    id: str
    content: str
    turn_id: str | None = None


class Remark(Event, frozen=True):
    """Something the user must know that stays in the conversation, in words of Janus."""

    id: str
    content: str


class Text(Event, frozen=True):
    """More of what the agent says."""

    text: str
    turn_id: str | None = None


class Thought(Event, frozen=True):
    """More of what the agent thinks."""

    text: str
    turn_id: str | None = None


class Summary(Event, frozen=True):
    """What the conversation was about, by the agent or made from the log."""

    content: str
    by_agent: bool
    #: The file it was saved in as well, if it was.
    file: str = ""


class TurnStarted(Event, frozen=True):
    """The agent is given the message of this turn."""

    turn_id: str


class TurnFinished(Event, frozen=True):
    """A turn ended with an answer. ``stop_reason`` says why: ``end_turn``, ``cancelled``,
    ``max_tokens``, ``refusal``, ``failed`` (then ``TurnFailed`` follows) or an agent's own word.
    """

    turn_id: str
    content: str
    stop_reason: str


class TurnFailed(Event, frozen=True):
    """A turn ended without an answer; *code* is one of ``janus.errors``."""

    turn_id: str
    code: str
    message: str
    #: When the limit that it met is reset, in seconds since 1970, if the agent says so.
    resets_at: float | None = None


class TurnWithdrawn(Event, frozen=True):
    """A message that waited was taken back, or discarded."""

    turn_id: str


class SendScheduled(Event, frozen=True):
    """A message is to be sent at a time, in seconds since 1970. It is sent under its ``id``."""

    id: str
    content: str
    at: float
    #: It waits for the agent's limit.
    after_limit: bool = False
    attachments: tuple[Attachment, ...] = ()


class SendCancelled(Event, frozen=True):
    """A message is not to be sent after all."""

    id: str


class SendMissed(Event, frozen=True):
    """Janus did not run when a message was to be sent: the user is asked."""

    id: str


class QueueHeld(Event, frozen=True):
    """What waits is not started until the user says so."""


class QueueReleased(Event, frozen=True):
    """What waits is started again."""
