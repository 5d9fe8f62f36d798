"""What a doorway asks a view of another machine: the whole answer, however many pieces it has."""

from __future__ import annotations

import base64
from typing import Any

from msgspec.structs import replace

from janus.errors import MachineAway
from janus.fleet.commands import Commands
from janus.fleet.mirror import Mirror
from janus.fleet.views import LONGEST
from janus.model import Answered, Asked, SessionInfo


def there(mirror: Mirror, session_id: str) -> SessionInfo | None:
    """A session whose machine is there now."""
    info = mirror.find(session_id)
    return info if info and mirror.presence.is_online(info.machine) else None


def ask_view(commands: Commands, machine: str, asked: Asked) -> Answered:
    """What it answers there. Raises MachineAway, and what the view raises."""
    given = {"view": asked.view, "query": asked.query}
    verb = "look" if asked.kind == "read" else "call"
    if asked.kind == "do":
        given["body"] = asked.body
    answered: Answered = commands.send(machine, verb, asked.session_id, **given)
    if answered.size > LONGEST:
        raise MachineAway("The answer of that machine is too long.")
    data = bytearray(answered.data)
    while len(data) < answered.size:
        more: dict[str, Any] = {"token": answered.rest, "at": len(data)}
        piece = base64.b64decode(commands.send(machine, "rest", asked.session_id, **more))
        if not piece:
            raise MachineAway("The answer of that machine broke off.")
        data += piece
    return replace(answered, data=bytes(data))
