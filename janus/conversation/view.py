"""The newest messages of a session with their tool calls, as a client draws them.

A message is shown from the moment it is said; an answer from the agent's first sign of work on it,
growing with every delta.
"""

from __future__ import annotations

from collections import OrderedDict

from msgspec import Struct, field
from msgspec.structs import replace

from janus import events
from janus.conversation.record import Record
from janus.conversation.shown import ShownMessage

MESSAGES = 100
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
        )


class Messages:
    """The newest messages; fed with every record, in order. Not thread-safe: the log guards it."""

    def __init__(self) -> None:
        self.total = 0
        #: Which turn each accepted message belongs to, by the message's id.
        self.accepted: OrderedDict[str, str] = OrderedDict()
        self._messages: OrderedDict[str, _Message] = OrderedDict()

    def apply(self, record: Record, running: str | None) -> None:
        """Take the next record; *running* is the turn that runs."""
        event = record.event
        match event:
            case events.Text(text=text, turn_id=turn_id):
                self._answer(record, turn_id, running).parts.append(text)
            case events.ToolCall(id=id, turn_id=turn_id):
                self._message_of_call(record, event, running).tools[id] = event
            case events.UserMessage(turn_id=turn_id, content=content, message_id=message_id):
                self._add(record, turn_id, "user", content, message_id or turn_id, turn_id)
                self._accept(message_id, turn_id)
            case events.Note(id=id, content=content, turn_id=turn_id):
                self._add(record, id, "system", content, id, turn_id)
            case events.TurnFinished(turn_id=turn_id, content=content, stop_reason=reason):
                answer = self._answer(record, turn_id, running)
                answer.parts = [content] if content else answer.parts
                self._settle(turn_id, reason)
            case events.TurnFailed(turn_id=turn_id, message=message):
                self._settle(turn_id, "failed")
                self._add(record, f"{turn_id}:error", "system", message, "", turn_id)
            case events.TurnWithdrawn(turn_id=turn_id):
                self.total -= self._messages.pop(turn_id, None) is not None

    def shown(self) -> tuple[ShownMessage, ...]:
        """The newest messages, the oldest of them first."""
        return tuple(message.shown() for message in self._messages.values())

    def partial(self, turn_id: str) -> str:
        """What was said so far in answer to a turn that is not finished."""
        message = self._messages.get(f"{turn_id}:answer")
        return "".join(message.parts) if message and message.streaming else ""

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
        if key not in self._messages:
            answer = self._add(record, key, "assistant", "", "", turn_id)
            answer.streaming = turn_id == running
        return self._messages[key]

    def _message_of_call(
        self, record: Record, call: events.ToolCall, running: str | None
    ) -> _Message:
        """The message that shows a tool call: one of no turn stays where it began."""
        if call.turn_id is None:
            for message in reversed(self._messages.values()):
                if message.turn_id is None and call.id in message.tools:
                    return message
        return self._answer(record, call.turn_id, running)

    def _settle(self, turn_id: str, reason: str) -> None:
        """The turn is over: its answer is whole, and nothing of it is in progress any more."""
        message = self._messages.get(f"{turn_id}:answer")
        if message is None:
            return
        message.streaming, message.stop_reason = False, reason
        left = "failed" if reason == "failed" else "cancelled"
        for id, call in message.tools.items():
            if call.status == "in_progress":
                message.tools[id] = replace(call, status=left)

    def _add(
        self, record: Record, key: str, sender: str, content: str, id: str, turn_id: str | None
    ) -> _Message:
        message = _Message(id or key, sender, record.at, turn_id, [content] if content else [])
        self._messages[key] = message
        self.total += 1
        if len(self._messages) > MESSAGES:
            self._messages.popitem(last=False)
        return message
