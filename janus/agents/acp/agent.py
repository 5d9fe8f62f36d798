"""Agents that speak the Agent Client Protocol: one process for many turns, which asks its user.

    prompt() ── session/prompt ──> agent ── session/update ──> emit
                                     └── session/request_permission ──> Questions ──> answer()

The process starts with the first turn and is started again when it died; the conversation goes on
through ``session/resume`` or ``session/load``, or where that cannot be, in a new one with a recap.
Nothing of the machine is offered to the agent (no files, no terminals): it has its own tools.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Event
from typing import Any

from janus.agents.acp.connection import Connection
from janus.agents.acp.options import differences
from janus.agents.acp.prompt import prompt_of
from janus.agents.agent import Recap
from janus.agents.attached import Attached
from janus.agents.cursor.config import asking
from janus.agents.driver import Driver
from janus.agents.known import CURSOR
from janus.agents.spec import InstalledAgent
from janus.errors import AgentFailed, AgentLoginRequired, InvalidRequest, PermissionNotFound
from janus.model import Conversation
from janus.model.events import (
    AnyEvent,
    ConversationOpened,
    Emit,
    OptionChosen,
    OptionsChanged,
    Remark,
)

log = logging.getLogger(__name__)

#: How often in a row an agent may die or hang over its conversation before it begins a new one.
STUMBLES = 2


class AcpAgent(Driver):
    """A conversation with an ACP agent.

    ``_lock`` guards changes of ``_connection``, ``_chosen``, ``_options`` and ``_stopped``; never
    held while waiting.
    """

    asks = True
    _stumbles = 0  # in a row, over the same conversation
    _connection: Connection | None = None

    def __init__(
        self,
        agent: InstalledAgent,
        cwd: Path,
        name: str,
        emit: Emit,
        conversation: Conversation | None = None,
        *,
        recap: Recap = lambda: "",
    ) -> None:
        super().__init__(agent, cwd, name, emit, conversation, recap=recap)
        #: What holds of the options in every process, and how they were when last heard of.
        self._chosen = dict(conversation.chosen) if conversation else {}
        self._options = conversation.options if conversation else ()

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
        self._tell(OptionChosen(option_id, value))

    def stop(self) -> None:
        with self._lock:
            self._stopped = True
            connection = self._connection
        if connection:
            connection.end()

    def _turn(
        self,
        turn_id: str,
        text: str,
        limit: float,
        cancelled: Event,
        attached: Sequence[Attached],
    ) -> str:
        connection = self._connected(turn_id, cancelled)
        prompt = prompt_of(self._with_recap(text), attached, connection.caller.takes)
        try:
            try:
                reason = connection.turn(turn_id, prompt, limit, cancelled)
            except AgentLoginRequired:
                if not connection.caller.authenticate():
                    raise
                reason = connection.turn(turn_id, prompt, limit, cancelled)
        except AgentLoginRequired:
            connection.end()  # it may look for its login only when it starts
            raise
        if reason != "cancelled":
            self._preface = ""  # from now on it knows
        return reason

    def _connected(self, turn_id: str | None, cancelled: Event) -> Connection:
        """The connection, made anew if there is none or the agent died."""
        if self._connection:
            self._connection.await_stop()
        with self._lock:
            known = self._connection
            if known and not known.dead and not known.is_opening and not self._stopped:
                return known
        had, chosen, options = self.conversation, self._chosen, self._options
        connection, id, model = self._begin(
            None if self._is_malformed() else had, cancelled, turn_id
        )
        forgotten = had is not None and had != id
        self.conversation, self._stumbles = id, 0
        if forgotten:
            self._has_forgotten(turn_id)
        self._opened(ConversationOpened("", "acp", id, model, forgotten, turn_id))
        if not forgotten:
            connection.dialogue.recall_options(options)
        refused = self._choose_again(connection, chosen)
        connection.dialogue.show()
        for change in differences(options, connection.dialogue.options, chosen, refused):
            self._emit(Remark(str(uuid.uuid4()), change))
        if had is None:
            self._tell_missing(connection, chosen)
        return connection

    def _tell_missing(self, connection: Connection, chosen: Mapping[str, str]) -> None:
        """Say which of the choices that a new conversation was to begin with do not hold."""
        names = {option["id"]: option["name"].lower() for option in connection.dialogue.options}
        for id, value in chosen.items():
            if not connection.dialogue.holds(id, value):
                words = (
                    f"The agent does not offer {value} as its {names.get(id, id)}. Choose again."
                )
                self._emit(Remark(str(uuid.uuid4()), words))

    def _begin(
        self, conversation: str | None, cancelled: Event, turn_id: str | None
    ) -> tuple[Connection, str, str]:
        """A connection, and the id and model of the conversation that it has."""
        limit = self._agent.start_timeout
        before = self._connection
        connection = before if before and before.is_opening else self._connect()
        try:
            return connection, *connection.open(conversation, limit, cancelled, turn_id)
        except AgentFailed:
            if not connection.stumbled or cancelled.is_set():
                raise
            self._stumbles += 1
            if self._stumbles < STUMBLES:
                raise
        log.warning("Agent %s fails at its conversation, and begins a new one", self._name)
        connection = self._connect()
        return connection, *connection.open(None, limit, cancelled, turn_id)

    def _connect(self) -> Connection:
        """A new connection, not open yet; from now on it is the one that ``stop`` ends."""
        if self._connection:
            self._connection.end()  # never two agents in one conversation
        environ = self._environ()
        connection = Connection(self._agent, environ, self._cwd, self._name, self._tell)
        with self._lock:
            if self._stopped:
                raise AgentFailed("The agent was stopped.")
            self._connection = connection
        return connection

    def _choose_again(self, connection: Connection, chosen: Mapping[str, str]) -> list[str]:
        """Choose in a new process what was chosen; the options for which it would not have that.

        The prompt goes first, and the user is told what holds instead.
        """
        refused = []
        # The model first: another one may change what else there is.
        for option_id in sorted(chosen, key=lambda id: id != "model"):
            if connection.dialogue.holds(option_id, chosen[option_id]):
                continue
            try:
                connection.choose(option_id, chosen[option_id])
            except InvalidRequest:
                pass  # it is not offered any more
            except AgentFailed as failure:
                log.warning("Agent %s: %s stays as it is: %s", self._name, option_id, failure)
                refused.append(option_id)
        return refused

    def _tell(self, event: AnyEvent) -> None:
        """Emit what happens in the connection, and remember what the next one needs."""
        with self._lock:
            match event:
                case OptionChosen(option_id=option_id, value=value):
                    self._chosen = {**self._chosen, option_id: value}
                case OptionsChanged(options=options):
                    self._options = options
        self._emit(event)

    def _environ(self) -> Mapping[str, str]:
        """The agent's environment, in which it asks before it acts if that can be had."""
        if self._agent.spec is not CURSOR:
            return self._agent.environ
        try:
            # No browser here, for a login: who speaks with it is not in front of this screen.
            return {**asking(self._agent.environ), "NO_OPEN_BROWSER": "1"}
        except (OSError, ValueError) as problem:
            log.warning("cursor-agent will not ask: %s", problem)
            self.asks = False
            return self._agent.environ
