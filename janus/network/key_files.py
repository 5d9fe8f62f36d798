"""The authority's files: keys and certificates that only their owner can read."""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
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

log = logging.getLogger(__name__)

_LONGEST = 1 << 16
#: What the library raises for a key it cannot read.
_UNREADABLE = (ValueError, TypeError, UnsupportedAlgorithm)


def load_key(folder: Folder, name: str) -> ec.EllipticCurvePrivateKey:
    """Return the key in a file. Creates a new one if it is missing or cannot be read."""
    pem = read(folder, name)
    if pem is not None:
        with contextlib.suppress(*_UNREADABLE):
            key = load_pem_private_key(pem, None)
            if isinstance(key, ec.EllipticCurvePrivateKey) and pem == _key_pem(key):
                return key
        log.warning("%s is damaged; creating a new key", folder.path / name)
    key = ec.generate_private_key(ec.SECP256R1())
    folder.replace(name, _key_pem(key))
    return key


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@contextlib.contextmanager
def locked(path: Path) -> Iterator[Folder]:
    """Hold the folder and its lock. Raises CannotCertify for everything that a disk can refuse."""
    try:
        with Folder.make(path) as folder:
            _close_to_others(folder.fd, 0o700, path)
            with folder.opened("lock", os.O_RDWR | os.O_CREAT) as fd:
                _close_to_others(fd, 0o600, path / "lock")
                fcntl.flock(fd, fcntl.LOCK_EX)
                yield folder
    except NotOurs as strange:
        raise CannotCertify(f"{strange.strerror}; move it away") from strange
    except OSError as failure:
        raise CannotCertify(f"cannot keep certificates in {path}: {failure}") from failure


def read(folder: Folder, name: str) -> bytes | None:
    """Return the content of a file, or None if there is none. Raises OSError."""
    try:
        with folder.opened(name) as fd:
            _close_to_others(fd, 0o600, folder.path / name)
            return os.pread(fd, _LONGEST, 0)
    except FileNotFoundError:
        return None


def _close_to_others(fd: int, mode: int, path: Path) -> None:
    found = os.fstat(fd)
    if found.st_uid != os.geteuid():
        raise NotOurs(f"{path} belongs to another user")
    if found.st_mode & 0o777 != mode:
        log.warning("The mode of %s was %o; changed to %o", path, found.st_mode & 0o777, mode)
        os.fchmod(fd, mode)
