"""What is left of an ended session: two or three lines, by its agent if that can be had."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import shorten

from janus.turn import Message


@dataclass(frozen=True, slots=True)
class Summary:
    """``by_agent``, or else made from the conversation alone."""

    text: str
    by_agent: bool
    conversation: tuple[Message, ...]


def plain_summary(conversation: Sequence[Message]) -> str:
    """A summary without an agent: the first and the last question."""
    asked = [shorten(message.content, 200) for message in conversation if message.role == "user"]
    lines = [f"- Asked: {asked[0]}"] if asked else ["- Nothing was asked."]
    if len(asked) > 1:
        lines.append(f"- {len(asked)} questions in all; the last: {asked[-1]}")
    return "\n".join(lines)
