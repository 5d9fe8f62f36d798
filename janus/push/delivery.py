"""One POST to a stranger's address: over https, to no private network, following nobody.

The address of a push service comes from a browser, so it could name anything that this computer
reaches. Its host is looked up once, and what is connected to is what was looked up and checked.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
from collections.abc import Collection, Mapping
from email.utils import parsedate_to_datetime
from functools import lru_cache
from http.client import HTTPException, HTTPSConnection
from urllib.parse import urlsplit

from msgspec import Struct

#: Seconds for all of it, each step.
TIMEOUT = 10.0
_LONGEST_WAIT = 3600.0
#: What the world uses of IPv6; and the part of it by which computers without IPv4 reach others.
_UNICAST = ipaddress.IPv6Network("2000::/3")
_TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")


class Reply(Struct, frozen=True):
    """What became of it. ``status`` is 0 where nobody answered; ``wait`` is in seconds, if told."""

    status: int
    words: str
    wait: float | None = None


def post(
    url: str, body: bytes, headers: Mapping[str, str], now: float, private: Collection[str] = ()
) -> Reply:
    """Send *body*; the hosts in *private* may be in a private network."""
    site = urlsplit(url)
    host, port = site.hostname or "", site.port or 443
    path = f"{site.path or '/'}{'?' + site.query if site.query else ''}"
    try:
        address = _checked(host, port, host in private)
        connection = _Pinned(host, port, timeout=TIMEOUT, context=_tls())
        connection.address = address
        try:
            connection.request("POST", path, body, dict(headers))
            answer = connection.getresponse()
            words = answer.read(300).decode("utf-8", "replace")
            wait = _seconds(answer.headers.get("Retry-After"), now)
            return Reply(answer.status, " ".join(words.split()), wait)
        finally:
            connection.close()
    except (OSError, HTTPException, ValueError) as failure:
        return Reply(0, str(failure) or type(failure).__name__)


class _Pinned(HTTPSConnection):
    """Connects to an address that was checked, whatever the name means by then."""

    address: str

    def connect(self) -> None:
        plain = socket.create_connection((self.address, self.port), self.timeout)
        try:
            self.sock = _tls().wrap_socket(plain, server_hostname=self.host)
        except BaseException:
            plain.close()
            raise


def _checked(host: str, port: int, private: bool) -> str:
    """The address of a host. Raises OSError where it leads into a private network."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [str(it[4][0]) for it in found]
    if not private and not all(_is_public(ipaddress.ip_address(it)) for it in addresses):
        raise OSError(f"{host} is in a private network")
    return addresses[0]


def _is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether it is one computer anywhere; an address within another one says where that leads."""
    if isinstance(address, ipaddress.IPv4Address):
        return address.is_global and not address.is_multicast
    within = address.ipv4_mapped or address.sixtofour
    if address in _TRANSLATED:
        within = ipaddress.IPv4Address(address.packed[-4:])
    if within:
        return _is_public(within)
    return address in _UNICAST and address.is_global


@lru_cache(1)
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def _seconds(text: str | None, now: float) -> float | None:
    """What a ``Retry-After`` says, in seconds; an hour at most."""
    if not text:
        return None
    try:
        wait = float(text) if text.isdigit() else parsedate_to_datetime(text).timestamp() - now
    except (ValueError, OverflowError):
        return None
    return min(max(wait, 0.0), _LONGEST_WAIT)
