"""The sessions of a team, as a gateway shows them, which has none of its own.

One that nobody has begins on one of the machines: on that with the fewest sessions, unless a
gateway has chosen one for the same session before.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from msgspec.structs import replace

from janus.conversation.record import Record
from janus.conversation.shown import State
from janus.errors import MachineAway, SessionNotFound
from janus.fleet.failures import FleetFailure
from janus.fleet.new_sessions import NewSessions
from janus.fleet.owners import choose, owner
from janus.fleet.remote import RemoteSessions
from janus.model import Answer, SessionInfo, is_id

#: Seconds between two looks for a session that somebody may begin.
_SLICE = 0.25


@dataclass(eq=False)
class Placing(RemoteSessions):
    """What is said in a session that nobody has begins it. All raise MachineAway."""

    _stopped: threading.Event = field(default_factory=threading.Event)

    def stop(self) -> None:
        """Whoever follows is at the end. May be called twice."""
        self._stopped.set()

    def knows(self, session_id: str) -> bool:
        """Also one that another gateway had begun, and no list has yet."""
        return super().knows(session_id) or self._is_begun(session_id)

    def get(self, session_id: str) -> SessionInfo:
        self.knows(session_id)
        return super().get(session_id)

    def state(self, session_id: str) -> State:
        return super().state(session_id) if self.knows(session_id) else State(session_id=session_id)

    def glimpse(self, session_id: str) -> State | None:
        return super().glimpse(session_id) if self.knows(session_id) else None

    def follow(self, session_id: str, seq: int, heartbeat: float) -> Iterator[Record | None]:
        """From when it is begun, wherever that is."""
        waited = 0.0
        while not self.knows(session_id):
            if self._stopped.wait(min(_SLICE, heartbeat)):
                return
            if (waited := waited + _SLICE) >= heartbeat:
                waited = 0.0
                yield None
        yield from super().follow(session_id, seq, heartbeat)

    def of(self, project_id: str | None) -> NewSessions:
        """Makes sessions of one project, or of any."""
        return NewSessions(
            self._mirror, self._commands, partial(self._chosen, project_id), project_id
        )

    def create(
        self,
        name: str | None = None,
        agent: str | None = None,
        session_id: str | None = None,
        **how: Any,
    ) -> SessionInfo:
        return self.of(None).create(name, agent, session_id, **how)

    def say(
        self, session_id: str | None, text: str, message_id: str | None = None, **more: Any
    ) -> State:
        return super().say(self._begun(session_id, message_id), text, message_id, **more)

    def ask(
        self,
        session_id: str,
        question: str,
        message_id: str | None = None,
        attachments: Sequence[str] = (),
    ) -> Answer:
        return super().ask(self._begun(session_id, message_id), question, message_id, attachments)

    def note(self, session_id: str | None, text: str) -> State:
        return super().note(self._begun(session_id, None), text)

    def _begun(self, session_id: str | None, message_id: str | None) -> str:
        """A session to speak in; with the same message it is the same one, at every gateway."""
        of_message = uuid.uuid5(uuid.NAMESPACE_OID, message_id) if message_id else uuid.uuid4()
        id = session_id or str(of_message)
        if not self.knows(id):
            self.create(session_id=id)
        return id

    def _is_begun(self, session_id: str) -> bool:
        if not self._mirror.looked:
            raise MachineAway("The lists of the machines were not read yet.")
        try:
            machine = owner(self._commands.client, session_id) if is_id(session_id) else None
        except FleetFailure as why:
            raise MachineAway(f"It is not known now which machine has this: {why}") from why
        if machine is None:
            return False
        try:
            made = self._commands.send(machine, "get", session_id)
        except SessionNotFound:  # it could not be begun
            return False
        self._mirror.begun(replace(made, machine=machine))
        return True

    def _chosen(self, project_id: str | None, session_id: str) -> str:
        """The machine for a new session. Raises MachineAway."""
        try:
            return choose(self._commands.client, session_id, self._free(project_id))
        except FleetFailure as why:
            raise MachineAway(f"No session can be begun now: {why}") from why

    def _free(self, project_id: str | None) -> str:
        """The machine with the fewest sessions of those that have the project."""
        there = [
            it for it in self._mirror.machines()
            if it.online
            and (project_id is None or project_id in self._mirror.projects(it.machine_id))
        ]  # fmt: skip
        if not there:
            raise MachineAway("No machine is there to begin a session.")
        return min(there, key=lambda it: (it.open_sessions, it.load, it.machine_id)).machine_id
