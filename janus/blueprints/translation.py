"""What the wire calls the state of a session and the records of its log, and what it tells."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec import UNSET, Struct, UnsetType

from janus.blueprints.wire import agent, state
from janus.blueprints.wire.sent import Attachment, ScheduledMessage
from janus.blueprints.wire.stream import NAMED
from janus.blueprints.wire.words import Amount, Reply
from janus.clock import timestamp
from janus.conversation.record import Record
from janus.conversation.shown import ShownMessage, State
from janus.conversation.snapshot import Told
from janus.model import events


def translate(record: Record) -> tuple[str, Reply]:
    """The name of *record* in the stream, and its data."""
    name, kind = NAMED.get(type(record.event), NAMED[events.Event])
    return name, kind.of(_told(record.event), seq=record.seq, at=timestamp(record.at))


def _told(event: events.AnyEvent) -> dict[str, Any]:
    """What is told of an event: its fields, unless it says more in other words."""
    match event:
        case events.ToolCall():
            more = {"output": event.output or UNSET, "images": [*event.images] or UNSET}
            changes = [
                state.FileChange.of(it, hunks=[*map(list, it.hunks)]) for it in event.changes
            ]
            return {**_fields(event), **more, "changes": changes or UNSET}
        case events.UserMessage(attachments=files):
            return {**_fields(event), "attachments": attachments(files)}
        case events.Remark():
            return {**_fields(event), "turn_id": None}
        case events.TurnFailed(resets_at=at):
            return {**_fields(event), "resets_at": UNSET if at is None else timestamp(at)}
        case events.SendScheduled() | events.SendCancelled() | events.SendMissed():
            return {}  # the state follows
        case (
            events.Image()
            | events.OptionChosen()
            | events.OwnerTold()
            | events.AnswerHeard()
            | events.WorkMeasured()
        ):
            return {}  # a picture is fetched, the others are in the state
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
            return {"usage": agent.Usage.of(event)}
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
        case events.ContextGiven():
            return {"context": _given(event)}
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
        messages=[message(said) for said in value.messages],
        total_messages=value.total,
        permissions=permissions(now.questions),
        queue=[
            state.QueuedMessage.of(
                entry, timestamp=timestamp(entry.at), attachments=attachments(entry.attachments)
            )
            for entry in now.waiting
        ],
        queue_held=now.held,
        scheduled=[
            ScheduledMessage.of(
                it, message_id=it.id, at=timestamp(it.at), attachments=attachments(it.attachments)
            )
            for it in now.scheduled
        ],
        limit_resets_at=None if now.resets_at is None else timestamp(now.resets_at),
        running_turn_id=now.turn,
        summary=state.ConversationSummary.of(now.summary) if now.summary else None,
        usage=agent.Usage.of(now.usage) if now.usage else None,
        session=_described(value) if now.session else None,
        told=_owner_told(now.told),
        left_out=value.left_out,
        agent=agent.StateAgent(name=value.agent, asks=value.asks),
    )


def permissions(questions: tuple[events.QuestionAsked, ...]) -> list[state.Permission]:
    """What an agent asks, as clients are sent it."""
    return [state.Permission.of(_told(asked)) for asked in questions]


def _described(value: State) -> state.SessionDescription:
    now = value.now
    ended_at = UNSET if now.ended_at is None else timestamp(now.ended_at)
    return state.SessionDescription.of(
        now.session,
        title=now.title,
        agent_title=now.agent_title or UNSET,
        ended_at=ended_at,
        end_reason=now.end_reason or UNSET,
        context=_given(now.context) if now.context else UNSET,
        project_id=value.project_id,
        project=value.project,
    )


def _owner_told(told: Told | None) -> state.OwnerTold | None:
    if told is None:
        return None
    times = {name: getattr(told, name) for name in ("arrived_at", "seen_at")}
    known = {name: None if at is None else timestamp(at) for name, at in times.items()}
    return state.OwnerTold.of(told, at=timestamp(told.at), **known)


def _given(event: events.ContextGiven) -> state.ContextGiven:
    return state.ContextGiven.of(event, sources=[*event.sources])


def message(said: ShownMessage) -> state.Message:
    """One message as clients are sent it."""
    calls = [
        state.ToolCall.of(_told(call), seconds=said.took.get(call.id, UNSET))
        for call in said.tool_calls
    ]
    return state.Message.of(
        said,
        timestamp=timestamp(said.at),
        tool_calls=calls,
        thoughts=said.thoughts or UNSET,
        seconds=UNSET if said.seconds is None else said.seconds,
        changed=Amount.of(said.changed) if said.changed else UNSET,
        attachments=attachments(said.attachments),
    )


def attachment(it: events.Attachment) -> Attachment:
    """A file as clients are told of it."""
    edges = {"width": it.width or UNSET, "height": it.height or UNSET}
    return Attachment.of(it, attachment_id=it.id, **edges)


def attachments(files: Iterable[events.Attachment]) -> list[Attachment] | UnsetType:
    """All that go with a message, if there are any."""
    return [attachment(it) for it in files] or UNSET
