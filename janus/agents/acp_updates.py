"""What an ACP agent's ``session/update`` means; the same events as any other agent's.

agent_message_chunk       assistant_delta
agent_thought_chunk       thought_delta
tool_call(_update)        tool_call          whole each time: what is known of the call by then
plan                      plan
notice, compaction        status
user_message_chunk and unknown ones mean nothing here
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from itertools import takewhile
from typing import Any

from janus.agents.speech import Speech

Json = dict[str, Any]
Told = tuple[str, Json]

_OUTPUT, _TITLE, _CHANGES, _COMPARED = 4000, 200, 200, 2000
_STATUSES = {"pending": "in_progress", "in_progress": "in_progress", "completed": "completed"}


class Updates:
    """Translates the updates of one conversation; not thread-safe."""

    def __init__(self) -> None:
        self._speech = Speech()
        self._message: str | None = None
        self._calls: dict[str, Json] = {}

    def begin_turn(self) -> None:
        """What was said in the turns before is not followed up."""
        self._speech = Speech()
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
        call["title"] = str(news.get("title") or call["title"] or call["kind"])[:_TITLE]
        if status := news.get("status"):
            call["status"] = _STATUSES.get(str(status), "failed")
        call["status"] = call["status"] or "in_progress"
        if output := _output(news):
            call["output"] = _cut(output)
        return dict(call)

    def _said(self, text: str, message: Any) -> Iterator[Told]:
        if message != self._message:
            self._speech.pause()
            self._message = message
        if text:
            yield "assistant_delta", {"text": self._speech.say(text)}


def text_of(content: Any) -> str:
    """A content block as text; what cannot be shown as text is named."""
    match content:
        case {"type": "text", "text": str(text)}:
            return text
        case {"type": "resource_link", "uri": str(uri)}:
            return uri
        case {"type": "resource", "resource": {"text": str(text)}}:
            return text
        case {"type": str(kind)}:
            return f"[{kind}]"
    return ""


def object_of(value: Any) -> Json:
    """What should be an object, if it is one."""
    return value if isinstance(value, dict) else {}


def _entry(entry: Any) -> Json:
    fields = ("content", "status", "priority")
    return {field: str(object_of(entry).get(field) or "") for field in fields}


def _output(news: Json) -> str:
    """What the user may want to see: what was printed, or how a file changed."""
    parts = []
    for item in news.get("content") or []:
        match item:
            case {"type": "content", "content": content}:
                parts.append(text_of(content))
            case {"type": "diff", "path": str(path), "newText": str(new)}:
                parts.append(_diff(path, item.get("oldText"), new))
    if not any(parts):
        match news.get("rawOutput"):
            case {"stdout": str(text), "stderr": str(more)}:
                parts += [text, more]
            case {"output": str(text)} | {"stdout": str(text)} | {"content": str(text)} | str(text):
                parts.append(text)
    return "\n".join(part for part in parts if part)


def _diff(path: str, old: Any, new: str) -> str:
    """A change, a line each; the lines that did not change are left out."""
    before = old.splitlines() if isinstance(old, str) and not old.startswith("-- /dev/null") else []
    after = [line for line in new.splitlines() if not line.startswith("++ b/")]
    if len(before) + len(after) > _COMPARED:  # comparing could take minutes
        for _ in range(2):  # what is alike at the beginning, and then, turned round, at the end
            pairs = zip(before, after, strict=False)
            same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
            before, after = before[same:][::-1], after[same:][::-1]
    if len(before) + len(after) > _COMPARED:
        changes = [*(f"-{line}" for line in before), *(f"+{line}" for line in after)]
    else:
        compared = list(difflib.unified_diff(before, after, n=0, lineterm=""))[2:]
        changes = [line for line in compared if not line.startswith("@@")]
    return "\n".join([path, *_first(changes)])


def _first(changes: list[str]) -> Iterator[str]:
    """As many as are shown, and how many more there are: who allows a change must know."""
    room = _OUTPUT - _TITLE
    for at, line in enumerate(changes):
        room -= len(line) + 1
        if at == _CHANGES or (at and room < 0):
            yield f"… and {len(changes) - at} lines more"
            return
        yield line


def _cut(output: str) -> str:
    rest = len(output) - _OUTPUT
    return f"{output[:_OUTPUT]}\n… and {rest} characters more" if rest > 0 else output
