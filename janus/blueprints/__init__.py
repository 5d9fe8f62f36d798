"""The doors, and what all of them share: request ids, who may come in, one shape for errors."""

from __future__ import annotations

import logging
import re
import uuid

from flask import Flask, Response, g, jsonify, request
from flask.typing import ResponseReturnValue
from flask_cors import CORS
from werkzeug.exceptions import HTTPException

from janus.blueprints import (
    agents,
    auth,
    body,
    chat,
    compression,
    frontend,
    gate,
    health,
    openapi,
    session,
    setup,
)
from janus.errors import JanusError
from janus.logs import request_id
from janus.runtime import Runtime

log = logging.getLogger(__name__)

#: Of answers that are no page: nothing in them may run or be framed.
_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
_SANE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
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


def register(app: Flask) -> None:
    """Put the doors into *app*."""
    runtime: Runtime = app.extensions["janus"]
    # One byte more than allowed: what is cut there (chunked bodies are) is seen to be too long.
    app.config["MAX_CONTENT_LENGTH"] = body.LIMIT + 1
    app.before_request(_name_request)
    app.before_request(gate.check)
    app.after_request(_finish)
    app.after_request(compression.compress)
    app.register_error_handler(JanusError, _janus_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _bug)
    for door in (
        auth.bp,
        session.bp,
        chat.bp,
        agents.bp,
        health.bp,
        openapi.bp,
        setup.bp,
        frontend.bp,
    ):
        app.register_blueprint(door)
    if runtime.settings.cors_origins:
        origins = {"origins": list(runtime.settings.cors_origins)}
        CORS(app, resources={"/api/*": origins}, supports_credentials=True)


def _name_request() -> None:
    given = request.headers.get("X-Request-ID", "")
    g.device = None
    g.request_id = given if _SANE_ID.fullmatch(given) else str(uuid.uuid4())
    request_id.set(g.request_id)


def _finish(response: Response) -> Response:
    response.headers["X-Request-ID"] = g.request_id
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers.setdefault("X-Frame-Options", "DENY")
    response.headers.setdefault("Referrer-Policy", "no-referrer")
    response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    response.headers.setdefault("Content-Security-Policy", _POLICY)
    return response


def _janus_error(error: JanusError) -> ResponseReturnValue:
    response = _error(error.to_json(), error.status)
    if retry_after := getattr(error, "retry_after", None):
        response.headers["Retry-After"] = str(retry_after)
    if error.status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="Janus"'
    return response


def _http_error(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    code = _CODES.get(status, "INVALID_REQUEST" if status < 500 else "INTERNAL_ERROR")
    message = _MESSAGES.get(status) or error.description or error.name
    response = _error({"code": code, "message": message}, status)
    response.headers.extend(
        (name, value) for name, value in error.get_headers() if name != "Content-Type"
    )
    return response


def _bug(error: Exception) -> ResponseReturnValue:
    log.error("Request %s failed", g.request_id, exc_info=error)
    return _janus_error(
        JanusError("Janus made a mistake. Its log says more, under this request id.")
    )


def _error(error: dict[str, object], status: int) -> Response:
    response = jsonify(error=error, request_id=g.request_id)
    response.status_code = status
    return response
