"""What this machine's branches have that no remote has, as a doorway keeps it: a bundle a session.

    ev.MACHINE.branch.SESSION    pieces of bundles, into the stream BR_MACHINE

Each piece says of which commit it is, where it begins, and what the whole is. A newer bundle is
there whole before the one before it is removed. An empty piece says that there is nothing that is
on no remote, or how large it would be.

The engine's own object store is not used: what is in it has no header that only a machine gives,
and it answers direct reads; see ``subjects``.
"""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Iterable
from typing import NamedTuple, Protocol

from janus.errors import JanusError
from janus.fleet.client import Client
from janus.fleet.failures import FleetFailure
from janus.fleet.feed import PIECE
from janus.fleet.repeating import Repeating
from janus.fleet.streams import Kept, info, newest, read
from janus.fleet.subjects import branches
from janus.model import Bundle, SessionInfo

log = logging.getLogger(__name__)

#: What a piece says of itself.
PART = "Janus-Bundle"
_PART = re.compile(r"([0-9a-f]{40,64}) ([0-9]{1,12}) ([0-9]{1,12}) ([0-9a-f]{64})")
#: Seconds after which it is looked again.
_LOOKED = 2.0
#: Bytes at the doorway beyond which nothing of what has ended is added: it would push out the rest.
_ROOM = 12 << 20


class Part(NamedTuple):
    """A piece of a bundle: its commit, where it begins, and the size and digest of the whole."""

    commit: str
    at: int
    size: int
    digest: str

    @classmethod
    def of(cls, kept: Kept) -> Part | None:
        """What a piece says; None for what is no piece."""
        found = _PART.fullmatch(kept.headers.get(PART, "")) if kept.is_ours else None
        return cls(found[1], int(found[2]), int(found[3]), found[4]) if found else None


class Sessions(Protocol):
    """The sessions of this machine; see ``Here``."""

    def sessions(self) -> Iterable[SessionInfo]: ...
    def ended(self) -> Iterable[SessionInfo]: ...
    def exists(self, session_id: str) -> bool: ...
    def bundled(self, info: SessionInfo, known: str) -> Bundle | None: ...


class Branches:
    """Keeps the bundles of this machine at one doorway, each made where a turn has ended.

    ``_sent`` has the commits of which the doorway knows, and how many bytes it has of each,
    ``_seen`` the sessions that were looked at as they are; both are the thread's.
    """

    def __init__(self, client: Client, here: Sessions) -> None:
        self._client, self._here = client, here
        self._stream = branches(client.machine)
        self._sent: dict[str, tuple[str, int]] = {}
        self._seen: dict[str, tuple[object, ...]] = {}
        self._unsure = True
        self._looking = Repeating("fleet-branches", _LOOKED, self._look)
        client.greet(self.forget)
        self.start, self.stop = self._looking.start, self._looking.stop
        #: To be called when a session changed.
        self.changed = self._looking.wake

    def forget(self) -> None:
        """A session was deleted; which, is seen when all are compared."""
        self._unsure = True
        self._looking.wake()

    def _look(self) -> None:
        if not self._client.connected:
            return
        if self._unsure:
            self._unsure = False
            try:
                self._compare()
            except FleetFailure:
                self._unsure = True
                raise
        for it in self._here.sessions():
            self._look_at(it)
        for it in self._here.ended():
            if sum(size for _, size in self._sent.values()) < _ROOM:
                self._look_at(it)

    def _look_at(self, it: SessionInfo) -> None:
        now, known = (it.branch, it.status, it.last_activity), self._seen.get(it.session_id)
        if it.branch and it.status != "active" and known != now and not self._looking.stopping:
            self._bring(it)
            self._seen[it.session_id] = now

    def _bring(self, it: SessionInfo) -> None:
        try:
            bundle = self._here.bundled(it, self._sent.get(it.session_id, ("", 0))[0])
        except JanusError as why:
            log.info("What the branch of session %s has is not kept: %s", it.session_id, why)
            return
        if bundle is None:
            return
        try:
            self._send(it.session_id, bundle)
        except FleetFailure:
            self._unsure = True  # some of it may be there
            raise

    def _send(self, id: str, bundle: Bundle) -> None:
        digest, first = _digest(bundle.data), 0
        for at in range(0, len(bundle.data) or 1, PIECE):
            if self._looking.stopping:
                return
            part = f"{bundle.commit} {at} {bundle.size} {digest}"
            piece = bundle.data[at : at + PIECE]
            seq = self._client.publish(self._subject(id), piece, {PART: part})
            first = first or seq
        self._purge(id, first)
        self._sent[id] = bundle.commit, len(bundle.data)

    def _compare(self) -> None:
        """See what the doorway has. Raises Absent where it has no place for that."""
        self._sent, self._seen = {}, {}
        for subject in info(self._client, self._stream, self._subject("*")).state.subjects or {}:
            id = subject.rpartition(".")[2]
            if not self._here.exists(id):
                self._purge(id)
                continue
            kept = newest(self._client, self._stream, subject)
            part = Part.of(kept) if kept else None
            if kept and part and (not kept.data or part.at + len(kept.data) == part.size):
                self._sent[id] = part.commit, part.size if kept.data else 0

    def _purge(self, id: str, before: int = 0) -> None:
        """Remove what there is of a session, *before* this number if that is one."""
        subject = self._subject(id)
        self._client.call(
            lambda it: it.purge_stream(self._stream, seq=before or None, subject=subject)
        )

    def _subject(self, id: str) -> str:
        return f"ev.{self._client.machine}.branch.{id}"


def bundle_of(client: Client, machine: str, session_id: str) -> Bundle | None:
    """The newest bundle of another machine's session that is whole. Raises FleetFailure."""
    found, whole, data = None, None, bytearray()
    for kept in read(client, branches(machine), f"ev.{machine}.branch.{session_id}", 1):
        if (part := Part.of(kept)) is None:
            continue
        if part.at == 0:
            whole, data = part, bytearray()
            if not kept.data:
                found = Bundle(part.commit, size=part.size)
        if whole is None or part != whole._replace(at=len(data)):
            whole = None
            continue
        data += kept.data
        if len(data) > min(part.size, Bundle.LARGEST):
            whole = None
        elif kept.data and len(data) == part.size and _digest(data) == part.digest:
            found = Bundle(part.commit, bytes(data), part.size)
    return found


def _digest(data: bytes | bytearray) -> str:
    return hashlib.sha256(data).hexdigest()
