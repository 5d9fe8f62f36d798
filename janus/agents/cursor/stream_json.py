"""cursor-agent's stream-json: what each line of its output means.

    {"type":"system","subtype":"init", …}      ConversationOpened   its id, for --resume
    {"type":"thinking","subtype":"delta", …}   Thought
    {"type":"assistant", …}                    Text, unless it repeats what was said
    {"type":"tool_call", …}                    ToolCall, PlanChanged where it was about todos
    {"type":"connection" | "retry", …}         AgentNotice
    {"type":"result", …}                       Result       the end of the turn
    anything that is not a JSON object         Noise        kept for the error message

Unknown types and fields are ignored: builds add some every week.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import StringIO
from typing import Any

from janus.agents.acp.messages import MessageReader
from janus.agents.cursor.tools import todos_of, tool_call
from janus.agents.joiner import ParagraphJoiner
from janus.agents.todos import Plan
from janus.model.events import AgentNotice, AnyEvent, ConversationOpened, Text, Thought


@dataclass(frozen=True, slots=True)
class Noise:
    """A line that is no part of the protocol."""

    text: str


@dataclass(frozen=True, slots=True)
class Result:
    """The end of a turn: the whole answer, or what went wrong."""

    ok: bool
    text: str
    stop_reason: str = "end_turn"


Line = AnyEvent | Noise | Result


def translate(
    lines: Iterable[bytes], partial: bool = True, plan: Plan | None = None
) -> Iterator[Line]:
    """Yield what the lines of one turn mean, without the turn and the agent they belong to.

    *partial* says whether ``--stream-partial-output`` was given; *plan* is that of the turns
    before, and changed by this one. The texts of a turn, put together, are its answer: each of its
    parts once, with a blank line between two.
    """
    turn = Translator(partial, plan or Plan())
    yield from turn.feed(lines)
    yield from turn.rest()


class Translator:
    """The same, for lines that come by and by.

    It knows what has been said so far, as far as it takes to tell news from a repeat.
    """

    def __init__(self, partial: bool, plan: Plan) -> None:
        self._reader = MessageReader("type")
        self.partial = partial
        self.plan = plan
        self.conversation = ""
        self.segment = StringIO()  # the text since the last tool call or repeat
        self.joiner = ParagraphJoiner()
        self.stamped = False
        self.calls: dict[str, dict[str, Any]] = {}

    def feed(self, lines: Iterable[bytes]) -> Iterator[Line]:
        """What some lines mean."""
        for message in self._reader.feed_all(lines):
            if isinstance(message, str):
                yield Noise(message)
            else:
                if message.get("session_id") != self.conversation:
                    yield from self._conversation(message)
                yield from self._translate(message)

    def rest(self) -> Iterator[Line]:
        """What was held back: nothing more comes."""
        return map(Noise, self._reader.rest())

    def _translate(self, message: dict[str, Any]) -> Iterator[Line]:
        match message:
            case {"type": "assistant", "message": {"content": [*parts]}}:
                yield from self._assistant("".join(map(_text, parts)), message)
            case {"type": "thinking", "subtype": "delta", "text": str(text)} if text:
                yield Thought(text)
            case {"type": "tool_call", "subtype": str(step), "tool_call": dict(call)}:
                yield from self._tool_call(step, str(message.get("call_id", "")), call)
            case {"type": "connection", "subtype": "reconnecting"}:
                yield AgentNotice("The agent lost its connection and tries again.")
            case {"type": "result"}:
                yield from self._result(message)

    def _conversation(self, message: dict[str, Any]) -> Iterator[Line]:
        id = message.get("session_id")
        if isinstance(id, str) and id and id != self.conversation:
            self.conversation = id
            yield ConversationOpened("", "print", id, str(message.get("model") or ""))

    def _assistant(self, text: str, message: dict[str, Any]) -> Iterator[Line]:
        """A delta has a timestamp and no model_call_id; with deltas on, all else is a repeat.

        Builds of 2025 stamp nothing: there only the text itself tells a repeat. A repeat that
        says more than was said before is not one, and nothing of it may be lost.
        """
        self.stamped = self.stamped or "timestamp_ms" in message
        if self.stamped:
            is_news = "timestamp_ms" in message and "model_call_id" not in message
        else:
            is_news = text.strip() != self.segment.getvalue().strip()
        if not self.partial:
            return self._say(text, begins=True)
        return self._say(text) if is_news else self._repeat(text)

    def _repeat(self, text: str) -> Iterator[Line]:
        before = self.segment.getvalue()
        if text.startswith(before):
            yield from self._say(text[len(before) :])
        elif text.strip() not in before:
            yield from self._say(text, begins=True)
        self.segment = StringIO()

    def _say(self, text: str, begins: bool = False) -> Iterator[Line]:
        if not text:
            return
        if begins:
            self.segment = StringIO()
        if not self.segment.tell():
            self.joiner.pause()
        self.segment.write(text)
        yield Text(self.joiner.join(text))

    def _tool_call(self, step: str, call_id: str, call: dict[str, Any]) -> Iterator[Line]:
        if call_id not in self.calls:  # also one that is completed without having started
            self.segment = StringIO()
            self.calls[call_id] = call
        completed = call if step == "completed" else None
        yield tool_call(call_id, self.calls[call_id], completed)
        if completed and (changed := todos_of(self.calls[call_id], completed)):
            todos, merges = changed
            yield from (self.plan.merge if merges else self.plan.replace)(todos, None)

    def _result(self, message: dict[str, Any]) -> Iterator[Line]:
        text = str(message.get("result") or "")
        failed = bool(message.get("is_error")) or message.get("subtype") == "error"
        if not failed and not self.joiner.last:
            yield from self._say(text)
        yield Result(not failed, text, str(message.get("stop_reason") or "end_turn")[:100])


def _text(part: Any) -> str:
    match part:
        case {"type": "text", "text": str(text)}:
            return text
    return ""
