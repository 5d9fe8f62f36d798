"""What is pushed can be read by the phone alone, and is signed by this Janus."""

import json
import os

import http_ece
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256

from janus.push.encryption import encrypt
from janus.push.keys import PushKey, decode, encode
from push.browser import Browser


@pytest.mark.parametrize("size", [0, 1, 3000, 3900])
def test_another_implementation_reads_it(size):
    browser = Browser("https://push.example.org/a")
    body = json.dumps("ü" * (size // 2), ensure_ascii=False).encode()

    assert browser.read(encrypt(body, browser.public, browser.secret)) == "ü" * (size // 2)


def test_nobody_else_reads_it():
    browser, other = Browser("https://a"), Browser("https://b")
    sealed = encrypt(b'"secret"', browser.public, browser.secret)

    with pytest.raises(http_ece.ECEException):
        other.read(sealed)
    assert b"secret" not in sealed


@pytest.mark.parametrize("key", [b"", b"\x04" + bytes(64), bytes(range(65))])
def test_what_is_no_key_is_refused(key):
    with pytest.raises(ValueError, match=r".*"):
        encrypt(b"", key, bytes(16))


def test_the_signature_names_service_and_owner(tmp_path, clock):
    key = PushKey(tmp_path / "push", clock)

    header = key.authorization("https://push.example.org:8443/abc", "mailto:me@my-domain.org")

    token, _, known = header.removeprefix("vapid t=").partition(", k=")
    head, claims, signature = (decode(part) for part in token.split("."))
    assert json.loads(head) == {"typ": "JWT", "alg": "ES256"}
    assert json.loads(claims) == {
        "aud": "https://push.example.org:8443",
        "exp": int(clock.now) + 12 * 3600,
        "sub": "mailto:me@my-domain.org",
    }
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decode(known))
    r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
    signed, how = token.rpartition(".")[0].encode(), ec.ECDSA(SHA256())
    public.verify(utils.encode_dss_signature(r, s), signed, how)
    with pytest.raises(InvalidSignature):
        public.verify(utils.encode_dss_signature(r, s), signed + b"x", how)


def test_the_key_stays_and_is_its_owners_alone(tmp_path, clock):
    first = PushKey(tmp_path / "push", clock).public

    assert PushKey(tmp_path / "push", clock).public == first
    assert (tmp_path / "push" / "push.key").stat().st_mode & 0o777 == 0o600


def test_base64url_is_read_with_and_without_padding():
    for size in range(5):
        data = os.urandom(size)
        assert decode(encode(data)) == decode(encode(data) + "=" * (-size % 3)) == data
    with pytest.raises(ValueError, match=r".*"):
        decode("a b")
