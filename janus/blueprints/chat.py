"""Chat: say something, watch it being answered, stop it, answer what the agent asks."""

from __future__ import annotations

from flask import Blueprint, Response, g, request
from flask.typing import ResponseReturnValue

from janus.blueprints.body import LIMIT, SHORT, answers, parameter, read, session_id
from janus.blueprints.sse import encode, event_number, free_when_gone, hang_up
from janus.runtime import runtime

bp = Blueprint("chat", __name__, url_prefix="/api")


@bp.post("/chat")
def chat() -> ResponseReturnValue:
    """Accept a message; its answer comes in the state and the stream."""
    body = read("message", message=LIMIT, session_id=SHORT, message_id=SHORT)
    manager = runtime().manager
    id = body.get("session_id") or manager.new_id()
    return manager.say(id, body["message"], body.get("message_id")).state()


@bp.get("/state")
def state() -> ResponseReturnValue:
    """The conversation as it is now."""
    return runtime().manager.chat(session_id()).state()


@bp.post("/interrupt")
def interrupt() -> ResponseReturnValue:
    """Stop the running turn."""
    session = runtime().manager.chat(read("session_id", session_id=SHORT)["session_id"])
    session.interrupt()
    return session.state()


@bp.post("/system")
def system() -> ResponseReturnValue:
    """A note for the agent from the page or another program."""
    body = read("message", message=LIMIT, session_id=SHORT)
    manager = runtime().manager
    return manager.note(body.get("session_id") or manager.new_id(), body["message"]).state()


@bp.delete("/queue")
def withdraw() -> ResponseReturnValue:
    """Take back a message that still waits."""
    session = runtime().manager.chat(session_id())
    session.withdraw(parameter("message_id"))
    return session.state()


@bp.post("/permission")
def permission() -> ResponseReturnValue:
    """Answer what the agent asked."""
    names = ("session_id", "request_id", "option_id")
    body = read(*names, **dict.fromkeys(names, SHORT), answers=answers)
    session = runtime().manager.chat(body["session_id"])
    session.answer(body["request_id"], body["option_id"], body.get("answers"))
    return session.state()


@bp.post("/options")
def options() -> ResponseReturnValue:
    """Choose one of the agent's options: its mode, its model, or what else it offers."""
    names = ("session_id", "option_id", "value")
    body = read(*names, **dict.fromkeys(names, SHORT))
    session = runtime().manager.chat(body["session_id"])
    session.choose(body["option_id"], body["value"])
    return session.state()


@bp.get("/chat/stream")
def stream() -> ResponseReturnValue:
    """Server-sent events: what was missed after ``Last-Event-ID``, the state, what happens."""
    session = runtime().manager.chat(session_id())
    last = event_number(request.headers.get("Last-Event-ID") or request.args.get("last_event_id"))
    runtime().devices.check_streams(g.device)
    done = runtime().open_stream()
    response = Response(encode(session, last), mimetype="text/event-stream")
    response.call_on_close(done)
    response.call_on_close(runtime().devices.attach(g.device.id, hang_up(request.environ)))
    free_when_gone(response, request.environ)
    response.headers["X-Accel-Buffering"] = "no"
    return response
