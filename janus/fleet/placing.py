"""What stands for the sessions of this computer at a gateway, which has none.

What begins there begins on one of the machines: on that with the fewest sessions, unless a gateway
has chosen one for the same session before.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NoReturn

from janus.conversation.record import Record
from janus.conversation.shown import State
from janus.errors import MachineAway, SessionNotFound
from janus.fleet.commands import Commands
from janus.fleet.failures import FleetFailure
from janus.fleet.mirror import Mirror
from janus.fleet.new_sessions import NewSessions
from janus.fleet.owners import choose
from janus.fleet.remote import RemoteSessions
from janus.model import Answer, SessionInfo, check_id

#: Seconds between two looks for a session that somebody may begin.
_SLICE = 0.25


class Placing:
    """See ``MemorySessionManager`` for what each call does. All raise MachineAway."""

    project_id, project, stopping = "", "", False

    def __init__(
        self,
        mirror: Mirror,
        commands: Commands,
        sessions: RemoteSessions,
        knows: Callable[[str], bool],
    ) -> None:
        self._mirror, self._commands = mirror, commands
        self._sessions, self._knows = sessions, knows
        self._stopped = threading.Event()
        self._wanted: str | None = None

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("_"):
            raise AttributeError(name)
        raise SessionNotFound("No machine here has this session: it ended or never existed.")

    def stop(self) -> None:
        """Whoever follows is at the end. May be called twice."""
        self._stopped.set()

    def of(self, project_id: str | None) -> Placing:
        """The same, for sessions of one project."""
        made = Placing(self._mirror, self._commands, self._sessions, self._knows)
        made._wanted = project_id
        return made

    def knows(self, session_id: str) -> bool:
        return False

    def state(self, session_id: str) -> State:
        return State(session_id=session_id)

    def glimpse(self, session_id: str) -> State | None:
        return None

    def record(self, session_id: str, event: object) -> None:
        """Nobody's conversation."""

    def follow(self, session_id: str, seq: int, heartbeat: float) -> Iterator[Record | None]:
        """From when it is begun, wherever that is."""
        waited = 0.0
        while not self._knows(session_id):
            if self._stopped.wait(min(_SLICE, heartbeat)):
                return
            if (waited := waited + _SLICE) >= heartbeat:
                waited = 0.0
                yield None
        yield from self._sessions.follow(session_id, seq, heartbeat)

    def create(
        self,
        name: str | None = None,
        agent: str | None = None,
        session_id: str | None = None,
        **how: Any,
    ) -> SessionInfo:
        id = check_id(session_id or str(uuid.uuid4()))
        try:
            machine = choose(self._commands.client, id, self._free())
        except FleetFailure as why:
            raise MachineAway(f"No session can be begun now: {why}") from why
        made = NewSessions(self._mirror, self._commands, machine, self._wanted)
        return made.create(name, agent, id, **{**how, "once": True})

    def say(
        self,
        session_id: str | None,
        text: str,
        message_id: str | None = None,
        *,
        voice: bool = False,
        attachments: Sequence[str] = (),
    ) -> State:
        made = self._begun(session_id, message_id)
        return self._sessions.say(made, text, message_id, voice=voice, attachments=attachments)

    def ask(
        self,
        session_id: str,
        question: str,
        message_id: str | None = None,
        attachments: Sequence[str] = (),
    ) -> Answer:
        made = self._begun(session_id, message_id)
        return self._sessions.ask(made, question, message_id, attachments)

    def note(self, session_id: str | None, text: str) -> State:
        return self._sessions.note(self._begun(session_id, None), text)

    def _begun(self, session_id: str | None, message_id: str | None) -> str:
        """A session to speak in; with the same message it is the same one, at every gateway."""
        of_message = uuid.uuid5(uuid.NAMESPACE_OID, message_id) if message_id else uuid.uuid4()
        id = session_id or str(of_message)
        if not self._knows(id):
            self.create(session_id=id)
        return id

    def _free(self) -> str:
        """The machine with the fewest sessions of those that have the project."""
        there = [
            it for it in self._mirror.machines()
            if it.online
            and (not self._wanted or self._wanted in self._mirror.projects(it.machine_id))
        ]  # fmt: skip
        if not there:
            raise MachineAway("No machine is there to begin a session.")
        return min(there, key=lambda it: (it.open_sessions, it.load, it.machine_id)).machine_id
