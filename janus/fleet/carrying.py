"""What a new session is given that goes on with one whose machine is away."""

from __future__ import annotations

from typing import Any

from janus.conversation.carried import said_in
from janus.errors import Conflict, MachineAway
from janus.fleet.branches import bundle_of
from janus.fleet.client import Client
from janus.fleet.failures import FleetFailure
from janus.fleet.mirror import Mirror
from janus.fleet.remote import RemoteSessions
from janus.fleet.viewing import there
from janus.model import Bundle


def given_on(
    client: Client, mirror: Mirror, sessions: RemoteSessions, session_id: str
) -> tuple[dict[str, Any], str]:
    """What ``carry_on`` of a manager takes, and what its project is called.

    Raises Conflict where its machine is there, SessionNotFound, MachineAway.
    """
    info = sessions.get(session_id)
    name = next((it.name for it in mirror.machines() if it.machine_id == info.machine), "a machine")
    if there(mirror, session_id):
        raise Conflict(f"{name} is there: go on in the session itself.")
    said, all_of_it = said_in(sessions.log(session_id))
    remarks = [] if all_of_it else [f"What was said at first is left out; it is on {name}."]
    if sessions.waiting(session_id):
        remarks.append(
            f"What waits for {name} is still said there when it wakes, unless you take it back."
        )
    try:
        bundle = bundle_of(client, info.machine, session_id) if info.branch else None
    except FleetFailure as why:
        raise MachineAway(f"Its branch cannot be read now: {why}") from why
    if bundle and bundle.size > len(bundle.data):
        remarks.append(
            f"Its commits that were not pushed are too much to come along: about "
            f"{bundle.size >> 20} MB, of {Bundle.LARGEST >> 20} at most."
        )
    given: dict[str, Any] = {
        "said": said, "origin": name, "agent": info.agent, "branch": info.branch,
        "remarks": remarks,
    }  # fmt: skip
    if bundle and bundle.data:
        given |= {"commit": bundle.commit, "bundle": bundle.data}
    return given, mirror.project(info)
