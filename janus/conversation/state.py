"""State and event give the next state: all that changes what is known of a session is here.

``STATUS`` says what an event makes of the status; a pair that is not in it leaves the status as it
was. ``apply`` adds what else an event changes. Both are pure.
"""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from janus.conversation.quoting import own_words, quotes_context
from janus.conversation.record import Record
from janus.conversation.snapshot import Scheduled, Snapshot, Told, Waiting
from janus.conversation.title import preview_of, title_of
from janus.model import events

STATUSES = ("idle", "active", "waiting", "error", "stopped")
#: Running tool calls that are known of at once: an agent may begin any number and end none.
_TOOLS = 200
#: How turns end of which nobody knows what reached the agent.
_UNHEARD = ("cancelled", "failed")
_LIVING = ("idle", "active", "waiting", "error")
_ALL: dict[type[events.Event], tuple[tuple[str, ...], str]] = {
    events.TurnStarted: (STATUSES, "active"),
    events.TurnFinished: (_LIVING, "waiting"),
    events.TurnFailed: (_LIVING, "error"),
    events.AgentStarting: (STATUSES, "active"),
    events.AgentReady: (_LIVING, "waiting"),
    events.AgentDied: (_LIVING, "error"),
    events.AgentStopped: (STATUSES, "idle"),
    events.SessionDescribed: (("stopped",), "idle"),
    events.SessionEnded: (STATUSES, "stopped"),
}
STATUS: dict[tuple[str, type[events.Event]], str] = {
    (before, kind): after for kind, (befores, after) in _ALL.items() for before in befores
}


def apply(before: Snapshot, record: Record) -> Snapshot:
    """The snapshot after *record*; the same one if it changes nothing."""
    event = record.event
    if isinstance(event, events.Text | events.Thought) and not before.starting:
        return before  # of which there are more than of all others
    changes = _changes(before, event, record.at)
    if isinstance(event, (events.TurnFinished, events.TurnFailed)) and before.turn not in (
        None,
        event.turn_id,
    ):
        status = before.status  # another turn runs
    else:
        status = STATUS.get((before.status, type(event)), before.status)
    if status != before.status:
        changes["status"] = status
    return replace(before, **changes) if changes else before


def _changes(now: Snapshot, event: events.Event, at: float) -> dict[str, Any]:
    match event:
        case events.Text() | events.Thought():
            return {"starting": False} if now.starting else {}
        case events.ToolCall():
            return _tool_changed(now, event)
        case events.UserMessage(turn_id=turn_id, content=content, message_id=message_id):
            entry = Waiting(
                turn_id,
                message_id or turn_id,
                content,
                at,
                voice=event.voice,
                attachments=event.attachments,
            )
            said = {**_said(now, content, at, turn_id), **_unscheduled(now, entry.message_id)}
            return {**said, "waiting": (*now.waiting, entry), "summary": None}
        case events.Note(id=id, content=content, turn_id=turn_id):
            notes = {"notes": (*now.notes, content), "summary": None}
            if turn_id is None:
                return notes
            return {**notes, "waiting": (*now.waiting, Waiting(turn_id, id, content, at, True))}
        case events.Remark():
            return {"summary": None}
        case events.TurnStarted(turn_id=turn_id):
            started = {"turn": turn_id, "error": None, "starting": True, "notes": ()}
            started["resets_at"] = None
            return {**started, "waiting": _without(now, turn_id)}
        case events.TurnFinished(turn_id=turn_id, content=content, stop_reason=reason):
            said = _said(now, own_words(content), at)
            told = {**_ended(now, turn_id), **said, "summary": None}
            heard = now.answered or reason not in _UNHEARD
            return {**told, "stop_reason": reason, "answered": heard}
        case events.TurnFailed(turn_id=turn_id, code=code):
            told = {**_ended(now, turn_id), "error": code, "summary": None, "last_said": at}
            return {**told, "stop_reason": "failed", "resets_at": event.resets_at}
        case events.TurnWithdrawn(turn_id=turn_id):
            return {"waiting": _without(now, turn_id), **_untitled(now, turn_id)}
        case events.QueueHeld() | events.QueueReleased():
            held = isinstance(event, events.QueueHeld)
            return {"waiting": tuple(replace(entry, held=held) for entry in now.waiting)}
        case events.SendScheduled(id=id, content=content, at=due):
            entry_later = Scheduled(
                id, content, due, event.after_limit, attachments=event.attachments
            )
            return {"scheduled": (*now.scheduled, entry_later)}
        case events.SendCancelled(id=id):
            return _unscheduled(now, id)
        case events.SendMissed(id=id):
            missed = (replace(it, missed=it.missed or it.id == id) for it in now.scheduled)
            return {"scheduled": tuple(missed)}
        case events.QuestionAsked():
            return {"questions": (*now.questions, event), "starting": False}
        case events.QuestionClosed(request_id=request_id):
            return {"questions": tuple(q for q in now.questions if q.request_id != request_id)}
        case _:
            return _agent_changes(now, event, at)


def _agent_changes(now: Snapshot, event: events.Event, at: float) -> dict[str, Any]:
    match event:
        case events.PlanChanged(entries=entries):
            return {"plan": entries}
        case events.OptionsChanged(options=options):
            return {"options": options}
        case events.OptionChosen(option_id=id, value=value):
            return {"chosen": {**now.chosen, id: value}}
        case events.TitleChanged(title=title):
            return {} if quotes_context(title) else {"agent_title": title}
        case events.CommandsChanged(commands=commands):
            return {"commands": commands}
        case events.UsageChanged():
            return {"usage": event}
        case events.AgentStarting():
            return {"starting": True}
        case events.AgentReady():
            return {"starting": False}
        case events.ConversationOpened():
            return {"conversation": event, "error": None, "starting": False}
        case events.AgentDied():
            return {"error": now.error or "AGENT_FAILED", "questions": (), "running_tools": ()}
        case events.AgentStopped():
            return {"starting": False, "questions": (), "running_tools": ()}
        case events.SessionDescribed():
            return {"session": event, "ended": False, "ended_at": None, "end_reason": None}
        case events.ContextGiven():
            return {"context": event}
        case events.WorkMeasured(session=amount):
            return {"changed": amount}
        case events.Summary():
            return {"summary": event}
        case events.OwnerTold():
            return {"told": _told(now.told, event, at)}
        case events.SessionEnded(cause=cause):
            how = {"ended": True, "ended_at": at, "end_reason": cause}
            if cause == "ended":  # by hand: nothing goes on
                how["scheduled"] = ()
            return {**how, "turn": None, "questions": (), "running_tools": ()}
    return {}


def _told(before: Told | None, event: events.OwnerTold, at: float) -> Told:
    """What is known of the last thing that the owner was told."""
    if event.outcome == "sent" or before is None:
        first = before.at if before and event.way != "push" else at
        return Told(first, event.way)
    match event.outcome:
        case "arrived":
            return replace(before, arrived_at=at)
        case "seen":
            return replace(before, seen_at=at)
    return replace(before, unseen=True)


def _tool_changed(now: Snapshot, call: events.ToolCall) -> dict[str, Any]:
    others = tuple(t for t in now.running_tools if (t.turn_id, t.id) != (call.turn_id, call.id))
    running = (*others, call)[-_TOOLS:] if call.status == "in_progress" else others
    changes: dict[str, Any] = {} if running == now.running_tools else {"running_tools": running}
    return {**changes, "starting": False} if now.starting else changes


def _said(now: Snapshot, content: str, at: float, by_user: str = "") -> dict[str, Any]:
    """What words make of the title and the preview; *by_user* is the turn, if they are its own."""
    said: dict[str, Any] = {"last_said": at, "preview": preview_of(content) or now.preview}
    if by_user and not now.title and (title := title_of(content)):
        said.update(title=title, titled_by=by_user)
    return said


def _untitled(now: Snapshot, turn_id: str) -> dict[str, Any]:
    """The title anew, where it came from the words of *turn_id*, which were taken back."""
    if turn_id != now.titled_by:
        return {}
    left = (entry for entry in _without(now, turn_id) if not entry.is_note)
    first = next(left, None)
    return {
        "title": title_of(first.content) if first else "",
        "titled_by": first.turn_id if first else "",
    }


def _unscheduled(now: Snapshot, id: str) -> dict[str, Any]:
    left = tuple(it for it in now.scheduled if it.id != id)
    return {"scheduled": left} if left != now.scheduled else {}


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
