"""The files of the authority: keys and certificates, for their owner only."""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from janus.network.x509 import DAMAGED, CannotCertify
from janus.storage.atomic import make_folder
from janus.storage.store import Store

log = logging.getLogger(__name__)

_LONGEST = 1 << 16


def load_key(store: Store, name: str) -> ec.EllipticCurvePrivateKey:
    """The key in a file; a new one if there is none, or none that can be read."""
    pem = read(store.folder / name)
    if pem is not None:
        with contextlib.suppress(*DAMAGED):
            key = load_pem_private_key(pem, None)
            if isinstance(key, ec.EllipticCurvePrivateKey) and pem == _key_pem(key):
                return key
        log.warning("%s is damaged; there is a new one now", store.folder / name)
    key = ec.generate_private_key(ec.SECP256R1())
    write(store, name, _key_pem(key))
    return key


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def to_pem(certificate: x509.Certificate) -> bytes:
    """How we write it. A kept file counts only if it says exactly this: OpenSSL, which the server
    uses, is stricter than what reads it here."""
    return certificate.public_bytes(Encoding.PEM)


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
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


def read(path: Path) -> bytes | None:
    try:
        fd = _open(path, os.O_RDONLY, stat.S_IFREG, 0o600)
    except FileNotFoundError:
        return None
    try:
        return os.pread(fd, _LONGEST, 0)
    finally:
        os.close(fd)


def write(store: Store, name: str, data: bytes) -> None:
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
