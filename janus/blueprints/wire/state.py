"""The state of a conversation, as clients are told it: all that one needs which only draws."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from janus.blueprints.wire import words
from janus.blueprints.wire.agent import AgentOption, Command, StateAgent, Usage
from janus.blueprints.wire.sent import Attachment, ScheduledMessage


class FileChange(words.Reply, frozen=True, kw_only=True):
    """How a tool changes a file."""

    path: str
    #: The lines that change, with some around them, each behind its sign: a space, `-` or `+`.
    hunks: list[list[str]]
    #: How many lines more there are than are told.
    left_out: words.Count


class ToolCall(words.Reply, frozen=True, kw_only=True):
    """Something the agent does."""

    id: str
    #: What the agent calls the tool.
    name: str
    #: As in the Agent Client Protocol.
    kind: Annotated[str, Meta(examples=["read", "edit", "execute", "search", "other"])]
    #: In words for a person.
    title: str
    status: Literal["in_progress", "completed", "failed", "rejected", "cancelled"]
    output: str | UnsetType = UNSET
    #: The ids of pictures it put out: `GET /api/image` has them.
    images: list[str] | UnsetType = UNSET
    #: How it changes files, where the agent tells.
    changes: list[FileChange] | UnsetType = UNSET
    #: How long it took, once it is over; only in the state.
    seconds: Annotated[float, Meta(ge=0)] | UnsetType = UNSET
    turn_id: words.TurnId | UnsetType = UNSET


class Message(words.Reply, frozen=True, kw_only=True):
    """Something that was said."""

    #: The client's own `message_id`, if it gave one.
    id: str
    sender: Literal["user", "assistant", "system"]
    content: str
    timestamp: words.Time
    #: More of it is coming.
    is_streaming: bool
    turn_id: words.TurnId
    #: Why an answer ended; null while it grows, and of what is no answer.
    stop_reason: words.StopReason | None
    tool_calls: list[ToolCall]
    #: What the agent thought before it answered, where it tells: the beginning.
    thoughts: str | UnsetType = UNSET
    #: How long its turn took, once that is over.
    seconds: Annotated[float, Meta(ge=0)] | UnsetType = UNSET
    #: How much its turn changed, where snapshots were taken.
    changed: words.Amount | UnsetType = UNSET
    #: Files that went with it.
    attachments: list[Attachment] | UnsetType = UNSET


class PlanEntry(words.Reply, frozen=True, kw_only=True):
    """One step of the agent's plan."""

    content: str
    status: Annotated[str, Meta(examples=["pending", "in_progress", "completed"])]
    priority: Annotated[str, Meta(examples=["high", "medium", "low"])]


class FieldChoice(words.Reply, frozen=True, kw_only=True):
    """One of the answers that a field can have."""

    id: str
    name: str


class Field(words.Reply, frozen=True, kw_only=True):
    """Something to fill in."""

    id: str
    title: str
    #: What to know before; may be empty.
    description: str
    #: `choice` takes the id of one of the choices, `choices` a list of ids.
    kind: Literal["choice", "choices", "text", "number", "integer", "boolean"]
    required: bool
    default: words.FilledIn | UnsetType = UNSET
    choices: list[FieldChoice] | UnsetType = UNSET


class PermissionOption(words.Reply, frozen=True, kw_only=True):
    """One answer to what the agent asks."""

    id: str
    name: str
    #: What it does, if that is known.
    kind: Annotated[
        str, Meta(examples=["allow_once", "allow_always", "reject_once", "reject_always", ""])
    ]


class Permission(words.Reply, frozen=True, kw_only=True):
    """Something the agent asks its user: may I, which one, how."""

    request_id: str
    kind: Literal["permission", "question"]
    title: str
    options: list[PermissionOption]
    #: More to read before saying yes.
    text: str | UnsetType = UNSET
    #: A page to open.
    url: str | UnsetType = UNSET
    tool_call: ToolCall | UnsetType = UNSET
    #: What to fill in, where the options alone are no answer: send it as `answers` with the option
    #: `accept`.
    fields: Annotated[list[Field], Meta(min_length=1, max_length=50)] | UnsetType = UNSET
    turn_id: words.TurnId | UnsetType = UNSET


class QueuedMessage(words.Reply, frozen=True, kw_only=True):
    """A message that waits, and can be withdrawn."""

    message_id: str
    turn_id: str
    content: str
    timestamp: words.Time
    #: It waits until the user sends it.
    held: bool
    attachments: list[Attachment] | UnsetType = UNSET


class ConversationSummary(words.Reply, frozen=True, kw_only=True):
    """What the conversation was about."""

    content: str
    #: False: made from the conversation.
    by_agent: bool


class ContextGiven(words.Reply, frozen=True, kw_only=True):
    """What the agent was told ahead of the user's first words; `GET /api/memory/context` has it."""

    bytes: words.Count
    #: From where it is, in a few words each.
    sources: list[str]


class SessionDescription(words.Reply, frozen=True, kw_only=True):
    """What a session is, whatever happens in it."""

    name: str | None
    agent: str
    branch: str | None
    worktree_path: str | None
    created_at: words.Time
    #: Its first words, for where it has no name; only in the state, as all that follow are.
    title: str | UnsetType = UNSET
    #: What the agent calls the conversation, if it does.
    agent_title: str | UnsetType = UNSET
    project_id: words.ProjectId | UnsetType = UNSET
    project: str | UnsetType = UNSET
    #: When it ended, and why, if it did.
    ended_at: words.Time | UnsetType = UNSET
    end_reason: words.EndReason | UnsetType = UNSET
    #: What its agent was told to begin with, if anything.
    context: ContextGiven | UnsetType = UNSET


class OwnerTold(words.Reply, frozen=True, kw_only=True):
    """When the owner was last told something of the session, while no page was in front."""

    at: words.Time
    #: The last way that was tried: a notification, `ntfy`, or a notification once more.
    way: Literal["push", "ntfy", "again"]
    #: When a phone said that it shows it.
    arrived_at: words.Time | None
    #: When it was tapped, the session opened, or the question answered.
    seen_at: words.Time | None
    #: Nobody saw it, whatever was tried.
    unseen: bool


class State(words.Reply, frozen=True, kw_only=True):
    """The whole conversation as it is at event `seq`."""

    session_id: words.SessionId
    #: The number of the newest event in it.
    seq: words.Count
    status: words.Status
    attention: words.Attention
    #: A turn runs, or waits and is not held.
    is_processing: bool
    #: The agent is starting.
    is_loading: bool
    #: The agent needs a login.
    missing_api_key: bool
    #: The newest ones.
    messages: Annotated[list[Message], Meta(max_length=100)]
    total_messages: words.Count
    plan: list[PlanEntry]
    options: list[AgentOption]
    #: What the agent asks and nobody has answered yet.
    permissions: list[Permission]
    #: Messages that wait, and can be withdrawn.
    queue: list[QueuedMessage]
    #: A turn was stopped: what waits is sent when the user says so.
    queue_held: bool
    #: Messages that are sent later.
    scheduled: list[ScheduledMessage]
    #: When the agent's limit is reset that the last turn met; null if it did not say so exactly.
    limit_resets_at: words.Time | None
    #: The turn that runs.
    running_turn_id: str | None
    summary: ConversationSummary | None
    commands: list[Command]
    usage: Usage | None
    #: Null unless the owner was told something.
    told: OwnerTold | None
    #: Null until somebody has spoken in it.
    session: SessionDescription | None
    #: Damaged lines of the log that could not be read.
    left_out: words.Count
    agent: StateAgent
