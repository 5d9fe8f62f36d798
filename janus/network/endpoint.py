"""Where Janus listens, and what it shows there so that a browser trusts it.

127.0.0.1 and ::1, which only this computer reaches, take http as well as https. Everywhere else
http gives nothing but how to come to https: see ``blueprints.setup``.
"""

from __future__ import annotations

import logging
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from janus.config import Settings, SettingsError
from janus.network.addresses import THIS_COMPUTER, is_loopback, is_private, lan_address, local_name
from janus.network.authority import Authority, Leaf
from janus.network.x509 import CannotCertify
from janus.parsing import address

log = logging.getLogger(__name__)

#: Seconds between two looks at the certificate, which is renewed a month before its end.
RENEWAL = 12 * 3600.0


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The addresses, the one for this computer first, and the certificate if one is needed."""

    addresses: tuple[str, ...]
    port: int
    public_url: str | None = None
    authority: Authority | None = None
    leaf: Leaf | None = None

    @property
    def binds(self) -> list[str]:
        """As gunicorn takes them."""
        return [_joined(address, self.port) for address in self.addresses]

    def at(self, port: int) -> Endpoint:
        """The same on the port that was given by the system."""
        return replace(self, port=port)

    @property
    def home(self) -> str:
        """The URL for programs on this computer."""
        return f"http://{_joined(self.addresses[0], self.port)}"

    @property
    def reach(self) -> str:
        """The URL for phones, as far as they can reach Janus at all."""
        if self.public_url:
            return self.public_url
        if len(self.addresses) > 1:
            return f"https://{_joined(self.addresses[1], self.port)}"
        return self.home

    @property
    def setup(self) -> str | None:
        """Where a phone learns to trust the certificate; None if it need not."""
        if self.authority is None or self.public_url:
            return None
        return f"http://{_joined(self.addresses[1], self.port)}/setup"

    def renew(self) -> Leaf | None:
        """The certificate if there is one, a new one in time. Raises CannotCertify."""
        return self.authority.leaf(_names(self.addresses)) if self.authority else None


def choose(settings: Settings, folder: Path) -> Endpoint:
    """What the settings and this computer allow; certificates are kept in *folder*.

    Raises SettingsError.
    """
    url = settings.public_url
    addresses = _addresses(settings)
    port = settings.port or (_free_port() if len(addresses) > 1 else 0)
    if len(addresses) == 1:
        return Endpoint(addresses, port, url)
    try:
        authority = Authority.open(folder, hostname=socket.gethostname())
        return Endpoint(addresses, port, url, authority, authority.leaf(_names(addresses)))
    except CannotCertify as why:
        if settings.host != "auto":
            raise SettingsError(
                f"JANUS_HOST={settings.host}: there would be no HTTPS: {why}"
            ) from why
        log.warning("Phones cannot reach Janus, because there would be no HTTPS: %s", why)
        return Endpoint(addresses[:1], port, url)


def renewal(
    endpoint: Endpoint, context: ssl.SSLContext, now: Callable[[], float]
) -> Callable[[], None]:
    """To be called now and then: gives *context* a new certificate when one is due."""
    next_look = now() + RENEWAL

    def renew() -> None:
        nonlocal next_look
        if now() >= next_look:
            next_look = now() + RENEWAL
            if leaf := endpoint.renew():
                context.load_cert_chain(leaf.chain, leaf.key)  # for those who come from now on

    return renew


def _addresses(settings: Settings) -> tuple[str, ...]:
    host = "127.0.0.1" if settings.host == "localhost" else settings.host
    if host == "auto":
        lan = None if settings.public_url else lan_address()
        return (THIS_COMPUTER[0], lan) if lan else THIS_COMPUTER[:1]
    if host in THIS_COMPUTER:
        return (host,)
    if not (is_private(host) or is_loopback(host) or settings.allow_public):
        raise SettingsError(
            f"JANUS_HOST={host}: the whole Internet may reach this address, and whoever gets in "
            "can run commands as you. If you insist, set JANUS_ALLOW_PUBLIC=yes"
        )
    return (THIS_COMPUTER[0], host)


def _names(addresses: tuple[str, ...]) -> list[str]:
    """What the certificate is for. Nobody can certify a public address but the Internet's own."""
    own = [it for it in addresses if is_private(it) or is_loopback(it)]
    name = local_name(socket.gethostname())
    return [*own, "localhost", *([name] if name else [])]


def _free_port() -> int:
    with socket.create_server((THIS_COMPUTER[0], 0)) as probe:
        return int(probe.getsockname()[1])


def _joined(host: str, port: int) -> str:
    found = address(host)
    return f"[{host}]:{port}" if found and found.version == 6 else f"{host}:{port}"
