"""An agent that has forgotten the conversation is told what was said in it."""

from __future__ import annotations

from janus.agents.agent import Emit, Recap

_FORGOTTEN = "The agent does not remember this conversation. It begins a new one"


class RecapPrompt:
    """What precedes the prompts of an agent, until one of them has been answered."""

    def __init__(self, emit: Emit, recap: Recap) -> None:
        self._emit = emit
        self._recap = recap
        self._said = ""

    def forgotten(self) -> None:
        """A new conversation begins although there was one: the user is told so."""
        self._said = self._recap()
        given = ", and Janus gave it what was said so far" if self._said else ""
        self._emit("status", {"detail": f"{_FORGOTTEN}{given}."})

    def before(self, text: str) -> str:
        """The prompt for what the user said."""
        return f"{self._said}\n\n{text}" if self._said else text

    def done(self) -> None:
        """The agent has answered: from now on it knows."""
        self._said = ""
