"""Agents that speak the Agent Client Protocol: one process for many turns, which asks its user.

    prompt() ── session/prompt ──> agent ── session/update ──> emit
                                     └── session/request_permission ──> Questions ──> answer()

The process starts with the first turn and is started again when it died; the conversation goes on
through ``session/resume`` or ``session/load``, or where that cannot be, in a new one with a recap.
Nothing of the machine is offered to the agent (no files, no terminals): it has its own tools.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from threading import Event
from typing import Any

from janus.agents.acp.connection import Connection
from janus.agents.cursor.config import asking
from janus.agents.driver import Driver
from janus.agents.known import CURSOR
from janus.errors import AgentFailed, AgentLoginRequired, InvalidRequest, PermissionNotFound
from janus.events import ConversationOpened

log = logging.getLogger(__name__)

#: How often in a row an agent may die or hang over its conversation before it begins a new one.
STUMBLES = 2


class AcpAgent(Driver):
    """A conversation with an ACP agent.

    ``_lock`` guards changes of ``_connection``, ``_chosen`` and ``_stopped``; never held while
    waiting.
    """

    asks = True
    _stumbles = 0  # in a row, over the same conversation
    _connection: Connection | None = None
    _chosen: Mapping[str, str] = {}

    @property
    def pid(self) -> int | None:
        connection = self._connection
        return None if connection is None or connection.dead else connection.process.pid

    def start(self, cancelled: Event) -> None:
        """Begin or go on with the conversation; see ``Agent.start``."""
        self._connected(None, cancelled)

    def interrupt(self) -> None:
        if connection := self._connection:
            connection.cancel()

    def answer(
        self, request_id: str, option_id: str, answers: dict[str, Any] | None = None
    ) -> None:
        connection = self._connection
        if connection is None:
            raise PermissionNotFound("The agent asks no such thing.")
        connection.questions.answer(request_id, option_id, answers)

    def choose(self, option_id: str, value: str) -> None:
        """Choose one of the agent's options, for this conversation."""
        connection = self._connection
        if connection is None or connection.dead:
            raise InvalidRequest("The agent does not run yet: say something first.")
        connection.choose(option_id, value)
        with self._lock:
            self._chosen = {**self._chosen, option_id: value}

    def stop(self) -> None:
        with self._lock:
            self._stopped = True
            connection = self._connection
        if connection:
            connection.end()

    def _turn(self, turn_id: str, text: str, limit: float, cancelled: Event) -> str:
        connection = self._connected(turn_id, cancelled)
        try:
            reason = connection.turn(turn_id, self._with_recap(text), limit, cancelled)
        except AgentLoginRequired:
            connection.end()  # it may look for its login only when it starts
            raise
        if reason != "cancelled":
            self._preface = ""  # from now on it knows
        return reason

    def _connected(self, turn_id: str | None, cancelled: Event) -> Connection:
        """The connection, made anew if there is none or the agent died."""
        with self._lock:
            if self._connection and not self._connection.dead and not self._stopped:
                return self._connection
        had = self.conversation
        connection, id, model = self._begin(None if self._is_malformed() else had, cancelled)
        forgotten = had is not None and had != id
        self.conversation, self._stumbles = id, 0
        if forgotten:
            self._has_forgotten(turn_id)
        self._opened(ConversationOpened("", "acp", id, model, forgotten, turn_id))
        connection.dialogue.show()
        self._choose_again(connection)
        return connection

    def _begin(self, conversation: str | None, cancelled: Event) -> tuple[Connection, str, str]:
        """A new connection, and the id and model of the conversation that it has."""
        connection = self._connect()
        try:
            return connection, *connection.open(conversation, cancelled)
        except AgentFailed:
            if not connection.stumbled or cancelled.is_set():
                raise
            self._stumbles += 1
            if self._stumbles < STUMBLES:
                raise
        log.warning("Agent %s fails at its conversation, and begins a new one", self._name)
        connection = self._connect()
        return connection, *connection.open(None, cancelled)

    def _connect(self) -> Connection:
        """A new connection, not open yet; from now on it is the one that ``stop`` ends."""
        environ = self._environ()
        connection = Connection(self._agent, environ, self._cwd, self._name, self._emit)
        with self._lock:
            if self._stopped:
                raise AgentFailed("The agent was stopped.")
            self._connection = connection
        return connection

    def _choose_again(self, connection: Connection) -> None:
        """What the user has chosen, in a new process; where it cannot be, the prompt goes first."""
        for option_id, value in self._chosen.items():
            try:
                connection.choose(option_id, value)
            except InvalidRequest:
                pass  # it is not offered any more
            except AgentFailed as failure:
                log.warning("Agent %s: %s stays as it is: %s", self._name, option_id, failure)

    def _environ(self) -> Mapping[str, str]:
        """The agent's environment, in which it asks before it acts if that can be had."""
        if self._agent.spec is not CURSOR:
            return self._agent.environ
        try:
            return asking(self._agent.environ)
        except (OSError, ValueError) as problem:
            log.warning("cursor-agent will not ask: %s", problem)
            self.asks = False
            return self._agent.environ
