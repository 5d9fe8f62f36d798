"""What a new session is given that goes on with one whose machine is away."""

from __future__ import annotations

from typing import Any

from janus.conversation.carried import said_in
from janus.errors import Conflict
from janus.fleet.mirror import Mirror
from janus.fleet.remote import RemoteSessions
from janus.fleet.viewing import there


def given_on(
    mirror: Mirror, sessions: RemoteSessions, session_id: str
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
    given = {
        "said": said, "origin": name, "agent": info.agent, "branch": info.branch,
        "remarks": remarks,
    }  # fmt: skip
    return given, mirror.project(info)
