"""State and event give the next state: all that changes what is known of a session is here.

``STATUS`` says what an event makes of the status; a pair that is not in it leaves the status as it
was. ``apply`` adds what else an event changes. Both are pure.
"""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from janus.conversation.record import Record
from janus.conversation.snapshot import Snapshot, Waiting
from janus.events import (
    AgentDied,
    AgentReady,
    AgentStarting,
    AgentStopped,
    CommandsChanged,
    ConversationOpened,
    Event,
    Note,
    OptionsChanged,
    PlanChanged,
    QuestionAsked,
    QuestionClosed,
    QueueHeld,
    QueueReleased,
    SessionDescribed,
    SessionEnded,
    Summary,
    Text,
    Thought,
    ToolCall,
    TurnFailed,
    TurnFinished,
    TurnStarted,
    TurnWithdrawn,
    UsageChanged,
    UserMessage,
)

STATUSES = ("idle", "active", "waiting", "error", "stopped")
#: Running tool calls that are known of at once: an agent may begin any number and end none.
_TOOLS = 200
_LIVING = ("idle", "active", "waiting", "error")
_ALL: dict[type[Event], tuple[tuple[str, ...], str]] = {
    TurnStarted: (STATUSES, "active"),
    TurnFinished: (_LIVING, "waiting"),
    TurnFailed: (_LIVING, "error"),
    AgentStarting: (STATUSES, "active"),
    AgentReady: (_LIVING, "waiting"),
    AgentDied: (_LIVING, "error"),
    AgentStopped: (STATUSES, "idle"),
    SessionDescribed: (("stopped",), "idle"),
    SessionEnded: (STATUSES, "stopped"),
}
STATUS: dict[tuple[str, type[Event]], str] = {
    (before, kind): after for kind, (befores, after) in _ALL.items() for before in befores
}


def apply(before: Snapshot, record: Record) -> Snapshot:
    """The snapshot after *record*; the same one if it changes nothing."""
    event = record.event
    changes = _changes(before, event, record.at)
    if isinstance(event, (TurnFinished, TurnFailed)) and before.turn not in (None, event.turn_id):
        status = before.status  # another turn runs
    else:
        status = STATUS.get((before.status, type(event)), before.status)
    if status != before.status:
        changes["status"] = status
    return replace(before, **changes) if changes else before


def _changes(now: Snapshot, event: Event, at: float) -> dict[str, Any]:
    match event:
        case Text() | Thought():
            return {"starting": False} if now.starting else {}
        case ToolCall():
            return _tool_changed(now, event)
        case UserMessage(turn_id=turn_id, content=content, message_id=message_id):
            entry = Waiting(turn_id, message_id or turn_id, content, at)
            return {"waiting": (*now.waiting, entry), "summary": None}
        case Note(id=id, content=content, turn_id=turn_id):
            notes = {"notes": (*now.notes, content), "summary": None}
            if turn_id is None:
                return notes
            return {**notes, "waiting": (*now.waiting, Waiting(turn_id, id, content, at, True))}
        case TurnStarted(turn_id=turn_id):
            started = {"turn": turn_id, "error": None, "starting": True, "notes": ()}
            return {**started, "waiting": _without(now, turn_id)}
        case TurnFinished(turn_id=turn_id):
            return {**_ended(now, turn_id), "summary": None}
        case TurnFailed(turn_id=turn_id, code=code):
            return {**_ended(now, turn_id), "error": code, "summary": None}
        case TurnWithdrawn(turn_id=turn_id):
            return {"waiting": _without(now, turn_id)}
        case QueueHeld() | QueueReleased():
            held = isinstance(event, QueueHeld)
            return {"waiting": tuple(replace(entry, held=held) for entry in now.waiting)}
        case QuestionAsked():
            return {"questions": (*now.questions, event), "starting": False}
        case QuestionClosed(request_id=request_id):
            return {"questions": tuple(q for q in now.questions if q.request_id != request_id)}
        case _:
            return _agent_changes(now, event)


def _agent_changes(now: Snapshot, event: Event) -> dict[str, Any]:
    match event:
        case PlanChanged(entries=entries):
            return {"plan": entries}
        case OptionsChanged(options=options):
            return {"options": options}
        case CommandsChanged(commands=commands):
            return {"commands": commands}
        case UsageChanged():
            return {"usage": event}
        case AgentStarting():
            return {"starting": True}
        case AgentReady():
            return {"starting": False}
        case ConversationOpened():
            return {"conversation": event, "error": None, "starting": False}
        case AgentDied():
            return {"error": now.error or "AGENT_FAILED", "questions": (), "running_tools": ()}
        case AgentStopped():
            return {"starting": False, "questions": (), "running_tools": ()}
        case SessionDescribed():
            return {"session": event, "ended": False}
        case Summary():
            return {"summary": event}
        case SessionEnded():
            return {"ended": True, "turn": None, "questions": (), "running_tools": ()}
    return {}


def _tool_changed(now: Snapshot, call: ToolCall) -> dict[str, Any]:
    others = tuple(t for t in now.running_tools if (t.turn_id, t.id) != (call.turn_id, call.id))
    running = (*others, call)[-_TOOLS:] if call.status == "in_progress" else others
    changes: dict[str, Any] = {} if running == now.running_tools else {"running_tools": running}
    return {**changes, "starting": False} if now.starting else changes


def _without(now: Snapshot, turn_id: str) -> tuple[Waiting, ...]:
    return tuple(entry for entry in now.waiting if entry.turn_id != turn_id)


def _ended(now: Snapshot, turn_id: str) -> dict[str, Any]:
    """What the end of a turn settles: nothing of it runs or is asked any more."""
    return {
        "turn": None if now.turn == turn_id else now.turn,
        "starting": False if now.turn in (None, turn_id) else now.starting,
        "waiting": _without(now, turn_id),
        "questions": tuple(q for q in now.questions if q.turn_id != turn_id),
        "running_tools": tuple(t for t in now.running_tools if t.turn_id != turn_id),
    }
