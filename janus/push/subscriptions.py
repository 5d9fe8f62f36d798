"""``push.json`` in the owner's state folder: which devices are told, and who the owner is.

{"version": "1.0", "contact", "subscriptions": [{"device_id", "endpoint", …}]}
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable

import msgspec
from msgspec.structs import replace

from janus.errors import InvalidRequest, StorageFailed
from janus.push.delivery import Reply
from janus.push.subscription import Subscription, check
from janus.storage.store import Store

log = logging.getLogger(__name__)

FILE = "push.json"


class _File(msgspec.Struct):
    subscriptions: list[Subscription] = []
    contact: str = ""
    version: str = "1.0"


class Subscriptions:
    """One subscription a device. ``_lock`` guards them, also while they are written, rarely."""

    def __init__(self, store: Store, exists: Callable[[str], bool]) -> None:
        """*exists* tells whether a device is still paired; one that is not is never told."""
        self._store = store
        self._exists = exists
        self._lock = threading.Lock()
        self._of_device: dict[str, Subscription] = {}
        self._contact = ""

    def load(self) -> None:
        """Read the file; a damaged one is put aside, and each phone subscribes again."""
        try:
            data = self._store.read(FILE)
            found = msgspec.json.decode(data, type=_File) if data else _File()
            valid = [check(it) for it in found.subscriptions]
        except (OSError, msgspec.MsgspecError, UnicodeError, RecursionError, InvalidRequest) as why:
            log.warning("The list of phones to tell cannot be read (%s)", why)
            found, valid = _File(), []
            try:
                self._store.put_aside(FILE)
            except OSError as failure:
                log.warning("Cannot put %s aside: %s", FILE, failure.strerror)
        with self._lock:
            self._contact = found.contact
            self._of_device = {it.device_id: it for it in valid}

    @property
    def contact(self) -> str:
        """The address of the owner that push services are told; may be empty."""
        return self._contact

    def add(self, subscription: Subscription, contact: str) -> None:
        """Remember what a device subscribed to, instead of what it had. Raises StorageFailed."""
        check(subscription)
        with self._lock:
            kept = {id: it for id, it in self._of_device.items()
                    if it.endpoint != subscription.endpoint and self._exists(id)}  # fmt: skip
            kept[subscription.device_id] = subscription
            self._save(kept.values(), contact)
            self._of_device, self._contact = kept, contact

    def remove(self, device_id: str) -> bool:
        """Forget what a device subscribed to; whether there was anything. Raises StorageFailed."""
        with self._lock:
            kept = {id: it for id, it in self._of_device.items() if id != device_id}
            if len(kept) == len(self._of_device):
                return False
            self._save(kept.values(), self._contact)
            self._of_device = kept
            return True

    def spoil(self, subscription: Subscription, problem: str) -> None:
        """Note that a push service takes nothing for it any more; not if it was renewed since."""
        with self._lock:
            if self._of_device.get(subscription.device_id) == subscription:
                spoilt = replace(subscription, problem=problem)
                self._of_device[subscription.device_id] = spoilt
                try:
                    self._save(self._of_device.values(), self._contact)
                except StorageFailed as failure:  # it is found out again
                    log.warning("%s", failure)

    def treat(self, subscription: Subscription, reply: Reply) -> bool:
        """Whether it is of no use to try again; a subscription that is dead is marked so."""
        match reply.status:
            case 404 | 410:
                why = "The browser takes no more notifications here. Turn them on again."
            case 400 | 401 | 403:
                refusal = reply.words or reply.status
                why = f"{subscription.service} refuses what Janus sends: {refusal}."
            case status:
                return status == 413 or status in range(200, 400)
        log.warning("A phone cannot be told anything any more: %s", why)
        self.spoil(subscription, why)
        return True

    def of(self, device_id: str) -> Subscription | None:
        """What a device subscribed to."""
        with self._lock:
            return self._of_device.get(device_id)

    def usable(self) -> list[Subscription]:
        """Those of devices that are still paired and that push services still take."""
        with self._lock:
            every = [*self._of_device.values()]
        return [it for it in every if not it.problem and self._exists(it.device_id)]

    def _save(self, subscriptions: Iterable[Subscription], contact: str) -> None:
        data = msgspec.json.encode(_File([*subscriptions], contact))
        if not self._store.replace(FILE, data + b"\n"):
            raise StorageFailed(f"This cannot be remembered: {self._store.problem}.")
