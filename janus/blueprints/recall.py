"""What the agent of a session may ask, with the token that it was given: see ``janus mcp``."""

from __future__ import annotations

from typing import Annotated

from flask import Blueprint, g
from msgspec import Meta

from janus import errors
from janus.blueprints.endpoint import endpoint
from janus.blueprints.wire import words as wire
from janus.runtime import recall

bp = Blueprint("recall", __name__, url_prefix="/api/recall")


class RecallQuery(wire.Query, frozen=True, kw_only=True):
    """What is looked for."""

    #: Words; all of them have to be there.
    q: Annotated[str, Meta(pattern=wire.VISIBLE, max_length=1000)]
    #: How many hits at most.
    limit: Annotated[int, Meta(ge=1, le=50)] = 10


class Recalled(wire.Reply, frozen=True, kw_only=True):
    """What was found, for an agent to read."""

    text: str


@bp.get("/search")
@endpoint(errors.NotFound, errors.ServerStopping, errors.SearchUnavailable)
def search(query: RecallQuery) -> Recalled:
    """Search in what was said in the other sessions of the project.

    For the agents of sessions only, each with its own token.
    """
    return Recalled(text=recall(g.agent).search(query.q, query.limit))


class ReadQuery(wire.OneSession, frozen=True, kw_only=True):
    """What to read."""

    #: The id of a message: what was said before it. The end if absent.
    before: wire.Short | None = None


@bp.get("/session")
@endpoint(
    errors.NotFound,
    errors.InvalidSessionId,
    errors.SessionNotFound,
    errors.MessageNotFound,
    errors.ServerStopping,
)
def read(query: ReadQuery) -> Recalled:
    """Read in another session of the project, without what tools put out.

    For the agents of sessions only, each with its own token.
    """
    return Recalled(text=recall(g.agent).read(query.session_id, query.before))
