"""Chunks of an answer in a row, as one: agents write a word a line, and many lines at once."""

from __future__ import annotations

from collections.abc import Iterator

from janus.agents.acp.jsonrpc import Json

_KINDS = ("agent_message_chunk", "agent_thought_chunk")


def joined(messages: Iterator[Json]) -> Iterator[Json]:
    """The same messages, but chunks in a row that differ in nothing but their words as one."""
    first: Json = {}
    words: list[str] = []
    for message in messages:
        text = _taken_out(message)
        if words and (text is None or message != first):
            yield _put_back(first, words)
            words = []
        if text is None:
            yield message
        elif words:
            words.append(text)
        else:
            first, words = message, [text]
    if words:
        yield _put_back(first, words)


def _taken_out(message: Json) -> str | None:
    """The words of a chunk, which it is then without; None if it is none."""
    match message:
        case {
            "method": "session/update",
            "params": {
                "update": {
                    "sessionUpdate": kind,
                    "content": {"type": "text", "text": str(text)} as content,
                }
            },
        } if kind in _KINDS and "id" not in message:
            content["text"] = ""
            return text
    return None


def _put_back(message: Json, words: list[str]) -> Json:
    message["params"]["update"]["content"]["text"] = "".join(words)
    return message
