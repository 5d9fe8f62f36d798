"""What an ACP agent's ``session/update`` means; the same events as any other agent's.

agent_message_chunk       assistant_delta
agent_thought_chunk       thought_delta
tool_call(_update)        tool_call          whole each time: what is known of the call by then
plan                      plan
notice, compaction        status
user_message_chunk and unknown ones mean nothing here
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from janus.agents.acp.diffs import TITLE_LIMIT, cut, output_of, text_of
from janus.agents.joiner import ParagraphJoiner

Json = dict[str, Any]
Told = tuple[str, Json]

_STATUSES = {"pending": "in_progress", "in_progress": "in_progress", "completed": "completed"}


class Updates:
    """Translates the updates of one conversation; not thread-safe."""

    def __init__(self) -> None:
        self._speech = ParagraphJoiner()
        self._message: str | None = None
        self._calls: dict[str, Json] = {}

    def begin_turn(self) -> None:
        """What was said in the turns before is not followed up."""
        self._speech = ParagraphJoiner()
        self._calls.clear()

    def hear(self, update: Json) -> Iterator[Told]:
        """Yield ``(kind, data)`` for one update."""
        match update:
            case {"sessionUpdate": "agent_message_chunk", "content": content}:
                yield from self._said(text_of(content), update.get("messageId"))
            case {"sessionUpdate": "agent_thought_chunk", "content": content}:
                if text := text_of(content):
                    yield "thought_delta", {"text": text}
            case {"sessionUpdate": "tool_call" | "tool_call_update", "toolCallId": str(id)}:
                yield "tool_call", self.call(id, update)
            case {"sessionUpdate": "plan", "entries": [*entries]}:
                yield "plan", {"entries": [_entry(entry) for entry in entries]}
            case {"sessionUpdate": "notice", "title": str(title)}:
                detail = f"{title} {update.get('description') or ''}".strip()
                yield "status", {"detail": detail}
            case {"sessionUpdate": "compaction_update", "status": "in_progress"}:
                yield "status", {"detail": "The agent is shortening its memory of this."}

    def call(self, id: str, news: Json) -> Json:
        """All that is known of a tool call, with its *news*; ``tool_call`` data."""
        if id not in self._calls:
            self._calls[id] = {"id": id, "name": "", "kind": "other", "title": "", "status": ""}
            self._speech.pause()
        call = self._calls[id]
        call["name"] = str(news.get("name") or call["name"])
        call["kind"] = str(news.get("kind") or call["kind"])
        call["title"] = str(news.get("title") or call["title"] or call["kind"])[:TITLE_LIMIT]
        if status := news.get("status"):
            call["status"] = _STATUSES.get(str(status), "failed")
        call["status"] = call["status"] or "in_progress"
        if output := output_of(news):
            call["output"] = cut(output)
        return dict(call)

    def _said(self, text: str, message: Any) -> Iterator[Told]:
        if message != self._message:
            self._speech.pause()
            self._message = message
        if text:
            yield "assistant_delta", {"text": self._speech.say(text)}


def object_of(value: Any) -> Json:
    """What should be an object, if it is one."""
    return value if isinstance(value, dict) else {}


def _entry(entry: Any) -> Json:
    fields = ("content", "status", "priority")
    return {field: str(object_of(entry).get(field) or "") for field in fields}
