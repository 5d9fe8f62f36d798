"""The key by which push services know this Janus (VAPID, RFC 8292)."""

from __future__ import annotations

import base64
import json
import threading
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from janus.clock import Clock
from janus.network.key_files import load_key, locked

#: Seconds for which a push service may take the signature; it may be no more than a day.
_VALID = 12 * 3600.0


class PushKey:
    """The key, made at its first use. ``_lock`` guards that."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        """The key lies in *folder*, readable by its owner only."""
        self._folder = folder
        self._clock = clock
        self._lock = threading.Lock()
        self._key: ec.EllipticCurvePrivateKey | None = None

    @property
    def public(self) -> str:
        """What a browser subscribes with, as base64url. Raises CannotCertify."""
        return encode(point(self._private()))

    def authorization(self, endpoint: str, contact: str) -> str:
        """The header that proves to the push service of *endpoint* who sends. Raises CannotCertify.

        *contact* is an address of the owner, ``mailto:`` or ``https:``.
        """
        site = urlsplit(endpoint)
        claims = {
            "aud": f"{site.scheme}://{site.netloc}",
            "exp": int(self._clock.time() + _VALID),
            "sub": contact,
        }
        head = encode(b'{"typ":"JWT","alg":"ES256"}')
        signed = f"{head}.{encode(json.dumps(claims, separators=(',', ':')).encode())}"
        der = self._private().sign(signed.encode(), ec.ECDSA(SHA256()))
        r, s = utils.decode_dss_signature(der)
        signature = encode(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
        return f"vapid t={signed}.{signature}, k={self.public}"

    def _private(self) -> ec.EllipticCurvePrivateKey:
        with self._lock:
            if self._key is None:
                with locked(self._folder) as folder:
                    self._key = load_key(folder, "push.key")
            return self._key


def point(key: ec.EllipticCurvePrivateKey) -> bytes:
    """The public half of a key, uncompressed: 65 bytes."""
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def encode(data: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """What *text*, base64url with or without padding, stands for. Raises ValueError."""
    data = text.encode().rstrip(b"=")
    return base64.b64decode(data + b"=" * (-len(data) % 4), altchars=b"-_", validate=True)
