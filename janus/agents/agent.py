"""What a session needs from any agent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Event
from typing import Any, Protocol

from janus.agents.attached import Attached

#: The conversation so far, as context for an agent that has forgotten it; may be empty.
Recap = Callable[[], str]


class Agent(Protocol):
    """An agent in a conversation. What it does is emitted as it happens (``model.events``).

    Events carry the turn they belong to, also when they arrive after its end or in the next one.
    """

    @property
    def asks(self) -> bool:
        """Whether it can ask the user before it acts."""

    @property
    def pid(self) -> int | None:
        """Its process, while it has one."""

    def start(self, cancelled: Event) -> None:
        """Get ready for a turn, outside of one; called like ``prompt``. Raises AgentFailed."""

    def prompt(
        self,
        turn_id: str,
        text: str,
        limit: float,
        cancelled: Event,
        attached: Sequence[Attached] = (),
    ) -> str:
        """Run one turn of at most *limit* seconds; what is *attached* goes with the *text*.

        Returns why it ended, in the agent's own word: ``end_turn``, ``cancelled``, ``max_tokens``,
        ``max_turn_requests``, ``refusal``, …. Raises AgentFailed. By then every tool call of the
        turn is settled and every question of it is closed. To cancel the turn, set *cancelled*,
        before or after it begins, and then call ``interrupt``.
        """

    def interrupt(self) -> None:
        """Make the running turn end soon. Returns at once; harmless without one."""

    def answer(
        self, request_id: str, option_id: str, answers: dict[str, Any] | None = None
    ) -> None:
        """Answer a ``QuestionAsked``, and fill in its ``fields``, by their ids.

        Raises PermissionNotFound, AlreadyAnswered, InvalidRequest.
        """

    def choose(self, option_id: str, value: str) -> None:
        """Choose one of its ``OptionsChanged``. Raises InvalidRequest, AgentFailed."""

    def stop(self) -> None:
        """End the agent and all it started. Callable from any thread, also twice."""
