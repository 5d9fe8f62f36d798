"""Search in everything that was said: names, questions, answers, summaries."""

from __future__ import annotations

from typing import Annotated, Literal

from flask import Blueprint
from msgspec import Meta

from janus import errors
from janus.blueprints.endpoint import endpoint
from janus.blueprints.wire import words as wire
from janus.runtime import runtime

bp = Blueprint("history", __name__, url_prefix="/api")


class HistoryQuery(wire.Query, frozen=True, kw_only=True):
    """What is looked for."""

    #: Words, as they are typed: nothing in them is an operator. All of them have to be there; the
    #: last one may be the beginning of a word, unless a space follows it.
    q: Annotated[str, Meta(pattern=wire.VISIBLE, max_length=1000, examples=["EventLog append"])]
    #: How many hits at most.
    limit: Annotated[int, Meta(ge=1, le=100)] = 20
    #: In one project only.
    project_id: wire.AnyProjectId | None = None


class Hit(wire.Reply, frozen=True, kw_only=True):
    """Something that was found."""

    session_id: wire.SessionId
    #: The name of the session; without one its first words.
    title: str
    #: What was found: words of the user or the agent, a summary, or the name of the session.
    role: Literal["user", "assistant", "summary", "title"]
    #: The `id` of the message in the state of the conversation; null if it is no message.
    message_id: str | None
    timestamp: wire.Time
    #: The piece around it, on one line: text, never HTML.
    snippet: str
    #: Where in it something was found: pairs of `[start, end]`, in characters (code points).
    marks: list[Annotated[list[int], Meta(min_length=2, max_length=2)]]


class Hits(wire.Reply, frozen=True, kw_only=True):
    """What was found: names of sessions first, then the newest words."""

    hits: list[Hit]
    #: How many conversations are still to be read: they may have more.
    pending: wire.Count


@bp.get("/history")
@endpoint(errors.NotFound, errors.SearchUnavailable)
def search(query: HistoryQuery) -> Hits:
    """Search in everything that was said.

    Upper and lower case, accents, and the ways to write a word of code are the same: `event_log`
    finds `EventLog`.
    """
    found = runtime().projects.search(query.project_id, query.q, query.limit)
    return Hits(
        hits=[Hit.of(hit, marks=[[*mark] for mark in hit.marks]) for hit in found.hits],
        pending=found.pending,
    )


class HistoryIndex(wire.Reply, frozen=True, kw_only=True):
    """The index that searches use."""

    #: How many conversations are still to be read.
    pending: wire.Count
    #: Why not everything can be found, for the owner; null if all is well.
    problem: str | None


@bp.get("/history/index")
@endpoint()
def index() -> HistoryIndex:
    """How far the index is."""
    return _index()


@bp.post("/history/rebuild")
@endpoint()
def rebuild() -> HistoryIndex:
    """Make the index anew from the logs, in the background.

    Nothing is lost by it. A body is not read.
    """
    runtime().projects.rebuild_history()
    return _index()


def _index() -> HistoryIndex:
    projects = runtime().projects
    return HistoryIndex(pending=projects.history_pending, problem=projects.history_problem)
