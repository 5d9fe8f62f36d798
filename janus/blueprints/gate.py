"""Who may come in, asked before every door; a door that is not named public is closed.

    Host ──> transport ──> credential ──> Origin ──> scope and second half ──> the door

A page from elsewhere cannot read or command Janus through its visitor's browser, neither directly
(its ``Origin`` is foreign) nor by pointing a name of its own at this machine (its ``Host`` is). A
page on another port of this machine gets the cookie sent along, but has no second half, and another
``Origin``. This machine itself is no exception: the agents run on it.
"""

from __future__ import annotations

from functools import lru_cache
from socket import gethostname
from urllib.parse import urlsplit

from flask import Response, g, redirect, request
from flask.typing import ResponseReturnValue

from janus.access.device import Device
from janus.access.devices import EXPIRES
from janus.errors import Forbidden, Unauthorized
from janus.network.addresses import THIS_COMPUTER, host_matches, own_names
from janus.runtime import runtime

#: The doors that need no credential. They tell nothing of the owner.
PUBLIC = {
    "frontend.page", "health.alive", "health.health", "auth.pair",
    "setup.page", "setup.certificate",
}  # fmt: skip
#: Where a page sends its second half.
KEY = "X-Janus-Key"
_READING = ("GET", "HEAD", "OPTIONS")


def check() -> ResponseReturnValue | None:
    """Raises Unauthorized, Forbidden. After it ``g.device`` is who asks; None at public doors.

    Who asks for the page without HTTPS gets the way there.
    """
    _check_host()
    if not (is_secure() or _at_home() or request.blueprint == "setup"):
        if request.endpoint == "frontend.page" and request.method in _READING:
            return redirect("/setup")
        raise Forbidden("Here Janus speaks HTTPS only; /setup says how a phone comes to trust it.")
    # Who pairs begins anew: perhaps because its second half is lost.
    g.device = None if request.endpoint == "auth.pair" else device()
    if request.method == "OPTIONS" and request.headers.get("Origin") in _other_origins():
        return None  # a browser asks for leave; flask-cors answers
    if g.device is None and request.endpoint not in PUBLIC:
        raise Unauthorized("This device is not paired with Janus. On the computer, run: janus pair")
    _check_origin()
    if g.device is not None and request.method not in _READING:
        _check_write(g.device)
    return None


def is_secure() -> bool:
    """Whether nobody listens between the browser and this computer."""
    return request.is_secure or (_at_home() and (_public() or "").startswith("https:"))


def origin() -> str:
    """This site, as the browser that asks calls it."""
    return _public() or f"{request.scheme}://{request.host}"


def set_cookie(response: Response, secret: str) -> Response:
    """Give the page its first half, or give it again: browsers forget it after a time."""
    response.set_cookie(
        cookie_name(), secret, max_age=int(EXPIRES),
        secure=is_secure(), httponly=True, samesite="Strict",
    )  # fmt: skip
    return response


def renew_cookie(response: Response) -> Response:
    """The page was opened by a device that is in: its time begins anew."""
    secret = request.cookies.get(cookie_name())
    return set_cookie(response, secret) if g.device and g.device.key and secret else response


def cookie_name() -> str:
    """Browsers keep cookies by host alone: the port in the name keeps two servers apart."""
    prefix = "__Host-" if is_secure() else ""
    return f"{prefix}janus-{request.environ.get('SERVER_PORT', '')}"


def _check_host() -> None:
    # Not request.host: that is mended before it can be looked at.
    host = request.headers.get("Host")
    port = int(request.environ.get("SERVER_PORT", 0))
    if not host_matches(host, _names(_server(), port)) and _public() is None:
        raise Forbidden("Janus answers only to its own names and addresses, at its own port.")


@lru_cache
def _names(server: str, port: int) -> frozenset[str]:
    if server in (*THIS_COMPUTER, "localhost"):
        return own_names(THIS_COMPUTER, port, hostname="")
    return own_names([server], port, hostname=gethostname())


def _server() -> str:
    """The address the request came to."""
    return str(request.environ.get("SERVER_NAME", ""))


def _at_home() -> bool:
    """Whether it came to an address that only this computer reaches, perhaps from a proxy."""
    return _server() in (*THIS_COMPUTER, "localhost")


def _public() -> str | None:
    """The address of the proxy, if the browser that asks knows Janus by it."""
    url = runtime().settings.public_url
    named = url is not None and host_matches(
        request.headers.get("Host"), frozenset({urlsplit(url).netloc})
    )
    return url if named and _at_home() else None


def device() -> Device | None:
    """Who asks, by what it has sent."""
    if _has_bearer():
        secret = request.headers["Authorization"].partition(" ")[2].strip()
    else:
        secret = request.cookies.get(cookie_name(), "")
    return runtime().devices.authenticate(secret, request.remote_addr) if secret else None


def _has_bearer() -> bool:
    return request.headers.get("Authorization", "").lower().startswith("bearer ")


def _check_origin() -> None:
    """A browser tells where a page is from: in ``Origin``, or for the plainest reading in
    ``Sec-Fetch-Site``. Programs tell nothing, and have a token that browsers do not send.
    """
    given = request.headers.get("Origin")
    reading = request.method in _READING
    if given is not None:
        allowed = given in (origin(), *_other_origins())
    elif reading and request.endpoint == "frontend.page":
        allowed = True  # a link to the page, from wherever
    else:
        here = request.headers.get("Sec-Fetch-Site", "none") in ("same-origin", "none")
        allowed = here and (reading or _has_bearer() or g.device is None)
    if not allowed:
        raise Forbidden("This page may not talk to Janus; see CORS_ALLOWED_ORIGINS.")


def _check_write(device: Device) -> None:
    if device.scope != "full":
        raise Forbidden("This device may only look.")
    key = request.headers.get(KEY, "")
    if device.key and not _has_bearer() and not runtime().devices.verify_key(device, key):
        raise Forbidden(f"{KEY} is missing or wrong: pair this device again.")
    if device.key and _has_bearer():
        raise Forbidden("A page comes in with its cookie.")


def _other_origins() -> tuple[str, ...]:
    return runtime().settings.cors_origins
