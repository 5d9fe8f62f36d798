"""Chat: say something, watch it being answered, stop it, answer what the agent asks.

No call here waits for an answer. An unknown `session_id` makes a session with that id as soon as
somebody speaks in it; reading makes nothing.
"""

from __future__ import annotations

from flask import Blueprint, Response, g, request

from janus.blueprints.endpoint import endpoint
from janus.blueprints.sse import encode, event_number, event_stream, hang_up
from janus.blueprints.translation import shown
from janus.blueprints.wire import state as wire
from janus.blueprints.wire.chat import (
    ChatBody,
    InterruptBody,
    OptionBody,
    PermissionBody,
    QueueBody,
    StreamQuery,
    SystemBody,
    WithdrawQuery,
)
from janus.blueprints.wire.words import OneSession
from janus.errors import (
    AgentFailed,
    AgentLoginRequired,
    AgentNotFound,
    AgentRateLimited,
    AlreadyAnswered,
    InvalidSessionId,
    MessageNotFound,
    PermissionNotFound,
    QueueFull,
    ServerStopping,
    SessionNotFound,
    StorageFailed,
    TooManySessions,
    TooManyStreams,
)
from janus.runtime import runtime

bp = Blueprint("chat", __name__, url_prefix="/api")

#: One that rests is told from one that never was only while Janus runs.
_SESSION = (InvalidSessionId, SessionNotFound, ServerStopping)
#: Who speaks first makes the session.
_SAID = (*_SESSION, TooManySessions, AgentNotFound, StorageFailed)


@bp.post("/chat")
@endpoint(body=ChatBody, returns=wire.State, errors=(*_SAID, QueueFull))
def chat(body: ChatBody) -> wire.State:
    """Accept a message.

    Its answer comes in the state and the stream. While a turn runs, 20 messages may wait.
    """
    return shown(runtime().manager.say(body.session_id or None, body.message, body.message_id))


@bp.get("/state")
@endpoint(query=OneSession, returns=wire.State, errors=(InvalidSessionId, ServerStopping))
def state(query: OneSession) -> wire.State:
    """The conversation as it is now.

    That of an unknown session is empty.
    """
    return shown(runtime().manager.state(query.session_id))


@bp.post("/interrupt")
@endpoint(body=InterruptBody, returns=wire.State, errors=_SESSION)
def interrupt(body: InterruptBody) -> wire.State:
    """Stop the running turn.

    The session stays usable. What waits is held until the user sends or discards it. Nothing
    happens if no turn runs.
    """
    return shown(
        runtime().manager.interrupt(body.session_id, body.turn_id, send_queue=body.send_queue)
    )


@bp.post("/system")
@endpoint(body=SystemBody, returns=wire.State, errors=_SAID)
def system(body: SystemBody) -> wire.State:
    """A note for the agent, from the page or another program.

    The agent is told at once if it is free, else with its next turn.
    """
    return shown(runtime().manager.note(body.session_id or None, body.message))


@bp.post("/queue")
@endpoint(body=QueueBody, returns=wire.State, errors=_SESSION)
def send_queue(body: QueueBody) -> wire.State:
    """Send the messages that were held when a turn was stopped."""
    return shown(runtime().manager.send_queue(body.session_id))


@bp.delete("/queue")
@endpoint(query=WithdrawQuery, returns=wire.State, errors=(*_SESSION, MessageNotFound))
def withdraw(query: WithdrawQuery) -> wire.State:
    """Withdraw a message that still waits, or discard all of them."""
    return shown(runtime().manager.withdraw(query.session_id, query.message_id))


@bp.post("/permission")
@endpoint(
    body=PermissionBody,
    returns=wire.State,
    errors=(*_SESSION, PermissionNotFound, AlreadyAnswered),
)
def permission(body: PermissionBody) -> wire.State:
    """Answer what the agent asked.

    The first answer counts. One that does not fit the fields is refused, and the question stays
    open.
    """
    return shown(
        runtime().manager.answer(body.session_id, body.request_id, body.option_id, body.answers)
    )


@bp.post("/options")
@endpoint(
    body=OptionBody,
    returns=wire.State,
    errors=(*_SESSION, AgentFailed, AgentLoginRequired, AgentRateLimited),
)
def options(body: OptionBody) -> wire.State:
    """Choose one of the agent's options: its mode, its model, or what else it offers.

    Only what the state's `options` has can be chosen; all else is an `INVALID_REQUEST`.
    """
    return shown(runtime().manager.choose(body.session_id, body.option_id, body.value))


@bp.get("/chat/stream")
@endpoint(
    query=StreamQuery,
    returns=wire.State,
    media="text/event-stream",
    errors=(InvalidSessionId, TooManyStreams, ServerStopping),
)
def stream(query: StreamQuery) -> Response:
    """The conversation as it happens.

    Begins with what was missed after the last event the client has seen, each event once and in
    order; then the state; then what happens, until the session ends. An unnamed event is the
    state, sent again whenever a turn begins or ends, or a permission or the queue changes. Named
    ones are numbered by their `id`; `StreamEvents` has the data of each. A `ping`, without a
    number, comes after 15 seconds of quiet.
    """
    events = encode(runtime().manager, query.session_id, event_number(query.last_event_id))
    runtime().devices.check_streams(g.device)
    done = runtime().open_stream()
    response = event_stream(events, request.environ)
    response.call_on_close(done)
    response.call_on_close(runtime().devices.attach(g.device.id, hang_up(request.environ)))
    return response
