"""Who may use the gateways of a team: the same devices and codes at each of them.

    $KV.gateways.device.ID      a device, empty once it was revoked
    $KV.gateways.code.DIGEST    a pairing code, empty once it was used

One that is put anew expects that there is none, and one that is changed or removed expects the one
that was read: so a code is good once, and who was revoked stays out, however many gateways there
are. What each gateway has of it on its own disk is a copy.
"""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from contextlib import suppress
from typing import Any, NamedTuple

import msgspec
from nats.aio.msg import Msg

from janus.access.device import Device
from janus.access.devices import Devices
from janus.access.pairing import Code, Pairing
from janus.clock import Clock
from janus.errors import StorageFailed
from janus.fleet.client import Client
from janus.fleet.failures import Absent, FleetFailure, Refused
from janus.fleet.repeating import Repeating
from janus.fleet.streams import SHARED, info, newest
from janus.fleet.subjects import HEADER

log = logging.getLogger(__name__)

_BUCKET, _ROOT = f"KV_{SHARED}", f"$KV.{SHARED}"
_EXPECTED = "Nats-Expected-Last-Subject-Sequence"
#: Seconds between two looks what is to be told, and what is over.
_LOOKED = 5.0
#: Seconds after which a cluster has surely stored what it has handed on.
_STORED = 30.0


class _News(NamedTuple):
    """What was heard of a device, by the monotonic clock; None where it has no access any more."""

    at: float
    device: Device | None


class SharedAccess:
    """Keeps devices and codes the same.

    ``_lock`` guards ``_used`` and ``_news``. The latter is what was heard lately, each put there
    before it is applied: while all is read that is kept, something newer may be heard.
    """

    def __init__(self, client: Client, devices: Devices, pairing: Pairing, clock: Clock) -> None:
        self._client, self._devices = client, devices
        self._clock = clock
        self._lock = threading.Lock()
        self._used: dict[str, Device] = {}
        self._news: dict[str, _News] = {}
        self._unread = True
        devices.shared = pairing.shared = self
        client.on(f"{_ROOT}.device.*", self._heard)
        client.greet(self._read_again)
        self._looking = Repeating("fleet-access", _LOOKED, self._look)
        self.start, self.stop = self._looking.start, self._looking.stop

    def put(self, device: Device) -> None:
        """Let a device in at every gateway. Raises StorageFailed."""
        self._put(f"{_ROOT}.device.{device.id}", msgspec.json.encode(device))

    def remove(self, device_id: str) -> None:
        """Put a device out at every gateway. Raises StorageFailed."""
        try:
            self._take(f"{_ROOT}.device.{device_id}")
        except FleetFailure as why:
            raise StorageFailed(f"The other gateways cannot be told: {why}") from why

    def used(self, device: Device) -> None:
        """A device was used; the others hear of that when there is time."""
        with self._lock:
            self._used[device.id] = device

    def opened(self, code: Code) -> None:
        """Have a code be good at every gateway. Raises StorageFailed."""
        self._put(_of(code.text), msgspec.json.encode(code))

    def find(self, text: str) -> Code | None:
        """The code of this text. Raises StorageFailed."""
        try:
            kept = newest(self._client, _BUCKET, _of(text))
        except FleetFailure as why:
            raise StorageFailed(f"The other gateways cannot be asked: {why}") from why
        found = _value(kept.subject, kept.data) if kept and kept.is_ours and kept.data else None
        now = self._clock.time()
        return found if isinstance(found, Code) and found.expires_at > now else None

    def claim(self, code: Code) -> bool:
        """Whether a code is still good; it is no more. Raises StorageFailed."""
        try:
            return self._take(_of(code.text))
        except FleetFailure as why:
            raise StorageFailed(f"The other gateways cannot be asked: {why}") from why

    def _put(self, subject: str, data: bytes) -> None:
        try:
            self._client.publish(subject, data, {_EXPECTED: "0"})
        except FleetFailure as why:
            raise StorageFailed(f"The other gateways cannot be told: {why}") from why

    def _take(self, subject: str) -> bool:
        """Remove what is there; whether there was anything, and nobody was faster."""
        kept = newest(self._client, _BUCKET, subject)
        if kept is None or not kept.data:
            return False
        try:
            self._client.publish(subject, b"", {_EXPECTED: str(kept.seq)})
        except Refused:
            return False
        self._purge(subject)
        return True

    def _purge(self, subject: str) -> None:
        self._client.call(lambda it: it.purge_stream(_BUCKET, subject=subject))

    def _read_again(self) -> None:
        self._unread = True
        self._looking.wake()

    def _look(self) -> None:
        if not self._client.connected:
            return
        if self._unread:
            self._unread = False  # from now on there may be a new connection
            try:
                self._read()
            except BaseException:
                self._unread = True
                raise
        with self._lock:
            used, self._used = self._used, {}
        for device in used.values():
            self._tell(device)

    def _tell(self, device: Device) -> None:
        """Say when a device was used; what a newer Janus wrote about it stays as it is."""
        subject = f"{_ROOT}.device.{device.id}"
        kept = newest(self._client, _BUCKET, subject)
        if kept is None or not kept.data:
            return
        use = {"last_seen": device.last_seen, "address": device.address}
        data = msgspec.json.encode({**msgspec.json.decode(kept.data, type=dict), **use})
        with suppress(Refused):  # revoked just now, or used elsewhere
            self._client.publish(subject, data, {_EXPECTED: str(kept.seq)})

    def _read(self) -> None:
        """All that there is: what was missed, and for a gateway that begins."""
        began = time.monotonic()
        try:
            subjects = info(self._client, _BUCKET, f"{_ROOT}.>").state.subjects or {}
        except Absent:  # nobody has made it yet
            return self._looking.wake()
        found = [newest(self._client, _BUCKET, it) for it in subjects]
        devices = {}
        for kept in found:
            if kept is None or not kept.is_ours or not kept.data:
                continue
            match _value(kept.subject, kept.data):
                case Device() as device:
                    devices[device.id] = device
                case Code() as code if code.expires_at < self._clock.time():
                    self._purge(kept.subject)
        self._hold(devices, began - _STORED)

    def _hold(self, read: dict[str, Device], since: float) -> None:
        """Those of *read* have access, and no others, but where something newer was heard."""
        applied = {id: news for id, news in self._heard_lately().items() if news.at >= since}
        for id, news in applied.items():
            read.pop(id, None)
            if news.device:
                read[id] = news.device
        self._devices.take_all(read.values())
        for id, news in self._heard_lately().items():
            while news is not applied.get(id):  # heard meanwhile, and perhaps overwritten here
                self._apply(id, news)
                applied[id], news = news, self._heard_lately()[id]

    def _heard_lately(self) -> dict[str, _News]:
        with self._lock:
            return self._news.copy()

    def _heard(self, message: Msg) -> None:
        if HEADER not in (message.headers or {}):
            return
        device = _value(message.subject, message.data) if message.data else None
        if message.data and not isinstance(device, Device):
            return
        id, now = message.subject.rpartition(".")[2], time.monotonic()
        news = _News(now, device if isinstance(device, Device) else None)
        with self._lock:
            kept = {it: old for it, old in self._news.items() if old.at >= now - 2 * _STORED}
            self._news = {**kept, id: news}
        self._apply(id, news)

    def _apply(self, id: str, news: _News) -> None:
        if news.device:
            self._devices.take(news.device)
        else:
            self._devices.drop(id)


def _of(text: str) -> str:
    """Where the code of this text is."""
    return f"{_ROOT}.code.{hashlib.sha256(text.encode('utf-8', 'replace')).hexdigest()}"


def _value(subject: str, data: bytes) -> Device | Code | None:
    """What is kept under a subject; None for what cannot be read."""
    kind, _, id = subject.removeprefix(f"{_ROOT}.").partition(".")
    try:
        if kind == "code":
            return msgspec.json.decode(data, type=Code)
        told = msgspec.json.decode(data, type=dict[str, Any])
        known = {name: told[name] for name in Device.__struct_fields__ if name in told}
        device = msgspec.convert(known, Device)  # a newer Janus says more
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        log.warning("What another gateway has told of %s cannot be read", kind)
        return None
    return device if device.id == id else None
