"""What an ACP agent's ``session/update`` means.

agent_message_chunk         Text
agent_thought_chunk         Thought
tool_call(_update)          ToolCall           whole each time: what is known of the call by then
plan                        PlanChanged
notice, compaction_update   AgentNotice
available_commands_update   CommandsChanged
usage_update                UsageChanged
user_message_chunk and unknown ones mean nothing here
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from typing import Any

from janus import events
from janus.agents.acp.diffs import text_of
from janus.agents.acp.jsonrpc import Json
from janus.agents.acp.tool_calls import ToolCalls
from janus.agents.joiner import ParagraphJoiner

#: Of how many messages and turns it is remembered who said them in which: the latest.
_MESSAGES, _TURNS = 500, 20
_COMPACTION = "The agent is shortening its memory of this."


class Updates:
    """Translates the updates of one conversation; not thread-safe."""

    def __init__(self) -> None:
        self.calls = ToolCalls()
        self._answers: OrderedDict[str | None, ParagraphJoiner] = OrderedDict()
        self._messages: OrderedDict[str, str | None] = OrderedDict()
        self._usage = events.UsageChanged(0, 0)

    def translate(self, update: Json, turn_id: str | None) -> Iterator[events.AnyEvent]:
        """The events of one update, which came in *turn_id*.

        A message or a call that began in another turn stays there.
        """
        match update:
            case {"sessionUpdate": "agent_message_chunk", "content": content}:
                yield from self._said(text_of(content), update.get("messageId"), turn_id)
            case {"sessionUpdate": "agent_thought_chunk", "content": content}:
                if text := text_of(content):
                    yield events.Thought(text, self._turn_of(update.get("messageId"), turn_id))
            case {"sessionUpdate": "tool_call" | "tool_call_update" as kind, "toolCallId": str(id)}:
                yield self.report(id, update, turn_id, begins=kind == "tool_call")
            case {"sessionUpdate": "plan", "entries": [*entries]}:
                yield events.PlanChanged(tuple(_entry(entry) for entry in entries), turn_id)
            case {"sessionUpdate": "notice", "title": str(title)}:
                yield events.AgentNotice(
                    f"{title} {update.get('description') or ''}".strip(), turn_id
                )
            case {"sessionUpdate": "compaction_update", "status": "in_progress"}:
                yield events.AgentNotice(_COMPACTION, turn_id)
            case {"sessionUpdate": "available_commands_update", "availableCommands": [*commands]}:
                yield events.CommandsChanged(
                    tuple(_command(one) for one in commands if _is_named(one))
                )
            case {"sessionUpdate": "usage_update", "used": int(used), "size": int(size)}:
                yield from self._used(used, size, _cost(update.get("cost")))

    def report(
        self, id: str, news: Json, turn_id: str | None, *, begins: bool = False, asks: bool = False
    ) -> events.ToolCall:
        """The tool call that *news* are about; see ``ToolCalls.report``."""
        before = self.calls.get(id)
        call = self.calls.report(id, news, turn_id, begins=begins, asks=asks)
        if before is None or before.turn_id != call.turn_id:
            self._answer(call.turn_id).pause()
        return call

    def _said(self, text: str, message: Any, turn_id: str | None) -> Iterator[events.AnyEvent]:
        turn_id = self._turn_of(message, turn_id)
        if said := self._answer(turn_id).join(text, message):
            yield events.Text(said, turn_id)

    def _used(self, used: int, size: int, cost: str) -> Iterator[events.AnyEvent]:
        """Some agents say it three times a turn, and the cost only once."""
        usage = events.UsageChanged(used, size, cost or self._usage.cost)
        if usage != self._usage:
            self._usage = usage
            yield usage

    def _turn_of(self, message: Any, turn_id: str | None) -> str | None:
        """The turn in which a message began; *turn_id* if it begins now, or has no id."""
        if not isinstance(message, str):
            return turn_id
        turn_id = self._messages.setdefault(message, turn_id)
        if len(self._messages) > _MESSAGES:
            self._messages.popitem(last=False)
        return turn_id

    def _answer(self, turn_id: str | None) -> ParagraphJoiner:
        answer = self._answers.setdefault(turn_id, ParagraphJoiner())
        if len(self._answers) > _TURNS:
            self._answers.popitem(last=False)
        return answer


def object_of(value: Any) -> Json:
    """What should be an object, if it is one."""
    return value if isinstance(value, dict) else {}


def _entry(entry: Any) -> events.PlanEntry:
    fields = ("content", "status", "priority")
    return events.PlanEntry(*(str(object_of(entry).get(field) or "") for field in fields))


def _is_named(command: Any) -> bool:
    return isinstance(command, dict) and bool(command.get("name"))


def _command(command: Json) -> Json:
    hint = object_of(command.get("input")).get("hint")
    described = str(command.get("description") or "")
    return {"name": str(command["name"]), "description": described, "hint": str(hint or "")}


def _cost(cost: Any) -> str:
    match cost:
        case {"amount": int() | float() as amount, "currency": str(currency)} if amount > 0:
            return f"{round(amount, 4):g} {currency}"
    return ""
