"""A certificate authority of this computer alone, which cannot vouch for the rest of the web.

    ca.key ──signs──> ca.crt     what a phone installs, valid for ten years
       └─────signs──> leaf.crt   what the server presents, with leaf.key; new every year

A stolen ca.key cannot impersonate a bank: the critical name constraints of ca.crt restrict it to
private addresses and ``.local``. A file that is missing or damaged is created again, keys before
what is made from them, so the next call repairs whatever a crash left behind. A key that is
readable is kept: a new ca.crt of it has the same name, so a phone that trusts the old one trusts
what it signs.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from janus.clock import LATEST
from janus.network.certificates import (
    CannotCertify,
    general_names,
    is_current_leaf,
    issue_leaf,
    new_authority,
    stored_authority,
    to_pem,
)
from janus.network.key_files import load_key, locked, read
from janus.storage.store import Store

log = logging.getLogger(__name__)

#: Of a later time no certificate could end within the years that can be written.
_LATEST = LATEST - 20 * 366 * 86400.0


@dataclass(frozen=True, slots=True)
class Leaf:
    """The files the server presents to browsers: its certificate chain, and the key of it."""

    chain: Path
    key: Path


class Authority:
    """What phones trust: one per folder, renewed a year before its end.

    Any thread and any process may call anything at any time: a lock in the folder is held while
    files are checked and written.
    """

    def __init__(
        self,
        folder: Path,
        key: EllipticCurvePrivateKey,
        certificate: x509.Certificate,
        clock: Callable[[], float],
    ) -> None:
        self._folder = folder
        self._key = key
        self._certificate = certificate
        self._clock = clock

    @classmethod
    def open(
        cls, folder: Path, clock: Callable[[], float] = time.time, *, hostname: str
    ) -> Authority:
        """Return the authority stored in a folder, or a new one named after *hostname*.

        Raises CannotCertify.
        """
        with locked(folder) as held:
            Store(folder).sweep()
            key = load_key(held, "ca.key")
            certificate = stored_authority(read(held, "ca.crt"), key, _now(clock))
            if certificate is None:
                certificate = new_authority(key, _now(clock), hostname)
                held.replace("ca.crt", to_pem(certificate))
                log.info(
                    "Created a certificate authority in %s; phones install it from /setup", folder
                )
        return cls(folder, key, certificate, clock)

    @property
    def ca_pem(self) -> bytes:
        """The authority's certificate in the form that programs take."""
        return to_pem(self._certificate)

    @property
    def der(self) -> bytes:
        """The authority's certificate as phones install it (``application/x-x509-ca-cert``)."""
        return self._certificate.public_bytes(Encoding.DER)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate in pairs of digits, as phones show it."""
        return self._certificate.fingerprint(SHA256()).hex(":").upper()

    def words(self) -> str:
        """Return the first 96 bits of the fingerprint as six proquints, for people to compare.

        A proquint is 16 bits in five letters that can be spoken (arXiv:0901.4016). Finding another
        certificate with the same six is infeasible; with the same four it would not be.
        """
        start = self._certificate.fingerprint(SHA256())[:12]
        return "-".join(
            proquint(int.from_bytes(start[at : at + 2])) for at in range(0, len(start), 2)
        )

    def leaf(self, names: Iterable[str]) -> Leaf:
        """Return a certificate for exactly these addresses and DNS names: the stored or a new one.

        The server may be reading it: the key stays the same, and the certificate is replaced in
        one step. Raises CannotCertify, also for names that phones would not accept from us.
        """
        wanted = general_names(names)
        with locked(self._folder) as held:
            key = load_key(held, "leaf.key")
            now = _now(self._clock)
            stored = read(held, "leaf.crt")
            if not is_current_leaf(stored, key, wanted, self._certificate, now):
                issued = issue_leaf(key, wanted, self._certificate, self._key, now)
                held.replace("leaf.crt", to_pem(issued) + self.ca_pem)
                log.info(
                    "Issued a certificate for %s", ", ".join(str(name.value) for name in wanted)
                )
        return Leaf(self._folder / "leaf.crt", self._folder / "leaf.key")


def proquint(number: int) -> str:
    """Return 16 bits as a word of five letters: a consonant has four bits, a vowel two."""
    consonants, vowels = "bdfghjklmnprstvz", "aiou"
    places = ((consonants, 12), (vowels, 10), (consonants, 6), (vowels, 4), (consonants, 0))
    return "".join(letters[(number >> at) % len(letters)] for letters, at in places)


def _now(clock: Callable[[], float]) -> datetime:
    """Return the time in whole seconds, as certificates have it.

    Raises CannotCertify where the clock cannot be right: a new authority, because the one that
    phones trust seems to have ended, would lock them all out.
    """
    now = clock()
    if not 0 <= now < _LATEST:
        raise CannotCertify("the clock of this computer is wrong. Set it, and start Janus again")
    return datetime.fromtimestamp(int(now), UTC)
