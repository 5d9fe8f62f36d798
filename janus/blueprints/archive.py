"""All sessions there are and were, what was said in them, and how to be rid of one for good."""

from __future__ import annotations

from typing import Annotated, Literal

from flask import Blueprint, Response
from msgspec import UNSET, Meta, UnsetType

from janus import errors
from janus.blueprints.endpoint import SESSION, encode, endpoint
from janus.blueprints.session import told
from janus.blueprints.translation import message, permissions
from janus.blueprints.wire import words as wire
from janus.blueprints.wire.session import SessionInfo
from janus.blueprints.wire.state import Message
from janus.conversation.document import as_json, as_markdown
from janus.model import SessionInfo as SessionValue
from janus.runtime import manager_here, manager_of, runtime

bp = Blueprint("archive", __name__, url_prefix="/api")

Limit = Annotated[int, Meta(ge=1, le=200)]
#: Bytes; the list is asked for every few seconds.
_ASKED_AT_MOST = 8000

Cursor = Annotated[str, Meta(max_length=300)]


class SessionsQuery(wire.Query, frozen=True, kw_only=True):
    """Which sessions to list."""

    #: True: those that ended, the newest first, in pages. False: those that are open.
    ended: bool = False
    #: Those of one project only.
    project_id: wire.AnyProjectId | None = None
    #: How many to a page.
    limit: Limit = 50
    #: The `next` of the page before.
    before: Cursor | None = None
    #: Only those whose ids begin like this.
    id: wire.Short = ""


class SessionList(wire.Reply, frozen=True, kw_only=True):
    """Sessions."""

    sessions: list[SessionInfo]
    #: What to send as `before` for the next page; absent on the last.
    next: str | UnsetType = UNSET


@bp.get("/sessions")
@endpoint(errors.NotFound)
def index(query: SessionsQuery) -> SessionList:
    """The open sessions, the oldest first, or those that ended; also those of other machines.

    What ends, is renamed or goes on while somebody pages moves no other session.
    """
    janus, wanted = runtime(), query.project_id
    if not query.ended:
        found = janus.projects.get(wanted).manager.all() if wanted else janus.everywhere.sessions()
        return SessionList(
            sessions=[_asking(it) for it in found if it.session_id.startswith(query.id)]
        )
    page = janus.everywhere.ended(wanted, query.limit, query.before, query.id)
    return SessionList(sessions=[told(it) for it in page.sessions], next=page.next or UNSET)


def _asking(info: SessionValue) -> SessionInfo:
    """An open session, with what its agent asks."""
    if info.attention not in ("permission", "question"):
        return told(info)
    asked = permissions(manager_of(info.session_id).asked(info.session_id))
    short = len(encode(asked)) <= _ASKED_AT_MOST
    return told(info, permissions=asked) if short else told(info)


class MessagesQuery(wire.OneSession, frozen=True, kw_only=True):
    """Which messages to read."""

    #: The id of a message: those before it. The newest if absent.
    before: Cursor | None = None
    limit: Limit = 50


class Messages(wire.Reply, frozen=True, kw_only=True):
    """Messages with all their steps, the oldest first."""

    session_id: wire.SessionId
    messages: list[Message]
    #: What to send as `before` for those before these; absent where there are none.
    next: str | UnsetType = UNSET


@bp.get("/messages")
@endpoint(*SESSION, errors.MessageNotFound)
def messages(query: MessagesQuery) -> Messages:
    """Older messages than the state has, also of a session that ended."""
    manager = manager_of(query.session_id)
    found, more = manager.older(query.session_id, query.before, query.limit)
    return Messages(
        session_id=query.session_id,
        messages=[message(it) for it in found],
        next=found[0].id if more else UNSET,
    )


class TranscriptQuery(wire.OneSession, frozen=True, kw_only=True):
    """In which form."""

    format: Literal["md", "json"] = "md"


@bp.get("/session/transcript")
@endpoint(*SESSION, returns=str, media=("text/markdown", "application/json"))
def transcript(query: TranscriptQuery) -> Response:
    """The whole conversation as a file, in Markdown or JSON."""
    info, said = manager_of(query.session_id).transcript(query.session_id)
    if query.format == "json":
        text, media = as_json(info, said), "application/json"
    else:
        text, media = as_markdown(info, said), "text/markdown; charset=utf-8"
    name = f"{info.name or 'conversation'}-{info.session_id[:8]}.{query.format}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, mimetype=media, headers=headers)


class Deleted(wire.Reply, frozen=True, kw_only=True):
    """The session is forgotten."""

    session_id: wire.SessionId
    deleted: Literal[True] = True
    #: What Janus cannot delete: the agent's own copy of the conversation. Null if there is none.
    kept_by_agent: str | None


@bp.delete("/session")
@endpoint(*SESSION, errors.Conflict, errors.WorktreeDirty, errors.GitFailed, errors.StorageFailed)
def delete(query: wire.OneSession) -> Deleted:
    """Forget a session that ended, for good: its conversation, its summaries, its worktree.

    Its branch stays. Refused while it is open, or while its worktree has work that is nowhere else.
    """
    kept = manager_here(query.session_id).delete(query.session_id)
    return Deleted(session_id=query.session_id, kept_by_agent=kept)
