"""Make the driver for an installed agent, now or when it is needed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event
from typing import Any

from janus.agents.acp.agent import AcpAgent
from janus.agents.agent import Agent, Recap
from janus.agents.attached import Attached
from janus.agents.cursor.print_agent import PrintAgent
from janus.agents.spec import InstalledAgent
from janus.errors import AgentFailed, InvalidRequest, PermissionNotFound
from janus.model import Conversation
from janus.model.events import Emit


def make_agent(
    agent: InstalledAgent,
    cwd: Path,
    name: str,
    emit: Emit,
    conversation: Conversation | None = None,
    *,
    recap: Recap = lambda: "",
) -> Agent:
    """An agent working in *cwd*, not started yet; it goes on with *conversation* if it had it.

    If it cannot, it begins a new one with *recap*, which is called on the thread of the turn.
    """
    own = conversation if conversation and conversation.agent == agent.spec.name else None
    protocol = (own and own.protocol) or agent.protocol
    driver = AcpAgent if protocol == "acp" else PrintAgent
    return driver(agent, cwd, name, emit, own, recap=recap)


class LazyAgent:
    """Finds and makes its agent at the first start: an unused session costs no search.

    ``_lock`` guards changes of ``_agent``, which is set once, and of ``_stopped``; it is not held
    while the agent is looked for, which may start programs.
    """

    def __init__(self, make: Callable[[], Agent]) -> None:
        """*make* may raise AgentNotFound, each time; it is called on the turn thread only."""
        self._make = make
        self._lock = threading.Lock()
        self._agent: Agent | None = None
        self._stopped = False

    @property
    def asks(self) -> bool:
        return self._agent.asks if self._agent else True

    @property
    def pid(self) -> int | None:
        return self._agent.pid if self._agent else None

    def start(self, cancelled: Event) -> None:
        self._needed().start(cancelled)

    def prompt(
        self,
        turn_id: str,
        text: str,
        limit: float,
        cancelled: Event,
        attached: Sequence[Attached] = (),
    ) -> str:
        return self._needed().prompt(turn_id, text, limit, cancelled, attached)

    def interrupt(self) -> None:
        if self._agent:
            self._agent.interrupt()

    def answer(
        self, request_id: str, option_id: str, answers: dict[str, Any] | None = None
    ) -> None:
        if self._agent is None:
            raise PermissionNotFound("The agent asks no such thing.")
        self._agent.answer(request_id, option_id, answers)

    def choose(self, option_id: str, value: str) -> None:
        if self._agent is None:
            raise InvalidRequest("The agent does not run yet: say something first.")
        self._agent.choose(option_id, value)

    def stop(self) -> None:
        with self._lock:
            self._stopped = True
            agent = self._agent
        if agent:
            agent.stop()

    def _needed(self) -> Agent:
        if self._agent:
            return self._agent
        agent = self._make()
        with self._lock:
            if self._stopped:  # nothing of it runs yet
                raise AgentFailed("The agent was stopped.")
            self._agent = agent
        return agent
