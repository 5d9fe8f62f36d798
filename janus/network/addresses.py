"""Where Janus may listen, and by which names a browser may call it.

Only addresses that the whole Internet does not reach are ever chosen. A page anywhere can have its
own name point here (DNS rebinding): so a Host header is ours only if it is one we listen under,
port included, letter by letter.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterable
from ipaddress import (
    IPv4Network,
    IPv6Network,
    ip_network,
)

from janus.parsing import address

LOOPBACK = tuple(map(ip_network, ("127.0.0.0/8", "::1/128")))
#: RFC 1918, what carriers and Tailscale share out (RFC 6598), and unique local addresses.
PRIVATE = tuple(
    map(ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"))
)

#: Nobody lives at the first two (RFC 5737, RFC 3849), so the way there is the default route. On it
#: a computer with a public IPv6 address shows its private one only to another private one.
_FAR_AWAY = (
    (socket.AF_INET, "198.51.100.1"),
    (socket.AF_INET6, "2001:db8::1"),
    (socket.AF_INET6, "fd00:db8::1"),
)
#: Of the schemes: a browser leaves these out of what it calls a host.
_UNSAID_PORTS = (80, 443)
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


def is_loopback(text: str) -> bool:
    """Whether this is an address that only this computer reaches."""
    return _within(text, LOOPBACK)


def is_private(text: str) -> bool:
    """Whether this is an address of a network of one's own; loopback is none."""
    return _within(text, PRIVATE)


def _source(family: int, destination: str) -> str | None:
    """The kernel looks up the route when a UDP socket is connected, and sends nothing."""
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((destination, 9))
            return str(probe.getsockname()[0])
    except OSError:
        return None


def lan_address(source: Callable[[int, str], str | None] = _source) -> str | None:
    """The private address of the interface that leads out, IPv4 before IPv6, or None.

    Sends nothing. *source* tells from which address one would send to another.
    """
    for family, destination in _FAR_AWAY:
        found = source(family, destination)
        if found is not None and is_private(found):
            return found
    return None


def local_name(hostname: str) -> str | None:
    """``laptop.local``, by which others in the network find this computer, if it can have one."""
    label = _lower(hostname.partition(".")[0])
    if label is None or label == "localhost" or not _LABEL.fullmatch(label):
        return None
    return f"{label}.local"


def own_names(addresses: Iterable[str], port: int, *, hostname: str) -> frozenset[str]:
    """Every Host header that means a server on this port of these addresses.

    Raises ValueError for what is no address of one computer.
    """
    names = {"localhost", *map(_host, addresses)}
    if name := local_name(hostname):
        names.add(name)
    said = frozenset(f"{name}:{port}" for name in names)
    return said | names if port in _UNSAID_PORTS else said


def host_matches(header: str | None, names: frozenset[str]) -> bool:
    """Whether a Host header is one of ours. Capitals do not matter, anything else does."""
    return header is not None and _lower(header) in names


def _lower(text: str) -> str | None:
    """None for what is not ASCII: the sign for Kelvin would become a "k"."""
    return text.lower() if text.isascii() else None


def _within(text: str, networks: Iterable[IPv4Network | IPv6Network]) -> bool:
    found = address(text)
    return found is not None and any(found in network for network in networks)


def _host(text: str) -> str:
    found = address(text)
    if found is None or found.is_unspecified or found.is_multicast:
        raise ValueError(f"{text!r} is not the address of a computer")
    return f"[{found}]" if found.version == 6 else str(found)


#: Where http is enough.
THIS_COMPUTER = ("127.0.0.1", "::1")
