"""The state of a session as clients are sent it. Times are ISO 8601 in UTC."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET, Struct, UnsetType

from janus.clock import timestamp
from janus.conversation.snapshot import Snapshot, Waiting
from janus.events import (
    PlanEntry,
    QuestionAsked,
    QuestionOption,
    SessionDescribed,
    Summary,
    ToolCall,
    UsageChanged,
)


class ShownTool(Struct, frozen=True):
    """One tool call. ``kind`` is that of the Agent Client Protocol: ``read``, ``edit``, …"""

    id: str
    name: str
    kind: str
    title: str
    status: str
    output: str | UnsetType = UNSET
    turn_id: str | None = None

    @classmethod
    def of(cls, call: ToolCall) -> ShownTool:
        return cls(
            call.id,
            call.name,
            call.kind,
            call.title,
            call.status,
            call.output or UNSET,
            call.turn_id,
        )


class ShownMessage(Struct, frozen=True):
    """One message. ``stop_reason`` says why an answer ended; null until then, and for others."""

    id: str
    sender: str
    content: str
    timestamp: str
    is_streaming: bool
    turn_id: str | None
    stop_reason: str | None
    tool_calls: list[ShownTool]


class ShownQuestion(Struct, frozen=True):
    """Something the agent asks: may I, which one, how."""

    request_id: str
    kind: str
    title: str
    options: tuple[QuestionOption, ...]
    text: str | UnsetType = UNSET
    url: str | UnsetType = UNSET
    fields: tuple[dict[str, Any], ...] | UnsetType = UNSET
    tool_call: ShownTool | UnsetType = UNSET
    turn_id: str | None = None

    @classmethod
    def of(cls, question: QuestionAsked) -> ShownQuestion:
        call = question.tool_call
        return cls(
            question.request_id,
            question.kind,
            question.title,
            question.options,
            question.text or UNSET,
            question.url or UNSET,
            question.fields or UNSET,
            ShownTool.of(call) if call else UNSET,
            question.turn_id,
        )


class ShownWaiting(Struct, frozen=True):
    """A message that waits for its turn."""

    message_id: str
    turn_id: str
    content: str
    timestamp: str
    held: bool

    @classmethod
    def of(cls, entry: Waiting) -> ShownWaiting:
        return cls(entry.message_id, entry.turn_id, entry.content, timestamp(entry.at), entry.held)


class ShownUsage(Struct, frozen=True):
    """How much of its context the agent has used, in tokens, and what it cost where told."""

    used: int
    size: int
    cost: str

    @classmethod
    def of(cls, usage: UsageChanged) -> ShownUsage:
        return cls(usage.used, usage.size, usage.cost)


class ShownSession(Struct, frozen=True):
    """Which session it is."""

    name: str | None
    agent: str
    branch: str | None
    worktree_path: str | None
    created_at: str

    @classmethod
    def of(cls, session: SessionDescribed) -> ShownSession:
        return cls(
            session.name, session.agent, session.branch, session.worktree_path, session.created_at
        )


class ShownSummary(Struct, frozen=True):
    """What the conversation was about."""

    content: str
    by_agent: bool

    @classmethod
    def of(cls, summary: Summary) -> ShownSummary:
        return cls(summary.content, summary.by_agent)


class ShownAgent(Struct, frozen=True):
    """The agent of the session, and whether it can ask before it acts."""

    name: str
    asks: bool


class State(Struct, frozen=True, kw_only=True):
    """The whole conversation as it is at event ``seq``; its messages are the newest 100."""

    session_id: str
    seq: int = 0
    status: str = "idle"
    attention: str | None = None
    is_processing: bool = False
    is_loading: bool = False
    missing_api_key: bool = False
    messages: list[ShownMessage] = []
    total_messages: int = 0
    running_turn_id: str | None = None
    queue: list[ShownWaiting] = []
    queue_held: bool = False
    permissions: list[ShownQuestion] = []
    plan: tuple[PlanEntry, ...] = ()
    options: tuple[dict[str, Any], ...] = ()
    commands: tuple[dict[str, Any], ...] = ()
    usage: ShownUsage | None = None
    summary: ShownSummary | None = None
    session: ShownSession | None = None
    #: Lines of the log that were damaged and are left out.
    left_out: int = 0
    agent: ShownAgent | None = None


def state_of(
    session_id: str,
    now: Snapshot,
    seq: int,
    messages: list[ShownMessage],
    total: int,
    left_out: int,
) -> State:
    """The state that a snapshot and the newest messages amount to."""
    return State(
        session_id=session_id,
        seq=seq,
        status=now.status,
        attention=now.attention,
        is_processing=now.turn is not None or now.next is not None,
        is_loading=now.starting,
        missing_api_key=now.error == "AGENT_LOGIN_REQUIRED",
        messages=messages,
        total_messages=total,
        running_turn_id=now.turn,
        queue=[ShownWaiting.of(entry) for entry in now.waiting],
        queue_held=now.held,
        permissions=[ShownQuestion.of(question) for question in now.questions],
        plan=now.plan,
        options=now.options,
        commands=now.commands,
        usage=ShownUsage.of(now.usage) if now.usage else None,
        summary=ShownSummary.of(now.summary) if now.summary else None,
        session=ShownSession.of(now.session) if now.session else None,
        left_out=left_out,
    )
