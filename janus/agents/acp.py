"""Agents that speak the Agent Client Protocol: one process for many turns, which asks its user.

    prompt() ── session/prompt ──> agent ── session/update ──> emit
                                     └── session/request_permission ──> Questions ──> answer()

The process starts with the first turn and is started again when it died; the conversation goes on
through ``session/resume`` or ``session/load``. Nothing of the machine is offered to the agent
(no files, no terminals): it has its own tools.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Mapping
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

from janus.agents import Emit
from janus.agents.acp_connection import Connection
from janus.agents.cursor_config import asking
from janus.agents.table import CURSOR
from janus.errors import AgentFailed, AgentLoginRequired, InvalidRequest, PermissionNotFound

if TYPE_CHECKING:
    from janus.agents.found import Found

log = logging.getLogger(__name__)


class AcpAgent:
    """A conversation with an ACP agent.

    ``_lock`` guards ``_connection`` and ``_stopped``; never held while waiting.
    """

    def __init__(
        self, found: Found, cwd: Path, name: str, emit: Emit, conversation: str | None = None
    ) -> None:
        self.asks = True
        self.conversation = conversation
        self._found = found
        self._cwd = cwd
        self._name = name
        self._emit = emit
        self._lock = threading.Lock()
        self._connection: Connection | None = None
        self._chosen: dict[str, str] = {}
        self._stopped = False

    def prompt(self, text: str, limit: float, cancelled: Event) -> str:
        """Run one turn; see ``Agent.prompt``."""
        try:
            connection = self._connected(cancelled)
            try:
                return connection.turn(text, limit, cancelled)
            except AgentLoginRequired:
                connection.end()  # it may look for its login only when it starts
                raise
        except AgentFailed:
            if cancelled.is_set():
                return "cancelled"
            raise

    def interrupt(self) -> None:
        with self._lock:
            connection = self._connection
        if connection:
            connection.cancel()

    def answer(
        self, request_id: str, option_id: str, answers: dict[str, Any] | None = None
    ) -> None:
        with self._lock:
            connection = self._connection
        if connection is None:
            raise PermissionNotFound("The agent asks no such thing.")
        connection.questions.answer(request_id, option_id, answers)

    def choose(self, option_id: str, value: str) -> None:
        """Choose one of the agent's options, for this conversation."""
        with self._lock:
            connection = self._connection
        if connection is None or connection.dead:
            raise InvalidRequest("The agent does not run yet: say something first.")
        connection.choose(option_id, value)
        self._chosen[option_id] = value

    def stop(self) -> None:
        with self._lock:
            self._stopped = True
            connection = self._connection
        if connection:
            connection.end()

    def _connected(self, cancelled: Event) -> Connection:
        """The connection, made anew if there is none or the agent died."""
        with self._lock:
            if self._stopped:
                raise AgentFailed("The agent was stopped.")
            if self._connection and not self._connection.dead:
                return self._connection
            environ = self._environ()
            connection = Connection(self._found, environ, self._cwd, self._name, self._emit)
            self._connection = connection
        try:
            connection.open()
            self.conversation, model = connection.begin(self.conversation, cancelled)
        except BaseException:
            connection.end()
            raise
        data = {"id": self.conversation, "protocol": "acp", "model": model}
        self._emit("conversation", data)
        connection.show_options()
        for option_id, value in self._chosen.items():
            with contextlib.suppress(InvalidRequest):  # it is not offered any more
                connection.choose(option_id, value)
        return connection

    def _environ(self) -> Mapping[str, str]:
        """The agent's environment, in which it asks before it acts if that can be had."""
        if self._found.entry is not CURSOR:
            return self._found.environ
        try:
            return asking(self._found.environ)
        except (OSError, ValueError) as problem:
            log.warning("cursor-agent will not ask: %s", problem)
            self.asks = False
            return self._found.environ
