"""Sessions: start one, ask and wait for the answer, go on with it another day, end it.

Sessions outlive Janus: those that were not ended come back when it starts again, with the status
`idle`.
"""

from __future__ import annotations

from flask import Blueprint

from janus.blueprints.endpoint import endpoint
from janus.blueprints.wire.sessions import (
    AskAnswer,
    AskBody,
    ConversationMessage,
    EndBody,
    EndedSession,
    Heartbeat,
    RenameBody,
    SessionInfo,
    SessionList,
    StartBody,
)
from janus.blueprints.wire.words import OneSession
from janus.errors import (
    AgentFailed,
    AgentLoginRequired,
    AgentNotFound,
    AgentRateLimited,
    AskTimeout,
    BranchInUse,
    GitFailed,
    InvalidName,
    InvalidSessionId,
    MessageNotFound,
    QueueFull,
    ServerStopping,
    SessionExists,
    SessionNotFound,
    StorageFailed,
    TooManySessions,
    WorktreeDirty,
)
from janus.runtime import runtime

bp = Blueprint("session", __name__, url_prefix="/api")

#: One that rests is told from one that never was only while Janus runs.
_SESSION = (InvalidSessionId, SessionNotFound, ServerStopping)
_OPENING = (TooManySessions, ServerStopping, StorageFailed)
_AGENT = (AgentFailed, AgentNotFound, AgentLoginRequired, AgentRateLimited)


@bp.post("/session/start")
@endpoint(
    body=StartBody,
    returns=SessionInfo,
    status=201,
    errors=(
        *(InvalidSessionId, InvalidName, *_OPENING, SessionExists),
        *(BranchInUse, AgentNotFound, GitFailed),
    ),
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


@bp.post("/ask")
@endpoint(
    query=OneSession,
    body=AskBody,
    returns=AskAnswer,
    errors=(*_SESSION, *_OPENING, *_AGENT, MessageNotFound, QueueFull, AskTimeout),
)
def ask(query: OneSession, body: AskBody) -> AskAnswer:
    """Ask a question and wait for the answer.

    Questions of one session are answered one at a time, in order.
    """
    answer = runtime().manager.ask(query.session_id, body.question, body.message_id)
    return AskAnswer.of(answer, session_id=query.session_id)


@bp.post("/heartbeat")
@endpoint(query=OneSession, returns=Heartbeat, errors=_SESSION)
def heartbeat(query: OneSession) -> Heartbeat:
    """Somebody is still there.

    A session that nobody uses ends by itself. A body is not read.
    """
    return Heartbeat.of(runtime().manager.touch(query.session_id).to_json())


@bp.post("/session/end")
@endpoint(
    query=OneSession,
    body=EndBody,
    returns=EndedSession,
    errors=(*_SESSION, WorktreeDirty, GitFailed),
)
def end(query: OneSession, body: EndBody) -> EndedSession:
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
@endpoint(query=OneSession, returns=SessionInfo, errors=(*_SESSION, *_OPENING, *_AGENT, AskTimeout))
def resume(query: OneSession) -> SessionInfo:
    """Start the agent of a session, and wait until it runs.

    It goes on with its conversation, as it would with the next message. Opens a session again that
    was ended. An agent that died too often is tried again. A body is not read.
    """
    return SessionInfo.of(runtime().manager.resume(query.session_id).to_json())


@bp.post("/session/rename")
@endpoint(
    query=OneSession,
    body=RenameBody,
    returns=SessionInfo,
    errors=(*_SESSION, InvalidName, *_OPENING),
)
def rename(query: OneSession, body: RenameBody) -> SessionInfo:
    """Call a session something else.

    Its branch and its worktree stay as they are.
    """
    return SessionInfo.of(runtime().manager.rename(query.session_id, body.name).to_json())


@bp.get("/session")
@endpoint(query=OneSession, returns=SessionInfo, errors=_SESSION)
def show(query: OneSession) -> SessionInfo:
    """One session, with its conversation."""
    info = runtime().manager.get(query.session_id)
    said = [ConversationMessage.of(it) for it in runtime().manager.conversation(query.session_id)]
    return SessionInfo.of(info.to_json(), conversation=said)


@bp.get("/sessions")
@endpoint(returns=SessionList)
def index() -> SessionList:
    """All open sessions, the oldest first."""
    return SessionList(sessions=[SessionInfo.of(it.to_json()) for it in runtime().manager.all()])
