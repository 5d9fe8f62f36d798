"""Which machine has a session that no list has yet.

    owner.SESSION    the id of a machine, in the stream OWNERS

Two gateways that are told to begin the same session, or one that does not have its list yet, would
else begin it twice: so they say it in the cluster before they begin one. The doorways of a person
have nothing in common; whoever speaks at one in a session that was made at another a moment ago
would begin it once more there, so that doorway asks its machines first.
"""

from __future__ import annotations

from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from msgspec.structs import replace

from janus.errors import JanusError, MachineAway, StorageFailed
from janus.fleet.client import Client
from janus.fleet.commands import Commands
from janus.fleet.failures import Refused
from janus.fleet.streams import OWNERS, newest
from janus.model import SessionInfo

#: What the engine says where somebody was first.
_TAKEN = 10071
_FIRST = {"Nats-Expected-Last-Subject-Sequence": "0"}


def owner(client: Client, session_id: str) -> str | None:
    """The machine that a gateway chose for a session. Raises FleetFailure."""
    found = newest(client, OWNERS, f"owner.{session_id}")
    return found.data.decode("ascii", "replace") if found and found.is_ours else None


def choose(client: Client, session_id: str, machine: str) -> str:
    """The machine that begins a session: this, unless another was chosen. Raises FleetFailure."""
    try:
        client.publish(f"owner.{session_id}", machine.encode(), _FIRST)
    except Refused as taken:
        if taken.code != _TAKEN:
            raise
        return owner(client, session_id) or machine
    return machine


def asked_for(commands: Commands, machines: Collection[str], session_id: str) -> SessionInfo | None:
    """A session that one of the *machines* has, as far as they answer within a second.

    Raises MachineAway where its project is away there, and SessionNotFound where it has ended.
    """
    if not machines:
        return None
    with ThreadPoolExecutor(len(machines), "fleet-asking") as pool:
        known = [*pool.map(partial(_knows, commands, session_id), machines)]
    found = next((machine for machine, it in zip(machines, known, strict=True) if it), None)
    return replace(commands.send(found, "get", session_id), machine=found) if found else None


def _knows(commands: Commands, session_id: str, machine: str) -> bool:
    try:
        return bool(commands.send(machine, "knows", session_id))
    except StorageFailed as why:
        raise MachineAway(str(why)) from why
    except JanusError:  # it sleeps, is older, or has too much to do
        return False
