"""The certificates themselves: an authority with name constraints, and leaves signed by it."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

#: For the clocks of phones that are behind.
_SLACK = timedelta(hours=1)


_AUTHORITY_LIFE = timedelta(days=3652)


#: Phones refuse more than 398 days, and count both ends.
LEAF_LIFE = timedelta(days=397)


RENEWED_BEFORE = timedelta(days=30)


_NETWORKS = tuple(
    map(
        ip_network,
        (
            *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8"),
            *("fc00::/7", "::1/128"),
        ),
    )
)


_DOMAINS = ("local", "localhost")


CONSTRAINTS = x509.NameConstraints(
    permitted_subtrees=[*map(x509.IPAddress, _NETWORKS), *map(x509.DNSName, _DOMAINS)],
    excluded_subtrees=None,
)


_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


#: What the library raises for what it cannot make sense of, or others have signed.
DAMAGED = (ValueError, TypeError, UnsupportedAlgorithm, InvalidSignature, x509.ExtensionNotFound)


class CannotCertify(Exception):
    """There is no certificate a phone may trust; the message says why and what to do."""


def new_authority(
    key: ec.EllipticCurvePrivateKey, now: datetime, hostname: str
) -> x509.Certificate:
    name = "".join(filter(str.isprintable, f"Janus on {hostname or 'this computer'}"))
    # The longest a common name may be; a host name may be longer.
    name = name.encode("utf-8", "ignore")[:64].decode("utf-8", "ignore")
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    return (
        sign_certificate(subject, key, subject, now, _AUTHORITY_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(key_usage(key_cert_sign=True), critical=True)
        .add_extension(CONSTRAINTS, critical=True)
        .sign(key, SHA256())
    )


def sign_certificate(
    subject: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    issuer: x509.Name,
    now: datetime,
    life: timedelta,
) -> x509.CertificateBuilder:
    start = now - _SLACK
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + life)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def key_usage(*, digital_signature: bool = False, key_cert_sign: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        key_cert_sign=key_cert_sign,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


def names_of(names: Iterable[str]) -> list[x509.GeneralName]:
    """Each name once, in the form and order of a certificate."""
    found = sorted({_name(name) for name in names}, key=repr)
    if not found:
        raise CannotCertify("a certificate needs a name: an address or a host name")
    return found


def _name(name: str) -> x509.GeneralName:
    with contextlib.suppress(ValueError):
        address = ip_address(name)
        if "%" not in name and any(address in network for network in _NETWORKS):
            return x509.IPAddress(address)
        raise CannotCertify(f"{name} is no private address; Janus certifies no others")
    labels = name.lower().split(".")
    good = name.isascii() and len(name) <= 253 and labels[-1] in _DOMAINS
    if not good or not all(map(_LABEL.fullmatch, labels)):
        raise CannotCertify(f"{name!r} is neither a .local name nor an address")
    return x509.DNSName(".".join(labels))


def now_at(clock: Callable[[], float]) -> datetime:
    return datetime.fromtimestamp(int(clock()), UTC)
