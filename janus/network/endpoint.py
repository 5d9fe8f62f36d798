"""The endpoint: the addresses and port Janus listens on, and the certificate it presents there.

127.0.0.1 and ::1, which only this computer reaches, accept HTTP as well as HTTPS. Everywhere else
HTTP serves only the instructions for getting to HTTPS: see ``blueprints.setup``.
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
from janus.network.certificates import CannotCertify
from janus.text.parsing import address

log = logging.getLogger(__name__)

#: Seconds between two checks of the certificate, which is renewed a month before its end.
RENEWAL = 12 * 3600.0
_PROXY = "or name a proxy in JANUS_PUBLIC_URL, such as Tailscale"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Addresses and port, with the certificate if one is needed.

    The first address is that for this computer, the second, if any, that for phones.
    """

    addresses: tuple[str, ...]
    port: int
    public_url: str | None = None
    authority: Authority | None = None
    leaf: Leaf | None = None
    #: Why phones cannot reach it, and what to do, where that is known.
    unreachable: str | None = None

    @classmethod
    def local(cls, port: int, public_url: str | None = None) -> Endpoint:
        """Return an endpoint that only this computer reaches, perhaps from a proxy."""
        return cls(THIS_COMPUTER[:1], port, public_url)

    @property
    def binds(self) -> list[str]:
        """The addresses in the form gunicorn takes."""
        return [_joined(address, self.port) for address in self.addresses]

    def at(self, port: int) -> Endpoint:
        """Return the same endpoint on the port that the system has assigned."""
        return replace(self, port=port)

    @property
    def local_url(self) -> str:
        """The URL for programs on this computer."""
        return f"http://{_joined(self.addresses[0], self.port)}"

    @property
    def phone_url(self) -> str:
        """The URL for phones; that for this computer if they cannot reach Janus."""
        if self.public_url:
            return self.public_url
        if len(self.addresses) > 1:
            return f"https://{_joined(self.addresses[1], self.port)}"
        return self.local_url

    @property
    def name_url(self) -> str | None:
        """The URL by a name that stays in other networks, if phones reach one that has a name."""
        name = local_name(socket.gethostname())
        reached = len(self.addresses) > 1 and not self.public_url
        return f"https://{name}:{self.port}" if name and reached else None

    @property
    def setup_url(self) -> str | None:
        """The URL where a phone installs the certificate authority; None if it need not."""
        if self.authority is None or self.public_url:
            return None
        return f"http://{_joined(self.addresses[1], self.port)}/setup"

    def renew(self) -> Leaf | None:
        """Return the certificate, renewed if that is due; None without one.

        Raises CannotCertify.
        """
        return self.authority.leaf(_names(self.addresses)) if self.authority else None


def choose(settings: Settings, folder: Path) -> Endpoint:
    """Return the endpoint that the settings and this computer allow.

    Certificates are stored in *folder*. Raises SettingsError.
    """
    url = settings.public_url
    addresses = addresses_for(settings)
    port = settings.port or (_free_port() if len(addresses) > 1 else 0)
    if len(addresses) == 1:
        return Endpoint(
            addresses, port, url, unreachable=None if url else why_unreachable(settings)
        )
    try:
        authority = Authority.open(folder, hostname=socket.gethostname())
        return Endpoint(addresses, port, url, authority, authority.leaf(_names(addresses)))
    except CannotCertify as why:
        if settings.host != "auto":
            raise SettingsError(
                f"JANUS_HOST={settings.host}: HTTPS is not possible: {why}"
            ) from why
        log.warning("Phones cannot reach Janus, because HTTPS is not possible: %s", why)
        unreachable = None if url else f"HTTPS is not possible: {why}."
        return Endpoint(addresses[:1], port, url, unreachable=unreachable)


def follow(endpoint: Endpoint, settings: Settings, folder: Path) -> Endpoint:
    """The endpoint by now: this computer may have got, lost or changed its private address.

    Only what the settings leave open changes. Raises SettingsError.
    """
    addresses = addresses_for(settings)
    if addresses == endpoint.addresses:
        return endpoint
    return choose(replace(settings, port=endpoint.port), folder)


def renewal(
    endpoint: Endpoint, context: ssl.SSLContext, now: Callable[[], float]
) -> Callable[[], None]:
    """Return a function that loads a new certificate into *context* when one is due.

    It is to be called often; *now* is in seconds.
    """
    next_check = now() + RENEWAL

    def renew() -> None:
        nonlocal next_check
        if now() >= next_check:
            next_check = now() + RENEWAL
            if leaf := endpoint.renew():
                context.load_cert_chain(leaf.chain, leaf.key)  # for new connections

    return renew


def addresses_for(settings: Settings) -> tuple[str, ...]:
    """The addresses that the settings and this computer allow now. Raises SettingsError."""
    host = "127.0.0.1" if settings.host == "localhost" else settings.host
    if host == "auto":
        lan = None if settings.public_url else lan_address()
        return (THIS_COMPUTER[0], lan) if lan else THIS_COMPUTER[:1]
    if host in THIS_COMPUTER:
        return (host,)
    if not (is_private(host) or is_loopback(host) or settings.allow_public):
        raise SettingsError(
            f"JANUS_HOST={host}: the whole Internet may reach this address, and whoever gets "
            "access can run commands as you. To use it all the same, set JANUS_ALLOW_PUBLIC=yes"
        )
    return (THIS_COMPUTER[0], host)


def why_unreachable(settings: Settings) -> str:
    """Why phones cannot reach a Janus that listens only on this computer, and what to do."""
    if settings.host == "auto":
        why = "this computer has no private address in a network now. Connect it to your Wi-Fi"
        return f"{why}, and Janus follows within {settings.cleanup_interval:.0f} seconds; {_PROXY}."
    why = f"JANUS_HOST={settings.host} restricts it to this computer. Remove that setting"
    return f"{why} and start Janus again; {_PROXY}."


def _names(addresses: tuple[str, ...]) -> list[str]:
    """Return the names for the certificate. A private authority cannot certify a public address."""
    own = [it for it in addresses if is_private(it) or is_loopback(it)]
    name = local_name(socket.gethostname())
    return [*own, "localhost", *([name] if name else [])]


def _free_port() -> int:
    with socket.create_server((THIS_COMPUTER[0], 0)) as probe:
        return int(probe.getsockname()[1])


def _joined(host: str, port: int) -> str:
    parsed = address(host)
    return f"[{host}]:{port}" if parsed and parsed.version == 6 else f"{host}:{port}"
