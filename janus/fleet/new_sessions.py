"""Sessions that begin on another machine."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from janus.fleet.commands import Commands
from janus.fleet.mirror import Mirror
from janus.fleet.sent_files import hand_over
from janus.model import SessionInfo, check_id


class NewSessions:
    """Makes sessions on another machine, in one of its projects; see ``MemorySessionManager``."""

    def __init__(
        self,
        mirror: Mirror,
        commands: Commands,
        machine_for: Callable[[str], str],
        project_id: str | None = None,
    ) -> None:
        """*machine_for* tells where the session of an id begins."""
        self._mirror, self._commands = mirror, commands
        self._machine_for, self._project_id = machine_for, project_id

    def create(
        self,
        name: str | None = None,
        agent: str | None = None,
        session_id: str | None = None,
        **how: Any,
    ) -> SessionInfo:
        """The same *session_id* is always the same session: a command may come twice."""
        given = {"name": name, "agent": agent, **how, "once": True}
        return self._make("create", check_id(session_id or str(uuid.uuid4())), **given)

    def carry_on(self, session_id: str, *, bundle: bytes = b"", **given: Any) -> SessionInfo:
        """See ``sessions.carrying``; a *bundle* goes there first, as a file of the new session."""
        if bundle:
            given["file"] = hashlib.sha256(bundle).hexdigest()
            machine = self._machine_for(session_id)
            hand_over(self._commands, machine, session_id, given["file"], "bundle", bundle)
        return self._make("carry_on", session_id, **given)

    def _make(self, verb: str, id: str, **given: Any) -> SessionInfo:
        machine = self._machine_for(id)
        made: SessionInfo = self._commands.send(machine, verb, id, self._project_id, **given)
        self._mirror.begun(made := replace(made, machine=machine))
        return made
