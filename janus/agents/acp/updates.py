"""What an ACP agent's ``session/update`` means.

agent_message_chunk         Text
agent_thought_chunk         Thought
tool_call(_update)          ToolCall           whole each time: what is known of the call by then
plan, the todos of a tool   PlanChanged
notice, compaction_update   AgentNotice
available_commands_update   CommandsChanged
usage_update                UsageChanged
session_info_update         TitleChanged
subagent_update             ToolCall           a step, whose output is what the subagent does
user_message_chunk and unknown ones mean nothing here
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from typing import Any

from janus.agents.acp.jsonrpc import Json
from janus.agents.acp.outputs import text_of
from janus.agents.acp.pictures import picture_of
from janus.agents.acp.subagents import Subagents
from janus.agents.acp.tool_calls import ToolCalls
from janus.agents.joiner import ParagraphJoiner
from janus.agents.todos import Plan, todos_in
from janus.model import events

#: Of how many messages and turns it is remembered who said them in which: the latest.
_MESSAGES, _TURNS = 500, 20
_TITLE = 200
_COMPACTION = "The agent is shortening its memory of this."


class Updates:
    """Translates the updates of one conversation; not thread-safe."""

    def __init__(self) -> None:
        self.calls = ToolCalls()
        self.plan = Plan()
        self.subagents = Subagents(self.calls)
        self._answers: OrderedDict[str | None, ParagraphJoiner] = OrderedDict()
        self._messages: OrderedDict[str, str | None] = OrderedDict()
        self._usage = events.UsageChanged(0, 0)
        self._title = ""

    def translate(self, update: Json, turn_id: str | None) -> Iterator[events.AnyEvent]:
        """The events of one update, which came in *turn_id*.

        A message or a call that began in another turn stays there.
        """
        yield from self.calls.overdue()
        match update:
            case {"sessionUpdate": "agent_message_chunk", "content": content} if (
                picture := picture_of(content)
            ):
                yield from self._shown(picture, turn_id)
            case {"sessionUpdate": "agent_message_chunk", "content": content}:
                yield from self._said(text_of(content), update.get("messageId"), turn_id)
            case {"sessionUpdate": "agent_thought_chunk", "content": content}:
                if text := text_of(content):
                    yield events.Thought(text, self._turn_of(update.get("messageId"), turn_id))
            case {"sessionUpdate": "tool_call" | "tool_call_update" as kind, "toolCallId": str(id)}:
                self.report(id, update, turn_id, begins=kind == "tool_call")
                yield from self.calls.tell(id)
                yield from self._planned(update, turn_id)
            case {"sessionUpdate": "subagent_update"}:
                yield from self.subagents.announce(update, turn_id)
            case {"sessionUpdate": "plan"}:
                yield from self._planned(update, turn_id)
            case {"sessionUpdate": "notice", "title": str(title)}:
                more = update.get("description")
                notice = f"{title} {more if isinstance(more, str) else ''}".strip()
                yield events.AgentNotice(notice, turn_id)
            case {"sessionUpdate": "compaction_update", "status": "in_progress"}:
                yield events.AgentNotice(_COMPACTION, turn_id)
            case {"sessionUpdate": "available_commands_update", "availableCommands": [*commands]}:
                yield events.CommandsChanged(
                    tuple(_command(one) for one in commands if _is_named(one))
                )
            case {"sessionUpdate": "usage_update", "used": used, "size": size}:
                if _counts(used) and _counts(size):
                    yield from self._used(int(used), int(size), _cost(update.get("cost")))
            case {"sessionUpdate": "session_info_update", "title": str(title)}:
                title = " ".join(title.split())[:_TITLE]
                if title and title != self._title:
                    self._title = title
                    yield events.TitleChanged(title)

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

    def todos(self, given: Json, turn_id: str | None) -> Iterator[events.AnyEvent]:
        """The plan, from what a tool for todos is *given*."""
        if (todos := todos_in(given)) is not None:
            take = self.plan.merge if given.get("merge") is True else self.plan.replace
            yield from take(todos, turn_id)

    def recall(self, update: Json) -> None:
        """Take an update of the history: the plan goes on from there."""
        list(self._planned(update, None))
        self.plan.forget_told()

    def _planned(self, update: Json, turn_id: str | None) -> Iterator[events.AnyEvent]:
        match update:
            case {"sessionUpdate": "plan", "entries": [*entries]}:
                yield from self.plan.replace(entries, turn_id)
            case {"rawInput": dict(given)}:
                yield from self.todos(given, turn_id)

    def _shown(self, picture: events.Image, turn_id: str | None) -> Iterator[events.AnyEvent]:
        """A picture among the words is shown as a step, where it is a picture."""
        content = {"type": "content", "content": {"type": "image", "data": picture.data}}
        news = {"title": "Picture", "status": "completed", "content": [content]}
        id = f"picture-{picture.id}"
        self.report(id, news, turn_id, begins=True)
        yield from self.calls.tell(id)

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


def _is_named(command: Any) -> bool:
    return (
        isinstance(command, dict) and isinstance(command.get("name"), str) and bool(command["name"])
    )


def _command(command: Json) -> Json:
    hint = object_of(command.get("input")).get("hint")
    told = {"name": command["name"], "description": command.get("description"), "hint": hint}
    return {name: text if isinstance(text, str) else "" for name, text in told.items()}


def _counts(number: Any) -> bool:
    return type(number) in (int, float) and 0 <= number < 1e15


def _cost(cost: Any) -> str:
    match cost:
        case {"amount": amount, "currency": str(currency)} if _counts(amount) and amount:
            return f"{round(amount, 4):g} {currency}"
    return ""
