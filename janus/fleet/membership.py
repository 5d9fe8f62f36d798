"""What this machine knows of its fleet, in two files of the owner's state that only he can read.

    fleet/membership.json    every machine: who it is, the doorways it dials, a key for each
    fleet/members.json       a doorway: the machines that may dial it, their public keys only

A doorway is a member of itself: the one with this machine's id. A key is made for one doorway: with
the same one at two, either could pass on the other's challenge and be this machine there.
"""

from __future__ import annotations

import logging
import re
import secrets
import threading
from collections.abc import Sequence
from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from janus.errors import StorageFailed
from janus.storage.store import Store

log = logging.getLogger(__name__)

FOLDER = "fleet"
#: What a machine may have others do: anything; read what they have; nothing, it only passes on what
#: it has itself and does what it is told.
Scope = Literal["full", "read", "relay"]
#: A part of subjects and of the names of streams: never a dot, a wildcard, or a space.
MachineId = Annotated[str, Meta(pattern="^[0-9a-f]{16}$")]
PublicKey = Annotated[str, Meta(pattern="^U[A-Z2-7]{55}$")]
Name = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$")]
#: What all gateways of a team are to its machines: one.
GATEWAYS = "0" * 16
_NO_NAME = re.compile(r"[^A-Za-z0-9._-]+")
_Whole = TypeVar("_Whole", bound=msgspec.Struct)


class Doorway(msgspec.Struct, frozen=True, kw_only=True):
    """A machine with a server, and how this one gets in there."""

    id: MachineId
    name: Name
    #: Where its Janus serves page and API.
    page: str
    #: Where its server is to be dialled, the best first: ``tls://HOST:PORT``.
    urls: tuple[str, ...]
    #: The authority that signs its certificate, in PEM.
    ca: str
    #: The nkey that is for this doorway alone: secret.
    seed: str
    scope: Scope


class Membership(msgspec.Struct, frozen=True, kw_only=True):
    """This machine, and its doorways in the order in which it joined them."""

    machine_id: MachineId
    name: Name
    doorways: tuple[Doorway, ...] = ()

    @property
    def own(self) -> Doorway | None:
        """The doorway that this machine is itself, if it is one."""
        return next((it for it in self.doorways if it.id == self.machine_id), None)


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """A machine that may dial this doorway."""

    id: MachineId
    name: Name
    key: PublicKey
    scope: Scope
    #: Seconds since 1970.
    joined_at: float


class _Members(msgspec.Struct, frozen=True):
    members: tuple[Member, ...] = ()


class FleetFiles:
    """The two files. ``_lock`` guards the first while it changes; the doorway's own, the second."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()

    def membership(self) -> Membership | None:
        """None where this machine is in no fleet, or the file was damaged."""
        return self._read("membership.json", Membership)

    def members(self) -> tuple[Member, ...]:
        """Those of this doorway; nobody where the file is missing or damaged."""
        found = self._read("members.json", _Members)
        return found.members if found else ()

    def put(self, me: Membership, doorway: Doorway) -> None:
        """Remember a doorway of this machine, in place of the same one. Raises StorageFailed."""
        with self._lock:
            me = self.membership() or me
            others = tuple(it for it in me.doorways if it.id != doorway.id)
            self._write("membership.json", replace(me, doorways=(*others, doorway)))

    def drop(self, doorways: Sequence[Doorway]) -> None:
        """Forget these, and this machine's own name and id after the last. Raises StorageFailed."""
        with self._lock:
            if me := self.membership():
                rest = tuple(it for it in me.doorways if it not in doorways)
                self._write("membership.json", replace(me, doorways=rest) if rest else None)

    def put_members(self, members: tuple[Member, ...]) -> None:
        """Raises StorageFailed."""
        self._write("members.json", _Members(members) if members else None)

    def _read(self, name: str, kind: type[_Whole]) -> _Whole | None:
        try:
            data = self._store.read(f"{FOLDER}/{name}")
            return None if data is None else msgspec.json.decode(data, type=kind)
        except (OSError, msgspec.MsgspecError, RecursionError, UnicodeError) as damage:
            log.warning("%s/%s cannot be read (%s); join the fleet again", FOLDER, name, damage)
            return None

    def _write(self, name: str, value: msgspec.Struct | None) -> None:
        path = f"{FOLDER}/{name}"
        try:
            if value is None:
                return self._store.remove(path)
            if self._store.replace(path, msgspec.json.encode(value) + b"\n"):
                return None
            why = self._store.problem
        except OSError as failure:
            why = failure.strerror
        raise StorageFailed(f"What this machine knows of its fleet cannot be saved: {why}")


def new_machine_id() -> str:
    """An id that no other machine has."""
    return secrets.token_hex(8)


def name_of(text: str) -> str:
    """A name for a machine in letters that may stand anywhere, made of what it calls itself."""
    return _NO_NAME.sub("-", text.partition(".")[0]).strip("-._")[:40] or "machine"
