"""The files of a session: found by a few letters, and read; never written."""

from __future__ import annotations

import base64
from typing import Annotated, Literal

from flask import Blueprint
from msgspec import UNSET, Meta, UnsetType

from janus import errors
from janus.blueprints.endpoint import SESSION, endpoint
from janus.blueprints.wire import words as wire
from janus.blueprints.work import Name
from janus.runtime import manager_here

bp = Blueprint("files", __name__, url_prefix="/api")


class FilesQuery(wire.OneSession, frozen=True, kw_only=True):
    """Which files."""

    #: Some letters of the path, in their order; all files if absent.
    q: wire.Short = ""
    limit: Annotated[int, Meta(ge=1, le=1000)] = 50


class Files(wire.Reply, frozen=True, kw_only=True):
    """Paths in the session's folder, those that fit best first."""

    session_id: wire.SessionId
    paths: list[str]


@bp.get("/files")
@endpoint(*SESSION, errors.GitFailed, at_owner="read")
def files(query: FilesQuery) -> Files:
    """Find files by some letters of their path; those that git ignores are left out."""
    found = manager_here(query.session_id).work.files(query.session_id, query.q, query.limit)
    return Files(session_id=query.session_id, paths=found)


class FileQuery(wire.OneSession, frozen=True, kw_only=True):
    """Which file."""

    #: In the session's folder.
    path: Name


class File(wire.Reply, frozen=True, kw_only=True):
    """What is in a file."""

    session_id: wire.SessionId
    path: str
    #: Of a `link` the text is where it leads: it is not followed.
    kind: Literal["text", "image", "link", "binary"]
    size: wire.Count
    #: Of a text, the first MiB of it; what is not UTF-8 is shown as U+FFFD.
    text: str
    #: What it is written in, for colours; empty where nobody knows.
    language: str
    #: There is more of it.
    truncated: bool
    #: Of an image, which is at most 5 MiB large.
    media_type: str | UnsetType = UNSET
    #: As base64.
    data: str | UnsetType = UNSET


@bp.get("/file")
@endpoint(*SESSION, errors.GitFailed, errors.NotFound, at_owner="read")
def file(query: FileQuery) -> File:
    """Read a file of the session's folder, and nothing outside of it: no link is followed."""
    found = manager_here(query.session_id).work.file(query.session_id, query.path)
    return File.of(
        found,
        session_id=query.session_id,
        media_type=found.media_type or UNSET,
        data=base64.b64encode(found.data).decode() if found.data else UNSET,
    )
