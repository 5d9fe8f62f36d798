"""The named events of the stream: what a record of a session's log is called there, and tells."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from janus.blueprints.wire.state import (
    AgentOption,
    Command,
    Permission,
    PlanEntry,
    SessionDescription,
    ToolCall,
    Usage,
)
from janus.blueprints.wire.words import (
    AgentProtocol,
    ErrorCode,
    Reply,
    Status,
    StopReason,
    Time,
    TurnId,
)

Seq = Annotated[int, Meta(ge=1, description="Its number, which is its `id` too.")]
At = Annotated[Time, Meta(description="When it happened.")]


class NumberedEvent(Reply, frozen=True, kw_only=True):
    """What every numbered event has."""

    seq: Seq
    at: At


class TurnEvent(NumberedEvent, frozen=True, kw_only=True):
    """Something that belongs to a turn, or to none."""

    turn_id: TurnId


class UserMessageEvent(TurnEvent, frozen=True, kw_only=True):
    """The user said something. It waits until its turn starts."""

    content: str
    message_id: str | None


class SystemMessageEvent(TurnEvent, frozen=True, kw_only=True):
    """The agent was told something that the user did not say."""

    id: str
    content: str


class DeltaEvent(TurnEvent, frozen=True, kw_only=True):
    """A piece of what the agent says or thinks; those of a turn, put together, are the whole."""

    text: str


class AssistantMessageEvent(TurnEvent, frozen=True, kw_only=True):
    """A turn ended with an answer."""

    content: Annotated[str, Meta(description="The whole answer.")]
    stop_reason: StopReason


class ToolCallEvent(ToolCall, frozen=True, kw_only=True):
    """The whole call, also when only its status has changed."""

    seq: Seq
    at: At


class PlanEvent(TurnEvent, frozen=True, kw_only=True):
    """The agent's plan, whole."""

    entries: list[PlanEntry]


class PermissionRequestEvent(Permission, frozen=True, kw_only=True):
    """The agent asks its user."""

    seq: Seq
    at: At


class PermissionResolvedEvent(TurnEvent, frozen=True, kw_only=True):
    """A question was answered, or nobody answers it any more."""

    request_id: str
    option_id: str | None
    outcome: Literal["selected", "cancelled"]


class StatusEvent(NumberedEvent, frozen=True, kw_only=True):
    """Anything else; it has only the fields that it tells something in."""

    turn_id: TurnId | UnsetType = UNSET
    status: Status | UnsetType = UNSET
    detail: Annotated[str, Meta(description="In words for a person.")] | UnsetType = UNSET
    loading: Annotated[bool, Meta(description="The agent is starting, or has.")] | UnsetType = UNSET
    turn: Literal["started", "withdrawn"] | UnsetType = UNSET
    queue_held: bool | UnsetType = UNSET
    agent: str | UnsetType = UNSET
    protocol: AgentProtocol | UnsetType = UNSET
    conversation_id: (
        Annotated[str, Meta(description="What the agent calls the conversation.")] | UnsetType
    ) = UNSET
    model: str | UnsetType = UNSET
    forgotten: (
        Annotated[
            bool,
            Meta(
                description="Whether the agent has lost the conversation it had before. Then it is "
                "told again what was said."
            ),
        ]
        | UnsetType
    ) = UNSET
    session: SessionDescription | UnsetType = UNSET
    options: list[AgentOption] | UnsetType = UNSET
    commands: list[Command] | UnsetType = UNSET
    usage: Usage | UnsetType = UNSET
    exit_code: (
        Annotated[int | None, Meta(description="How the agent's process ended.")] | UnsetType
    ) = UNSET
    signal: (
        Annotated[int | str | None, Meta(description="What ended the agent's process.")] | UnsetType
    ) = UNSET


class ErrorEvent(TurnEvent, frozen=True, kw_only=True):
    """A turn ended without an answer."""

    code: ErrorCode
    message: str


class SummaryEvent(NumberedEvent, frozen=True, kw_only=True):
    """What the conversation was about."""

    content: str
    by_agent: bool


class SessionEndedEvent(NumberedEvent, frozen=True, kw_only=True):
    """The session was ended."""

    reason: str


class PingEvent(Reply, frozen=True, kw_only=True):
    """A sign of life, unnumbered, after a time of quiet."""


#: Every named event of the stream.
STREAM_EVENTS: dict[str, type[Reply]] = {
    "user_message": UserMessageEvent,
    "system_message": SystemMessageEvent,
    "assistant_delta": DeltaEvent,
    "thought_delta": DeltaEvent,
    "assistant_message": AssistantMessageEvent,
    "tool_call": ToolCallEvent,
    "plan": PlanEvent,
    "permission_request": PermissionRequestEvent,
    "permission_resolved": PermissionResolvedEvent,
    "status": StatusEvent,
    "error": ErrorEvent,
    "summary": SummaryEvent,
    "session_ended": SessionEndedEvent,
    "ping": PingEvent,
}
