"""An authority of this computer alone, which a phone can trust without trusting it with the web.

    ca.key ──signs──> ca.crt     what a phone installs, good for ten years
       └─────signs──> leaf.crt   what the server shows, with leaf.key; new every year

A stolen ca.key can pretend to be no bank: the critical name constraints of ca.crt leave it private
addresses and ``.local``. A file that is lost or damaged is made again, the keys before what is
made from them, so whatever a crash leaves is mended by the next call. A key that can be read is
kept: its new ca.crt has the old name, so a phone that trusts the old one trusts what it signs.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import re
import stat
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from janus.store import Store, make_folder

log = logging.getLogger(__name__)

#: For the clocks of phones that are behind.
_SLACK = timedelta(hours=1)
_AUTHORITY_LIFE = timedelta(days=3652)
#: Phones refuse more than 398 days, and count both ends.
_LEAF_LIFE = timedelta(days=397)
_RENEWED_BEFORE = timedelta(days=30)

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
_CONSTRAINTS = x509.NameConstraints(
    permitted_subtrees=[*map(x509.IPAddress, _NETWORKS), *map(x509.DNSName, _DOMAINS)],
    excluded_subtrees=None,
)
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
#: What the library raises for what it cannot make sense of, or others have signed.
_DAMAGED = (ValueError, TypeError, UnsupportedAlgorithm, InvalidSignature, x509.ExtensionNotFound)
_LONGEST = 1 << 16

_CONSONANTS, _VOWELS = "bdfghjklmnprstvz", "aiou"


class CannotCertify(Exception):
    """There is no certificate a phone may trust; the message says why and what to do."""


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
        with _locked(folder):
            store.sweep()
            key = _key(store, "ca.key")
            certificate = _authority(_read(folder / "ca.crt"), key, _now(clock))
            if certificate is None:
                certificate = _new_authority(key, _now(clock), hostname)
                _write(store, "ca.crt", _pem(certificate))
                log.info("New certificate authority in %s; phones have to trust it", folder)
        return cls(store, key, certificate, clock)

    @property
    def ca_pem(self) -> bytes:
        """The authority's certificate, as programs take it."""
        return _pem(self._certificate)

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
        wanted = _names(names)
        folder = self._store.folder
        with _locked(folder):
            key = _key(self._store, "leaf.key")
            now = _now(self._clock)
            if not self._is_good(_read(folder / "leaf.crt"), key, wanted, now):
                issued = self._issue(key, wanted, now)
                _write(self._store, "leaf.crt", _pem(issued) + self.ca_pem)
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
                pem == _pem(leaf) + self.ca_pem
                and leaf.public_key() == key.public_key()
                and list(said) == wanted
                # More is left if the clock was ahead: then it is not valid yet.
                and _RENEWED_BEFORE <= leaf.not_valid_after_utc - now <= _LEAF_LIFE
            )
        except _DAMAGED:
            return False

    def _issue(
        self, key: ec.EllipticCurvePrivateKey, wanted: list[x509.GeneralName], now: datetime
    ) -> x509.Certificate:
        # No common name: some programs would hold it against the constraints on DNS names.
        subject = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Janus")])
        return (
            _certificate(subject, key, self._certificate.subject, now, _LEAF_LIFE)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_key_usage(digital_signature=True), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.SubjectAlternativeName(wanted), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()),
                critical=False,
            )
            .sign(self._key, SHA256())
        )


def proquint(number: int) -> str:
    """16 bits as a word of five letters: four bits a consonant, two bits a vowel."""
    return (
        _CONSONANTS[number >> 12 & 15]
        + _VOWELS[number >> 10 & 3]
        + _CONSONANTS[number >> 6 & 15]
        + _VOWELS[number >> 4 & 3]
        + _CONSONANTS[number & 15]
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
    except _DAMAGED:
        return None
    good = (
        pem == _pem(certificate)
        and certificate.public_key() == key.public_key()
        and constraints.critical
        and constraints.value == _CONSTRAINTS
        and certificate.not_valid_after_utc - now >= _LEAF_LIFE
    )
    return certificate if good else None


def _new_authority(
    key: ec.EllipticCurvePrivateKey, now: datetime, hostname: str
) -> x509.Certificate:
    name = "".join(filter(str.isprintable, f"Janus on {hostname or 'this computer'}"))
    # The longest a common name may be; a host name may be longer.
    name = name.encode("utf-8", "ignore")[:64].decode("utf-8", "ignore")
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    return (
        _certificate(subject, key, subject, now, _AUTHORITY_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(key_cert_sign=True), critical=True)
        .add_extension(_CONSTRAINTS, critical=True)
        .sign(key, SHA256())
    )


def _certificate(
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


def _key_usage(*, digital_signature: bool = False, key_cert_sign: bool = False) -> x509.KeyUsage:
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


def _names(names: Iterable[str]) -> list[x509.GeneralName]:
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


def _now(clock: Callable[[], float]) -> datetime:
    return datetime.fromtimestamp(int(clock()), UTC)


def _key(store: Store, name: str) -> ec.EllipticCurvePrivateKey:
    """The key in a file; a new one if there is none, or none that can be read."""
    pem = _read(store.folder / name)
    if pem is not None:
        with contextlib.suppress(*_DAMAGED):
            key = load_pem_private_key(pem, None)
            if isinstance(key, ec.EllipticCurvePrivateKey) and pem == _key_pem(key):
                return key
        log.warning("%s is damaged; there is a new one now", store.folder / name)
    key = ec.generate_private_key(ec.SECP256R1())
    _write(store, name, _key_pem(key))
    return key


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _pem(certificate: x509.Certificate) -> bytes:
    """How we write it. A kept file counts only if it says exactly this: OpenSSL, which the server
    uses, is stricter than what reads it here."""
    return certificate.public_bytes(Encoding.PEM)


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Alone with what is in the folder. All that a disk can refuse becomes CannotCertify."""
    try:
        make_folder(folder)
        os.close(_open(folder, os.O_RDONLY, stat.S_IFDIR, 0o700))
        fd = _open(folder / "lock", os.O_RDWR | os.O_CREAT, stat.S_IFREG, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX)
            yield
        finally:
            os.close(fd)
    except OSError as failure:
        raise CannotCertify(f"cannot keep certificates in {folder}: {failure}") from failure


def _read(path: Path) -> bytes | None:
    try:
        fd = _open(path, os.O_RDONLY, stat.S_IFREG, 0o600)
    except FileNotFoundError:
        return None
    try:
        return os.pread(fd, _LONGEST, 0)
    finally:
        os.close(fd)


def _write(store: Store, name: str, data: bytes) -> None:
    if not store.replace(name, data):
        raise CannotCertify(f"cannot write {store.folder / name}: {store.problem}")


def _open(path: Path, flags: int, kind: int, mode: int) -> int:
    """Open what is nobody else's, and make it so that nobody else can."""
    try:
        fd = os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, mode)
    except OSError:
        if path.is_symlink():
            raise CannotCertify(f"{path} is a symbolic link; remove it") from None
        raise
    try:
        found = os.fstat(fd)
        if stat.S_IFMT(found.st_mode) != kind:
            raise CannotCertify(f"{path} is something else than expected; move it away")
        if found.st_uid != os.geteuid():
            raise CannotCertify(f"{path} belongs to another user; move it away")
        if found.st_mode & 0o777 != mode:
            log.warning("The mode of %s was %o; it is %o now", path, found.st_mode & 0o777, mode)
            os.fchmod(fd, mode)
    except BaseException:
        os.close(fd)
        raise
    return fd
