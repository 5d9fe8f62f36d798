"""Who may come in: the owner's devices, each known by a secret of which only the hash is kept.

The secrets are 256 random bits, so a plain SHA-256 of them is enough; there is no signing key that
an agent of the same user could read to make a device of its own. The list lies outside of every
workspace. Where it is damaged nobody is let in: pair again.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import logging
import secrets
import threading
import unicodedata
import uuid
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

from janus.access.device import Device, NewDevice, check_scope, device_from
from janus.access.folder import NAME, OWNER_TOKEN
from janus.clock import Clock
from janus.errors import NotFound, TooManyDevices, TooManyStreams
from janus.storage.store import Store

log = logging.getLogger(__name__)

MOST, STREAMS_EACH = 32, 16
#: Seconds: unused for so long a device is forgotten; its last use is written down this often.
EXPIRES, _NOTED = 90 * 24 * 3600.0, 60.0
_LONGEST_NAME = 40


class Devices:
    """The devices that were let in.

    ``_lock`` guards all fields; it is held while the list is written, which is rare.
    """

    def __init__(self, folder: Path, clock: Clock) -> None:
        """Nothing is read or written before ``load``."""
        self.folder = folder
        self._store = Store(folder)
        self._clock = clock
        self._lock = threading.RLock()
        self._devices: dict[str, Device] = {}
        self._noted: dict[str, float] = {}
        self._streams: dict[str, dict[int, Callable[[], object]]] = {}
        self._owner: Device | None = None

    def load(self) -> None:
        """Read the list, and make the token with which the owner's own programs come in.

        Raises OSError when that cannot be written.
        """
        with self._lock:
            self._devices = {device.id: device for device in self._read()}
            self._owner = self._make_owner()

    def close(self) -> None:
        """The owner's token is worth nothing any more. May be called twice."""
        with self._lock:
            self._owner = None
        with contextlib.suppress(OSError):
            (self.folder / OWNER_TOKEN).unlink()

    def all(self) -> list[Device]:
        """Every device, the oldest first."""
        with self._lock:
            self._forget_unused()
            return sorted(self._devices.values(), key=lambda device: device.created_at)

    def admit(self, name: str, scope: str, *, page: bool, address: str | None = None) -> NewDevice:
        """Let a device in; a *page* gets two halves. Raises InvalidRequest, TooManyDevices."""
        check_scope(scope)
        secret, key = _new_secret(), _new_secret() if page else None
        now = self._clock.time()
        device = Device(
            str(uuid.uuid4()), _cleaned(name), scope, now, now, _hash(secret),
            key and _hash(key), address,
        )  # fmt: skip
        with self._lock:
            self.check_room()
            self._devices[device.id] = device
            self._save()
        log.info("Device %s (%s) was let in", device.id, device.scope)
        return NewDevice(device, secret, key)

    def check_room(self) -> None:
        """Raises TooManyDevices when none can be let in."""
        with self._lock:
            self._forget_unused()
            if len(self._devices) >= MOST:
                raise TooManyDevices(
                    f"{MOST} devices are paired already. Revoke one of them first."
                )

    def known_by(self, secret: str, address: str | None) -> Device | None:
        """The device that has this secret; it was used just now."""
        given = _hash(secret)
        with self._lock:
            self._forget_unused()
            if self._owner and hmac.compare_digest(self._owner.secret, given):
                return self._owner
            found = next((d for d in self._devices.values() if d.secret == given), None)
            if found is None:
                return None
            now = self._clock.time()
            found = replace(found, last_seen=now, address=address)
            self._devices[found.id] = found
            if now - self._noted.get(found.id, 0) > _NOTED:
                self._noted[found.id] = now
                self._save()
            return found

    def fits(self, device: Device, key: str) -> bool:
        """Whether *key* is the second half of the device."""
        return device.key is not None and hmac.compare_digest(device.key, _hash(key))

    def revoke(self, device_id: str) -> None:
        """Let a device in no more, and end its streams. Raises NotFound."""
        with self._lock:
            if self._devices.pop(device_id, None) is None:
                raise NotFound("There is no such device.")
            self._save()
            streams = self._streams.pop(device_id, {})
        for close in streams.values():
            close()
        log.info("Device %s was revoked", device_id)

    def revoke_all(self) -> int:
        """The same for all of them; how many there were."""
        with self._lock:
            ids = [*self._devices]
        for id in ids:
            with contextlib.suppress(NotFound):  # somebody else was quicker
                self.revoke(id)
        return len(ids)

    def attach(self, device_id: str, close: Callable[[], object]) -> Callable[[], None]:
        """Have *close* called when the device is revoked; the result takes that back."""
        number = id(close)
        with self._lock:
            self._streams.setdefault(device_id, {})[number] = close
            gone = device_id not in self._devices and self._owner_id() != device_id
        if gone:  # since it was let through the gate
            close()

        def detach() -> None:
            with self._lock:
                self._streams.get(device_id, {}).pop(number, None)

        return detach

    def check_streams(self, device: Device) -> None:
        """Raises TooManyStreams when a page has its share of them; a program may have them all."""
        with self._lock:
            open_ones = len(self._streams.get(device.id, {}))
        if device.key and open_ones >= STREAMS_EACH:
            raise TooManyStreams(f"This device listens {STREAMS_EACH} times already.")

    @property
    def problem(self) -> str | None:
        """Why the list is not on the disk as it is in memory, or None."""
        return self._store.problem

    def _owner_id(self) -> str | None:
        return self._owner.id if self._owner else None

    def _read(self) -> list[Device]:
        path = self.folder / NAME
        try:
            data = self._store.read(NAME)
            if data is None:
                return []
            return [device_from(entry) for entry in json.loads(data)["devices"]]
        except Exception as problem:  # whatever a damaged file does to a parser
            log.error("Cannot read %s (%s): no device is let in, pair again", path, problem)
            with contextlib.suppress(OSError):
                self._store.put_aside(NAME)
            return []

    def _save(self) -> None:
        whole = {"version": "1.0", "devices": [asdict(d) for d in self._devices.values()]}
        self._store.replace(NAME, json.dumps(whole, indent=1).encode())

    def _make_owner(self) -> Device:
        secret = _new_secret()
        if not self._store.replace(OWNER_TOKEN, secret.encode()):
            raise OSError(f"cannot write {self.folder / OWNER_TOKEN}: {self._store.problem}")
        now = self._clock.time()
        return Device("owner", "the owner's command line", "full", now, now, _hash(secret))

    def _forget_unused(self) -> None:
        late = self._clock.time() - EXPIRES
        for id in [device.id for device in self._devices.values() if device.last_seen < late]:
            log.info("Device %s was not used for 90 days", id)
            del self._devices[id]


def _new_secret() -> str:
    return secrets.token_urlsafe(32)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def _cleaned(name: str) -> str:
    """A name that shows what it is: no control, formatting or direction characters."""
    shown = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in name)
    return " ".join(shown.split())[:_LONGEST_NAME] or "a device without a name"
