"""All that runs for one doorway where this machine is a member, its own among them."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from functools import partial
from typing import Protocol

from msgspec.structs import replace

from janus.clock import Clock
from janus.fleet.branches import Branches
from janus.fleet.client import Client
from janus.fleet.commands import Commands
from janus.fleet.feed import Feed, Logs
from janus.fleet.here import Here
from janus.fleet.inbox import Inbox
from janus.fleet.known import KnownSessions
from janus.fleet.listing import Listing, MachineList
from janus.fleet.membership import GATEWAYS, Doorway, Member, Membership, Scope, name_of
from janus.fleet.mirror import Mirror
from janus.fleet.owners import asked_for
from janus.fleet.placing import Placing
from janus.fleet.presence import Beacon, Entry
from janus.fleet.remote import RemoteSessions
from janus.fleet.repeating import Repeating
from janus.fleet.sent_files import SentFiles
from janus.fleet.shared import SharedAccess
from janus.fleet.streams import Shapes
from janus.fleet.viewing import there
from janus.fleet.views import Views
from janus.fleet.words import Words
from janus.model import is_id
from janus.storage.store import Store

#: Seconds between two looks whether the doorway's streams are there.
_SHAPED = 10.0


class Part(Protocol):
    """What runs between the two; may be stopped twice."""

    def start(self) -> object: ...
    def stop(self) -> object: ...


class Link:
    """One connection and what uses it. Nothing is dialled before ``start``."""

    def __init__(self, me: Membership, doorway: Doorway, here: Here, clock: Clock) -> None:
        secured = doorway.ca or any(it.startswith("tls:") for it in doorway.urls)
        tls = ssl.create_default_context(cadata=doorway.ca or None) if secured else None
        self._here = here
        own = doorway.id == me.machine_id
        self.client = Client(doorway.urls, me.machine_id, doorway.seed, tls)
        self.client.asks = own
        #: Whether it is one of several gateways of a team.
        self.shared = own and doorway.id == GATEWAYS
        views = Views(here.view, here.manager)
        self.commands = Commands(self.client, here.manager, self._scope_of, views)
        self.mirror: Mirror | None = None
        self.sessions: RemoteSessions | None = None
        #: The same at a gateway of a team.
        self.placing: Placing | None = None
        self.feed: Feed | None = None
        self._doorway, self._known = doorway, set[str]()
        self._parts: list[Part] = []
        self._closing: list[Callable[[], object]] = []
        self._of_doorway(clock) if own else self._of_member(me)

    def _of_doorway(self, clock: Clock) -> None:
        """This machine shows the others."""
        words = Words(self.client)
        shaping = Repeating("fleet-shapes", _SHAPED, self._shape)
        known = KnownSessions(None if self.shared else Store(self._here.state))
        self.mirror = Mirror(
            self.client, self._here.told, known, lambda machine: self._seen(machine)
        )
        here, found = self._here, partial(there, self.mirror)
        files = SentFiles(here.files, self.commands, words, found, here.unbegun)
        given = self.mirror, self.commands, words, files, clock, here.ask_timeout
        self.sessions = RemoteSessions(*given)
        self.client.greet(shaping.wake)
        self._shaping = shaping
        self._parts = [shaping, words, self.mirror, files]
        if self.shared:
            self._parts.append(
                SharedAccess(self.client, self._here.devices, self._here.pairing, clock)
            )
            self.sessions = self.placing = Placing(*given)
            self._closing.append(self.placing.stop)

    def _of_member(self, me: Membership) -> None:
        """This machine is shown there."""
        here = self._here

        def entry() -> Entry:
            told = here.version, here.agents(), here.load(), here.since, inbox.problem or ""
            return Entry(me.name, *told)

        def listed() -> MachineList:
            said = replace(entry(), load=0.0)  # which changes all the time
            return MachineList(said, here.sessions(), here.ended(), here.projects())

        self.feed = Feed(self.client, here.logs)
        self.listing = Listing(self.client, listed)
        self.branches = Branches(self.client, here)
        inbox = Inbox(self.client, here.owner, self._scope_of)
        beacon = Beacon(self.client, entry)
        self._parts = [self.feed, self.listing, beacon, inbox, self.branches]
        self._closing = [inbox.end, self.listing.stop]

    def start(self) -> None:
        self.client.start()
        for part in self._parts:
            part.start()

    def asked(self, session_id: str) -> bool:
        """Whether a machine that is there has a session that no list has: it was just made.

        Raises MachineAway, SessionNotFound: it is there, but cannot be used.
        """
        if self.mirror is None or not (self.client.connected and is_id(session_id)):
            return False
        machines = [it.id for it in self.members()]
        if found := asked_for(self.commands, machines, session_id):
            self.mirror.begun(found)
        return found is not None

    def close(self) -> None:
        """Take no more words, and leave the list as it is: this machine is about to stop.

        How its sessions end is still told.
        """
        for end in self._closing:
            end()

    def stop(self) -> None:
        """May be called twice."""
        self.client.stop()
        for part in self._parts:
            part.stop()
        self.commands.stop()

    def changed(self) -> None:
        """What is listed of this machine changed, or who is a member."""
        if self.feed is None:
            return self._shaping.wake()
        self.listing.changed()
        self.branches.changed()

    def forget(self) -> None:
        """A session of this machine was deleted."""
        if self.feed:
            self.feed.forget()
            self.branches.forget()

    def grew(self, logs: Logs, session_id: str, size: int) -> None:
        """A log of this machine grew."""
        if self.feed:
            self.feed.grew(logs, session_id, size)

    def members(self) -> tuple[Member, ...]:
        """The machines that may dial this one; of a cluster, those that were ever there."""
        if not (self.shared and self.mirror):
            return self._here.members()
        return tuple(
            Member(
                id=it.machine_id, name=name_of(it.name), key="", scope="relay", joined_at=it.since
            )
            for it in self.mirror.machines()
        )

    def _scope_of(self, sender: str) -> Scope | None:
        """A doorway is asked by its owner, and asks on; it knows what its members may do."""
        if self.feed:
            return "full" if sender == self._doorway.id else None
        return next((it.scope for it in self.members() if it.id == sender), None)

    def _seen(self, machine: str) -> None:
        """A machine that is new to a cluster has no stream yet."""
        if self.shared and machine not in self._known:
            self._shaping.wake()

    def _shape(self) -> None:
        if self.client.connected:
            shapes, members = Shapes(self.client), {it.id for it in self.members()}
            shapes.ensure(members, shared=self.shared)
            for machine in self._known - members:
                shapes.forget(machine)
            self._known = members
