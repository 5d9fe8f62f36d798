"""What is known of a session at one moment: a frozen value that any thread may hold."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from janus.events import (
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
    questions: tuple[QuestionAsked, ...] = ()
    #: Tool calls that are in progress, in whatever turn.
    running_tools: tuple[ToolCall, ...] = ()
    #: Notes that the agent has not been told.
    notes: tuple[str, ...] = ()
    conversation: ConversationOpened | None = None
    session: SessionDescribed | None = None
    ended: bool = False
    #: Of all that was said; None as soon as more is said.
    summary: Summary | None = None
    plan: tuple[PlanEntry, ...] = ()
    options: tuple[dict[str, Any], ...] = ()
    commands: tuple[dict[str, Any], ...] = ()
    usage: UsageChanged | None = None

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
        """What is kept of it outside of its log."""
        return self.status, self.session, self.conversation, self.ended

    def waits(self, turn_id: str) -> bool:
        """Whether the turn was accepted and has not started."""
        return any(entry.turn_id == turn_id for entry in self.waiting)
