"""Authenticate and authorise every request, before any endpoint runs.

The rules are in ``access.policy``; here they are given the request, and their refusals are raised.
"""

from __future__ import annotations

from functools import lru_cache
from socket import gethostname
from typing import Any

from flask import Response, g, redirect, request
from flask.typing import ResponseReturnValue

from janus.access import policy
from janus.access.agent_tokens import AgentToken
from janus.access.device import EXPIRES, Device
from janus.access.policy import Call, Site
from janus.access.presence import HEADER
from janus.errors import Forbidden, PayloadTooLarge, Unauthorized
from janus.logs import device_id
from janus.runtime import Runtime, runtime

KEY, PUBLIC = policy.KEY_HEADER, policy.PUBLIC
#: As the server hands the headers on.
_KEY, _FRONT = (f"HTTP_{name.upper().replace('-', '_')}" for name in (KEY, HEADER))


def check() -> ResponseReturnValue | None:
    """Let the request through, or raise Unauthorized, Forbidden or PayloadTooLarge.

    Sets ``g.device`` to the device that calls; None where a public endpoint is called without a
    credential. Where the agent of a session calls, ``g.agent`` says which. A browser that opens the
    page without HTTPS is redirected to the setup page.
    """
    environ, janus = request.environ, runtime()
    call, site = _here(environ)
    _forbid(policy.refuse_host(call, site))
    insecure = policy.refuse_transport(call, site)
    if insecure and call.opens_page:
        return redirect("/setup")
    _forbid(insecure)
    if call.shares:
        return None
    if call.endpoint in policy.FOR_AGENTS:
        g.device, g.agent = None, _agent(call)
        return None
    # A device that pairs begins anew: it may have lost its write key.
    g.device = known = None if call.endpoint == "auth.pair" else _device(call, environ, janus)
    device_id.set(known.id if known else "")
    if policy.is_preflight(call, site):
        return None  # flask-cors answers it
    if unknown := policy.refuse_stranger(call, known):
        raise Unauthorized(unknown)
    if known is None:
        length = None if "HTTP_TRANSFER_ENCODING" in environ else request.content_length or 0
        if too_much := policy.refuse_body(call, known, length):
            raise PayloadTooLarge(too_much)
    own = ""
    if call.origin is not None:
        url = policy.proxy_url(call, site) or f"{request.scheme}://{request.host}"
        own = policy.origin_of(url)
    _forbid(policy.refuse_origin(call, site, own, authenticated=known is not None))
    if known is not None:
        key = environ.get(_KEY, "")
        key_valid = not call.reads and janus.devices.verify_key(known, key)
        _forbid(policy.refuse_write(call, known, key_valid=key_valid))
        if environ.get(_FRONT) == "1":
            janus.presence.looked()
    return None


def device() -> Device | None:
    """Return the device that calls, by the token or the cookie it sent."""
    environ = request.environ
    return _device(_here(environ)[0], environ, runtime())


def _device(call: Call, environ: dict[str, Any], janus: Runtime) -> Device | None:
    secret = _token(environ) if call.bearer else request.cookies.get(cookie_name(), "")
    return janus.devices.authenticate(secret, environ.get("REMOTE_ADDR")) if secret else None


def _agent(call: Call) -> AgentToken:
    """The session whose agent calls. Raises Unauthorized."""
    secret = _token(request.environ)
    found = runtime().tokens.verify(secret) if call.local and call.bearer else None
    if found is None:
        raise Unauthorized("Only the agents that this Janus has started ask this, each by itself.")
    return found


def _token(environ: dict[str, Any]) -> str:
    return str(environ.get("HTTP_AUTHORIZATION", "")).partition(" ")[2].strip()


def set_cookie(response: Response, secret: str) -> Response:
    """Give a page its cookie secret, or give it again: browsers drop cookies after a time."""
    response.set_cookie(
        cookie_name(), secret, max_age=int(EXPIRES), path=f"{_base_path()}/",
        secure=policy.is_secure(*_here(request.environ)), httponly=True, samesite="Strict",
    )  # fmt: skip
    return response


def renew_cookie(response: Response) -> Response:
    """Restart the lifetime of the cookie when a paired device opens the page."""
    secret = request.cookies.get(cookie_name())
    return set_cookie(response, secret) if g.device and g.device.key and secret else response


def cookie_name() -> str:
    """Return a name with the port: browsers tell cookies apart by host alone.

    All gateways of a team have the same: the next request may come to another one.
    """
    secure = "__Secure-" if _base_path() else "__Host-"  # the latter is for a whole host
    prefix = secure if policy.is_secure(*_here(request.environ)) else ""
    port = request.environ.get("SERVER_PORT", "")
    return f"{prefix}janus-{'gateway' if runtime().settings.gateway else port}"


def _here(environ: dict[str, Any]) -> tuple[Call, Site]:
    """The request that is served, and where it arrived; made out once."""
    here: tuple[Call, Site] | None = environ.get("janus.here")
    if here is None:
        settings = runtime().settings
        site = _site(gethostname(), settings.public_url, settings.cors_origins)
        here = environ["janus.here"] = _call(environ, request.endpoint), site
    return here


@lru_cache(1)
def _site(hostname: str, public_url: str | None, cors_origins: tuple[str, ...]) -> Site:
    return Site(hostname, public_url, cors_origins)


def _call(environ: dict[str, Any], endpoint: str | None) -> Call:
    return Call(
        method=environ["REQUEST_METHOD"].upper(),
        endpoint=endpoint,
        scheme=environ["wsgi.url_scheme"],
        server=str(environ.get("SERVER_NAME", "")),
        port=int(environ.get("SERVER_PORT", 0)),
        # Not request.host, which werkzeug corrects before it can be checked.
        host=environ.get("HTTP_HOST"),
        origin=environ.get("HTTP_ORIGIN"),
        fetch_site=environ.get("HTTP_SEC_FETCH_SITE"),
        bearer=environ.get("HTTP_AUTHORIZATION", "")[:7].lower() == "bearer ",
    )


def _base_path() -> str:
    return policy.base_path(*_here(request.environ))


def _forbid(reason: str | None) -> None:
    if reason:
        raise Forbidden(reason)
