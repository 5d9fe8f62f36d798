"""What is left of a conversation: two or three lines of summary, or what fits of it again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import shorten

from janus.model import Message

#: Characters of a conversation that is told again.
_RECAP = 12_000
_BEGIN_RECAP = "[Context: this is what you and the user said before, from the log of Janus.]"
_END_RECAP = "[End of context. The user now says:]"


@dataclass(frozen=True, slots=True)
class Summary:
    """``by_agent``, or else made from the conversation alone; ``new``, or made before.

    ``file`` is the name it was saved under, if it was.
    """

    text: str
    by_agent: bool
    conversation: tuple[Message, ...]
    new: bool = True
    file: str = ""


def plain_summary(conversation: Sequence[Message]) -> str:
    """A summary without an agent: the first and the last question."""
    asked = [shorten(message.content, 200) for message in conversation if message.role == "user"]
    lines = [f"- Asked: {asked[0]}"] if asked else ["- Nothing was asked."]
    if len(asked) > 1:
        lines.append(f"- {len(asked)} questions in all; the last: {asked[-1]}")
    return "\n".join(lines)


def recap(conversation: Sequence[Message]) -> str:
    """The end of a conversation, for an agent that has forgotten it; nothing if there is none."""
    names = {"user": "User", "assistant": "You", "system": "Note"}
    said: list[str] = []
    room = _RECAP
    for message in reversed(conversation):
        text = f"{names[message.role]}: {message.content.strip()}"
        room -= len(text)
        if room < 0:
            said.append("[What was said before is left out.]")
            break
        said.append(text)
    if not said:
        return ""
    return "\n\n".join([_BEGIN_RECAP, *reversed(said), _END_RECAP])
