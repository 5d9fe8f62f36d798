"""The newest messages of a session with their tool calls, as a client draws them.

A message is shown from the moment it is said; an answer from the agent's first sign of work on it,
growing with every delta.
"""

from __future__ import annotations

from collections import OrderedDict

from msgspec import Struct, field
from msgspec.structs import replace

from janus.conversation.record import Record
from janus.conversation.shown import ShownMessage
from janus.model import Amount, events

MESSAGES = 100
#: Characters of the agent's thoughts that are told with an answer: the first ones.
_THOUGHTS = 4000
#: How many message ids are known as accepted: far more than a client retries.
_ACCEPTED = 1000


class _Message(Struct):
    """A message as it grows. ``parts`` are what was said of it so far."""

    id: str
    sender: str
    at: float
    turn_id: str | None
    parts: list[str] = field(default_factory=list)
    streaming: bool = False
    stop_reason: str | None = None
    tools: dict[str, events.ToolCall] = field(default_factory=dict)
    thoughts: str = ""
    seconds: float | None = None
    changed: Amount | None = None
    #: When each call began, and how long it took once it is over.
    began: dict[str, float] = field(default_factory=dict)
    took: dict[str, float] = field(default_factory=dict)
    attachments: tuple[events.Attachment, ...] = ()

    def shown(self) -> ShownMessage:
        """The message as it is now."""
        if len(self.parts) > 1:
            self.parts = ["".join(self.parts)]
        return ShownMessage(
            id=self.id,
            sender=self.sender,
            content="".join(self.parts),
            at=self.at,
            is_streaming=self.streaming,
            turn_id=self.turn_id,
            stop_reason=self.stop_reason,
            tool_calls=tuple(self.tools.values()),
            thoughts=self.thoughts,
            seconds=self.seconds,
            took=dict(self.took),
            changed=self.changed,
            attachments=self.attachments,
        )

    def work(self, call: events.ToolCall, at: float) -> None:
        """Take the news of a call."""
        self.tools[call.id] = call
        began = self.began.setdefault(call.id, at)
        if call.status != "in_progress" and call.id not in self.took:
            self.took[call.id] = max(0.0, at - began)


class Messages:
    """The newest messages; fed with every record, in order. Not thread-safe: the log guards it."""

    def __init__(self, most: int = MESSAGES, before: str | None = None) -> None:
        """The newest *most* of all, or of those said before the message *before*."""
        self.total = 0
        self._most = most
        self._before = before
        #: Whether the message *before* was said: from then on nothing is added.
        self.complete = False
        #: Which turn each accepted message belongs to, by the message's id.
        self.accepted: OrderedDict[str, str] = OrderedDict()
        #: The number of the event that has a picture, by the picture's id.
        self.images: dict[str, int] = {}
        self._messages: OrderedDict[str, _Message] = OrderedDict()
        #: The turn that runs, and since when.
        self._turn: tuple[str, float] | None = None
        #: What was thought in a turn that has no answer yet.
        self._thoughts = ("", "")

    def apply(self, record: Record, running: str | None) -> None:
        """Take the next record; *running* is the turn that runs."""
        event = record.event
        match event:
            case events.Text(text=text, turn_id=turn_id):
                self._answer(record, turn_id, running).parts.append(text)
            case events.Thought(text=text, turn_id=turn_id):
                self._think(turn_id, text)
            case events.ToolCall():
                self._message_of_call(record, event, running).work(event, record.at)
            case events.WorkMeasured(turn_id=turn_id, turn=amount):
                if answer := self._messages.get(f"{turn_id}:answer"):
                    answer.changed = amount
            case events.TurnStarted(turn_id=turn_id):
                self._turn = (turn_id, record.at)
            case events.UserMessage(turn_id=turn_id, content=content, message_id=message_id):
                id = message_id or turn_id
                said = self._add(record, turn_id, "user", content, id, turn_id)
                said.attachments = event.attachments
                self._accept(message_id, turn_id)
            case events.Note(id=id, content=content, turn_id=turn_id):
                self._add(record, id, "system", content, id, turn_id)
            case events.Remark(id=id, content=content):
                self._add(record, id, "system", content, id, None)
            case events.Image(id=id):
                self.images.setdefault(id, record.seq)
            case events.TurnFinished(turn_id=turn_id, content=content, stop_reason=reason):
                answer = self._answer(record, turn_id, running)
                answer.parts = [content] if content else answer.parts
                self._settle(turn_id, reason, record.at)
            case events.TurnFailed(turn_id=turn_id, message=message):
                self._settle(turn_id, "failed", record.at)
                self._add(record, f"{turn_id}:error", "system", message, "", turn_id)
            case events.AgentStopped() | events.SessionEnded():
                self._settle_outside()
            case events.TurnWithdrawn(turn_id=turn_id):
                self.total -= self._messages.pop(turn_id, None) is not None

    def shown(self) -> tuple[ShownMessage, ...]:
        """The newest messages, the oldest of them first."""
        return tuple(message.shown() for message in self._messages.values())

    def partial(self, turn_id: str) -> str:
        """What was said so far in answer to a turn that is not finished."""
        message = self._messages.get(f"{turn_id}:answer")
        return "".join(message.parts) if message and message.streaming else ""

    def _think(self, turn_id: str | None, text: str) -> None:
        """Take thoughts; those before an answer are kept for it."""
        answer = self._messages.get(f"{turn_id}:answer")
        if answer:
            answer.thoughts += text[: _THOUGHTS - len(answer.thoughts)]
        elif turn_id is not None:
            turn, before = self._thoughts
            before = before if turn == turn_id else ""
            self._thoughts = (turn_id, before + text[: _THOUGHTS - len(before)])

    def _accept(self, message_id: str | None, turn_id: str) -> None:
        if message_id:
            self.accepted[message_id] = turn_id
            if len(self.accepted) > _ACCEPTED:
                self.accepted.popitem(last=False)

    def _answer(self, record: Record, turn_id: str | None, running: str | None) -> _Message:
        """The message that answers a turn, made if it is not there yet.

        What belongs to no turn goes to the message before it, if that belongs to none either.
        """
        if turn_id is None:
            last = next(reversed(self._messages.values()), None)
            if last and last.sender == "assistant" and last.turn_id is None:
                return last
            return self._add(record, f"{record.seq}:said", "assistant", "", "", None)
        key = f"{turn_id}:answer"
        if key in self._messages:
            return self._messages[key]
        answer = self._add(record, key, "assistant", "", "", turn_id)
        answer.streaming = turn_id == running
        turn, thoughts = self._thoughts
        if turn == turn_id:
            answer.thoughts, self._thoughts = thoughts, ("", "")
        return answer

    def _message_of_call(
        self, record: Record, call: events.ToolCall, running: str | None
    ) -> _Message:
        """The message that shows a tool call: one of no turn stays where it began."""
        if call.turn_id is None:
            for message in reversed(self._messages.values()):
                if message.turn_id is None and call.id in message.tools:
                    return message
        return self._answer(record, call.turn_id, running)

    def _settle(self, turn_id: str, reason: str, at: float) -> None:
        """The turn is over: its answer is whole, and nothing of it is in progress any more."""
        message = self._messages.get(f"{turn_id}:answer")
        if message is None:
            return
        message.streaming, message.stop_reason = False, reason
        turn, began = self._turn or ("", at)
        if turn == turn_id:
            message.seconds = max(0.0, at - began)
        _end_tools(message, "failed" if reason == "failed" else "cancelled")

    def _settle_outside(self) -> None:
        """Nothing runs any more, in no turn either."""
        for message in self._messages.values():
            if message.turn_id is None:
                _end_tools(message, "cancelled")

    def _add(
        self, record: Record, key: str, sender: str, content: str, id: str, turn_id: str | None
    ) -> _Message:
        message = _Message(id or key, sender, record.at, turn_id, [content] if content else [])
        self.complete |= message.id == self._before
        if self.complete:
            return message
        self._messages[key] = message
        self.total += 1
        if len(self._messages) > self._most:
            self._messages.popitem(last=False)
        return message


def _end_tools(message: _Message, status: str) -> None:
    for id, call in message.tools.items():
        if call.status == "in_progress":
            message.tools[id] = replace(call, status=status)
