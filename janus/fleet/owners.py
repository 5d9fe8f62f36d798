"""Which machine began a session: said once, before it is begun, and the same to all gateways.

    owner.SESSION    the id of a machine, in the stream OWNERS

Two gateways that are told to begin the same session, or one that does not have its list yet, would
else begin it twice.
"""

from __future__ import annotations

from janus.fleet.client import Client
from janus.fleet.failures import Refused
from janus.fleet.streams import OWNERS, newest

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
