"""The views, and what all of them share: request ids, access, one shape for errors."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from urllib.parse import urlsplit

from flask import Flask
from flask.sessions import NullSession, SessionInterface
from flask.wrappers import Request
from flask_cors import CORS
from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter, Rule

from janus.blueprints import (
    agents,
    archive,
    attachments,
    auth,
    chat,
    compression,
    continuing,
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
from janus.blueprints.framing import framed
from janus.blueprints.wire.words import LIMIT
from janus.errors import JanusError
from janus.runtime import Runtime

log = logging.getLogger(__name__)

#: What speaks JSON, and what is for people.
API = (
    auth.bp, session.bp, continuing.bp, archive.bp, chat.bp, attachments.bp, later.bp,
    permission.bp, projects.bp, agents.bp, conversations.bp, digest.bp, history.bp, memory.bp,
    recall.bp, push.bp, voice.bp, fleet.bp, work.bp, landing.bp, files.bp, review.bp, health.bp,
    openapi.bp,
)  # fmt: skip
PAGES = (setup.bp, frontend.bp)


class _NoSession(SessionInterface):
    """Flask's sessions, of which it would make one for each request: nobody here has any."""

    _none = NullSession()

    def open_session(self, app: Flask, request: Request) -> NullSession:
        return self._none


class Route(Rule):
    """A route of which nobody builds an address.

    Werkzeug compiles two functions for that, of each route, which is most of what making the
    application takes.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        return _no_address


def _no_address(*_: object, **__: object) -> tuple[str, str]:
    raise NotImplementedError("No address is built of a route.")


def _adapter(app: Flask, request: Request | None) -> MapAdapter | None:
    """What finds the route of a request.

    Flask would first make out its host, which the gate checks and no route asks for.
    """
    if request is None:
        return None
    environ, path, method = request.environ, request.path, request.method
    host, scheme = environ.get("HTTP_HOST", ""), environ["wsgi.url_scheme"]
    return MapAdapter(app.url_map, host, request.root_path, "", scheme, path, method)


def register(app: Flask) -> None:
    """Register every view with *app*."""
    runtime: Runtime = app.extensions["janus"]
    app.url_rule_class, app.session_interface = Route, _NoSession()
    # Flask looks at each view and hook in every request whether it is a coroutine: none is.
    app.ensure_sync = lambda view: view  # type: ignore[method-assign, assignment]
    app.create_url_adapter = partial(_adapter, app)  # type: ignore[method-assign]
    # One byte more than allowed: what is cut there (chunked bodies are) is seen to be too long.
    app.config["MAX_CONTENT_LENGTH"] = LIMIT + 1
    app.before_request(gate.check)
    app.after_request(compression.compress)
    app.register_error_handler(JanusError, janus_error)
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(Exception, bug)
    if path := urlsplit(runtime.settings.public_url or "").path:
        app.wsgi_app = below(path, app.wsgi_app)  # type: ignore[method-assign, assignment]
    app.wsgi_app = framed(app.wsgi_app)  # type: ignore[method-assign, assignment]
    for blueprint in API + PAGES:
        app.register_blueprint(blueprint)
    if runtime.settings.cors_origins:
        origins = {"origins": list(runtime.settings.cors_origins)}
        CORS(app, resources={"/api/*": origins}, supports_credentials=True)
