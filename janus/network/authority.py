"""An authority of this computer alone, which a phone can trust without trusting it with the web.

    ca.key ──signs──> ca.crt     what a phone installs, good for ten years
       └─────signs──> leaf.crt   what the server shows, with leaf.key; new every year

A stolen ca.key can pretend to be no bank: the critical name constraints of ca.crt leave it private
addresses and ``.local``. A file that is lost or damaged is made again, the keys before what is
made from them, so whatever a crash leaves is mended by the next call. A key that can be read is
kept: its new ca.crt has the old name, so a phone that trusts the old one trusts what it signs.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from janus.network.key_files import load_key, locked, read, to_pem, write
from janus.network.proquint import proquint
from janus.network.x509 import (
    CONSTRAINTS,
    DAMAGED,
    LEAF_LIFE,
    RENEWED_BEFORE,
    key_usage,
    names_of,
    new_authority,
    now_at,
    sign_certificate,
)
from janus.storage.store import Store

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Leaf:
    """Where the server finds what it shows to browsers: the certificates, its own first."""

    chain: Path
    key: Path


class Authority:
    """What phones trust: the same for all who open its folder, and renewed a year before its end.

    Any thread and any process may call anything at any time: a lock in the folder is held while
    files are looked at and made.
    """

    def __init__(
        self,
        store: Store,
        key: ec.EllipticCurvePrivateKey,
        certificate: x509.Certificate,
        clock: Callable[[], float],
    ) -> None:
        self._store = store
        self._key = key
        self._certificate = certificate
        self._clock = clock

    @classmethod
    def open(
        cls, folder: Path, clock: Callable[[], float] = time.time, *, hostname: str
    ) -> Authority:
        """The authority kept in a folder, or a new one, which phones list by the *hostname*.

        Raises CannotCertify.
        """
        store = Store(folder)
        with locked(folder):
            store.sweep()
            key = load_key(store, "ca.key")
            certificate = _authority(read(folder / "ca.crt"), key, now_at(clock))
            if certificate is None:
                certificate = new_authority(key, now_at(clock), hostname)
                write(store, "ca.crt", to_pem(certificate))
                log.info("New certificate authority in %s; phones have to trust it", folder)
        return cls(store, key, certificate, clock)

    @property
    def ca_pem(self) -> bytes:
        """The authority's certificate, as programs take it."""
        return to_pem(self._certificate)

    @property
    def der(self) -> bytes:
        """The authority's certificate, as phones install it (``application/x-x509-ca-cert``)."""
        return self._certificate.public_bytes(Encoding.DER)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate in pairs of digits, as phones show it."""
        return self._certificate.fingerprint(SHA256()).hex(":").upper()

    def words(self) -> str:
        """The first 96 bits of the fingerprint as six proquints, which people compare with ease.

        A proquint is 16 bits in five letters that can be spoken (arXiv:0901.4016). To find another
        certificate with the same six is out of reach; with the same four it would not be.
        """
        start = self._certificate.fingerprint(SHA256())[:12]
        return "-".join(
            proquint(int.from_bytes(start[at : at + 2])) for at in range(0, len(start), 2)
        )

    def leaf(self, names: Iterable[str]) -> Leaf:
        """A certificate for exactly these addresses and DNS names, as it was or a new one.

        The server may be reading it: the key stays the same, and the certificate is replaced in
        one step. Raises CannotCertify, also for names that phones would not accept from us.
        """
        wanted = names_of(names)
        folder = self._store.folder
        with locked(folder):
            key = load_key(self._store, "leaf.key")
            now = now_at(self._clock)
            if not self._is_good(read(folder / "leaf.crt"), key, wanted, now):
                issued = self._issue(key, wanted, now)
                write(self._store, "leaf.crt", to_pem(issued) + self.ca_pem)
                log.info("New certificate for %s", ", ".join(str(name.value) for name in wanted))
        return Leaf(folder / "leaf.crt", folder / "leaf.key")

    def _is_good(
        self,
        pem: bytes | None,
        key: ec.EllipticCurvePrivateKey,
        wanted: list[x509.GeneralName],
        now: datetime,
    ) -> bool:
        try:
            leaf = x509.load_pem_x509_certificate(pem or b"")
            leaf.verify_directly_issued_by(self._certificate)
            said = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
            return (
                pem == to_pem(leaf) + self.ca_pem
                and leaf.public_key() == key.public_key()
                and list(said) == wanted
                # More is left if the clock was ahead: then it is not valid yet.
                and RENEWED_BEFORE <= leaf.not_valid_after_utc - now <= LEAF_LIFE
            )
        except DAMAGED:
            return False

    def _issue(
        self, key: ec.EllipticCurvePrivateKey, wanted: list[x509.GeneralName], now: datetime
    ) -> x509.Certificate:
        # No common name: some programs would hold it against the constraints on DNS names.
        subject = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Janus")])
        return (
            sign_certificate(subject, key, self._certificate.subject, now, LEAF_LIFE)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(key_usage(digital_signature=True), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.SubjectAlternativeName(wanted), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()),
                critical=False,
            )
            .sign(self._key, SHA256())
        )


def _authority(
    pem: bytes | None, key: ec.EllipticCurvePrivateKey, now: datetime
) -> x509.Certificate | None:
    """The certificate that was kept, unless it is not of this key, not ours, or too old.

    Too old if it could end before what it signs now. One from the future is kept: that is a
    computer whose clock is behind, as some are when they start.
    """
    try:
        certificate = x509.load_pem_x509_certificate(pem or b"")
        certificate.verify_directly_issued_by(certificate)
        constraints = certificate.extensions.get_extension_for_class(x509.NameConstraints)
    except DAMAGED:
        return None
    good = (
        pem == to_pem(certificate)
        and certificate.public_key() == key.public_key()
        and constraints.critical
        and constraints.value == CONSTRAINTS
        and certificate.not_valid_after_utc - now >= LEAF_LIFE
    )
    return certificate if good else None
