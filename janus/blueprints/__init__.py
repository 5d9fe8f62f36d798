"""The views, and what all of them share: request ids, access, one shape for errors."""

from __future__ import annotations

import logging
import re
import uuid
from collections.abc import Callable
from urllib.parse import urlsplit

from flask import Flask, Response, g, request
from flask_cors import CORS
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Rule

from janus.blueprints import (
    agents,
    archive,
    attachments,
    auth,
    chat,
    compression,
    conversations,
    digest,
    files,
    fleet,
    frontend,
    gate,
    health,
    history,
    landing,
    later,
    memory,
    openapi,
    permission,
    projects,
    push,
    recall,
    review,
    session,
    setup,
    voice,
    work,
)
from janus.blueprints.below import below
from janus.blueprints.errors import bug, http_error, janus_error
from janus.blueprints.wire.words import LIMIT
from janus.errors import JanusError
from janus.logs import request_id
from janus.runtime import Runtime

log = logging.getLogger(__name__)

#: What speaks JSON, and what is for people.
API = (
    auth.bp, session.bp, archive.bp, chat.bp, attachments.bp, later.bp, permission.bp,
    projects.bp, agents.bp, conversations.bp, digest.bp, history.bp, memory.bp, recall.bp,
    push.bp, voice.bp, fleet.bp, work.bp, landing.bp, files.bp, review.bp, health.bp, openapi.bp,
)  # fmt: skip
PAGES = (setup.bp, frontend.bp)
#: Of answers that are no page: nothing in them may run or be framed.
_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
#: What every answer has, unless it says otherwise itself.
_HEADERS = (
    ("X-Content-Type-Options", "nosniff"),
    ("Cache-Control", "no-store"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Content-Security-Policy", _POLICY),
)
_SANE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


class Route(Rule):
    """A route of which nobody builds an address.

    Werkzeug compiles two functions for that, of each route, which is most of what making the
    application takes.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        return _no_address


def _no_address(*_: object, **__: object) -> tuple[str, str]:
    raise NotImplementedError("No address is built of a route.")


def register(app: Flask) -> None:
    """Register every view with *app*."""
    runtime: Runtime = app.extensions["janus"]
    app.url_rule_class = Route
    # Flask looks at each view and hook in every request whether it is a coroutine: none is.
    app.ensure_sync = lambda view: view  # type: ignore[method-assign, assignment]
    # One byte more than allowed: what is cut there (chunked bodies are) is seen to be too long.
    app.config["MAX_CONTENT_LENGTH"] = LIMIT + 1
    app.before_request(_name_request)
    app.before_request(gate.check)
    app.after_request(_finish)
    app.after_request(compression.compress)
    app.register_error_handler(JanusError, janus_error)
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(Exception, bug)
    if path := urlsplit(runtime.settings.public_url or "").path:
        app.wsgi_app = below(path, app.wsgi_app)  # type: ignore[method-assign, assignment]
    for blueprint in API + PAGES:
        app.register_blueprint(blueprint)
    if runtime.settings.cors_origins:
        origins = {"origins": list(runtime.settings.cors_origins)}
        CORS(app, resources={"/api/*": origins}, supports_credentials=True)


def _name_request() -> None:
    given = request.headers.get("X-Request-ID", "")
    g.device = None
    g.request_id = given if _SANE_ID.fullmatch(given) else str(uuid.uuid4())
    request_id.set(g.request_id)


def _finish(response: Response) -> Response:
    headers = response.headers
    headers["X-Request-ID"] = g.request_id
    given = {name.lower() for name, _ in headers}
    headers.extend([header for header in _HEADERS if header[0].lower() not in given])
    return response
