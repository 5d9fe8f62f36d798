"""Sessions: start one, ask and wait for the answer, go on with it another day, end it.

They outlive Janus: those that were not ended come back when it starts again, as `idle`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from flask import Blueprint, Response
from msgspec import Meta

from janus import errors
from janus.blueprints.endpoint import AGENT, OPENING, SESSION, WORKING, encode, endpoint
from janus.blueprints.pieces import json_response
from janus.blueprints.wire import words as wire
from janus.blueprints.wire.session import ConversationMessage, ResumeQuery, SessionInfo
from janus.clock import timestamp
from janus.model import SessionInfo as SessionValue
from janus.runtime import manager_here, manager_of, runtime

bp = Blueprint("session", __name__, url_prefix="/api")


def told(info: SessionValue, **more: object) -> SessionInfo:
    """What clients are told of a session."""
    projects, others = runtime().projects, runtime().elsewhere
    project = others.project(info) if info.machine else projects.name_of(info.project_id)
    command = projects.resume_command(info)
    return SessionInfo.of(info.to_json(), project=project, resume_command=command, **more)


class StartBody(wire.Body, frozen=True, kw_only=True):
    """What kind of session to start."""

    #: The client's own id for it, a UUID say: sent again, it is the same session. A new one if
    #: absent.
    session_id: wire.SessionId | None = None
    #: The project to start it in; the first one if absent.
    project_id: wire.ProjectId | None = None
    #: The machine to start it on, as in `/api/fleet`; this one if absent.
    machine: wire.Short | None = None
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
    #: What to choose of the agent's options, as in `/api/agents`: the value of each, by its id.
    #: What it does not offer any more is told in the conversation.
    options: Annotated[dict[wire.Short, wire.Short], Meta(max_length=20)] | None = None


@bp.post("/session/start")
@endpoint(
    errors.InvalidSessionId,
    errors.InvalidName,
    errors.NotFound,
    *OPENING,
    errors.SessionExists,
    errors.BranchInUse,
    errors.AgentNotFound,
    errors.GitFailed,
    errors.MachineAway,
    status=201,
)
def start(body: StartBody) -> SessionInfo:
    """Open a session: in the workspace as it is, or isolated from it.

    Its agent starts with the first message. An isolated session has a git worktree of its own,
    `.worktrees/<session id>` in the workspace, on a branch of its own, which begins at the
    workspace's commit: what is not committed is not in it, but for the untracked files that
    `JANUS_WORKTREE_FILES` names. That can take minutes; asked again with the same `session_id`
    meanwhile, it waits for the same session. What does not work in the worktree, such as a hook or
    an empty submodule, is told in the conversation, and `JANUS_SETUP_COMMAND` runs there.
    """
    manager = runtime().everywhere.manager_of_new(body.session_id, body.project_id, body.machine)
    info = manager.create(
        body.name,
        body.agent,
        body.session_id,
        branch=body.branch,
        isolated=body.isolated,
        options=body.options,
        once=True,
    )
    return told(info)


class AskBody(wire.Body, frozen=True, kw_only=True):
    """A question."""

    question: wire.Text
    message_id: wire.MessageId | None = None
    attachments: wire.AttachmentIds | None = None


class AskAnswer(wire.Reply, frozen=True, kw_only=True):
    """The answer."""

    session_id: wire.SessionId
    answer: str
    turn_id: str
    stop_reason: wire.StopReason
    timestamp: wire.Time


@bp.post("/ask")
@endpoint(
    *SESSION,
    *WORKING,
    *AGENT,
    errors.NotFound,
    errors.MessageNotFound,
    errors.QueueFull,
    errors.AskTimeout,
)
def ask(query: wire.OneSession, body: AskBody) -> AskAnswer:
    """Ask a question and wait for the answer.

    Questions of one session are answered one at a time, in order.
    """
    manager, files = manager_of(query.session_id, asking=True), body.attachments or []
    answer = manager.ask(query.session_id, body.question, body.message_id, files)
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
    used = manager_of(query.session_id).touch(query.session_id)
    return Heartbeat.of(used, last_activity=timestamp(used.last_activity))


class EndBody(wire.Body, frozen=True, kw_only=True):
    """How to end a session."""

    #: False: do not ask the agent for a summary.
    summary: bool = True
    #: True: remove its worktree too. If work would be lost, that is refused, and the session has
    #: not ended.
    cleanup: bool = False
    #: True: with `cleanup`, remove the worktree with the work in it.
    force: bool = False
    #: True: with `cleanup`, delete its branch too, if Janus made it and others have all of it.
    branch: bool = False
    #: True: it ends to make room for another, which lists say.
    make_room: bool = False


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
    #: Its worktree; null if it had none or it was removed, but for what came in at the very end.
    worktree_path: str | None
    #: Whether the branch was deleted too.
    branch_deleted: bool
    #: With `cleanup`, on what ground its branch is in another one, where its commits are not.
    landed: str


@bp.post("/session/end")
@endpoint(*SESSION, errors.WorktreeDirty, errors.GitFailed)
def end(query: wire.OneSession, body: EndBody) -> EndedSession:
    """End a session and all its agent started.

    Cancels what runs and what waits, and asks the agent for a summary first; without a usable
    agent the summary is made from the conversation. Its branch stays unless `branch` is true, its
    worktree too unless `cleanup` is, and its conversation: `/api/session/resume` opens it again.
    """
    ended = manager_of(query.session_id).end(
        query.session_id,
        summary=body.summary,
        cleanup=body.cleanup,
        force=body.force,
        branch=body.branch,
        reason="limit" if body.make_room else "ended",
    )
    return EndedSession.of(ended)


@bp.post("/session/resume")
@endpoint(*SESSION, *WORKING, *AGENT, errors.AskTimeout, errors.BranchInUse, errors.GitFailed)
def resume(query: ResumeQuery) -> SessionInfo:
    """Start the agent of a session, and wait until it runs.

    It goes on with its conversation, as it would with the next message. Opens a session again that
    was ended. An agent that died too often is tried again. A body is not read.
    """
    if query.anew:
        manager_here(query.session_id).make_anew(query.session_id)
    return told(manager_of(query.session_id).resume(query.session_id))


class RenameBody(wire.Body, frozen=True, kw_only=True):
    """What to call a session."""

    name: wire.SessionTitle


@bp.post("/session/rename")
@endpoint(*SESSION, errors.InvalidName, *OPENING)
def rename(query: wire.OneSession, body: RenameBody) -> SessionInfo:
    """Call a session something else. Its branch and its worktree stay as they are."""
    return told(manager_of(query.session_id).rename(query.session_id, body.name))


@bp.get("/session")
@endpoint(*SESSION, returns=SessionInfo)
def show(query: wire.OneSession) -> Response:
    """One session, with its conversation."""
    manager = manager_of(query.session_id)
    head = encode(told(manager.get(query.session_id), conversation=[]))
    before, after = head.rsplit(b"[]", 1)
    said = manager.said(query.session_id)

    def parts() -> Iterator[bytes]:
        yield before + b"["
        for number, message in enumerate(said):
            yield (b"," if number else b"") + encode(ConversationMessage.of(message))
        yield b"]" + after + b"\n"

    return json_response(parts())
