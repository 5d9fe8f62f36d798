"""Lines that earlier versions wrote: ``{"seq", "kind", "data", "at"}``, all else a ``status``."""

from __future__ import annotations

from typing import Any, cast

import msgspec
from msgspec import Struct

from janus.model import events

Json = dict[str, Any]
_EVENTS: dict[str, type[events.Event]] = {
    "user_message": events.UserMessage,
    "system_message": events.Note,
    "assistant_delta": events.Text,
    "thought_delta": events.Thought,
    "assistant_message": events.TurnFinished,
    "error": events.TurnFailed,
    "tool_call": events.ToolCall,
    "plan": events.PlanChanged,
    "permission_request": events.QuestionAsked,
    "permission_resolved": events.QuestionClosed,
    "summary": events.Summary,
    "session_ended": events.SessionEnded,
}


class FirstLine(Struct):
    """A line as it stands in the log."""

    seq: int
    kind: str
    data: Json
    at: float


def event_of(line: FirstLine) -> events.AnyEvent:
    """The same as a typed event. Raises msgspec.ValidationError for what it cannot be."""
    kind = _EVENTS.get(line.kind) or _status(line.data)
    data = {name: value for name, value in line.data.items() if value is not None}
    if kind is events.ConversationOpened:
        data["id"] = data.pop("conversation_id")
    elif kind is events.SessionDescribed:
        data = {"name": None, "branch": None, "worktree_path": None, **line.data["session"]}
    elif kind is events.AgentDied:
        data["message"] = data.pop("detail", "")
    elif kind is events.QuestionClosed:
        data.setdefault("option_id", None)
    return cast(events.AnyEvent, msgspec.convert(data, kind))


def _status(data: Json) -> type[events.Event]:
    """What a ``status`` was about."""
    match data:
        case {"turn": "started"}:
            return events.TurnStarted
        case {"turn": "withdrawn"}:
            return events.TurnWithdrawn
        case {"session": dict()}:
            return events.SessionDescribed
        case {"conversation_id": str()}:
            return events.ConversationOpened
        case {"options": list()}:
            return events.OptionsChanged
        case {"status": "error"}:
            return events.AgentDied
        case {"detail": str()}:
            return events.AgentNotice
        case {"loading": True}:
            return events.AgentStarting
        case {"status": "idle"}:
            return events.AgentStopped
        case {"status": "waiting" | "active"}:
            return events.AgentReady
    raise msgspec.ValidationError("not an event of an earlier version")
