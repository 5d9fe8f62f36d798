"""Every failure in one JSON shape; what an error has beside a message is its own."""

from __future__ import annotations

import logging
from typing import Annotated

from flask import Response, jsonify
from flask.typing import ResponseReturnValue
from msgspec import UNSET, Meta, UnsetType
from werkzeug.exceptions import HTTPException

from janus.blueprints.wire.words import Count, ErrorCode, Reply, Time, Told
from janus.errors import Forbidden, JanusError, NotFound, PayloadTooLarge, UnsupportedMediaType
from janus.logs import request_id

log = logging.getLogger(__name__)

#: Flask's own errors that are called as ours; all others are INVALID_REQUEST or INTERNAL_ERROR.
_OURS = (Forbidden, NotFound, PayloadTooLarge, UnsupportedMediaType)
_CODES = {error.status: error.code for error in _OURS} | {405: "METHOD_NOT_ALLOWED"}
_MESSAGES = {
    404: "There is nothing here. See the README for what Janus answers.",
    413: "The body is too large: 1 MiB at most.",
}


class Failure(Reply, frozen=True, kw_only=True):
    """What went wrong, and what is known of it."""

    code: ErrorCode
    #: Can be read aloud to the user.
    message: Told
    #: Of a turn that failed or goes on.
    turn_id: str | UnsetType = UNSET
    #: What the agent had said by then.
    partial: str | UnsetType = UNSET
    #: How the agent's process ended.
    exit_code: int | UnsetType | None = UNSET
    #: What ended the agent's process.
    signal: int | str | UnsetType | None = UNSET
    #: The open sessions, of which one has to end first; the one not used for longest comes first.
    sessions: list[dict[str, str]] | UnsetType = UNSET
    #: The session that has the conversation.
    session_id: str | UnsetType = UNSET
    #: The other program that works on it, and its process.
    program: str | UnsetType = UNSET
    pid: Count | UnsetType = UNSET
    #: The project that the folder was, and where.
    project_id: str | UnsetType = UNSET
    path: str | UnsetType = UNSET
    #: The worktree that is gone, and its branch, if that is left.
    worktree_path: str | UnsetType = UNSET
    branch: str | UnsetType | None = UNSET
    #: The agent's last words on its terminal.
    output: str | UnsetType = UNSET
    #: The agent died again and again, and is not started for so long, unless the session is
    #: resumed.
    retry_seconds: Count | UnsetType = UNSET
    #: When the agent's limit is reset, if it says so.
    resets_at: Time | UnsetType = UNSET
    #: Seconds after which to try again, as in `Retry-After`.
    retry_after: Count | UnsetType = UNSET
    #: Files of the worktree with changes that are not committed.
    changed_files: Count | UnsetType = UNSET
    #: Files and folders of the worktree that git does not know.
    new_files: Count | UnsetType = UNSET
    #: The first of both.
    files: Annotated[list[str], Meta(max_length=5)] | UnsetType = UNSET
    #: Commits that no other branch or tag has.
    commits: Count | UnsetType = UNSET
    #: What is half done in the worktree.
    unfinished: Annotated[str, Meta(examples=["merge", "rebase"])] | UnsetType = UNSET
    #: Whether the worktree has submodules with changes or commits that may be nowhere else.
    submodules: bool | UnsetType = UNSET
    #: Other repositories and worktrees in the worktree, by their paths in it.
    repositories: Annotated[list[str], Meta(max_length=100)] | UnsetType = UNSET


class ErrorBody(Reply, frozen=True, kw_only=True):
    """The body of every failure."""

    error: Failure
    #: As in `X-Request-ID`.
    request_id: str


def janus_error(error: JanusError) -> ResponseReturnValue:
    response = _error(error.to_json(), error.status)
    if retry_after := getattr(error, "retry_after", None):
        response.headers["Retry-After"] = str(retry_after)
    if error.status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="Janus"'
    return response


def http_error(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    code = _CODES.get(status, "INVALID_REQUEST" if status < 500 else "INTERNAL_ERROR")
    message = _MESSAGES.get(status) or error.description or error.name
    response = _error({"code": code, "message": message}, status)
    response.headers.extend(
        (name, value) for name, value in error.get_headers() if name != "Content-Type"
    )
    return response


def bug(error: Exception) -> ResponseReturnValue:
    log.error("Request %s failed", request_id.get(), exc_info=error)
    return janus_error(
        JanusError("Janus made a mistake. Its log says more, under this request id.")
    )


def _error(error: dict[str, object], status: int) -> Response:
    response = jsonify(error=error, request_id=request_id.get())
    response.status_code = status
    return response
