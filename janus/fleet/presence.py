"""Which machines are there: entries that their owners renew and the server lets expire.

That one expired is no event, so a plain subscription tells who came, and a poll who went. Times
are the server's: two machines' clocks may differ.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

import msgspec
from msgspec import Struct

from janus.fleet.client import Client
from janus.fleet.repeating import Repeating
from janus.fleet.streams import Kept, info, newest
from janus.fleet.subjects import PRESENCE

#: Seconds between two renewals, and between two looks who is gone.
RENEWED, LOOKED = 1.0, 2.0
_BUCKET = f"KV_{PRESENCE}"


class Entry(Struct, frozen=True):
    """What a machine says of itself."""

    name: str
    version: str = ""
    agents: tuple[str, ...] = ()
    #: Processes that want to run, for each core.
    load: float = 0.0
    #: When its Janus began, in seconds since 1970, by its own clock.
    since: float = 0.0
    #: Why what is said to it has to wait.
    problem: str = ""


class Beacon:
    """Renews the entry of this machine."""

    def __init__(self, client: Client, entry: Callable[[], Entry]) -> None:
        subject = f"$KV.{PRESENCE}.{client.machine}"

        def renew() -> None:
            if client.connected:
                client.publish(subject, msgspec.json.encode(entry()))

        self._renewing = Repeating("fleet-beacon", RENEWED, renew)
        client.greet(self._renewing.wake)
        self.start, self.stop = self._renewing.start, self._renewing.stop


class Seen(Struct, frozen=True):
    """A machine's newest entry, and when the server got it, in seconds since 1970."""

    entry: Entry
    at: float
    online: bool


class Presence:
    """Who is there, as a doorway sees it. ``_lock`` guards ``_seen``."""

    def __init__(self, client: Client, told: Callable[[str], object]) -> None:
        """*told* is called with each machine that comes, goes, or says something else."""
        self._client, self._told = client, told
        self._lock = threading.Lock()
        self._seen: dict[str, Seen] = {}
        self._looking = Repeating("fleet-presence", LOOKED, self.look)
        client.on(f"$KV.{PRESENCE}.*", lambda message: self._heard(message.subject))
        client.greet(self._looking.wake)
        self.start, self.stop = self._looking.start, self._looking.stop

    def machines(self) -> dict[str, Seen]:
        """All that were seen since this Janus began, by their ids."""
        with self._lock:
            return dict(self._seen)

    def is_online(self, machine: str) -> bool:
        """Whether it renewed its entry lately, as far as the doorway can be asked."""
        with self._lock:
            return self._client.connected and machine in self._seen and self._seen[machine].online

    def look(self) -> None:
        """Ask the server who is there."""
        if not self._client.connected:
            return
        subjects = info(self._client, _BUCKET, f"$KV.{PRESENCE}.>").state.subjects or {}
        found = {}
        for subject in subjects:
            kept = newest(self._client, _BUCKET, subject)
            if kept and kept.is_ours and (entry := _entry(kept)):
                found[_machine(subject)] = Seen(entry, kept.at, True)
        with self._lock:
            before = self._seen
            gone = {id: msgspec.structs.replace(it, online=False) for id, it in before.items()}
            self._seen = {**gone, **found}
            now = {id: (it.online, it.entry) for id, it in self._seen.items()}
        was = {id: (it.online, it.entry) for id, it in before.items()}
        for id in [id for id in now if now[id] != was.get(id)]:
            self._told(id)

    def _heard(self, subject: str) -> None:
        with self._lock:
            known = self._seen.get(_machine(subject))
        if known is None or not known.online:
            self._looking.wake()


def _machine(subject: str) -> str:
    return subject.rpartition(".")[2]


def _entry(kept: Kept) -> Entry | None:
    try:
        return msgspec.json.decode(kept.data, type=Entry)
    except (msgspec.MsgspecError, UnicodeError):
        return None
