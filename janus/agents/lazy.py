"""An agent that is looked for when it is needed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from threading import Event
from typing import Any

from janus.agents.agent import Agent
from janus.errors import AgentFailed, InvalidRequest, PermissionNotFound


class LazyAgent:
    """Finds and makes its agent at the first start: an unused session costs no search.

    ``_lock`` guards ``_agent`` and ``_stopped``; it is not held while the agent is looked for,
    which may start programs.
    """

    def __init__(self, make: Callable[[], Agent]) -> None:
        """*make* may raise AgentNotFound, each time; it is called on the turn thread only."""
        self._make = make
        self._lock = threading.Lock()
        self._agent: Agent | None = None
        self._stopped = False

    @property
    def asks(self) -> bool:
        agent = self._made()
        return agent.asks if agent else True

    @property
    def pid(self) -> int | None:
        agent = self._made()
        return agent.pid if agent else None

    def start(self, cancelled: Event) -> None:
        self._needed().start(cancelled)

    def prompt(self, turn_id: str, text: str, limit: float, cancelled: Event) -> str:
        return self._needed().prompt(turn_id, text, limit, cancelled)

    def interrupt(self) -> None:
        if agent := self._made():
            agent.interrupt()

    def answer(
        self, request_id: str, option_id: str, answers: dict[str, Any] | None = None
    ) -> None:
        agent = self._made()
        if agent is None:
            raise PermissionNotFound("The agent asks no such thing.")
        agent.answer(request_id, option_id, answers)

    def choose(self, option_id: str, value: str) -> None:
        agent = self._made()
        if agent is None:
            raise InvalidRequest("The agent does not run yet: say something first.")
        agent.choose(option_id, value)

    def stop(self) -> None:
        with self._lock:
            self._stopped = True
            agent = self._agent
        if agent:
            agent.stop()

    def _made(self) -> Agent | None:
        with self._lock:
            return self._agent

    def _needed(self) -> Agent:
        if agent := self._made():
            return agent
        agent = self._make()
        with self._lock:
            if self._stopped:  # nothing of it runs yet
                raise AgentFailed("The agent was stopped.")
            self._agent = agent
        return agent
