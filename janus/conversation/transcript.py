"""What can be read from the log of a session: its messages, and how a turn ended."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from janus.clock import timestamp
from janus.conversation.event_log import EventLog
from janus.conversation.record import Record, message_of
from janus.conversation.shown import ShownMessage
from janus.conversation.snapshot import Snapshot
from janus.conversation.state import apply
from janus.conversation.summary import recap
from janus.conversation.view import Messages
from janus.errors import AgentFailed, MessageNotFound
from janus.model import Answer, Message
from janus.model.events import ConversationOpened, Summary, TurnFailed, TurnFinished


def messages(log: EventLog) -> Iterator[Message]:
    """Everything that was said, in order."""
    return (message for record in log.spoken() if (message := message_of(record)))


def older(log: EventLog, before: str | None, most: int) -> tuple[tuple[ShownMessage, ...], bool]:
    """The newest *most* messages before the message *before*, and whether there are older ones.

    Raises MessageNotFound.
    """
    found, now = Messages(most, before), Snapshot()
    for record in log.all():
        found.apply(record, now.turn)
        now = apply(now, record)
    if before is not None and not found.complete:
        raise MessageNotFound("There is no such message in this conversation.")
    messages = found.shown()
    return messages, found.total > len(messages)


def summary_files(records: Iterable[Record]) -> Iterator[str]:
    """The names of the files that the summaries among *records* were saved in."""
    for record in records:
        if isinstance(record.event, Summary) and record.event.file:
            yield record.event.file


def opened_in(records: Iterable[Record]) -> Iterator[str]:
    """The agent's own ids of the conversations that were held."""
    for record in records:
        if isinstance(record.event, ConversationOpened) and record.event.id:
            yield record.event.id


def recap_of(log: EventLog) -> str:
    """What was said before the turns that are not answered yet, for a forgetful agent."""
    unanswered = log.snapshot.unanswered
    return recap([said for said in messages(log) if said.turn_id not in unanswered])


def answer_of(log: EventLog, turn_id: str) -> Answer:
    """The answer of a turn that is over. Raises AgentFailed, MessageNotFound."""
    answer: Answer | None = None
    for record in log.spoken():
        match record.event:
            case TurnFinished(turn_id=of, content=text, stop_reason=reason) if of == turn_id:
                answer = Answer(text, turn_id, reason, timestamp(record.at))
            case TurnFailed(turn_id=of, message=why) if of == turn_id:
                raise AgentFailed(why, turn_id=turn_id)
    if answer is None:
        raise MessageNotFound("This message was withdrawn.")
    return answer
