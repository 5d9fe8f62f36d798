"""What is left of an ended session: two or three lines, by its agent if that can be had."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import shorten
from threading import Event
from typing import Any

from janus.agents import Agent
from janus.errors import AgentFailed
from janus.events import Message

log = logging.getLogger(__name__)

PROMPT = (
    "Please summarize this conversation in 2-3 concise bullet points focusing on key topics "
    "discussed, decisions made, and any follow-up items."
)


@dataclass(frozen=True, slots=True)
class Summary:
    """``by_agent``, or else made from the conversation alone."""

    text: str
    by_agent: bool
    conversation: tuple[Message, ...]


def ask_for_summary(agent: Agent, timeout: float) -> str:
    """The agent's own summary, or nothing if it fails or takes longer than *timeout* seconds."""
    said: list[str] = []

    def hear(kind: str, data: dict[str, Any]) -> None:
        if kind == "assistant_delta":
            said.append(data["text"])

    if timeout <= 0:
        return ""
    try:
        agent.prompt(PROMPT, hear, timeout, Event())
    except AgentFailed as failure:
        log.warning("No summary by the agent: %s", failure)
        return ""
    return "".join(said).strip()


def plain_summary(conversation: Sequence[Message]) -> str:
    """A summary without an agent: the first and the last question."""
    asked = [shorten(message.content, 200) for message in conversation if message.role == "user"]
    lines = [f"- Asked: {asked[0]}"]
    if len(asked) > 1:
        lines.append(f"- {len(asked)} questions in all; the last: {asked[-1]}")
    return "\n".join(lines)
