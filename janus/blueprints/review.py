"""The review of a session: comments on lines of its changes, kept until they are sent."""

from __future__ import annotations

from typing import Annotated, Literal

from flask import Blueprint
from msgspec import Meta

from janus import errors
from janus.blueprints.endpoint import SESSION, endpoint
from janus.blueprints.translation import shown
from janus.blueprints.wire import review as told
from janus.blueprints.wire import words as wire
from janus.blueprints.wire.state import State
from janus.blueprints.work import Name
from janus.clock import timestamp
from janus.runtime import manager_here

bp = Blueprint("review", __name__, url_prefix="/api")

KEPT = (*SESSION, errors.StorageFailed)
CommentId = Annotated[str, Meta(pattern="^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
Blob = Annotated[str, Meta(pattern="^([0-9a-f]{40,64})?$")]
LineNumber = Annotated[int, Meta(ge=1, le=100_000_000)]


@bp.get("/review")
@endpoint(*KEPT, at_owner="read")
def review(query: wire.OneSession) -> told.ReviewReply:
    """The comments that wait, and the changes that were looked at."""
    return _review(query.session_id)


class CommentBody(wire.Body, frozen=True, kw_only=True):
    """A comment on lines of a changed file."""

    session_id: wire.SessionId
    #: The client's own, a UUID say: with the same one the comment is replaced.
    comment_id: CommentId
    path: Name
    #: `old`: on lines that were removed. `new`: on those that are there now.
    side: Literal["old", "new"]
    start: LineNumber
    #: The last line: `start`, or one after it.
    end: LineNumber
    #: As in `GET /api/changes`: what was in the file on that side.
    blob: Blob
    #: The lines themselves.
    quote: Annotated[str, Meta(max_length=wire.LONG)]
    text: Annotated[str, Meta(pattern=wire.VISIBLE, max_length=wire.LONG)]


@bp.put("/review/comment")
@endpoint(*KEPT, at_owner="do")
def put_comment(body: CommentBody) -> told.ReviewReply:
    """Keep a comment; 100 may wait. It is sent with others, in one message."""
    if body.end < body.start:
        raise errors.InvalidRequest("end: The last line is before the first one.")
    reviews = manager_here(body.session_id).reviews
    reviews.put(body.session_id, reviews.comment(body))
    return _review(body.session_id)


class CommentQuery(wire.OneSession, frozen=True, kw_only=True):
    """Which comment."""

    #: All that wait, if absent.
    comment_id: wire.Short | None = None


@bp.delete("/review/comment")
@endpoint(*KEPT, at_owner="do")
def delete_comment(query: CommentQuery) -> told.ReviewReply:
    """Forget a comment, or all that wait; fine if it is gone already."""
    chosen = frozenset([query.comment_id]) if query.comment_id else None
    manager_here(query.session_id).reviews.remove(query.session_id, chosen)
    return _review(query.session_id)


class ViewedBody(wire.Body, frozen=True, kw_only=True):
    """A change that was looked at, or was not."""

    session_id: wire.SessionId
    path: Name
    #: As in `GET /api/changes`.
    old_blob: Blob
    blob: Blob
    viewed: bool = True


@bp.put("/review/viewed")
@endpoint(*KEPT, at_owner="do")
def put_viewed(body: ViewedBody) -> told.ReviewReply:
    """Remember that somebody looked at how a file changed; another change is another one."""
    reviews = manager_here(body.session_id).reviews
    reviews.mark(body.session_id, reviews.viewed(body), viewed=body.viewed)
    return _review(body.session_id)


class SendBody(wire.Body, frozen=True, kw_only=True):
    """What to send."""

    session_id: wire.SessionId
    comment_ids: Annotated[list[CommentId], Meta(min_length=1, max_length=100)]
    #: What to say ahead of them.
    message: Annotated[str, Meta(max_length=wire.LONG)] = ""
    message_id: wire.MessageId | None = None


@bp.post("/review/send")
@endpoint(*KEPT, errors.NotFound, errors.QueueFull, errors.TooManySessions, at_owner="do")
def send(body: SendBody) -> State:
    """Send comments to the agent in one message, which quotes the lines they are about.

    They are sent once: those that went with one message are not said again, and the answer is the
    state with that.
    """
    reviews = manager_here(body.session_id).reviews
    what = body.comment_ids, body.message, body.message_id
    return shown(reviews.send(body.session_id, *what))


def _review(session_id: str) -> told.ReviewReply:
    draft = manager_here(session_id).reviews.get(session_id)
    return told.ReviewReply(
        session_id=session_id,
        comments=[
            told.ReviewComment.of(it, at=timestamp(it.at), stale=it.comment_id in draft.stale)
            for it in draft.review.comments
        ],
        viewed=[told.ViewedChange.of(it) for it in draft.review.viewed],
    )
