"""A device that was paired, or a program with a token."""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
from dataclasses import dataclass
from typing import Annotated, Any, Protocol

from msgspec import Meta, Struct

from janus.clock import timestamp
from janus.errors import InvalidRequest

SCOPES = ("full", "read")
#: Seconds without use after which a device is removed.
EXPIRES = 90 * 24 * 3600.0
_LONGEST_NAME = 40


class Device(Struct, frozen=True, forbid_unknown_fields=True):
    """A device, or a program with a token, as it is stored. Times are in seconds since 1970.

    ``secret`` and ``key`` are hashes: of the cookie secret or the token, and of the write key. A
    page needs both secrets to write; a program has no write key.
    """

    id: str
    name: str
    scope: Annotated[str, Meta(pattern=rf"\A({'|'.join(SCOPES)})\Z")]
    created_at: float
    last_seen: float
    secret: str
    key: str | None = None
    address: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return what clients get: no secret, and no hash of one."""
        return {
            "device_id": self.id,
            "name": self.name,
            "scope": self.scope,
            "kind": "page" if self.key else "token",
            "created_at": timestamp(self.created_at),
            "last_seen": timestamp(self.last_seen),
            "address": self.address,
        }


#: The id of the owner's own programs.
OWNER = "owner"


@dataclass(frozen=True, slots=True)
class NewDevice:
    """A new device, and its secrets in clear, which Janus does not keep."""

    device: Device
    secret: str
    key: str | None


class Shared(Protocol):
    """Where several Januses let in the same devices; see ``fleet.shared``."""

    def put(self, device: Device) -> None: ...
    def remove(self, device_id: str) -> None: ...
    def used(self, device: Device) -> None: ...


def check_scope(scope: str) -> None:
    """Raise InvalidRequest if there is no such scope."""
    if scope not in SCOPES:
        raise InvalidRequest(f"scope must be one of {', '.join(SCOPES)}.")


def new_secret() -> str:
    """256 random bits."""
    return secrets.token_urlsafe(32)


def hashed(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def cleaned(name: str) -> str:
    """Return a name without control, formatting and direction characters, which could deceive."""
    shown = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in name)
    return " ".join(shown.split())[:_LONGEST_NAME] or "a device without a name"
