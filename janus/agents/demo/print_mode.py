"""cursor-agent's print mode: the steps of an answer as events, and how these are printed.

Text comes in segments, which tool calls separate. A segment is sent as a whole at its end; with
partial output, its words were sent before that, and the whole is a repetition. A reader tells them
apart by ``timestamp_ms`` and ``model_call_id``:

    a word: the timestamp    a segment before a tool call: both    the last segment: neither
"""

from __future__ import annotations

import json
import re
import sys
import time
import uuid
from collections.abc import Iterable, Iterator
from typing import Any

from janus.agents.demo.steps import Call, Finished, Say, Started, Step, Think

MODEL = "Janus demo (offline search)"

WORDS = re.compile(r"\S+\s*|\s+")

Event = dict[str, Any]


def print_events(events: Iterable[Event], format: str) -> None:
    """As ``stream-json`` each event, as ``json`` the last, as ``text`` the last segment."""
    segment, event = "", {}
    for event in events:
        if format == "stream-json":
            write(dump(event))
        elif event["type"] == "assistant":
            segment = event["message"]["content"][0]["text"]
    if format == "text":
        write(segment.strip())
    elif format == "json":
        write(dump(event))


def events(
    steps: Iterable[Step], prompt: str, chat_id: str, cwd: str, partial: bool
) -> Iterator[Event]:
    """What the real program would print while it does *steps*, each event as it happens."""
    stream = _Stream(chat_id, partial)
    about = {"apiKeySource": "login", "model": MODEL, "permissionMode": "default"}
    yield stream.event("system", subtype="init", cwd=cwd, **about)
    yield stream.message("user", prompt)
    for step in steps:
        yield from stream.take(step)
    yield from stream.close()


def write(line: str) -> None:
    # "replace": names of files need not be UTF-8, what is printed must.
    sys.stdout.buffer.write(f"{line}\n".encode("utf-8", "replace"))
    sys.stdout.buffer.flush()


class _Stream:
    """Turns steps into events; knows what has been said, and in the segment that is open."""

    def __init__(self, chat_id: str, partial: bool) -> None:
        self._chat_id = chat_id
        self._partial = partial
        self._request_id = str(uuid.uuid4())
        self._began = _now()
        self._started_at = ""
        self._calls = 0
        self._segment = ""
        self._said = ""

    def take(self, step: Step) -> Iterator[Event]:
        match step:
            case Think(text):
                yield self.event("thinking", subtype="delta", text=text, timestamp_ms=_now())
                yield self.event("thinking", subtype="completed", timestamp_ms=_now())
            case Say(text):
                self._segment += text
                for word in WORDS.findall(text) if self._partial else ():
                    yield self.message("assistant", word, timestamp_ms=_now())
            case Started(call):
                yield from self._flush(model_call_id=self._model_call_id, timestamp_ms=_now())
                self._started_at = str(_now())
                yield self._tool("started", call, {})
            case Finished(call, result):
                yield self._tool("completed", call, {"result": result}, completedAtMs=str(_now()))
                self._calls += 1

    def close(self) -> Iterator[Event]:
        yield from self._flush()
        took = _now() - self._began
        tokens = ("inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens")
        yield self.event(
            "result",
            subtype="success",
            duration_ms=took,
            duration_api_ms=took,
            is_error=False,
            result=self._said,
            request_id=self._request_id,
            usage=dict.fromkeys(tokens, 0),
        )

    @property
    def _model_call_id(self) -> str:
        return f"{self._request_id}-{self._calls}-demo"

    def _flush(self, **marks: Any) -> Iterator[Event]:
        """End the segment, if one is open."""
        if self._segment:
            yield self.message("assistant", self._segment, **marks)
            self._said += self._segment
            self._segment = ""

    def message(self, role: str, text: str, **marks: Any) -> Event:
        message = {"role": role, "content": [{"type": "text", "text": text}]}
        return self.event(role, message=message, **marks)

    def _tool(self, subtype: str, call: Call, result: Event, **completed: str) -> Event:
        tool = {f"{call.tool}ToolCall": {"args": call.args, **result}, "toolCallId": call.id}
        times = {"startedAtMs": self._started_at, **completed}
        return self.event(
            "tool_call",
            subtype=subtype,
            call_id=call.id,
            tool_call={**tool, "hookAdditionalContexts": [], **times},
            model_call_id=self._model_call_id,
            timestamp_ms=_now(),
        )

    def event(self, type: str, **fields: Any) -> Event:
        return {"type": type, **fields, "session_id": self._chat_id}


def dump(event: Event) -> str:
    return json.dumps(event, ensure_ascii=False, separators=(",", ":"))


def _now() -> int:
    return time.time_ns() // 1_000_000
