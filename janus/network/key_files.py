"""The authority's files: keys and certificates that only their owner can read."""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from janus.network.certificates import CannotCertify
from janus.storage.folder import Folder, NotOurs
from janus.storage.store import Store

log = logging.getLogger(__name__)

_LONGEST = 1 << 16
#: What the library raises for a key it cannot read.
_UNREADABLE = (ValueError, TypeError, UnsupportedAlgorithm)


def load_key(store: Store, name: str) -> ec.EllipticCurvePrivateKey:
    """Return the key in a file. Creates a new one if it is missing or cannot be read."""
    pem = read(store.folder / name)
    if pem is not None:
        with contextlib.suppress(*_UNREADABLE):
            key = load_pem_private_key(pem, None)
            if isinstance(key, ec.EllipticCurvePrivateKey) and pem == _key_pem(key):
                return key
        log.warning("%s is damaged; creating a new key", store.folder / name)
    key = ec.generate_private_key(ec.SECP256R1())
    write(store, name, _key_pem(key))
    return key


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the folder's lock. Raises CannotCertify for everything that a disk can refuse."""
    try:
        with contextlib.suppress(NotOurs):  # the next line says what is in its place
            Folder.make(folder).close()
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
    """Return the content of a file, or None if there is none. Raises CannotCertify, OSError."""
    try:
        fd = _open(path, os.O_RDONLY, stat.S_IFREG, 0o600)
    except FileNotFoundError:
        return None
    try:
        return os.pread(fd, _LONGEST, 0)
    finally:
        os.close(fd)


def write(store: Store, name: str, data: bytes) -> None:
    """Replace a file in one step. Raises CannotCertify."""
    if not store.replace(name, data):
        raise CannotCertify(f"cannot write {store.folder / name}: {store.problem}")


def _open(path: Path, flags: int, kind: int, mode: int) -> int:
    """Open a file or folder that belongs to nobody else, and close it to others."""
    try:
        fd = os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, mode)
    except OSError:
        if path.is_symlink():
            raise CannotCertify(f"{path} is a symbolic link; remove it") from None
        raise
    try:
        status = os.fstat(fd)
        if stat.S_IFMT(status.st_mode) != kind:
            raise CannotCertify(f"{path} is not of the expected kind; move it away")
        if status.st_uid != os.geteuid():
            raise CannotCertify(f"{path} belongs to another user; move it away")
        if status.st_mode & 0o777 != mode:
            log.warning("The mode of %s was %o; changed to %o", path, status.st_mode & 0o777, mode)
            os.fchmod(fd, mode)
    except BaseException:
        os.close(fd)
        raise
    return fd
