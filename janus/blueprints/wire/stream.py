"""The named events of the stream: what a record of a session's log is called there, and tells."""

from __future__ import annotations

from typing import Literal

from msgspec import UNSET, Struct, UnsetType

from janus.blueprints.wire import state, words
from janus.blueprints.wire.agent import AgentOption, Command, Usage
from janus.blueprints.wire.sent import Attachment
from janus.model import events


class NumberedEvent(words.Reply, frozen=True, kw_only=True):
    """What every numbered event has."""

    seq: words.Seq
    at: words.At


class TurnEvent(NumberedEvent, frozen=True, kw_only=True):
    """Something that belongs to a turn, or to none."""

    turn_id: words.TurnId


class UserMessageEvent(TurnEvent, frozen=True, kw_only=True):
    """The user said something. It waits until its turn starts."""

    content: str
    message_id: str | None
    attachments: list[Attachment] | UnsetType = UNSET


class SystemMessageEvent(TurnEvent, frozen=True, kw_only=True):
    """The agent was told something that the user did not say, or the user by Janus."""

    id: str
    content: str


class DeltaEvent(TurnEvent, frozen=True, kw_only=True):
    """A piece of what the agent says or thinks; those of a turn, put together, are the whole."""

    text: str


class AssistantMessageEvent(TurnEvent, frozen=True, kw_only=True):
    """A turn ended with an answer."""

    #: The whole answer.
    content: str
    stop_reason: words.StopReason


class ToolCallEvent(state.ToolCall, frozen=True, kw_only=True):
    """The whole call, also when only its status has changed."""

    seq: words.Seq
    at: words.At


class PlanEvent(TurnEvent, frozen=True, kw_only=True):
    """The agent's plan, whole."""

    entries: list[state.PlanEntry]


class PermissionRequestEvent(state.Permission, frozen=True, kw_only=True):
    """The agent asks its user."""

    seq: words.Seq
    at: words.At


class PermissionResolvedEvent(TurnEvent, frozen=True, kw_only=True):
    """A question was answered, or nobody answers it any more."""

    request_id: str
    option_id: str | None
    outcome: Literal["selected", "cancelled"]


class StatusEvent(NumberedEvent, frozen=True, kw_only=True):
    """Anything else; it has only the fields that it tells something in."""

    turn_id: words.TurnId | UnsetType = UNSET
    status: words.Status | UnsetType = UNSET
    #: In words for a person.
    detail: str | UnsetType = UNSET
    #: The agent is starting, or has.
    loading: bool | UnsetType = UNSET
    turn: Literal["started", "withdrawn"] | UnsetType = UNSET
    queue_held: bool | UnsetType = UNSET
    agent: str | UnsetType = UNSET
    protocol: words.AgentProtocol | UnsetType = UNSET
    #: What the agent calls the conversation.
    conversation_id: str | UnsetType = UNSET
    model: str | UnsetType = UNSET
    #: Whether the agent has lost the conversation it had before. Then it is told again what was
    #: said.
    forgotten: bool | UnsetType = UNSET
    session: state.SessionDescription | UnsetType = UNSET
    context: state.ContextGiven | UnsetType = UNSET
    #: What the agent calls the conversation.
    title: str | UnsetType = UNSET
    options: list[AgentOption] | UnsetType = UNSET
    commands: list[Command] | UnsetType = UNSET
    usage: Usage | UnsetType = UNSET
    #: How the agent's process ended.
    exit_code: int | UnsetType | None = UNSET
    #: What ended the agent's process.
    signal: int | str | UnsetType | None = UNSET


class ErrorEvent(TurnEvent, frozen=True, kw_only=True):
    """A turn ended without an answer."""

    code: words.ErrorCode
    message: str
    #: When the agent's limit is reset, if it says so exactly.
    resets_at: words.Time | UnsetType = UNSET


class SummaryEvent(NumberedEvent, frozen=True, kw_only=True):
    """What the conversation was about."""

    content: str
    by_agent: bool


class SessionEndedEvent(NumberedEvent, frozen=True, kw_only=True):
    """The session was ended."""

    reason: str


class PingEvent(words.Reply, frozen=True, kw_only=True):
    """A sign of life, unnumbered, after a time of quiet."""


#: What each event of a log is called in the stream, and what is told of it.
NAMED: dict[type[Struct], tuple[str, type[words.Reply]]] = {
    events.UserMessage: ("user_message", UserMessageEvent),
    events.Note: ("system_message", SystemMessageEvent),
    events.Remark: ("system_message", SystemMessageEvent),
    events.Text: ("assistant_delta", DeltaEvent),
    events.Thought: ("thought_delta", DeltaEvent),
    events.TurnFinished: ("assistant_message", AssistantMessageEvent),
    events.ToolCall: ("tool_call", ToolCallEvent),
    events.PlanChanged: ("plan", PlanEvent),
    events.QuestionAsked: ("permission_request", PermissionRequestEvent),
    events.QuestionClosed: ("permission_resolved", PermissionResolvedEvent),
    events.Event: ("status", StatusEvent),  # all others
    events.TurnFailed: ("error", ErrorEvent),
    events.Summary: ("summary", SummaryEvent),
    events.SessionEnded: ("session_ended", SessionEndedEvent),
}
#: Every named event of the stream.
STREAM_EVENTS = {**dict(NAMED.values()), "ping": PingEvent}
