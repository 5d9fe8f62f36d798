"""The owner's devices, each authenticated by a secret of which only the hash is stored.

The secrets are 256 random bits, so a plain SHA-256 of them is enough. There is no signing key that
an agent of the same user could read to create a device of its own. The list is stored outside of
every workspace. When it is damaged, no device has access until it is paired again.
"""

from __future__ import annotations

import contextlib
import hmac
import logging
import threading
import uuid
from collections.abc import Callable, Iterable
from pathlib import Path

from msgspec.structs import replace

from janus.access.device import (
    EXPIRES,
    OWNER,
    Device,
    NewDevice,
    Shared,
    check_scope,
    cleaned,
    hashed,
    new_secret,
)
from janus.access.device_file import DeviceFile
from janus.clock import Clock, SteadyTime, possible
from janus.errors import NotFound, TooManyDevices, TooManyStreams

log = logging.getLogger(__name__)

MOST, STREAMS_EACH = 32, 16
#: Seconds between two writes of a device's last use.
_SAVE_INTERVAL = 60.0


class Devices:
    """The paired devices and the programs with a token.

    ``_lock`` guards all fields. It is held while the list is written to disk, which is rare.
    """

    def __init__(self, folder: Path, clock: Clock) -> None:
        """Read and write nothing before ``load``."""
        self.folder = folder
        self._file = DeviceFile(folder)
        self._clock = clock
        self._lock = threading.RLock()
        self._devices: dict[str, Device] = {}
        self._time = SteadyTime(clock)
        #: When devices were used and saved last, by the monotonic clock.
        self._used_at: dict[str, float] = {}
        self._saved_at: dict[str, float] = {}
        self._streams: dict[str, dict[int, Callable[[], object]]] = {}
        self._owner: Device | None = None
        #: Asked first where a device comes or goes; raises StorageFailed.
        self.shared: Shared | None = None

    def load(self) -> None:
        """Read the list, and create the token that authenticates the owner's own programs.

        Raises OSError when the token cannot be written.
        """
        with self._lock:
            self._devices = {device.id: device for device in self._file.read()}
            self._file.write_token(secret := new_secret())
            now, name = self._clock.time(), "the owner's command line"
            self._owner = Device(OWNER, name, "full", now, now, hashed(secret))

    def close(self) -> None:
        """Invalidate the owner's token. May be called twice."""
        with self._lock:
            self._owner = None
        self._file.remove_token()

    def all(self) -> list[Device]:
        """Return every device, the oldest first."""
        with self._lock:
            return sorted(self._valid(), key=lambda device: device.created_at)

    def register(
        self, name: str, scope: str, *, page: bool, address: str | None = None
    ) -> NewDevice:
        """Add a device. A *page* gets a cookie secret and a write key, a program one secret.

        Raises InvalidRequest or TooManyDevices.
        """
        check_scope(scope)
        secret, key = new_secret(), new_secret() if page else None
        with self._lock:
            now = self._time.now()
        device = Device(
            str(uuid.uuid4()), cleaned(name), scope, now, now, hashed(secret),
            key and hashed(key), address,
        )  # fmt: skip
        self.check_room()
        if self.shared:
            self.shared.put(device)
        with self._lock:
            if device.id not in self._devices:  # else it was heard of already
                self.check_room()
            if len(self._devices) >= 2 * MOST:
                self._devices = {valid.id: valid for valid in self._valid()}
            self._devices[device.id] = device
            self._save()
        log.info("Device %s was registered with scope %s", device.id, device.scope)
        return NewDevice(device, secret, key)

    def check_room(self) -> None:
        """Raise TooManyDevices when no device can be registered."""
        with self._lock:
            if len(self._valid()) >= MOST:
                raise TooManyDevices(
                    f"{MOST} devices are paired already. Revoke one first: janus devices"
                )

    def authenticate(self, secret: str, address: str | None) -> Device | None:
        """Return the device that has this secret, and note *address* and time of its use."""
        wanted = hashed(secret)
        with self._lock:
            if self._owner and hmac.compare_digest(self._owner.secret, wanted):
                return self._owner
            device = next((d for d in self._valid() if d.secret == wanted), None)
            if device is None:
                return None
            device = replace(device, last_seen=self._time.now(), address=address)
            self._devices[device.id] = device
            self._used_at[device.id] = now = self._clock.monotonic()
            if now - self._saved_at.get(device.id, -_SAVE_INTERVAL) >= _SAVE_INTERVAL:
                self._saved_at[device.id] = now
                self._save()
                if self.shared:
                    self.shared.used(device)
            return device

    def verify_key(self, device: Device, key: str) -> bool:
        """Return whether *key* is the write key of the device."""
        return device.key is not None and hmac.compare_digest(device.key, hashed(key))

    def revoke(self, device_id: str) -> None:
        """Withdraw a device's access, and end its streams. Raises NotFound."""
        with self._lock:
            if device_id not in self._devices:
                raise NotFound("There is no such device. For a list, run: janus devices")
        if self.shared:
            self.shared.remove(device_id)
        self.drop(device_id)

    def drop(self, device_id: str) -> None:
        """A device has no access here any more, and its streams end. May be called twice."""
        with self._lock:
            if self._devices.pop(device_id, None) is None:
                return
            self._save()
            streams = self._streams.pop(device_id, {})
            self._used_at.pop(device_id, None)
            self._saved_at.pop(device_id, None)
        for close in streams.values():
            close()
        log.info("Device %s was revoked", device_id)

    def take(self, device: Device) -> None:
        """Another Janus has let it in, or knows when it was used."""
        with self._lock:
            known = self._devices.get(device.id)
            if known is None or known.last_seen < device.last_seen:
                self._devices[device.id] = device
                self._save()

    def take_all(self, devices: Iterable[Device]) -> None:
        """These have access, and no others."""
        found = {device.id: device for device in devices}
        for id in {it.id for it in self.all()} - found.keys():
            self.drop(id)
        for device in found.values():
            self.take(device)

    def revoke_all(self) -> int:
        """Revoke every device, and return how many there were."""
        with self._lock:
            ids = [*self._devices]
        for id in ids:
            with contextlib.suppress(NotFound):  # revoked by somebody else meanwhile
                self.revoke(id)
        return len(ids)

    def attach(self, device_id: str, close: Callable[[], object]) -> Callable[[], None]:
        """Call *close* when the device is revoked; return a function that cancels this.

        Raises TooManyStreams; see ``check_streams``.
        """
        number = id(close)
        with self._lock:
            if device := self._devices.get(device_id):
                self.check_streams(device)
            self._streams.setdefault(device_id, {})[number] = close
            owner = self._owner is not None and self._owner.id == device_id
            revoked = device_id not in self._devices and not owner
        if revoked:  # between its authentication and now
            close()

        def detach() -> None:
            with self._lock:
                self._streams.get(device_id, {}).pop(number, None)

        return detach

    def check_streams(self, device: Device) -> None:
        """Raise TooManyStreams when a page has its share of streams; a program may have all.

        All that may only read have one share together: there are always streams for the others.
        """
        with self._lock:
            streams = len(self._streams.get(device.id, {}))
            readers = [id for id, one in self._devices.items() if one.scope != "full"]
            reading = sum(len(self._streams.get(id, {})) for id in readers)
        if device.scope != "full" and reading >= STREAMS_EACH:
            raise TooManyStreams(
                f"Devices with read-only access have {STREAMS_EACH} streams open already. "
                "Close some of their pages."
            )
        if device.key and streams >= STREAMS_EACH:
            raise TooManyStreams(
                f"This device has {STREAMS_EACH} streams open already. Close some of its pages."
            )

    @property
    def problem(self) -> str | None:
        """Why the list on the disk differs from that in memory, or None."""
        return self._file.problem

    def _save(self) -> None:
        self._file.save(self._devices.values())

    def _valid(self) -> list[Device]:
        """The devices without those that were not used for 90 days.

        These stay in the file for a time: the clock may be wrong, and right again a moment later.
        """
        since, steady = self._clock.monotonic() - EXPIRES, self._time.now() - EXPIRES
        limit = min(possible(self._clock.time()) - EXPIRES, steady)
        return [
            device for device in self._devices.values()
            if device.last_seen >= limit or self._used_at.get(device.id, since - 1) >= since
        ]  # fmt: skip
