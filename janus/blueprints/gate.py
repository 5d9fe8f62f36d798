"""Authenticate and authorise every request, before any endpoint runs.

The rules are in ``access.policy``; here they are given the request, and their refusals are raised.
"""

from __future__ import annotations

from socket import gethostname

from flask import Response, g, redirect, request
from flask.typing import ResponseReturnValue

from janus.access import policy
from janus.access.agent_tokens import AgentToken
from janus.access.device import EXPIRES, Device
from janus.access.policy import Call, Site
from janus.access.presence import HEADER
from janus.errors import Forbidden, PayloadTooLarge, Unauthorized
from janus.runtime import runtime

KEY, PUBLIC = policy.KEY_HEADER, policy.PUBLIC


def check() -> ResponseReturnValue | None:
    """Let the request through, or raise Unauthorized, Forbidden or PayloadTooLarge.

    Sets ``g.device`` to the device that calls; None where a public endpoint is called without a
    credential. Where the agent of a session calls, ``g.agent`` says which. A browser that opens the
    page without HTTPS is redirected to the setup page.
    """
    call, site = _call(), _site()
    _forbid(policy.refuse_host(call, site))
    insecure = policy.refuse_transport(call, site)
    if insecure and call.opens_page:
        return redirect("/setup")
    _forbid(insecure)
    if call.endpoint in policy.FOR_AGENTS:
        g.device, g.agent = None, _agent(call)
        return None
    # A device that pairs begins anew: it may have lost its write key.
    g.device = None if call.endpoint == "auth.pair" else device()
    if policy.is_preflight(call, site):
        return None  # flask-cors answers it
    if unknown := policy.refuse_stranger(call, g.device):
        raise Unauthorized(unknown)
    length = None if "Transfer-Encoding" in request.headers else request.content_length or 0
    if too_much := policy.refuse_body(call, g.device, length):
        raise PayloadTooLarge(too_much)
    url = policy.proxy_url(call, site) or f"{request.scheme}://{request.host}"
    own_origin = policy.origin_of(url)
    _forbid(policy.refuse_origin(call, site, own_origin, authenticated=g.device is not None))
    if g.device is not None:
        key = request.headers.get(KEY, "")
        key_valid = runtime().devices.verify_key(g.device, key)
        _forbid(policy.refuse_write(call, g.device, key_valid=key_valid))
        if request.headers.get(HEADER) == "1":
            runtime().presence.looked()
    return None


def device() -> Device | None:
    """Return the device that calls, by the token or the cookie it sent."""
    if _has_bearer():
        secret = request.headers["Authorization"].partition(" ")[2].strip()
    else:
        secret = request.cookies.get(cookie_name(), "")
    return runtime().devices.authenticate(secret, request.remote_addr) if secret else None


def _agent(call: Call) -> AgentToken:
    """The session whose agent calls. Raises Unauthorized."""
    secret = request.headers.get("Authorization", "").partition(" ")[2].strip()
    found = runtime().tokens.verify(secret) if call.local and _has_bearer() else None
    if found is None:
        raise Unauthorized("Only the agents that this Janus has started ask this, each by itself.")
    return found


def set_cookie(response: Response, secret: str) -> Response:
    """Give a page its cookie secret, or give it again: browsers drop cookies after a time."""
    response.set_cookie(
        cookie_name(), secret, max_age=int(EXPIRES), path=f"{_base_path()}/",
        secure=policy.is_secure(_call(), _site()), httponly=True, samesite="Strict",
    )  # fmt: skip
    return response


def renew_cookie(response: Response) -> Response:
    """Restart the lifetime of the cookie when a paired device opens the page."""
    secret = request.cookies.get(cookie_name())
    return set_cookie(response, secret) if g.device and g.device.key and secret else response


def cookie_name() -> str:
    """Return a name with the port: browsers tell cookies apart by host alone."""
    secure = "__Secure-" if _base_path() else "__Host-"  # the latter is for a whole host
    prefix = secure if policy.is_secure(_call(), _site()) else ""
    return f"{prefix}janus-{request.environ.get('SERVER_PORT', '')}"


def _call() -> Call:
    return Call(
        method=request.method,
        endpoint=request.endpoint,
        scheme=request.scheme,
        server=str(request.environ.get("SERVER_NAME", "")),
        port=int(request.environ.get("SERVER_PORT", 0)),
        # Not request.host, which werkzeug corrects before it can be checked.
        host=request.headers.get("Host"),
        origin=request.headers.get("Origin"),
        fetch_site=request.headers.get("Sec-Fetch-Site"),
        bearer=_has_bearer(),
    )


def _base_path() -> str:
    return policy.base_path(_call(), _site())


def _site() -> Site:
    settings = runtime().settings
    return Site(gethostname(), settings.public_url, settings.cors_origins)


def _has_bearer() -> bool:
    return request.headers.get("Authorization", "").lower().startswith("bearer ")


def _forbid(reason: str | None) -> None:
    if reason:
        raise Forbidden(reason)
