"""The prompt of an agent that has forgotten the conversation: a recap, then what the user said."""

from __future__ import annotations

from janus.agents.agent import Recap
from janus.events import AgentNotice, Emit

_FORGOTTEN = "The agent does not remember this conversation. It begins a new one"


class RecapPrompt:
    """What precedes the prompts of an agent, until one of them has been answered."""

    def __init__(self, emit: Emit, recap: Recap) -> None:
        self._emit = emit
        self._recap = recap
        self._preface = ""

    def forgotten(self, turn_id: str | None) -> None:
        """A new conversation begins although there was one: the user is told so."""
        self._preface = self._recap()
        given = ", and Janus gave it what was said so far" if self._preface else ""
        self._emit(AgentNotice(f"{_FORGOTTEN}{given}.", turn_id))

    def before(self, text: str) -> str:
        """The prompt for what the user said."""
        return f"{self._preface}\n\n{text}" if self._preface else text

    def done(self) -> None:
        """The agent has answered: from now on it knows."""
        self._preface = ""
