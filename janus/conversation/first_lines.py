"""Lines that earlier versions wrote: ``{"seq", "kind", "data", "at"}``, all else a ``status``."""

from __future__ import annotations

from typing import Any, cast

import msgspec
from msgspec import Struct

from janus.events import (
    AgentDied,
    AgentNotice,
    AgentReady,
    AgentStarting,
    AgentStopped,
    AnyEvent,
    ConversationOpened,
    Event,
    Note,
    OptionsChanged,
    PlanChanged,
    QuestionAsked,
    QuestionClosed,
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
    UserMessage,
)

Json = dict[str, Any]
_EVENTS: dict[str, type[Event]] = {
    "user_message": UserMessage,
    "system_message": Note,
    "assistant_delta": Text,
    "thought_delta": Thought,
    "assistant_message": TurnFinished,
    "error": TurnFailed,
    "tool_call": ToolCall,
    "plan": PlanChanged,
    "permission_request": QuestionAsked,
    "permission_resolved": QuestionClosed,
    "summary": Summary,
    "session_ended": SessionEnded,
}


class FirstLine(Struct):
    """A line as it stands in the log."""

    seq: int
    kind: str
    data: Json
    at: float


def event_of(line: FirstLine) -> AnyEvent:
    """The same as a typed event. Raises msgspec.ValidationError for what it cannot be."""
    kind = _EVENTS.get(line.kind) or _status(line.data)
    data = {name: value for name, value in line.data.items() if value is not None}
    if kind is ConversationOpened:
        data["id"] = data.pop("conversation_id")
    elif kind is SessionDescribed:
        data = {"name": None, "branch": None, "worktree_path": None, **line.data["session"]}
    elif kind is AgentDied:
        data["message"] = data.pop("detail", "")
    elif kind is QuestionClosed:
        data.setdefault("option_id", None)
    return cast(AnyEvent, msgspec.convert(data, kind))


def _status(data: Json) -> type[Event]:
    """What a ``status`` was about."""
    match data:
        case {"turn": "started"}:
            return TurnStarted
        case {"turn": "withdrawn"}:
            return TurnWithdrawn
        case {"session": dict()}:
            return SessionDescribed
        case {"conversation_id": str()}:
            return ConversationOpened
        case {"options": list()}:
            return OptionsChanged
        case {"status": "error"}:
            return AgentDied
        case {"detail": str()}:
            return AgentNotice
        case {"loading": True}:
            return AgentStarting
        case {"status": "idle"}:
            return AgentStopped
        case {"status": "waiting" | "active"}:
            return AgentReady
    raise msgspec.ValidationError("not an event of an earlier version")
