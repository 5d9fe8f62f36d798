"""Encrypt what is pushed for the one phone that shall read it (RFC 8291, ``aes128gcm``)."""

from __future__ import annotations

import os

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from janus.push.keys import point

#: Bytes of a record; all is one.
_RECORD = 4096


def encrypt(text: bytes, phone: bytes, secret: bytes) -> bytes:
    """The body of a push for the phone with this public key, 65 bytes, and 16 bytes of *secret*.

    Raises ValueError for what is no key.
    """
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), phone)
    ours, salt = ec.generate_private_key(ec.SECP256R1()), os.urandom(16)
    ours_public = point(ours)
    shared = ours.exchange(ec.ECDH(), theirs)
    seed = _derived(shared, secret, b"WebPush: info\0" + phone + ours_public, 32)
    key = _derived(seed, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(seed, salt, b"Content-Encoding: nonce\0", 12)
    sealed = AESGCM(key).encrypt(nonce, text + b"\x02", None)
    head = salt + _RECORD.to_bytes(4, "big") + bytes([len(ours_public)]) + ours_public
    return head + sealed


def _derived(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt, info).derive(secret)
