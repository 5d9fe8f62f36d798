"""Sessions: start, ask, heartbeat, end, and what there is."""

from __future__ import annotations

from dataclasses import asdict

from flask import Blueprint
from flask.typing import ResponseReturnValue

from janus.blueprints.body import LIMIT, SHORT, flag, read, session_id
from janus.runtime import runtime

bp = Blueprint("session", __name__, url_prefix="/api")


@bp.post("/session/start")
def start() -> ResponseReturnValue:
    """Open a session: in the workspace as it is, or on a branch in a worktree of its own."""
    body = read(name=SHORT, branch=SHORT, agent=SHORT, isolated=flag)
    return runtime().manager.create(**body).to_json(), 201


@bp.post("/ask")
def ask() -> ResponseReturnValue:
    """Ask a question and wait for the answer."""
    body = read("question", question=LIMIT, message_id=SHORT)
    answer = runtime().manager.ask(session_id(), **body)
    return {"session_id": session_id(), **asdict(answer)}


@bp.post("/heartbeat")
def heartbeat() -> ResponseReturnValue:
    """Somebody is still there."""
    session = runtime().manager.touch(session_id()).to_json()
    return {key: session[key] for key in ("session_id", "last_activity", "status")}


@bp.post("/session/end")
def end() -> ResponseReturnValue:
    """End a session, with a summary unless ``summary`` is false."""
    body = read(summary=flag, cleanup=flag, force=flag)
    return {"status": "ended", **asdict(runtime().manager.end(session_id(), **body))}


@bp.post("/session/resume")
def resume() -> ResponseReturnValue:
    """Start the agent of a session, which goes on with its conversation."""
    return runtime().manager.resume(session_id()).to_json()


@bp.post("/session/rename")
def rename() -> ResponseReturnValue:
    """Call a session something else."""
    return runtime().manager.rename(session_id(), read("name", name=SHORT)["name"]).to_json()


@bp.get("/session")
def show() -> ResponseReturnValue:
    """One session, with its conversation."""
    manager = runtime().manager
    conversation = [asdict(message) for message in manager.conversation(session_id())]
    return {**manager.get(session_id()).to_json(), "conversation": conversation}


@bp.get("/sessions")
def index() -> ResponseReturnValue:
    """All open sessions."""
    return {"sessions": [session.to_json() for session in runtime().manager.all()]}
