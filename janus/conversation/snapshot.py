"""What is known of a session at one moment: a frozen value that any thread may hold."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from janus.model import Amount
from janus.model.events import (
    Attachment,
    ContextGiven,
    ConversationOpened,
    PlanEntry,
    QuestionAsked,
    SessionDescribed,
    Summary,
    ToolCall,
    UsageChanged,
)


class Waiting(Struct, frozen=True):
    """A message that was accepted and whose turn has not started. ``at`` is in seconds.

    A ``held`` one is not started until the user says so.
    """

    turn_id: str
    message_id: str
    content: str
    at: float
    is_note: bool = False
    held: bool = False
    voice: bool = False
    attachments: tuple[Attachment, ...] = ()


class Scheduled(Struct, frozen=True):
    """A message that is to be sent ``at`` a time, in seconds. One that was ``missed`` waits for the
    user."""

    id: str
    content: str
    at: float
    after_limit: bool = False
    missed: bool = False
    attachments: tuple[Attachment, ...] = ()


class Told(Struct, frozen=True):
    """When the owner was last told that the session needs them, is done, or failed, in seconds.

    ``way`` is the last one that was tried.
    """

    at: float
    way: str
    arrived_at: float | None = None
    seen_at: float | None = None
    #: Nobody saw it, whatever was tried.
    unseen: bool = False


class Snapshot(Struct, frozen=True):
    """The state of a session, as its events amount to it.

    ``status`` is ``idle``, ``active``, ``waiting``, ``error`` or ``stopped``; ``error`` is the code
    of the last failure until the next turn; ``turn`` is the one that runs.
    """

    status: str = "idle"
    starting: bool = False
    error: str | None = None
    turn: str | None = None
    waiting: tuple[Waiting, ...] = ()
    scheduled: tuple[Scheduled, ...] = ()
    #: When the limit is reset that the last turn met, in seconds, if the agent says so.
    resets_at: float | None = None
    questions: tuple[QuestionAsked, ...] = ()
    #: Tool calls that are in progress, in whatever turn.
    running_tools: tuple[ToolCall, ...] = ()
    #: Notes that the agent has not been told.
    notes: tuple[str, ...] = ()
    conversation: ConversationOpened | None = None
    session: SessionDescribed | None = None
    ended: bool = False
    #: When and why it ended, if it did.
    ended_at: float | None = None
    end_reason: str | None = None
    #: Of all that was said; None as soon as more is said.
    summary: Summary | None = None
    plan: tuple[PlanEntry, ...] = ()
    options: tuple[dict[str, Any], ...] = ()
    #: What holds of the options in every process of the agent, by their ids.
    chosen: dict[str, str] = {}
    commands: tuple[dict[str, Any], ...] = ()
    usage: UsageChanged | None = None
    #: What lists call it where it has no name: the first words of ``titled_by``, a turn.
    title: str = ""
    titled_by: str = ""
    #: What the agent calls the conversation.
    agent_title: str = ""
    #: What the agent was told of earlier sessions, and whether it has answered anything since.
    context: ContextGiven | None = None
    answered: bool = False
    #: How much the files changed since the session began, if that was measured.
    changed: Amount | None = None
    #: How the last turn ended.
    stop_reason: str = ""
    #: The newest words.
    preview: str = ""
    #: When the user or the agent last said something, in seconds since 1970; 0 if never.
    last_said: float = 0.0
    #: None unless something is told on a phone.
    told: Told | None = None

    @property
    def attention(self) -> str | None:
        """Why somebody should look: ``permission``, ``question``, ``error``, or nothing."""
        asked = [question.kind for question in self.questions]
        if asked:
            return "permission" if "permission" in asked else "question"
        return "error" if self.error else None

    @property
    def held(self) -> bool:
        """Whether messages wait until the user says so."""
        return any(entry.held for entry in self.waiting)

    @property
    def next(self) -> Waiting | None:
        """The message whose turn comes next."""
        return next((entry for entry in self.waiting if not entry.held), None)

    @property
    def unanswered(self) -> list[str]:
        """The turns that have neither an answer nor an error yet."""
        return [*([self.turn] if self.turn else []), *(entry.turn_id for entry in self.waiting)]

    @property
    def identity(self) -> tuple[object, ...]:
        """What is kept of it outside of its log, or what its owner is called for."""
        asked = tuple(question.request_id for question in self.questions)
        return self.status, self.session, self.conversation, self.ended, asked

    def waits(self, turn_id: str) -> bool:
        """Whether the turn was accepted and has not started."""
        return any(entry.turn_id == turn_id for entry in self.waiting)
