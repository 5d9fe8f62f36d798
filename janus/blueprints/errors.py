"""Every failure in one JSON shape."""

from __future__ import annotations

import logging

from flask import Response, g, jsonify
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from janus.errors import JanusError

log = logging.getLogger(__name__)

#: What Flask's own errors are called; all others are INVALID_REQUEST or INTERNAL_ERROR.
_CODES = {
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    413: "PAYLOAD_TOO_LARGE",
    415: "UNSUPPORTED_MEDIA_TYPE",
}


_MESSAGES = {
    404: "There is nothing here. See the README for what Janus answers.",
    413: "The body is too large: 1 MiB at most.",
}


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
    log.error("Request %s failed", g.request_id, exc_info=error)
    return janus_error(
        JanusError("Janus made a mistake. Its log says more, under this request id.")
    )


def _error(error: dict[str, object], status: int) -> Response:
    response = jsonify(error=error, request_id=g.request_id)
    response.status_code = status
    return response
