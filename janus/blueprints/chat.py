"""Chat: say something, watch it being answered, stop it, answer what the agent asks.

No call here waits for an answer. An unknown `session_id` makes a session with that id as soon as
somebody speaks in it; reading makes nothing.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import Annotated, ClassVar, Literal

from flask import Blueprint, Response, g, request

from janus import errors
from janus.blueprints.endpoint import SESSION, WORKING, endpoint
from janus.blueprints.frames import state_response
from janus.blueprints.sse import encode, event_number, event_stream, hang_up
from janus.blueprints.translation import shown
from janus.blueprints.wire import words as wire
from janus.blueprints.wire.state import State
from janus.runtime import manager_of, runtime

bp = Blueprint("chat", __name__, url_prefix="/api")

#: Who speaks first makes the session.
_SAID = (*SESSION, *WORKING, errors.AgentNotFound)


class ChatBody(wire.LenientBody, frozen=True, kw_only=True):
    """A message."""

    message: wire.Text
    session_id: wire.OwnSessionId | None = None
    message_id: wire.MessageId | None = None
    #: It was spoken, and the answer will be heard: a session that begins like this tells its agent.
    voice: bool = False
    attachments: wire.AttachmentIds | None = None


@bp.post("/chat")
@endpoint(*_SAID, errors.NotFound, errors.QueueFull)
def chat(body: ChatBody) -> State:
    """Accept a message.

    Its answer comes in the state and the stream. While a turn runs, 20 messages may wait.
    """
    manager = manager_of(body.session_id, asking=True)
    id = body.session_id or None
    files = body.attachments or []
    return shown(
        manager.say(id, body.message, body.message_id, voice=body.voice, attachments=files)
    )


@bp.get("/state")
@endpoint(errors.InvalidSessionId, errors.ServerStopping, errors.MachineAway, returns=State)
def state(query: wire.OneSession) -> Response:
    """The conversation as it is now.

    That of an unknown session is empty.
    """
    return state_response(manager_of(query.session_id), query.session_id)


class ImageQuery(wire.OneSession, frozen=True, kw_only=True):
    """Which picture."""

    #: As in a tool call's `images`.
    image_id: wire.Word


class ImageAnswer(wire.Reply, frozen=True, kw_only=True):
    """A picture."""

    session_id: wire.SessionId
    image_id: str
    media_type: Literal["image/png", "image/jpeg", "image/gif", "image/webp"]
    #: Its bytes, as base64.
    data: str


@bp.get("/image")
@endpoint(errors.InvalidSessionId, errors.NotFound, errors.ServerStopping, errors.MachineAway)
def image(query: ImageQuery) -> ImageAnswer:
    """A picture that the agent has shown; its id stands for its bytes, and never for others."""
    found = manager_of(query.session_id).image(query.session_id, query.image_id)
    return ImageAnswer.of(found, session_id=query.session_id, image_id=found.id)


class InterruptBody(wire.LenientBody, frozen=True, kw_only=True):
    """Which turn to stop."""

    session_id: wire.SessionId
    #: Stop this turn only: nothing happens when it is over already.
    turn_id: wire.Short | None = None
    #: True: send what waits at once. False: hold it until the user says so.
    send_queue: bool = False


@bp.post("/interrupt")
@endpoint(*SESSION)
def interrupt(body: InterruptBody) -> State:
    """Stop the running turn.

    The session stays usable. What waits is held until the user sends or discards it. Nothing
    happens if no turn runs.
    """
    manager = manager_of(body.session_id)
    return shown(manager.interrupt(body.session_id, body.turn_id, send_queue=body.send_queue))


class SystemBody(wire.LenientBody, frozen=True, kw_only=True):
    """A note for the agent."""

    message: wire.Text
    session_id: wire.OwnSessionId | None = None


@bp.post("/system")
@endpoint(*_SAID)
def system(body: SystemBody) -> State:
    """A note for the agent, from the page or another program.

    The agent is told at once if it is free, else with its next turn.
    """
    manager = manager_of(body.session_id, asking=True)
    return shown(manager.note(body.session_id or None, body.message))


class QueueBody(wire.Body, frozen=True, kw_only=True):
    """What to do with the messages that wait."""

    session_id: wire.SessionId
    #: `send`: send what is held, in its order.
    action: Literal["send"]


@bp.post("/queue")
@endpoint(*SESSION)
def send_queue(body: QueueBody) -> State:
    """Send the messages that were held when a turn was stopped."""
    return shown(manager_of(body.session_id).send_queue(body.session_id))


class WithdrawQuery(wire.OneSession, frozen=True, kw_only=True):
    """Which message to withdraw."""

    #: As in the state's `queue`; all that wait if absent.
    message_id: str | None = None


@bp.delete("/queue")
@endpoint(*SESSION, errors.MessageNotFound)
def withdraw(query: WithdrawQuery) -> State:
    """Withdraw a message that still waits, or discard all of them."""
    return shown(manager_of(query.session_id).withdraw(query.session_id, query.message_id))


class OptionBody(wire.Body, frozen=True, kw_only=True):
    """A choice among the agent's options."""

    session_id: wire.SessionId
    #: The `id` of an option.
    option_id: wire.Word
    #: The `value` of one of its choices, as text.
    value: wire.Word


@bp.post("/options")
@endpoint(*SESSION, errors.AgentFailed, errors.AgentLoginRequired, errors.AgentRateLimited)
def options(body: OptionBody) -> State:
    """Choose one of the agent's options: its mode, its model, or what else it offers.

    Only what the state's `options` has can be chosen; all else is an `INVALID_REQUEST`.
    """
    return shown(manager_of(body.session_id).choose(body.session_id, body.option_id, body.value))


class StreamQuery(wire.OneSession, frozen=True, kw_only=True):
    """From where to go on."""

    #: The number of the last event the client has seen. Browsers send it as the header when they
    #: come back, which counts first.
    last_event_id: Annotated[str | None, wire.shaped("^[0-9]{0,15}$")] = None
    headers: ClassVar = {"last_event_id": "Last-Event-ID"}


@bp.get("/chat/stream")
@endpoint(
    errors.InvalidSessionId,
    errors.TooManyStreams,
    errors.ServerStopping,
    errors.MachineAway,
    returns=State,
    media="text/event-stream",
)
def stream(query: StreamQuery) -> Response:
    """The conversation as it happens.

    Begins with what was missed after the last event the client has seen, each event once and in
    order; then the state; then what happens, until the session ends. An unnamed event is the
    state, sent again whenever a turn begins or ends, or a permission or the queue changes. Named
    ones are numbered by their `id`; `StreamEvents` has the data of each. A `ping`, without a
    number, comes after 15 seconds of quiet.
    """
    events = encode(
        runtime().everywhere.conversations(query.session_id),
        query.session_id,
        event_number(query.last_event_id),
    )
    with ExitStack() as undo:
        undo.callback(runtime().devices.attach(g.device.id, hang_up(request.environ)))
        undo.callback(runtime().open_stream())
        if g.device.key:  # a page: somebody looks at it
            undo.callback(runtime().presence.watch())
            runtime().notifier.opened(query.session_id)
        response = event_stream(events, request.environ)
        response.call_on_close(undo.pop_all().close)
    return response
