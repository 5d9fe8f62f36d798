"""nkeys, by which a machine proves that it is itself. They come with ``janus[fleet]``."""

from __future__ import annotations

import base64
import binascii
import re
import secrets
from types import ModuleType

from janus.errors import FleetFailed

_MISSING = "A fleet needs more packages. Install them, and start Janus again: janus[fleet]"
#: The key of a user, alone in a file or in one of credentials, after the words about it.
_SEED = re.compile(r"^SU[A-Z2-7]{56}$", re.MULTILINE)
_WORDS = "-----BEGIN NATS USER JWT-----"


def new_seed() -> str:
    """A new key, as its secret. Raises FleetFailed where the extra is not installed."""
    nkeys = _nkeys()
    return str(nkeys.encode_seed(secrets.token_bytes(32), nkeys.PREFIX_BYTE_USER).decode())


def public_key(seed: str) -> str:
    """What may be known of a key. Raises FleetFailed."""
    return str(_nkeys().from_seed(bytearray(seed.encode())).public_key.decode())


def seed_of(key: str) -> str:
    """The seed in a file of a key. Raises FleetFailed where there is none."""
    found = _SEED.search(key.replace("\r", ""))
    if found is None:
        raise FleetFailed("this is neither the seed of an nkey (SU…) nor a file of credentials")
    return found[0]


def shown(key: str) -> dict[str, object]:
    """How a connection proves that it has a key, in the words of the engine's ``connect``."""
    if _WORDS not in key:
        return {"nkeys_seed_str": seed_of(key)}
    from nats.aio.client import RawCredentials

    return {"user_credentials": RawCredentials(key)}


def sign(seed: str, text: str) -> str:
    """A proof that who has the key says *text*."""
    signed = _nkeys().from_seed(bytearray(seed.encode())).sign(text.encode())
    return base64.urlsafe_b64encode(signed).decode()


def verify(public: str, text: str, proof: str) -> bool:
    """Whether *proof* is of that key and *text*."""
    from nacl.exceptions import BadSignatureError
    from nacl.signing import VerifyKey

    try:
        VerifyKey(base64.b32decode(public)[1:33]).verify(
            text.encode(), base64.urlsafe_b64decode(proof)
        )
    except (BadSignatureError, ValueError, binascii.Error):
        return False
    return True


def _nkeys() -> ModuleType:
    try:
        import nkeys
    except ImportError as missing:
        raise FleetFailed(_MISSING) from missing
    return nkeys  # type: ignore[no-any-return]
