"""How a phone learns to trust this computer: the steps, and the certificate to install.

These two endpoints are all that is answered without HTTPS in the network.
"""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from janus.errors import NotFound
from janus.runtime import runtime

bp = Blueprint("setup", __name__, template_folder="templates")

_STYLE = (Path(__file__).parent / "templates" / "setup.css").read_text(encoding="utf-8")
_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)


@bp.get("/setup")
def page() -> ResponseReturnValue:
    """What to do on the phone, its own system's steps first."""
    here = runtime().endpoint
    agent = request.headers.get("User-Agent", "")
    text = render_template(
        "setup.html",
        style=_STYLE,
        words=here.authority.words() if here.authority else None,
        fingerprint=here.authority.fingerprint if here.authority else None,
        url=here.phone_url,
        apple=any(name in agent for name in ("iPhone", "iPad", "Macintosh")),
    )
    return Response(text, headers={"Content-Security-Policy": _POLICY})


@bp.get("/ca.crt")
def certificate() -> ResponseReturnValue:
    """The certificate of the authority, as phones install it."""
    authority = runtime().endpoint.authority
    if authority is None:
        raise NotFound("There is no certificate: only this computer reaches this Janus.")
    named = {"Content-Disposition": 'attachment; filename="janus-ca.crt"'}
    return Response(authority.der, mimetype="application/x-x509-ca-cert", headers=named)
