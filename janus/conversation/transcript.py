"""What can be read from the log of a session: its messages, and how a turn ended."""

from __future__ import annotations

from collections.abc import Iterator

from janus.clock import timestamp
from janus.conversation.event_log import EventLog
from janus.conversation.record import message_of
from janus.conversation.summary import recap
from janus.errors import AgentFailed, MessageNotFound
from janus.events import TurnFailed, TurnFinished
from janus.model import Answer, Message


def messages(log: EventLog) -> Iterator[Message]:
    """Everything that was said, in order."""
    return (message for record in log.all() if (message := message_of(record)))


def recap_of(log: EventLog) -> str:
    """What was said before the turns that are not answered yet, for a forgetful agent."""
    unanswered = log.snapshot.unanswered
    return recap([said for said in messages(log) if said.turn_id not in unanswered])


def answer_of(log: EventLog, turn_id: str) -> Answer:
    """The answer of a turn that is over. Raises AgentFailed, MessageNotFound."""
    answer: Answer | None = None
    for record in log.all():
        match record.event:
            case TurnFinished(turn_id=of, content=text, stop_reason=reason) if of == turn_id:
                answer = Answer(text, turn_id, reason, timestamp(record.at))
            case TurnFailed(turn_id=of, message=why) if of == turn_id:
                raise AgentFailed(why, turn_id=turn_id)
    if answer is None:
        raise MessageNotFound("This message was withdrawn.")
    return answer
