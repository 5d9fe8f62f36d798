"""Which session it is, what it was given to begin with, and its end."""

from __future__ import annotations

from msgspec import Struct

from janus.model.events.base import Event


class SessionDescribed(Event, frozen=True):
    """Which session this log belongs to: it may be all that is left of it."""

    name: str | None
    agent: str
    branch: str | None
    worktree_path: str | None
    created_at: str


class Listed(Struct, frozen=True):
    """What lists show of a session that ended. ``last_activity`` is in seconds since 1970."""

    session: SessionDescribed
    title: str
    preview: str
    summary: str
    last_activity: float
    message_count: int
    #: The agent's own id of the conversation, and the protocol it is held in.
    conversation_id: str = ""
    protocol: str = ""


class SessionEnded(Event, frozen=True):
    """The session was ended. ``cause`` is ``ended``, ``idle``, ``crashed`` or ``limit``.

    ``listed`` spares readers of lists the whole log; logs of earlier versions have none.
    """

    reason: str
    cause: str = "ended"
    listed: Listed | None = None


class OwnerTold(Event, frozen=True):
    """The owner was told, while no page was in front. ``about`` is the id of a question or a turn.

    ``outcome`` is ``sent``, ``arrived``, ``seen`` or ``unseen``; ``way`` is ``push``, ``ntfy`` or
    ``again``.
    """

    about: str
    outcome: str
    way: str


class AnswerHeard(Event, frozen=True):
    """Somebody spoke to answer a question. ``taken`` is whether it was taken for that answer."""

    request_id: str
    option_id: str
    words: str
    taken: bool


class ContextGiven(Event, frozen=True):
    """The agent is given what Janus remembers, ahead of the user's words. ``sources`` say in a few
    words each where that is from; the text is kept apart from the log.
    """

    bytes: int
    sources: tuple[str, ...]
