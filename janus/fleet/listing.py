"""What a machine has: the sessions that it would list itself, as every doorway keeps them.

The newest list stays in the stream ``LISTS`` while the machine is away, and says when it was there.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from contextlib import suppress

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from janus.fleet.client import Client
from janus.fleet.presence import Entry
from janus.fleet.repeating import Repeating
from janus.fleet.streams import Kept
from janus.model import SessionInfo

#: Seconds between two looks whether the list is another one, since not every change is told; and
#: after which the same is sent again.
_LOOKED, _RENEWED = 1.0, 30.0
#: Bytes; the server takes no message of more than 1 MB.
_MOST = 900_000
_SESSION = msgspec.json.Decoder(SessionInfo)


class MachineList(Struct, frozen=True):
    """A machine with its open sessions, the newest of those that ended, and its projects' names."""

    entry: Entry
    sessions: tuple[SessionInfo, ...] = ()
    ended: tuple[SessionInfo, ...] = ()
    projects: dict[str, str] = {}


class Listing:
    """Keeps the list of this machine at a doorway."""

    def __init__(self, client: Client, make: Callable[[], MachineList]) -> None:
        self._client, self._make = client, make
        self._sent, self._at = b"", 0.0
        self._sending = Repeating("fleet-listing", _LOOKED, self._send)
        #: To be called when something in the list changed.
        self.changed = self._sending.wake
        client.greet(self._anew)
        self.start, self.stop = self._sending.start, self._sending.stop

    def _anew(self) -> None:
        self._sent = b""
        self._sending.wake()

    def _send(self) -> None:
        now = time.monotonic()
        if self._client.connected and (
            (data := encoded(self._make())) != self._sent or now - self._at > _RENEWED
        ):
            self._client.publish(f"ev.{self._client.machine}.list", data)
            self._sent, self._at = data, now


def encoded(told: MachineList) -> bytes:
    """The list as it is sent: without those that ended longest ago, if it were too long."""
    while len(data := msgspec.json.encode(told)) > _MOST:
        if told.ended:
            told = replace(told, ended=told.ended[: len(told.ended) // 2])
        else:
            told = replace(told, sessions=told.sessions[len(told.sessions) // 2 + 1 :])
    return data


class _Lines(Struct, frozen=True):
    """A list whose sessions are not looked into yet: each may be of another version."""

    entry: Entry
    sessions: tuple[msgspec.Raw, ...] = ()
    ended: tuple[msgspec.Raw, ...] = ()
    projects: dict[str, str] = {}


def list_of(kept: Kept) -> MachineList | None:
    """The list in a message, but for what is not understood here; None in what is no list."""
    try:
        found = msgspec.json.decode(kept.data, type=_Lines) if kept.is_ours else None
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None
    if found is None:
        return None
    sessions, ended = _understood(found.sessions), _understood(found.ended)
    return MachineList(found.entry, sessions, ended, found.projects)


def _understood(lines: Iterable[msgspec.Raw]) -> tuple[SessionInfo, ...]:
    found = []
    for line in lines:
        with suppress(msgspec.MsgspecError, UnicodeError, RecursionError):
            found.append(_SESSION.decode(line))
    return tuple(found)
