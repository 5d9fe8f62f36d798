"""Who may come in: programs and pages of this machine, asking for it by its own name.

A page from elsewhere cannot read or command Janus through its visitor's browser, neither directly
(its ``Origin`` is foreign) nor by pointing a name of its own at this machine (its ``Host`` is).
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import request

from janus.errors import Forbidden
from janus.runtime import runtime

_OWN_NAMES = {"localhost", "127.0.0.1", "::1"}


def check() -> None:
    """Raises Forbidden."""
    try:
        name = urlsplit(f"//{request.host}").hostname
    except ValueError:
        name = None
    if name not in _OWN_NAMES:
        raise Forbidden("Janus answers only to localhost, 127.0.0.1 and ::1.")
    origin = request.headers.get("Origin")
    own = f"{request.scheme}://{request.host}"
    if origin and origin != own and origin not in runtime().settings.cors_origins:
        raise Forbidden("This page may not talk to Janus; see CORS_ALLOWED_ORIGINS.")
