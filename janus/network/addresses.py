"""The addresses Janus may listen on, and the names by which browsers may call it.

Only addresses that cannot be reached from the Internet are ever chosen. Any page can make a name of
its own resolve to this computer (DNS rebinding), so a Host header is accepted only if it is exactly
a name and port that Janus listens on.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterable
from ipaddress import IPv4Network, IPv6Network, ip_network

from janus.text.parsing import address

#: The addresses that only this computer reaches, where HTTP is enough.
THIS_COMPUTER = ("127.0.0.1", "::1")
LOOPBACK = tuple(map(ip_network, ("127.0.0.0/8", "::1/128")))
#: RFC 1918, what carriers and Tailscale assign (RFC 6598), and unique local addresses.
PRIVATE = tuple(
    map(ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"))
)

#: The first two are reserved for documentation (RFC 5737, RFC 3849), so the default route leads
#: there. On it, a computer with a public IPv6 address uses its private one only to reach another
#: private one.
_FAR_AWAY = (
    (socket.AF_INET, "198.51.100.1"),
    (socket.AF_INET6, "2001:db8::1"),
    (socket.AF_INET6, "fd00:db8::1"),
)
#: Browsers omit the default port of a scheme from the Host header.
_DEFAULT_PORTS = (80, 443)
LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


def is_loopback(text: str) -> bool:
    """Return whether this is an address that only this computer reaches."""
    return _within(text, LOOPBACK)


def is_private(text: str) -> bool:
    """Return whether this is an address of a private network; loopback is not."""
    return _within(text, PRIVATE)


def _source(family: int, destination: str) -> str | None:
    """Return the address from which this computer would send to another.

    Connecting a UDP socket makes the kernel look up the route, and sends nothing.
    """
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((destination, 9))
            return str(probe.getsockname()[0])
    except OSError:
        return None


def lan_address(source: Callable[[int, str], str | None] = _source) -> str | None:
    """Return the private address of the outgoing interface, IPv4 before IPv6, or None.

    *source* returns the address from which one would send to another; nothing is sent.
    """
    for family, destination in _FAR_AWAY:
        own = source(family, destination)
        if own is not None and is_private(own):
            return own
    return None


def local_name(hostname: str) -> str | None:
    """Return the mDNS name of this computer, such as ``laptop.local``; None if it has none."""
    label = _lower(hostname.partition(".")[0])
    if label is None or label == "localhost" or not LABEL.fullmatch(label):
        return None
    return f"{label}.local"


def own_names(addresses: Iterable[str], port: int, *, hostname: str) -> frozenset[str]:
    """Return every Host header that means this port of these addresses.

    Raises ValueError for anything but the address of a single computer.
    """
    names = {"localhost", *map(_host, addresses)}
    if name := local_name(hostname):
        names.add(name)
    with_port = frozenset(f"{name}:{port}" for name in names)
    return with_port | names if port in _DEFAULT_PORTS else with_port


def host_matches(header: str | None, names: frozenset[str]) -> bool:
    """Return whether a Host header is among *names*, regardless of case."""
    return header is not None and _lower(header) in names


def _lower(text: str) -> str | None:
    """Return ASCII text in lower case, else None: the Kelvin sign would become a "k"."""
    return text.lower() if text.isascii() else None


def _within(text: str, networks: Iterable[IPv4Network | IPv6Network]) -> bool:
    parsed = address(text)
    return parsed is not None and any(parsed in network for network in networks)


def _host(text: str) -> str:
    parsed = address(text)
    if parsed is None or parsed.is_unspecified or parsed.is_multicast:
        raise ValueError(f"{text!r} is not the address of a computer")
    return f"[{parsed}]" if parsed.version == 6 else str(parsed)
