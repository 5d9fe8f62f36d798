"""Sessions: start one, ask and wait for the answer, go on with it another day, end it.

Sessions outlive Janus: those that were not ended come back when it starts again, with the status
`idle`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from flask import Blueprint
from msgspec import UNSET, Meta, UnsetType

from janus import errors
from janus.blueprints.endpoint import AGENT, OPENING, SESSION, endpoint
from janus.blueprints.wire import words as wire
from janus.runtime import runtime

bp = Blueprint("session", __name__, url_prefix="/api")


class ConversationMessage(wire.Reply, frozen=True, kw_only=True):
    """One entry of a conversation."""

    role: Literal["user", "assistant", "system"]
    content: str
    timestamp: wire.Time
    turn_id: wire.TurnId


class SessionInfo(wire.Reply, frozen=True, kw_only=True):
    """A session."""

    session_id: wire.SessionId
    name: str | None
    status: wire.Status
    #: The agent's name.
    agent: str
    #: Its own git branch; null if it works in the workspace itself.
    branch: str | None
    #: Its own worktree; null if it works in the workspace itself.
    worktree_path: str | None
    created_at: wire.Time
    last_activity: wire.Time
    message_count: wire.Count
    attention: wire.Attention
    #: Only where one session is asked for.
    conversation: list[ConversationMessage] | UnsetType = UNSET


class StartBody(wire.Body, frozen=True, kw_only=True):
    """What kind of session to start."""

    #: The client's own id for it, a UUID say: sent again, it is the same session. A new one if
    #: absent.
    session_id: wire.SessionId | None = None
    #: What it is called; several may be called the same. An isolated session without one is called
    #: after its branch, or the day: `feature-2027-01-15-001`.
    name: wire.SessionName | None = None
    #: A local branch that is there and checked out nowhere. A new one if absent: `feature/<name>`,
    #: or `feature/<name>-2` where that is taken.
    branch: Annotated[wire.Short | None, Meta(examples=["feature/fix-login"])] = None
    #: The name of an agent, as in `/api/agents`, or one of its aliases; `auto` takes the first one
    #: found, and `custom` is the owner's own command. The owner's choice if absent.
    agent: wire.AgentName | None = None
    #: Whether it has a worktree and a branch of its own; needs a git repository with a commit. If
    #: absent: true with a `name` or a `branch`, else false. False with a `branch` is refused.
    isolated: bool | None = None


@bp.post("/session/start")
@endpoint(
    errors.InvalidSessionId,
    errors.InvalidName,
    *OPENING,
    errors.SessionExists,
    errors.BranchInUse,
    errors.AgentNotFound,
    errors.GitFailed,
    status=201,
)
def start(body: StartBody) -> SessionInfo:
    """Open a session: in the workspace as it is, or isolated from it.

    Its agent starts with the first message. An isolated session has a git worktree of its own,
    `.worktrees/<session id>` in the workspace, on a branch of its own, which begins at the
    workspace's commit: what is not committed is not in it.
    """
    info = runtime().manager.create(
        body.name,
        body.agent,
        body.session_id,
        branch=body.branch,
        isolated=body.isolated,
        once=True,
    )
    return SessionInfo.of(info.to_json())


class AskBody(wire.Body, frozen=True, kw_only=True):
    """A question."""

    question: wire.Text
    message_id: wire.MessageId | None = None


class AskAnswer(wire.Reply, frozen=True, kw_only=True):
    """The answer."""

    session_id: wire.SessionId
    answer: str
    turn_id: str
    stop_reason: wire.StopReason
    timestamp: wire.Time


@bp.post("/ask")
@endpoint(*SESSION, *OPENING, *AGENT, errors.MessageNotFound, errors.QueueFull, errors.AskTimeout)
def ask(query: wire.OneSession, body: AskBody) -> AskAnswer:
    """Ask a question and wait for the answer.

    Questions of one session are answered one at a time, in order.
    """
    answer = runtime().manager.ask(query.session_id, body.question, body.message_id)
    return AskAnswer.of(answer, session_id=query.session_id)


class Heartbeat(wire.Reply, frozen=True, kw_only=True):
    """When the session was used last: now."""

    session_id: wire.SessionId
    last_activity: wire.Time
    status: wire.Status


@bp.post("/heartbeat")
@endpoint(*SESSION)
def heartbeat(query: wire.OneSession) -> Heartbeat:
    """Somebody is still there.

    A session that nobody uses ends by itself. A body is not read.
    """
    return Heartbeat.of(runtime().manager.touch(query.session_id).to_json())


class EndBody(wire.Body, frozen=True, kw_only=True):
    """How to end a session."""

    #: False: do not ask the agent for a summary.
    summary: bool = True
    #: True: remove its worktree too. If work would be lost, that is refused, and the session has
    #: not ended.
    cleanup: bool = False
    #: True: with `cleanup`, remove the worktree with the work in it.
    force: bool = False


class EndedSession(wire.Reply, frozen=True, kw_only=True):
    """The session has ended."""

    session_id: wire.SessionId
    status: Literal["ended"] = "ended"
    #: Null if nothing was said.
    summary: str | None
    #: Whether the summary is on the disk too.
    summary_saved: bool
    #: The branch it worked on; null if it worked in the workspace itself.
    branch: str | None
    #: Its worktree, which stays; null if it had none or it was removed. It stays in spite of
    #: `cleanup` if the agent left something new in it at the very end.
    worktree_path: str | None


@bp.post("/session/end")
@endpoint(*SESSION, errors.WorktreeDirty, errors.GitFailed)
def end(query: wire.OneSession, body: EndBody) -> EndedSession:
    """End a session and all its agent started.

    Cancels what runs and what waits, and asks the agent for a summary first; without a usable
    agent the summary is made from the conversation. Its branch stays, its worktree too unless
    `cleanup` is true, and its conversation: `/api/session/resume` opens it again.
    """
    ended = runtime().manager.end(
        query.session_id, summary=body.summary, cleanup=body.cleanup, force=body.force
    )
    return EndedSession.of(ended)


@bp.post("/session/resume")
@endpoint(*SESSION, *OPENING, *AGENT, errors.AskTimeout)
def resume(query: wire.OneSession) -> SessionInfo:
    """Start the agent of a session, and wait until it runs.

    It goes on with its conversation, as it would with the next message. Opens a session again that
    was ended. An agent that died too often is tried again. A body is not read.
    """
    return SessionInfo.of(runtime().manager.resume(query.session_id).to_json())


class RenameBody(wire.Body, frozen=True, kw_only=True):
    """What to call a session."""

    name: wire.SessionName


@bp.post("/session/rename")
@endpoint(*SESSION, errors.InvalidName, *OPENING)
def rename(query: wire.OneSession, body: RenameBody) -> SessionInfo:
    """Call a session something else.

    Its branch and its worktree stay as they are.
    """
    return SessionInfo.of(runtime().manager.rename(query.session_id, body.name).to_json())


@bp.get("/session")
@endpoint(*SESSION)
def show(query: wire.OneSession) -> SessionInfo:
    """One session, with its conversation."""
    info = runtime().manager.get(query.session_id)
    said = [ConversationMessage.of(it) for it in runtime().manager.conversation(query.session_id)]
    return SessionInfo.of(info.to_json(), conversation=said)


class SessionList(wire.Reply, frozen=True, kw_only=True):
    """The sessions that take a place under the limit."""

    sessions: list[SessionInfo]


@bp.get("/sessions")
@endpoint()
def index() -> SessionList:
    """All open sessions, the oldest first."""
    return SessionList(sessions=[SessionInfo.of(it.to_json()) for it in runtime().manager.all()])
