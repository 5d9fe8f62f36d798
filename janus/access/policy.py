"""Who may do what: pure functions of what a request says, each naming the reason to refuse it.

    Host ──> transport ──> credential ──> Origin ──> scope and write key ──> the endpoint

A page from elsewhere can neither read nor command Janus through its visitor's browser: not directly
(its ``Origin`` is foreign), and not by pointing a name of its own at this computer (its ``Host``
is). A page on another port of this computer gets the cookie sent along, but it has no write key and
another ``Origin``. This computer itself is no exception: the agents run on it.
"""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import urlsplit

from msgspec import Struct

from janus.access.device import Device
from janus.network.addresses import THIS_COMPUTER, host_matches, own_names

#: The endpoints that need no credential. They reveal nothing about the owner.
PUBLIC = frozenset({
    "frontend.page", "health.alive", "health.health", "auth.pair",
    "setup.page", "setup.certificate", "push.receipt", "fleet.enter", "fleet.left",
    "frontend.share",
})  # fmt: skip
#: The endpoints that take the id of a push for a write key: only the device could read it, and no
#: worker of a page has its key.
BY_PUSH = frozenset({"push.answer"})
#: The endpoints for the agents of sessions, each with a token of its own; it opens nothing else.
FOR_AGENTS = frozenset({"recall.search", "recall.read"})
#: The header in which a page sends its write key.
KEY_HEADER = "X-Janus-Key"
#: Bytes that a caller without a credential may send: so much is read before a thread is taken.
STRANGERS_BODY = 1 << 14
_SETUP = ("setup.page", "setup.certificate")
_READING = ("GET", "HEAD", "OPTIONS")
#: Where only this computer reaches Janus.
_LOCAL = (*THIS_COMPUTER, "localhost")


class Site(Struct, frozen=True):
    """What the settings and this computer say about whom Janus answers."""

    hostname: str
    public_url: str | None = None
    cors_origins: tuple[str, ...] = ()


class Call(Struct, frozen=True):
    """What decides about one request. Headers are None where they were not sent.

    ``server`` is the address the request arrived at, ``host`` the raw header, ``bearer`` whether
    its credential is a token in ``Authorization``.
    """

    method: str
    endpoint: str | None
    scheme: str
    server: str
    port: int
    host: str | None
    origin: str | None = None
    fetch_site: str | None = None
    bearer: bool = False

    @property
    def reads(self) -> bool:
        """Whether the method promises to change nothing."""
        return self.method in _READING

    @property
    def local(self) -> bool:
        """Whether it arrived where only this computer reaches, perhaps from a proxy."""
        return self.server in _LOCAL

    @property
    def opens_page(self) -> bool:
        """Whether a browser opens the page, perhaps by a link from elsewhere."""
        return self.shares or (self.endpoint == "frontend.page" and self.reads)

    @property
    def shares(self) -> bool:
        """Whether another app shares something. All that it gets is the page, whoever it is."""
        return self.endpoint == "frontend.share"


def proxy_url(call: Call, site: Site) -> str | None:
    """Return JANUS_PUBLIC_URL if the browser that calls knows Janus by it."""
    url = site.public_url
    if url is None or not call.local:
        return None
    return url if host_matches(call.host, frozenset({urlsplit(url).netloc})) else None


def origin_of(url: str) -> str:
    """The part of an address that browsers call its origin."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def base_path(call: Call, site: Site) -> str:
    """The path that a proxy has put in front, such as ``/janus``; nothing where there is none."""
    return urlsplit(proxy_url(call, site) or "").path


def is_secure(call: Call, site: Site) -> bool:
    """Whether nobody can listen between the browser and this computer."""
    return call.scheme == "https" or (proxy_url(call, site) or "").startswith("https:")


@lru_cache
def host_names(server: str, port: int, hostname: str) -> frozenset[str]:
    """Return every Host header that is right for a request to this address."""
    if server in _LOCAL:
        return own_names(THIS_COMPUTER, port, hostname="")
    return own_names([server], port, hostname=hostname)


def refuse_host(call: Call, site: Site) -> str | None:
    """Return why the ``Host`` header is refused, or None."""
    own = host_matches(call.host, host_names(call.server, call.port, site.hostname))
    if own or proxy_url(call, site) is not None:
        return None
    return (
        "Janus answers only to its own names and addresses, at its own port. "
        "Behind a proxy, set JANUS_PUBLIC_URL."
    )


def refuse_transport(call: Call, site: Site) -> str | None:
    """Return why this must not travel without HTTPS, or None."""
    if call.local or is_secure(call, site) or call.endpoint in _SETUP:
        return None
    return "Janus accepts only HTTPS at this address. Open /setup to make a phone trust it."


def is_preflight(call: Call, site: Site) -> bool:
    """Whether a browser asks, without a credential, what a development page may send."""
    return call.method == "OPTIONS" and call.origin in site.cors_origins


def refuse_stranger(call: Call, device: Device | None) -> str | None:
    """Return why the endpoint is closed to a caller without a valid credential, or None."""
    if device is not None or call.endpoint in PUBLIC:
        return None
    return "This device is not paired with Janus. On the computer, run: janus pair"


def refuse_body(call: Call, device: Device | None, length: int | None) -> str | None:
    """Return why a body of *length* bytes (None if it does not say) is not read, or None."""
    if device is not None or call.reads or (length is not None and length <= STRANGERS_BODY):
        return None
    return f"Without a credential a body has {STRANGERS_BODY >> 10} KiB and a Content-Length."


def refuse_origin(call: Call, site: Site, own_origin: str, *, authenticated: bool) -> str | None:
    """Return why the page that calls is refused, or None.

    A browser says where a page is from in ``Origin``, or for the simplest reads in
    ``Sec-Fetch-Site``. Programs say nothing, but have a token, which browsers do not send.
    """
    if call.origin is not None:
        allowed = call.origin in (own_origin, *site.cors_origins)
    elif call.opens_page:
        allowed = True
    else:
        same_site = call.fetch_site in (None, "same-origin", "none")
        allowed = same_site and (call.reads or call.bearer or not authenticated)
    if allowed:
        return None
    return (
        "Pages of another origin have no access to Janus. "
        "For a development page, add its origin to CORS_ALLOWED_ORIGINS."
    )


def refuse_write(call: Call, device: Device, *, key_valid: bool) -> str | None:
    """Return why the device must not change anything, or None.

    A page (a device with a write key) proves with that key that the browser did not send its
    cookie for somebody else; its cookie is no token.
    """
    if call.reads:
        return None
    if device.scope != "full":
        return "This device has read-only access. For full access, pair it again: janus pair"
    if device.key and call.bearer:
        return "This secret is the cookie of a page. For a program, run: janus token"
    if device.key and not key_valid and call.endpoint not in BY_PUSH:
        return f"{KEY_HEADER} is missing or wrong: pair this device again."
    return None
