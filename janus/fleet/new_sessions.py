"""Sessions that begin on another machine."""

from __future__ import annotations

import hashlib
import uuid
from typing import Any

from msgspec.structs import replace

from janus.fleet.commands import Commands
from janus.fleet.mirror import Mirror
from janus.fleet.sent_files import hand_over
from janus.model import SessionInfo


class NewSessions:
    """Makes sessions on another machine, in one of its projects; see ``MemorySessionManager``."""

    def __init__(
        self, mirror: Mirror, commands: Commands, machine: str, project_id: str | None
    ) -> None:
        self._mirror, self._commands = mirror, commands
        self._machine, self._project_id = machine, project_id

    def create(
        self, name: str | None, agent: str | None, session_id: str | None, **how: Any
    ) -> SessionInfo:
        id, given = session_id or str(uuid.uuid4()), {"name": name, "agent": agent, **how}
        send = self._commands.send
        made: SessionInfo = send(self._machine, "create", id, self._project_id, **given)
        self._mirror.begun(made := replace(made, machine=self._machine))
        return made

    def carry_on(self, session_id: str, *, bundle: bytes = b"", **given: Any) -> SessionInfo:
        """See ``sessions.carrying``; a *bundle* goes there first, as a file of the new session."""
        send = self._commands.send
        if bundle:
            given["file"] = hashlib.sha256(bundle).hexdigest()
            hand_over(self._commands, self._machine, session_id, given["file"], "bundle", bundle)
        made: SessionInfo = send(self._machine, "carry_on", session_id, self._project_id, **given)
        self._mirror.begun(made := replace(made, machine=self._machine))
        return made
