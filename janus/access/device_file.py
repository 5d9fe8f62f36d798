"""``devices.json`` in the owner's state folder, and beside it the token of his own programs."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterable
from pathlib import Path

import msgspec

from janus.access.device import Device
from janus.access.folder import OWNER_TOKEN
from janus.storage.store import Store

log = logging.getLogger(__name__)

FILE = "devices.json"


class _List(msgspec.Struct):
    devices: list[Device]
    version: object = "1.0"


class DeviceFile:
    """What of the devices is on the disk."""

    def __init__(self, folder: Path) -> None:
        self._store = Store(folder)

    @property
    def problem(self) -> str | None:
        """Why the list on the disk differs from that in memory, or None."""
        return self._store.problem

    def read(self) -> list[Device]:
        """The devices; none where the list is damaged, which is put aside."""
        try:
            found = self._store.read(FILE)
            return [] if found is None else msgspec.json.decode(found, type=_List).devices
        except (OSError, msgspec.MsgspecError, RecursionError, UnicodeError) as problem:
            log.error("Cannot read %s (%s): no device has access; pair them again", FILE, problem)
            with contextlib.suppress(OSError):
                self._store.put_aside(FILE)
            return []

    def save(self, devices: Iterable[Device]) -> None:
        """Write the list; ``problem`` says so where that fails."""
        content = msgspec.json.encode(_List([*devices]))
        self._store.replace(FILE, msgspec.json.format(content, indent=1))

    def write_token(self, secret: str) -> None:
        """Raises OSError."""
        if not self._store.replace(OWNER_TOKEN, secret.encode()):
            path = self._store.folder / OWNER_TOKEN
            raise OSError(f"cannot write {path}: {self._store.problem}")

    def remove_token(self) -> None:
        """Fine if there is none."""
        with contextlib.suppress(OSError):
            self._store.remove(OWNER_TOKEN)
