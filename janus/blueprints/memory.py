"""What sessions leave for new ones: a line each, which its owner may strike; and what was given."""

from __future__ import annotations

from typing import Literal

from flask import Blueprint
from msgspec import UNSET, UnsetType

from janus import errors
from janus.blueprints.endpoint import endpoint
from janus.blueprints.wire import words as wire
from janus.clock import timestamp
from janus.runtime import manager_here, runtime

bp = Blueprint("memory", __name__, url_prefix="/api")


class MemoryQuery(wire.Query, frozen=True, kw_only=True):
    """Of which project."""

    #: The first one if absent.
    project_id: wire.AnyProjectId | None = None


class MemoryLine(wire.Reply, frozen=True, kw_only=True):
    """What a session left."""

    session_id: wire.SessionId
    #: When something was last said in it.
    at: wire.At
    #: The name of the session; without one its first words.
    title: str
    branch: str | UnsetType = UNSET
    #: How its last turn ended; `unfinished` if it left something open.
    outcome: Literal["done", "unfinished", "stopped", "failed", "cut off", "ended", "open"]
    #: What is left to be done: steps of its plan, messages that nobody has answered.
    open_ends: list[str]


class Memory(wire.Reply, frozen=True, kw_only=True):
    """What a new session is told of earlier ones, as far as there is room."""

    project_id: wire.ProjectId
    #: The newest first, 100 at most.
    lines: list[MemoryLine]


@bp.get("/memory")
@endpoint(errors.NotFound)
def index(query: MemoryQuery) -> Memory:
    """What the sessions of a project left for new ones, in a line each."""
    projects = runtime().projects
    manager = projects.get(query.project_id).manager if query.project_id else projects.first
    lines = [
        MemoryLine.of(
            line,
            at=timestamp(line.at),
            branch=line.branch or UNSET,
            open_ends=[*line.open_ends],
        )
        for line in manager.memory.lines()
    ]
    return Memory(project_id=manager.project_id, lines=lines)


class Struck(wire.Reply, frozen=True, kw_only=True):
    """No new session is told of this one any more."""

    session_id: wire.SessionId
    struck: Literal[True] = True


@bp.delete("/memory")
@endpoint(errors.InvalidSessionId, errors.NotFound, errors.StorageFailed, at_owner="do")
def strike(query: wire.OneSession) -> Struck:
    """Strike the line of a session, for good: also what is said in it later leaves none.

    The conversation itself stays.
    """
    manager_here(query.session_id).memory.strike(query.session_id)
    return Struck(session_id=query.session_id)


class GivenContext(wire.Reply, frozen=True, kw_only=True):
    """What the agent of a session was told ahead of the user's first words."""

    session_id: wire.SessionId
    #: When it was.
    at: wire.At
    bytes: wire.Count
    #: From where it is, in a few words each.
    sources: list[str]
    #: All of it, as the agent got it.
    text: str


@bp.get("/memory/context")
@endpoint(errors.InvalidSessionId, errors.NotFound, at_owner="read")
def context(query: wire.OneSession) -> GivenContext:
    """What a session was given, word for word.

    It is not kept once a session is deleted that it told of.
    """
    kept = manager_here(query.session_id).memory.given(query.session_id)
    return GivenContext.of(
        kept,
        session_id=query.session_id,
        at=timestamp(kept.at),
        bytes=len(kept.text.encode()),
        sources=[*kept.sources],
    )
