"""Go on with a session whose machine is away, on another one."""

from __future__ import annotations

import uuid

from flask import Blueprint

from janus import errors
from janus.blueprints.endpoint import OPENING, SESSION, endpoint
from janus.blueprints.session import told
from janus.blueprints.wire import words as wire
from janus.blueprints.wire.session import SessionInfo
from janus.runtime import runtime

bp = Blueprint("continuing", __name__, url_prefix="/api")


class ContinueBody(wire.Body, frozen=True, kw_only=True):
    """Which session to continue, and where."""

    #: Of a machine that is away.
    session_id: wire.SessionId
    #: The client's own id for the new one: sent again, it is the same session. A new one if absent.
    new_id: wire.SessionId | None = None
    #: The machine to go on with, as in `/api/fleet`; this one if absent.
    machine: wire.Short | None = None
    #: A project there; if absent one of the same name, or the first.
    project_id: wire.ProjectId | None = None


@bp.post("/session/continue")
@endpoint(
    *SESSION,
    *OPENING,
    errors.NotFound,
    errors.Conflict,
    errors.AgentNotFound,
    errors.GitFailed,
    status=201,
)
def carry_on(body: ContinueBody) -> SessionInfo:
    """Continue a session of a machine that is away in a new one, on another machine.

    What was said comes along, and its agent is told all of it; so does its branch, but for what was
    not committed. The conversation says what came, and what did not. The old one stays as it is.
    """
    new_id = body.new_id or str(uuid.uuid4())
    which = body.session_id, new_id, body.machine, body.project_id
    return told(runtime().everywhere.carry_on(*which))
