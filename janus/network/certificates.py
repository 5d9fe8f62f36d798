"""X.509 certificates: an authority with name constraints, and the leaves it signs.

Nothing here reads or writes a file. PEM that was stored counts only if it is written exactly as
``to_pem`` would: OpenSSL, which the server uses, is stricter than the library that reads it here.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from ipaddress import ip_address

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from janus.network.addresses import LABEL, LOOPBACK, PRIVATE

#: Certificates are valid from before now, for phones and other machines whose clock is behind.
_CLOCK_SLACK = timedelta(days=2)
_AUTHORITY_LIFE = timedelta(days=3652)
#: Phones refuse more than 398 days, and count both ends.
_LEAF_LIFE = timedelta(days=397)
#: A leaf is renewed when less than this is left.
_RENEWAL = timedelta(days=30)
#: IPv4 first: an authority with its constraints in another order would not be taken for ours.
_NETWORKS = sorted([*PRIVATE, *LOOPBACK], key=lambda network: network.version)
_DOMAINS = ("local", "localhost")
_CONSTRAINTS = x509.NameConstraints(
    permitted_subtrees=[*map(x509.IPAddress, _NETWORKS), *map(x509.DNSName, _DOMAINS)],
    excluded_subtrees=None,
)
#: What a key may be for.
_USAGES = (
    *("digital_signature", "key_cert_sign", "content_commitment", "key_encipherment"),
    *("data_encipherment", "key_agreement", "crl_sign", "encipher_only", "decipher_only"),
)
#: What the library raises for certificates that are malformed, incomplete, or signed by others.
_INVALID = (ValueError, TypeError, UnsupportedAlgorithm, InvalidSignature, x509.ExtensionNotFound)


class CannotCertify(Exception):
    """There is no certificate that a phone may trust; the message says why and what to do."""


def to_pem(certificate: x509.Certificate) -> bytes:
    """Return a certificate as it is stored."""
    return certificate.public_bytes(Encoding.PEM)


def valid_until(pem: bytes) -> datetime:
    """When a certificate ends. Raises ValueError for what is none."""
    return x509.load_pem_x509_certificate(pem).not_valid_after_utc


def new_authority(key: EllipticCurvePrivateKey, now: datetime, hostname: str) -> x509.Certificate:
    """Return a new authority, which phones list by the name of this computer."""
    name = "".join(filter(str.isprintable, f"Janus on {hostname or 'this computer'}"))
    # A common name has at most 64 bytes; a host name may be longer.
    name = name.encode("utf-8", "ignore")[:64].decode("utf-8", "ignore")
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    return (
        _builder(subject, key, subject, now, _AUTHORITY_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage("key_cert_sign"), critical=True)
        .add_extension(_CONSTRAINTS, critical=True)
        .sign(key, SHA256())
    )


def stored_authority(
    pem: bytes | None, key: EllipticCurvePrivateKey, now: datetime
) -> x509.Certificate | None:
    """Return the stored authority, or None if it is of another key, not ours, or too old.

    It is too old if it could end before what it signs now. One from the future is kept: then the
    computer's clock is behind, as some are after a start.
    """
    try:
        certificate = x509.load_pem_x509_certificate(pem or b"")
        certificate.verify_directly_issued_by(certificate)
        constraints = certificate.extensions.get_extension_for_class(x509.NameConstraints)
    except _INVALID:
        return None
    valid = (
        pem == to_pem(certificate)
        and certificate.public_key() == key.public_key()
        and constraints.critical
        and constraints.value == _CONSTRAINTS
        and certificate.not_valid_after_utc - now >= _LEAF_LIFE
    )
    return certificate if valid else None


def issue_leaf(
    key: EllipticCurvePrivateKey,
    names: list[x509.GeneralName],
    authority: x509.Certificate,
    authority_key: EllipticCurvePrivateKey,
    now: datetime,
) -> x509.Certificate:
    """Return a new server certificate for these names."""
    # No common name: some programs would hold it against the constraints on DNS names.
    subject = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Janus")])
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key())
    return (
        _builder(subject, key, authority.subject, now, _LEAF_LIFE)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage("digital_signature"), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(issuer, critical=False)
        .sign(authority_key, SHA256())
    )


def is_current_leaf(
    pem: bytes | None,
    key: EllipticCurvePrivateKey,
    names: list[x509.GeneralName],
    authority: x509.Certificate,
    now: datetime,
) -> bool:
    """Return whether a stored chain is for this key, exactly these names, and long enough."""
    try:
        leaf = x509.load_pem_x509_certificate(pem or b"")
        leaf.verify_directly_issued_by(authority)
        certified = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        return (
            pem == to_pem(leaf) + to_pem(authority)
            and leaf.public_key() == key.public_key()
            and list(certified) == names
            # More than its life is left if the clock was ahead: then it is not valid yet.
            and _RENEWAL <= leaf.not_valid_after_utc - now <= _LEAF_LIFE
        )
    except _INVALID:
        return False


def general_names(names: Iterable[str]) -> list[x509.GeneralName]:
    """Return each name once, in the form and order of a certificate.

    Raises CannotCertify for names that phones would not accept from us.
    """
    general = sorted({_general_name(name) for name in names}, key=repr)
    if not general:
        raise CannotCertify("a certificate needs a name: an address or a host name")
    return general


def _general_name(name: str) -> x509.GeneralName:
    with contextlib.suppress(ValueError):
        address = ip_address(name)
        if "%" not in name and any(address in network for network in _NETWORKS):
            return x509.IPAddress(address)
        raise CannotCertify(f"{name} is no private address; Janus certifies no others")
    labels = name.lower().split(".")
    valid = name.isascii() and len(name) <= 253 and labels[-1] in _DOMAINS
    if not valid or not all(map(LABEL.fullmatch, labels)):
        raise CannotCertify(f"{name!r} is neither a .local name nor an address")
    return x509.DNSName(".".join(labels))


def _builder(
    subject: x509.Name,
    key: EllipticCurvePrivateKey,
    issuer: x509.Name,
    now: datetime,
    life: timedelta,
) -> x509.CertificateBuilder:
    start = now - _CLOCK_SLACK
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


def _key_usage(only: str) -> x509.KeyUsage:
    return x509.KeyUsage(**{usage: usage == only for usage in _USAGES})
