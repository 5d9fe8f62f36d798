"""What the calls about sessions take and give."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from janus.blueprints.wire.words import (
    AgentName,
    Attention,
    Body,
    Count,
    MessageId,
    Reply,
    SessionId,
    SessionName,
    Short,
    Status,
    StopReason,
    Text,
    Time,
    TurnId,
)


class StartBody(Body, frozen=True, kw_only=True):
    """What kind of session to start."""

    session_id: Annotated[
        SessionId | None,
        Meta(
            description="The client's own id for it, a UUID say: sent again, it is the same "
            "session. A new one if absent."
        ),
    ] = None
    name: Annotated[
        SessionName | None,
        Meta(
            description="What it is called; several may be called the same. An isolated session "
            "without one is called after its branch, or the day: `feature-2027-01-15-001`."
        ),
    ] = None
    branch: Annotated[
        Short | None,
        Meta(
            description="A local branch that is there and checked out nowhere. A new one if "
            "absent: `feature/<name>`, or `feature/<name>-2` where that is taken.",
            examples=["feature/fix-login"],
        ),
    ] = None
    agent: Annotated[
        AgentName | None,
        Meta(
            description="The name of an agent, as in `/api/agents`, or one of its aliases; `auto` "
            "takes the first one found, and `custom` is the owner's own command. The owner's "
            "choice if absent."
        ),
    ] = None
    isolated: Annotated[
        bool | None,
        Meta(
            description="Whether it has a worktree and a branch of its own; needs a git repository "
            "with a commit. If absent: true with a `name` or a `branch`, else false. False with a "
            "`branch` is refused."
        ),
    ] = None


class AskBody(Body, frozen=True, kw_only=True):
    """A question."""

    question: Text
    message_id: MessageId | None = None


class RenameBody(Body, frozen=True, kw_only=True):
    """What to call a session."""

    name: SessionName


class EndBody(Body, frozen=True, kw_only=True):
    """How to end a session."""

    summary: Annotated[bool, Meta(description="False: do not ask the agent for a summary.")] = True
    cleanup: Annotated[
        bool,
        Meta(
            description="True: remove its worktree too. If work would be lost, that is refused, "
            "and the session has not ended."
        ),
    ] = False
    force: Annotated[
        bool,
        Meta(description="True: with `cleanup`, remove the worktree with the work in it."),
    ] = False


class ConversationMessage(Reply, frozen=True, kw_only=True):
    """One entry of a conversation."""

    role: Literal["user", "assistant", "system"]
    content: str
    timestamp: Time
    turn_id: TurnId


class SessionInfo(Reply, frozen=True, kw_only=True):
    """A session."""

    session_id: SessionId
    name: str | None
    status: Status
    agent: Annotated[str, Meta(description="The agent's name.")]
    branch: Annotated[
        str | None,
        Meta(description="Its own git branch; null if it works in the workspace itself."),
    ]
    worktree_path: Annotated[
        str | None, Meta(description="Its own worktree; null if it works in the workspace itself.")
    ]
    created_at: Time
    last_activity: Time
    message_count: Count
    attention: Attention
    conversation: (
        Annotated[
            list[ConversationMessage], Meta(description="Only where one session is asked for.")
        ]
        | UnsetType
    ) = UNSET


class SessionList(Reply, frozen=True, kw_only=True):
    """The sessions that take a place under the limit."""

    sessions: list[SessionInfo]


class AskAnswer(Reply, frozen=True, kw_only=True):
    """The answer."""

    session_id: SessionId
    answer: str
    turn_id: str
    stop_reason: StopReason
    timestamp: Time


class Heartbeat(Reply, frozen=True, kw_only=True):
    """When the session was used last: now."""

    session_id: SessionId
    last_activity: Time
    status: Status


class EndedSession(Reply, frozen=True, kw_only=True):
    """The session has ended."""

    session_id: SessionId
    status: Literal["ended"] = "ended"
    summary: Annotated[str | None, Meta(description="Null if nothing was said.")]
    summary_saved: Annotated[bool, Meta(description="Whether the summary is on the disk too.")]
    branch: Annotated[
        str | None,
        Meta(description="The branch it worked on; null if it worked in the workspace itself."),
    ]
    worktree_path: Annotated[
        str | None,
        Meta(
            description="Its worktree, which stays; null if it had none or it was removed. It "
            "stays in spite of `cleanup` if the agent left something new in it at the very end."
        ),
    ]
