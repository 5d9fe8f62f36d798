"""A conversation as a file, for a person or a program."""

from __future__ import annotations

import json
from collections.abc import Sequence

from janus.model import Message, SessionInfo

_SPEAKERS = {"user": "You", "assistant": "Agent", "system": "Note"}


def as_markdown(info: SessionInfo, said: Sequence[Message]) -> str:
    """A page for a person: a heading with what is known of the session, then what was said."""
    known = info.to_json()
    facts = {
        "Session": info.session_id,
        "Agent": info.agent,
        "Branch": info.branch,
        "Began": known["created_at"],
        "Ended": known.get("ended_at"),
        "Summary": info.summary,
    }
    head = [f"# {info.name or info.title or 'Conversation'}", ""]
    head += [f"- {name}: {value}" for name, value in facts.items() if value]
    parts = [f"## {_SPEAKERS[it.role]} · {it.timestamp}\n\n{it.content}" for it in said]
    return "\n\n".join(["\n".join(head), *parts]) + "\n"


def as_json(info: SessionInfo, said: Sequence[Message]) -> str:
    """The same for a program: the session as lists have it, and its ``conversation``."""
    messages = [
        {"role": it.role, "content": it.content, "timestamp": it.timestamp, "turn_id": it.turn_id}
        for it in said
    ]
    whole = {**info.to_json(), "conversation": messages}
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"
