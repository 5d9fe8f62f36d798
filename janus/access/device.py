"""A device that was paired, or a program with a token."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from janus.clock import timestamp
from janus.errors import InvalidRequest

SCOPES = ("full", "read")
#: Seconds without use after which a device is removed.
EXPIRES = 90 * 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Device:
    """A device, or a program with a token. Times are in seconds since 1970.

    ``secret`` and ``key`` are hashes: of the cookie secret or the token, and of the write key. A
    page needs both secrets to write; a program has no write key.
    """

    id: str
    name: str
    scope: str
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


@dataclass(frozen=True, slots=True)
class NewDevice:
    """A new device, and its secrets in clear, which Janus does not keep."""

    device: Device
    secret: str
    key: str | None


def device_from(entry: dict[str, Any]) -> Device:
    """Return the device of a stored *entry*. Raises TypeError or ValueError for a wrong one."""
    device = Device(**entry)
    texts = (device.id, device.name, device.scope, device.secret)
    optional = (device.key, device.address)
    times = (device.created_at, device.last_seen)
    if not (
        all(isinstance(it, str) for it in texts)
        and all(it is None or isinstance(it, str) for it in optional)
        and all(isinstance(it, int | float) and math.isfinite(it) for it in times)
        and device.scope in SCOPES
    ):
        raise ValueError("an entry has wrong types")
    return device


def check_scope(scope: str) -> str:
    """Return *scope* if it exists. Raises InvalidRequest."""
    if scope not in SCOPES:
        raise InvalidRequest(f"scope must be one of {', '.join(SCOPES)}.")
    return scope
