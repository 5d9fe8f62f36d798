"""cursor-agent's stream-json: what each line of its output means.

    {"type":"system","subtype":"init", …}      conversation   its id, for --resume
    {"type":"thinking","subtype":"delta", …}   thought_delta
    {"type":"assistant", …}                    assistant_delta, unless it repeats what was said
    {"type":"tool_call", …}                    tool_call
    {"type":"connection" | "retry", …}         status
    {"type":"result", …}                       result         the end of the turn
    anything that is not a JSON object         noise          kept for the error message

Unknown types and fields are ignored: builds add some every week.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from io import StringIO
from typing import Any

from janus.agents.cursor.tools import tool_call
from janus.agents.joiner import ParagraphJoiner

Told = tuple[str, dict[str, Any]]


def translate(lines: Iterable[bytes], partial: bool = True) -> Iterator[Told]:
    """Yield ``(kind, data)`` for the lines of one turn.

    *partial* says whether ``--stream-partial-output`` was given. The deltas of a turn, put
    together, are its answer: each of its parts once, with a blank line between two.
    """
    turn = _Turn(partial)
    for line in lines:
        message = _message(line)
        if message is not None:
            yield from turn.hear(message)
        elif line.strip():
            yield "noise", {"text": line.decode("utf-8", "replace")}


def _message(line: bytes) -> dict[str, Any] | None:
    try:
        message = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return message if isinstance(message, dict) else None


class _Turn:
    """What has been said so far, as far as it takes to tell news from a repeat."""

    def __init__(self, partial: bool) -> None:
        self.partial = partial
        self.conversation = ""
        self.segment = StringIO()  # the text since the last tool call or repeat
        self.speech = ParagraphJoiner()
        self.stamped = False
        self.calls: dict[str, dict[str, Any]] = {}

    def hear(self, message: dict[str, Any]) -> Iterator[Told]:
        yield from self._conversation(message)
        match message:
            case {"type": "thinking", "subtype": "delta", "text": str(text)} if text:
                yield "thought_delta", {"text": text}
            case {"type": "assistant", "message": {"content": [*parts]}}:
                text = "".join(_text(part) for part in parts)
                yield from self._assistant(text, message)
            case {"type": "tool_call", "subtype": str(step), "tool_call": dict(call)}:
                yield from self._tool_call(step, str(message.get("call_id", "")), call)
            case {"type": "connection", "subtype": "reconnecting"}:
                yield "status", {"detail": "The agent lost its connection and tries again."}
            case {"type": "result"}:
                yield from self._result(message)

    def _conversation(self, message: dict[str, Any]) -> Iterator[Told]:
        found = message.get("session_id")
        if isinstance(found, str) and found and found != self.conversation:
            self.conversation = found
            model = str(message.get("model") or "")
            yield "conversation", {"id": found, "protocol": "print", "model": model}

    def _assistant(self, text: str, message: dict[str, Any]) -> Iterator[Told]:
        """A delta has a timestamp and no model_call_id; with deltas on, all else is a repeat.

        Builds of 2025 stamp nothing: there only the text itself tells a repeat. A repeat that
        says more than was heard is not one, and nothing of it may be lost.
        """
        self.stamped = self.stamped or "timestamp_ms" in message
        if not self.partial:
            yield from self._say(text, begins=True)
        elif (
            "timestamp_ms" in message and "model_call_id" not in message
            if self.stamped
            else text.strip() != self.segment.getvalue().strip()
        ):
            yield from self._say(text)
        else:
            yield from self._repeat(text)

    def _repeat(self, text: str) -> Iterator[Told]:
        heard = self.segment.getvalue()
        if text.startswith(heard):
            yield from self._say(text[len(heard) :])
        elif text.strip() not in heard:
            yield from self._say(text, begins=True)
        self.segment = StringIO()

    def _say(self, text: str, begins: bool = False) -> Iterator[Told]:
        if not text:
            return
        if begins:
            self.segment = StringIO()
        if not self.segment.tell():
            self.speech.pause()
        self.segment.write(text)
        yield "assistant_delta", {"text": self.speech.say(text)}

    def _tool_call(self, step: str, call_id: str, call: dict[str, Any]) -> Iterator[Told]:
        if call_id not in self.calls:  # also one that is completed without having started
            self.segment = StringIO()
            self.calls[call_id] = call
        yield (
            "tool_call",
            tool_call(call_id, self.calls[call_id], call if step == "completed" else None),
        )

    def _result(self, message: dict[str, Any]) -> Iterator[Told]:
        text = str(message.get("result") or "")
        failed = bool(message.get("is_error")) or message.get("subtype") == "error"
        if not failed and not self.speech.last:
            yield from self._say(text)
        yield "result", {"ok": not failed, "text": text}


def _text(part: Any) -> str:
    match part:
        case {"type": "text", "text": str(text)}:
            return text
    return ""
