"""What the wire calls the state of a session and the records of its log, and what it tells."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET, Struct

from janus import events
from janus.blueprints.wire import state
from janus.blueprints.wire import stream as wire
from janus.blueprints.wire.words import Reply
from janus.clock import timestamp
from janus.conversation.record import Record
from janus.conversation.shown import ShownMessage, State
from janus.conversation.snapshot import Waiting

#: What a session's log has no better name for in the stream.
_STATUS = "status"


def translate(record: Record) -> tuple[str, Reply]:
    """The name of *record* in the stream, and its data."""
    when: dict[str, Any] = {"seq": record.seq, "at": timestamp(record.at)}
    said = _said(record.event, when) or _asked(record.event, when)
    return said or (_STATUS, wire.StatusEvent(**when, **_told(record.event)))


def _said(event: events.AnyEvent, when: dict[str, Any]) -> tuple[str, Reply] | None:
    """Of what is said and done."""
    match event:
        case events.Text(text=text, turn_id=turn):
            return "assistant_delta", wire.DeltaEvent(text=text, turn_id=turn, **when)
        case events.Thought(text=text, turn_id=turn):
            return "thought_delta", wire.DeltaEvent(text=text, turn_id=turn, **when)
        case events.ToolCall():
            output = event.output or UNSET
            return "tool_call", wire.ToolCallEvent(**{**_fields(event), "output": output, **when})
        case events.UserMessage():
            return "user_message", wire.UserMessageEvent(**_fields(event), **when)
        case events.Note():
            return "system_message", wire.SystemMessageEvent(**_fields(event), **when)
        case events.TurnFinished():
            return "assistant_message", wire.AssistantMessageEvent(**_fields(event), **when)
        case events.TurnFailed():
            return "error", wire.ErrorEvent(**_fields(event), **when)
        case events.PlanChanged():
            return "plan", wire.PlanEvent(**_fields(event), **when)
        case events.Summary():
            return "summary", wire.SummaryEvent(**_fields(event), **when)
        case events.SessionEnded():
            return "session_ended", wire.SessionEndedEvent(**_fields(event), **when)
    return None


def _asked(event: events.AnyEvent, when: dict[str, Any]) -> tuple[str, Reply] | None:
    """Of the agent's questions, which say nothing in what they do not have."""
    match event:
        case events.QuestionAsked():
            return "permission_request", wire.PermissionRequestEvent(**_question(event), **when)
        case events.QuestionClosed():
            return "permission_resolved", wire.PermissionResolvedEvent(**_fields(event), **when)
    return None


def _told(event: events.AnyEvent) -> dict[str, Any]:
    """What an event that is only a ``status`` tells."""
    match event:
        case events.TurnStarted(turn_id=turn):
            return {"status": "active", "turn": "started", "turn_id": turn}
        case events.TurnWithdrawn(turn_id=turn):
            return {"turn": "withdrawn", "turn_id": turn}
        case events.ConversationOpened(id=id, turn_id=turn):
            known = {**_fields(event), "conversation_id": id}
            del known["id"]
            return {**known, "status": "active" if turn else "waiting"}
        case events.AgentNotice() | events.OptionsChanged() | events.CommandsChanged():
            return _fields(event)
        case events.UsageChanged():
            return {"usage": state.Usage(**_fields(event))}
        case events.AgentStarting():
            return {"status": "active", "loading": True}
        case events.AgentReady():
            return {"status": "waiting", "loading": False}
        case events.AgentDied(message=message, exit_code=code, signal=signal):
            return {"status": "error", "detail": message, "exit_code": code, "signal": signal}
        case events.AgentStopped():
            return {"status": "idle"}
        case events.SessionDescribed():
            return {"session": state.SessionDescription(**_fields(event))}
        case events.QueueHeld():
            return {"queue_held": True}
        case events.QueueReleased():
            return {"queue_held": False}
    return {}


def _fields(value: Struct) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__struct_fields__}


def shown(value: State) -> state.State:
    """The state of a session as clients are sent it."""
    now: Any = value.now
    return state.State(
        session_id=value.session_id,
        seq=value.seq,
        status=now.status,
        attention=now.attention,
        is_processing=now.turn is not None or now.next is not None,
        is_loading=now.starting,
        missing_api_key=now.error == "AGENT_LOGIN_REQUIRED",
        messages=[_message(message) for message in value.messages],
        total_messages=value.total,
        plan=[state.PlanEntry(**_fields(entry)) for entry in now.plan],
        options=now.options,
        permissions=[state.Permission(**_question(it)) for it in now.questions],
        queue=[_waiting(entry) for entry in now.waiting],
        queue_held=now.held,
        running_turn_id=now.turn,
        summary=state.ConversationSummary(**_fields(now.summary)) if now.summary else None,
        commands=now.commands,
        usage=state.Usage(**_fields(now.usage)) if now.usage else None,
        session=state.SessionDescription(**_fields(now.session)) if now.session else None,
        left_out=value.left_out,
        agent=state.StateAgent(name=value.agent, asks=value.asks),
    )


def _message(message: ShownMessage) -> state.Message:
    fields = _fields(message)
    fields["timestamp"] = timestamp(fields.pop("at"))
    fields["tool_calls"] = [_tool(call) for call in message.tool_calls]
    return state.Message(**fields)


def _tool(call: events.ToolCall) -> state.ToolCall:
    return state.ToolCall(**{**_fields(call), "output": call.output or UNSET})


def _question(question: events.QuestionAsked) -> dict[str, Any]:
    """A question, without what it does not have."""
    more = {name: getattr(question, name) or UNSET for name in ("text", "url", "fields")}
    call = question.tool_call
    return {**_fields(question), **more, "tool_call": _tool(call) if call else UNSET}


def _waiting(entry: Waiting) -> state.QueuedMessage:
    return state.QueuedMessage(
        message_id=entry.message_id,
        turn_id=entry.turn_id,
        content=entry.content,
        timestamp=timestamp(entry.at),
        held=entry.held,
    )
