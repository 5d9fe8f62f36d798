"""The state of a conversation, as clients are told it: all that one needs which only draws."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from janus.blueprints.wire.words import (
    LARGEST,
    LONG,
    Attention,
    Count,
    Reply,
    SessionId,
    Status,
    StopReason,
    Time,
    TurnId,
)

#: What is filled in somewhere, or filled in already.
FilledIn = Annotated[
    Annotated[str, Meta(max_length=LONG)]
    | Annotated[int, Meta(ge=-LARGEST, le=LARGEST)]
    | Annotated[float, Meta(ge=-LARGEST, le=LARGEST)]
    | bool
    | Annotated[list[Annotated[str, Meta(max_length=LONG)]], Meta(max_length=100)],
    Meta(title="FilledIn"),
]
OptionValue = Annotated[str | bool | None, Meta(title="OptionValue")]


class ToolCall(Reply, frozen=True, kw_only=True):
    """Something the agent does."""

    id: str
    name: Annotated[str, Meta(description="What the agent calls the tool.")]
    kind: Annotated[
        str,
        Meta(
            description="As in the Agent Client Protocol.",
            examples=["read", "edit", "execute", "search", "other"],
        ),
    ]
    title: Annotated[str, Meta(description="In words for a person.")]
    status: Literal["in_progress", "completed", "failed", "rejected", "cancelled"]
    output: str | UnsetType = UNSET
    turn_id: TurnId | UnsetType = UNSET


class Message(Reply, frozen=True, kw_only=True):
    """Something that was said."""

    id: Annotated[str, Meta(description="The client's own `message_id`, if it gave one.")]
    sender: Literal["user", "assistant", "system"]
    content: str
    timestamp: Time
    is_streaming: Annotated[bool, Meta(description="More of it is coming.")]
    turn_id: TurnId
    stop_reason: Annotated[
        StopReason | None,
        Meta(description="Why an answer ended; null while it grows, and of what is no answer."),
    ]
    tool_calls: list[ToolCall]


class PlanEntry(Reply, frozen=True, kw_only=True):
    """One step of the agent's plan."""

    content: str
    status: Annotated[str, Meta(examples=["pending", "in_progress", "completed"])]
    priority: Annotated[str, Meta(examples=["high", "medium", "low"])]


class FieldChoice(Reply, frozen=True, kw_only=True):
    """One of the answers that a field can have."""

    id: str
    name: str


class Field(Reply, frozen=True, kw_only=True):
    """Something to fill in."""

    id: str
    title: str
    description: Annotated[str, Meta(description="What to know before; may be empty.")]
    kind: Annotated[
        Literal["choice", "choices", "text", "number", "integer", "boolean"],
        Meta(
            description="`choice` takes the id of one of the choices, `choices` a list of ids.",
        ),
    ]
    required: bool
    default: FilledIn | UnsetType = UNSET
    choices: list[FieldChoice] | UnsetType = UNSET


class PermissionOption(Reply, frozen=True, kw_only=True):
    """One answer to what the agent asks."""

    id: str
    name: str
    kind: Annotated[
        str,
        Meta(
            description="What it does, if that is known.",
            examples=["allow_once", "allow_always", "reject_once", "reject_always", ""],
        ),
    ]


class Permission(Reply, frozen=True, kw_only=True):
    """Something the agent asks its user: may I, which one, how."""

    request_id: str
    kind: Literal["permission", "question"]
    title: str
    options: list[PermissionOption]
    text: Annotated[str, Meta(description="More to read before saying yes.")] | UnsetType = UNSET
    url: Annotated[str, Meta(description="A page to open.")] | UnsetType = UNSET
    tool_call: ToolCall | UnsetType = UNSET
    fields: (
        Annotated[
            list[Field],
            Meta(
                min_length=1,
                max_length=50,
                description="What to fill in, where the options alone are no answer: send it as "
                "`answers` with the option `accept`.",
            ),
        ]
        | UnsetType
    ) = UNSET
    turn_id: TurnId | UnsetType = UNSET


class QueuedMessage(Reply, frozen=True, kw_only=True):
    """A message that waits, and can be withdrawn."""

    message_id: str
    turn_id: str
    content: str
    timestamp: Time
    held: Annotated[bool, Meta(description="It waits until the user sends it.")]


class OptionChoice(Reply, frozen=True, kw_only=True):
    """One value that an option can have."""

    value: OptionValue
    name: str


class AgentOption(Reply, frozen=True, kw_only=True):
    """Something the agent lets its user choose: its mode, its model."""

    id: str
    name: str
    category: Annotated[str, Meta(examples=["mode", "model", ""])]
    value: Annotated[OptionValue, Meta(description="What is chosen now.")]
    choices: list[OptionChoice]


class Command(Reply, frozen=True, kw_only=True):
    """A slash command that the agent knows."""

    name: str
    description: str
    hint: Annotated[str, Meta(description="What to write after it; may be empty.")]


class Usage(Reply, frozen=True, kw_only=True):
    """How much of its context the agent has used, in tokens."""

    used: Count
    size: Count
    cost: Annotated[str, Meta(description="What it cost, where the agent tells; may be empty.")]


class ConversationSummary(Reply, frozen=True, kw_only=True):
    """What the conversation was about."""

    content: str
    by_agent: Annotated[bool, Meta(description="False: made from the conversation.")]


class SessionDescription(Reply, frozen=True, kw_only=True):
    """What a session is, whatever happens in it."""

    name: str | None
    agent: str
    branch: str | None
    worktree_path: str | None
    created_at: Time


class StateAgent(Reply, frozen=True, kw_only=True):
    """The agent of a session."""

    name: str
    asks: Annotated[bool, Meta(description="Whether this agent can ask before it acts.")]


class State(Reply, frozen=True, kw_only=True):
    """The whole conversation as it is at event `seq`."""

    session_id: SessionId
    seq: Annotated[Count, Meta(description="The number of the newest event in it.")]
    status: Status
    attention: Attention
    is_processing: Annotated[bool, Meta(description="A turn runs, or waits and is not held.")]
    is_loading: Annotated[bool, Meta(description="The agent is starting.")]
    missing_api_key: Annotated[bool, Meta(description="The agent needs a login.")]
    messages: Annotated[list[Message], Meta(max_length=100, description="The newest ones.")]
    total_messages: Count
    plan: list[PlanEntry]
    options: list[AgentOption]
    permissions: Annotated[
        list[Permission],
        Meta(description="What the agent asks and nobody has answered yet."),
    ]
    queue: Annotated[
        list[QueuedMessage], Meta(description="Messages that wait, and can be withdrawn.")
    ]
    queue_held: Annotated[
        bool,
        Meta(description="A turn was stopped: what waits is sent when the user says so."),
    ]
    running_turn_id: Annotated[str | None, Meta(description="The turn that runs.")]
    summary: ConversationSummary | None
    commands: list[Command]
    usage: Usage | None
    session: Annotated[
        SessionDescription | None, Meta(description="Null until somebody has spoken in it.")
    ]
    left_out: Annotated[Count, Meta(description="Damaged lines of the log that could not be read.")]
    agent: StateAgent
