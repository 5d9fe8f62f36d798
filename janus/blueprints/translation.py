"""What the wire calls the state of a session and the records of its log, and what it tells."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET, Struct

from janus import events
from janus.blueprints.wire import state
from janus.blueprints.wire.stream import NAMED
from janus.blueprints.wire.words import Reply
from janus.clock import timestamp
from janus.conversation.record import Record
from janus.conversation.shown import ShownMessage, State


def translate(record: Record) -> tuple[str, Reply]:
    """The name of *record* in the stream, and its data."""
    name, kind = NAMED.get(type(record.event), NAMED[events.Event])
    return name, kind.of(_told(record.event), seq=record.seq, at=timestamp(record.at))


def _told(event: events.AnyEvent) -> dict[str, Any]:
    """What is told of an event: its fields, unless it says more in other words."""
    match event:
        case events.ToolCall():
            return {**_fields(event), "output": event.output or UNSET}
        case events.QuestionAsked():
            # Nothing is said in what it does not have.
            more = {name: getattr(event, name) or UNSET for name in ("text", "url", "fields")}
            call = state.ToolCall.of(_told(event.tool_call)) if event.tool_call else UNSET
            return {**_fields(event), **more, "tool_call": call}
        case events.TurnStarted(turn_id=turn):
            return {"status": "active", "turn": "started", "turn_id": turn}
        case events.TurnWithdrawn(turn_id=turn):
            return {"turn": "withdrawn", "turn_id": turn}
        case events.ConversationOpened(id=id, turn_id=turn):
            status = "active" if turn else "waiting"
            return {**_fields(event), "conversation_id": id, "status": status}
        case events.UsageChanged():
            return {"usage": state.Usage.of(event)}
        case events.AgentStarting():
            return {"status": "active", "loading": True}
        case events.AgentReady():
            return {"status": "waiting", "loading": False}
        case events.AgentDied(message=message, exit_code=code, signal=signal):
            return {"status": "error", "detail": message, "exit_code": code, "signal": signal}
        case events.AgentStopped():
            return {"status": "idle"}
        case events.SessionDescribed():
            return {"session": state.SessionDescription.of(event)}
        case events.QueueHeld():
            return {"queue_held": True}
        case events.QueueReleased():
            return {"queue_held": False}
    return _fields(event)


def _fields(value: Struct) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__struct_fields__}


def shown(value: State) -> state.State:
    """The state of a session as clients are sent it."""
    now = value.now
    return state.State.of(
        now,
        session_id=value.session_id,
        seq=value.seq,
        is_processing=now.turn is not None or now.next is not None,
        is_loading=now.starting,
        missing_api_key=now.error == "AGENT_LOGIN_REQUIRED",
        messages=[_message(message) for message in value.messages],
        total_messages=value.total,
        permissions=[state.Permission.of(_told(asked)) for asked in now.questions],
        queue=[
            state.QueuedMessage.of(entry, timestamp=timestamp(entry.at)) for entry in now.waiting
        ],
        queue_held=now.held,
        running_turn_id=now.turn,
        summary=state.ConversationSummary.of(now.summary) if now.summary else None,
        usage=state.Usage.of(now.usage) if now.usage else None,
        session=state.SessionDescription.of(now.session) if now.session else None,
        left_out=value.left_out,
        agent=state.StateAgent(name=value.agent, asks=value.asks),
    )


def _message(message: ShownMessage) -> state.Message:
    calls = [state.ToolCall.of(_told(call)) for call in message.tool_calls]
    return state.Message.of(message, timestamp=timestamp(message.at), tool_calls=calls)
