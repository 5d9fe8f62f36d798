"""What a record of a session's log is called in the stream, and what it tells there."""

from __future__ import annotations

from typing import Any, Protocol

from msgspec import UNSET

from janus import events
from janus.blueprints.wire import state
from janus.blueprints.wire import stream as wire
from janus.blueprints.wire.words import Reply
from janus.clock import timestamp

#: What a session's log has no better name for in the stream.
_STATUS = "status"


class Record(Protocol):
    """One numbered event of a session's log."""

    @property
    def seq(self) -> int: ...
    @property
    def at(self) -> float: ...
    @property
    def event(self) -> events.AnyEvent: ...


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
            return "tool_call", wire.ToolCallEvent(**_fields(event), **when)
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
        case events.QuestionAsked(tool_call=call):
            more = {name: getattr(event, name) or UNSET for name in ("text", "url", "fields")}
            about = state.ToolCall(**_fields(call)) if call else UNSET
            told = {**_fields(event), **more, **when, "tool_call": about}
            return "permission_request", wire.PermissionRequestEvent(**told)
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


def _fields(event: events.Event) -> dict[str, Any]:
    return {name: getattr(event, name) for name in event.__struct_fields__}
