"""cursor-agent's print mode: an answer's steps as text, as one JSON object, or as a stream.

Text comes in segments, which tool calls separate. In a stream, partial or not, each segment is
repeated as a whole at its end; what a reader must skip and what it must use, it tells by
``timestamp_ms`` and ``model_call_id``:

    =========  ================  ==============  ==============
    partial    a word            before a tool   at the end
    =========  ================  ==============  ==============
    with       timestamp         both (repeat)   none (repeat)
    without    -                 both            none
    =========  ================  ==============  ==============
"""

from __future__ import annotations

import json
import re
import sys
import time
import uuid
from collections.abc import Iterable
from typing import Any

from janus.agents.demo.steps import Call, Finished, Say, Started, Step, Think

MODEL = "Janus demo (offline search)"

_WORDS = re.compile(r"\S+\s*|\s+")


def print_text(steps: Iterable[Step]) -> None:
    """Print the last segment only, as the real program does."""
    segments = _segments(steps)
    _write(segments[-1].strip())


def print_json(steps: Iterable[Step], session_id: str) -> None:
    """Print one object when all is done."""
    began = time.monotonic()
    segments = _segments(steps)
    _write(_dump(_result("".join(segments), session_id, str(uuid.uuid4()), began)))


def print_stream(
    steps: Iterable[Step], session_id: str, prompt: str, cwd: str, partial: bool
) -> None:
    """Print each step as it happens, a JSON object a line."""
    stream = _Stream(session_id, partial)
    stream.open(prompt, cwd)
    for step in steps:
        stream.take(step)
    stream.close()


class _Stream:
    """Turns steps into events; knows what has been said in the segment that is open."""

    def __init__(self, session_id: str, partial: bool) -> None:
        self._session_id = session_id
        self._partial = partial
        self._request_id = str(uuid.uuid4())
        self._began = time.monotonic()
        self._started_at: dict[str, str] = {}
        self._calls = 0
        self._segment = ""
        self._said = ""

    def open(self, prompt: str, cwd: str) -> None:
        self._emit(
            "system",
            subtype="init",
            apiKeySource="login",
            cwd=cwd,
            session_id=self._session_id,
            model=MODEL,
            permissionMode="default",
        )
        message = {"role": "user", "content": [{"type": "text", "text": prompt}]}
        self._emit("user", message=message, session_id=self._session_id)

    def take(self, step: Step) -> None:
        match step:
            case Think(text):
                self._think(text)
            case Say(text):
                self._segment += text
                for word in _WORDS.findall(text) if self._partial else ():
                    self._assistant(word, timestamp_ms=_now())
            case Started(call):
                self._flush(model_call_id=self._model_call_id, timestamp_ms=_now())
                self._started_at[call.id] = str(_now())
                self._tool("started", call)
            case Finished(call, result):
                self._tool("completed", call, result)
                self._calls += 1

    def close(self) -> None:
        self._flush()
        _write(_dump(_result(self._said, self._session_id, self._request_id, self._began)))

    @property
    def _model_call_id(self) -> str:
        return f"{self._request_id}-{self._calls}-demo"

    def _think(self, text: str) -> None:
        for word in _WORDS.findall(text):
            self._emit(
                "thinking",
                subtype="delta",
                text=word,
                session_id=self._session_id,
                timestamp_ms=_now(),
            )
        self._emit(
            "thinking", subtype="completed", session_id=self._session_id, timestamp_ms=_now()
        )

    def _flush(self, **marks: Any) -> None:
        """End the segment, if one is open."""
        if self._segment:
            self._assistant(self._segment, **marks)
            self._said += self._segment
            self._segment = ""

    def _assistant(self, text: str, **marks: Any) -> None:
        message = {"role": "assistant", "content": [{"type": "text", "text": text}]}
        self._emit("assistant", message=message, session_id=self._session_id, **marks)

    def _tool(self, subtype: str, call: Call, result: dict[str, Any] | None = None) -> None:
        used: dict[str, Any] = {"args": call.args}
        times = {"startedAtMs": self._started_at[call.id]}
        if result is not None:
            used["result"] = result
            times["completedAtMs"] = str(_now())
        self._emit(
            "tool_call",
            subtype=subtype,
            call_id=call.id,
            tool_call={
                f"{call.tool}ToolCall": used,
                "hookAdditionalContexts": [],
                "toolCallId": call.id,
                **times,
            },
            model_call_id=self._model_call_id,
            session_id=self._session_id,
            timestamp_ms=_now(),
        )

    def _emit(self, type: str, **fields: Any) -> None:
        _write(_dump({"type": type, **fields}))


def _segments(steps: Iterable[Step]) -> list[str]:
    segments = [""]
    for step in steps:
        match step:
            case Say(text):
                segments[-1] += text
            case Started() if segments[-1]:
                segments.append("")
    return segments


def _result(said: str, session_id: str, request_id: str, began: float) -> dict[str, Any]:
    took = int((time.monotonic() - began) * 1000)
    return {
        "type": "result",
        "subtype": "success",
        "duration_ms": took,
        "duration_api_ms": took,
        "is_error": False,
        "result": said,
        "session_id": session_id,
        "request_id": request_id,
        "usage": {"inputTokens": 0, "outputTokens": 0, "cacheReadTokens": 0, "cacheWriteTokens": 0},
    }


def _dump(event: dict[str, Any]) -> str:
    return json.dumps(event, ensure_ascii=False, separators=(",", ":"))


def _write(line: str) -> None:
    # "replace": names of files need not be UTF-8, what is printed must.
    sys.stdout.buffer.write(f"{line}\n".encode("utf-8", "replace"))
    sys.stdout.buffer.flush()


def _now() -> int:
    return time.time_ns() // 1_000_000
