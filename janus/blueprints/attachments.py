"""Attachments: files that go with messages, sent in pieces before the message is.

Whatever is cut off goes on where it stopped: each answer says how much has arrived.
"""

from __future__ import annotations

import uuid
from typing import Annotated
from urllib.parse import quote

from flask import Blueprint, Response
from msgspec import UNSET, Meta

from janus import errors
from janus.blueprints.endpoint import endpoint
from janus.blueprints.translation import attachment
from janus.blueprints.wire import words as wire
from janus.blueprints.wire.sent import Attachment
from janus.runtime import manager_of

bp = Blueprint("attachments", __name__, url_prefix="/api")

#: Pictures that were drawn anew may be shown; everything else is only given away.
_SHOWN = ("image/jpeg", "image/png")
_FILE = "application/octet-stream"
#: Should a browser open it all the same, nothing in it can run or ask for anything.
_POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"


class UploadQuery(wire.OneSession, frozen=True, kw_only=True):
    """Which file, and which part of it this is."""

    #: What the file is called.
    name: wire.Word
    #: A new one if absent.
    attachment_id: wire.AttachmentId | None = None
    #: Bytes of the whole file; those of the body if absent.
    size: Annotated[int, Meta(ge=1)] | None = None
    #: Where in the file the body begins: 0, or a multiple of 262144.
    offset: Annotated[int, Meta(ge=0)] = 0


class Uploaded(Attachment, frozen=True, kw_only=True):
    """What is there of the file."""

    session_id: wire.SessionId
    #: Bytes that have arrived: go on from here.
    received: wire.Count
    #: All of it is there, and a message can name it.
    complete: bool


@bp.post("/attachments")
@endpoint(
    errors.InvalidSessionId,
    errors.SessionNotFound,
    errors.Conflict,
    errors.StorageFailed,
    returns=Uploaded,
    status=201,
)
def upload(query: UploadQuery, content: bytes) -> Uploaded:
    """Take a file, or a piece of one, to go with a message of this session.

    A session that has not begun can be sent files, too. A file has 20 MB at most and is sent in
    order, in bodies of 262144 bytes or a multiple of that, the last one shorter; one that is not
    larger than a body, whole. Nothing is taken that comes before its turn. Pictures are turned
    upright, made smaller than 2000 pixels, and stripped of places and comments.
    """
    size = len(content) if query.size is None else query.size
    id = query.attachment_id or str(uuid.uuid4())
    files = manager_of(query.session_id).attachments
    found = files.take(query.session_id, id, query.name, size, query.offset, content)
    told = {"session_id": query.session_id, "received": found.received}
    if found.whole:
        return Uploaded.of(_fields(attachment(found.whole)), complete=True, **told)
    known = {"attachment_id": id, "name": found.name, "size": found.size, "media_type": _FILE}
    return Uploaded.of(known, complete=False, **told)


def _fields(value: Attachment) -> dict[str, object]:
    fields = {name: getattr(value, name) for name in value.__struct_fields__}
    return {name: it for name, it in fields.items() if it is not UNSET}


class AttachmentQuery(wire.OneSession, frozen=True, kw_only=True):
    """Which file."""

    attachment_id: wire.AttachmentId


class GivenQuery(AttachmentQuery, frozen=True, kw_only=True):
    """Which file, and how large."""

    #: A small copy of it, if it is a picture.
    small: bool = False


@bp.get("/attachment")
@endpoint(
    errors.InvalidSessionId,
    errors.NotFound,
    returns=bytes,
    media=(_FILE, *_SHOWN),
    at_owner="read",
)
def given(query: GivenQuery) -> Response:
    """A file that went with a message, as it was kept.

    Only pictures are shown in a page; all else comes as a file to be saved, whatever it is.
    """
    files = manager_of(query.session_id).attachments
    found = files.get(query.session_id, query.attachment_id)
    content = files.read(query.session_id, query.attachment_id, small=query.small)
    shown = found.media_type in _SHOWN
    kind = found.media_type if shown else _FILE
    if shown and query.small:
        kind = "image/jpeg"
    response = Response(content, mimetype=kind)
    way = "inline" if shown else "attachment"
    response.headers["Content-Disposition"] = f"{way}; filename*=UTF-8''{quote(found.name)}"
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["Cache-Control"] = "private, max-age=604800, immutable"
    return response


class RemovedAttachment(wire.Reply, frozen=True, kw_only=True):
    """The file is gone."""

    session_id: wire.SessionId
    attachment_id: str


@bp.delete("/attachments")
@endpoint(errors.InvalidSessionId, errors.Conflict, errors.StorageFailed)
def remove(query: AttachmentQuery) -> RemovedAttachment:
    """Forget a file that goes with no message after all."""
    files = manager_of(query.session_id).attachments
    files.remove(query.session_id, query.attachment_id)
    return RemovedAttachment(session_id=query.session_id, attachment_id=query.attachment_id)
