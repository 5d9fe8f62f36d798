"""Everything that can happen in a session, as typed values.

They stand on the ground because agents emit them and must not know the log that keeps them.
``turn_id`` names the turn an event belongs to, whatever runs when it arrives; it is None for what
belongs to none. ``conversation.record`` writes events to the log, ``blueprints.sse`` gives them the
names that the stream has.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from msgspec import Struct


def _tag(name: str) -> str:
    """``TurnStarted`` is written ``turn_started``."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


class Event(Struct, frozen=True, tag_field="type", tag=_tag, omit_defaults=True):
    """One thing that happened."""


class UserMessage(Event, frozen=True):
    """The user said something. It waits until its turn starts."""

    turn_id: str
    content: str
    message_id: str | None = None


class Note(Event, frozen=True):
    """Something for the agent that the user did not say: a turn of its own, or with the next."""

    id: str
    content: str
    turn_id: str | None = None


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


class TurnWithdrawn(Event, frozen=True):
    """A message that waited was taken back, or discarded."""

    turn_id: str


class QueueHeld(Event, frozen=True):
    """What waits is not started until the user says so."""


class QueueReleased(Event, frozen=True):
    """What waits is started again."""


class ToolCall(Event, frozen=True):
    """All that is known of one tool call by now.

    ``status`` is ``in_progress``, ``completed``, ``failed``, ``rejected`` or ``cancelled``.
    """

    id: str
    name: str
    kind: str
    title: str
    status: str
    output: str = ""
    turn_id: str | None = None


class PlanEntry(Struct, frozen=True):
    """One step of a plan."""

    content: str
    status: str
    priority: str


class PlanChanged(Event, frozen=True):
    """The agent's plan, whole."""

    entries: tuple[PlanEntry, ...]
    turn_id: str | None = None


class QuestionOption(Struct, frozen=True):
    """One answer to a question. ``kind`` is that of ACP: ``allow_once``, … or nothing."""

    id: str
    name: str
    kind: str = ""


class QuestionAsked(Event, frozen=True):
    """The agent asks its user. ``kind`` is ``permission`` or ``question``.

    ``fields`` are to be filled in; ``url`` is a page to open; ``tool_call`` is what it is about.
    """

    request_id: str
    kind: str
    title: str
    options: tuple[QuestionOption, ...]
    text: str = ""
    url: str = ""
    fields: tuple[dict[str, Any], ...] = ()
    tool_call: ToolCall | None = None
    turn_id: str | None = None


class QuestionClosed(Event, frozen=True):
    """A question was answered (``outcome`` is ``selected``) or dropped (``cancelled``)."""

    request_id: str
    option_id: str | None
    outcome: str
    turn_id: str | None = None


class OptionsChanged(Event, frozen=True):
    """What the agent lets its user choose: ``{id, name, category, value, choices}`` each."""

    options: tuple[dict[str, Any], ...]


class CommandsChanged(Event, frozen=True):
    """The slash commands the agent knows: ``{name, description, hint}`` each."""

    commands: tuple[dict[str, Any], ...]


class UsageChanged(Event, frozen=True):
    """How much of its context the agent has used, in tokens, and what it cost where told."""

    used: int
    size: int
    cost: str = ""


class AgentNotice(Event, frozen=True):
    """Something the agent tells about itself, in words for a person."""

    detail: str
    turn_id: str | None = None


class AgentStarting(Event, frozen=True):
    """The agent is being started outside of a turn."""


class AgentReady(Event, frozen=True):
    """The agent runs and waits."""


class ConversationOpened(Event, frozen=True):
    """The agent has a conversation, known to it as ``id``; ``forgotten`` if it had another one."""

    agent: str
    protocol: str
    id: str
    model: str = ""
    forgotten: bool = False
    turn_id: str | None = None


class AgentDied(Event, frozen=True):
    """The agent's process ended by itself, outside of a turn."""

    message: str
    exit_code: int | None = None
    signal: str | int | None = None


class AgentStopped(Event, frozen=True):
    """The session has no agent process any more, and needs none."""


class SessionDescribed(Event, frozen=True):
    """Which session this log belongs to: it may be all that is left of it."""

    name: str | None
    agent: str
    branch: str | None
    worktree_path: str | None
    created_at: str


class SessionEnded(Event, frozen=True):
    """The session was ended."""

    reason: str


AnyEvent = (
    UserMessage | Note | Text | Thought | Summary
    | TurnStarted | TurnFinished | TurnFailed | TurnWithdrawn | QueueHeld | QueueReleased
    | ToolCall | PlanChanged | QuestionAsked | QuestionClosed
    | OptionsChanged | CommandsChanged | UsageChanged | AgentNotice
    | AgentStarting | AgentReady | ConversationOpened | AgentDied | AgentStopped
    | SessionDescribed | SessionEnded
)  # fmt: skip
#: Where an agent tells what it does, on whatever thread it happens.
Emit = Callable[[AnyEvent], object]
