"""What is sent later: at a time, or when the agent's limit is reset.

It waits in the conversation, also while Janus does not run, and is sent once. Where Janus did not
run at its time, and for a minute after it, the user is asked: it is `missed`.
"""

from __future__ import annotations

from flask import Blueprint

from janus import errors
from janus.blueprints.endpoint import SESSION, WORKING, endpoint
from janus.blueprints.translation import shown
from janus.blueprints.wire import words as wire
from janus.blueprints.wire.state import State
from janus.clock import seconds
from janus.runtime import manager_here

bp = Blueprint("later", __name__, url_prefix="/api")


class ScheduleBody(wire.Body, frozen=True, kw_only=True):
    """A message, and when to send it: either `at`, or `after_limit`."""

    session_id: wire.SessionId
    message: wire.Text
    #: Within a year.
    at: wire.Time | None = None
    #: When the agent's limit is reset: `limit_resets_at` in the state.
    after_limit: bool = False
    message_id: wire.MessageId | None = None
    attachments: wire.AttachmentIds | None = None


@bp.post("/schedule")
@endpoint(*SESSION, *WORKING, errors.AgentNotFound, errors.NotFound, at_owner="do")
def schedule(body: ScheduleBody) -> State:
    """Send a message later."""
    if (body.at is None) == (not body.after_limit):
        raise errors.InvalidRequest("at: either a time, or after_limit.")
    try:
        at = None if body.at is None else seconds(body.at)
    except (ValueError, OverflowError, OSError) as wrong:
        raise errors.InvalidRequest("at: a time like 2027-01-15T08:00:00.000Z.") from wrong
    manager = manager_here(body.session_id)
    files = body.attachments or []
    return shown(manager.schedule(body.session_id, body.message, at, body.message_id, files))


class UnscheduleQuery(wire.OneSession, frozen=True, kw_only=True):
    """Which message."""

    #: As in the state's `scheduled`.
    message_id: wire.Word


@bp.delete("/schedule")
@endpoint(*SESSION, errors.MessageNotFound, errors.StorageFailed, at_owner="do")
def unschedule(query: UnscheduleQuery) -> State:
    """Do not send it after all."""
    return shown(manager_here(query.session_id).unschedule(query.session_id, query.message_id))
