"""This machine in its fleet: it becomes a doorway, joins others, and leaves them.

janus fleet init             janus fleet join CODE
   a doorway  <──HTTPS: code, public key──  another machine
nats-server  <──TLS, its key, for as long as it is a member──┘

This and what it imports is all that a Janus in no fleet loads of this room, with ``elsewhere`` and
``here``: enough to know that it is in none. The rest comes with the first command.
"""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from janus.clock import Clock
from janus.errors import FleetFailed, NotFound
from janus.fleet.membership import (
    FOLDER,
    Doorway,
    FleetFiles,
    Member,
    Membership,
    Scope,
    name_of,
    new_machine_id,
)
from janus.network.endpoint import Endpoint
from janus.storage.store import Store

if TYPE_CHECKING:
    from janus.fleet.joining import JoinCode
    from janus.fleet.own_doorway import OwnDoorway

log = logging.getLogger(__name__)


class Fleet:
    """``_joining`` is held while this machine joins, opens and leaves doorways; ``_making`` guards
    ``_doorway``, ``_endpoint`` and ``_stopped``.

    *changed* is called whenever it has other doorways, or its own has other members.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        environ: Mapping[str, str],
        changed: Callable[[], None] = lambda: None,
        team: Membership | None = None,
    ) -> None:
        """In a *team* it is a member of that, and can neither be a doorway nor join one."""
        self._team = team
        self._files = FleetFiles(store)
        self._changed = changed
        self._joining = threading.Lock()
        self._making = threading.Lock()
        self._parts = self._files, store.folder / FOLDER, clock, environ, changed
        self._doorway: OwnDoorway | None = None
        self._endpoint: Endpoint | None = None
        self._stopped = False

    def follow(self, endpoint: Endpoint) -> None:
        """Be reached at this endpoint; to be called at first and now and then."""
        with self._making:
            self._endpoint, made = endpoint, self._doorway
        me = self.membership
        if self._team is None and (made or (me and me.own)):
            self.doorway.follow(endpoint)

    @property
    def doorway(self) -> OwnDoorway:
        """This machine as a doorway, which it need not be."""
        from janus.fleet.own_doorway import OwnDoorway

        with self._making:
            if self._doorway is None:
                self._doorway = OwnDoorway(*self._parts, self._endpoint)
                if self._stopped:
                    self._doorway.stop()
            return self._doorway

    def stop(self) -> None:
        """May be called twice."""
        with self._making:
            self._stopped, made = True, self._doorway
        if made:
            made.stop()

    @property
    def membership(self) -> Membership | None:
        """Who this machine is, and where it is a member."""
        return self._team or self._files.membership()

    @property
    def members(self) -> tuple[Member, ...]:
        """The machines that this doorway lets in."""
        return self._files.members()

    def invite(self, name: str, scope: Scope, *, also: bool, at_terminal: bool) -> JoinCode:
        """A code that lets a machine in here once, within minutes; makes this one a doorway first.

        With *also* where it is a member elsewhere. Raises FleetFailed,
        StorageFailed.
        """
        with self._joining:
            me = self._me(name)
            if me.own is None:
                _refuse_second(me, also, "To make it a further doorway: janus fleet init --also")
            return self.doorway.invite(me, scope, at_terminal=at_terminal)

    def join(self, text: str, name: str, *, also: bool) -> Doorway:
        """Become a member where a code leads. Raises InvalidRequest, FleetFailed."""
        from janus.fleet.joining import JoinCode, enter

        code = JoinCode.parse(text)
        with self._joining:
            me = self._me(name)
            _refuse_second(me, also, "For a further doorway: janus fleet join --also CODE")
            doorway, known_as = enter(code, me)
            self._files.put(me, doorway)
        log.info(
            "This machine joined the fleet of %s (%s), as %s; it may: %s", doorway.name, doorway.id,
            known_as, doorway.scope, extra={"event": "machine_joined"},
        )  # fmt: skip
        self._changed()
        return doorway

    def leave(self, name: str = "") -> list[tuple[Doorway, str]]:
        """Leave every doorway, or the one of this name; each with why it could not be told of that.

        Raises FleetFailed, NotFound, StorageFailed.
        """
        from janus.fleet.joining import say_goodbye

        with self._joining:
            me = self._files.membership()
            self._refuse_team()
            if me is None:
                raise FleetFailed("This machine is in no fleet.")
            left = [it for it in me.doorways if name in ("", it.name, it.id)]
            if not left:
                raise NotFound(f"This machine is no member of {name}. See: janus fleet status")
            told = [(it, "" if it == me.own else say_goodbye(it, me.machine_id)) for it in left]
            if me.own in left:
                self.doorway.close()
            self._files.drop(left)
        for doorway in left:
            log.info(
                "This machine left the fleet of %s", doorway.name, extra={"event": "machine_left"}
            )
        self._changed()
        return told

    def _refuse_team(self) -> None:
        if self._team:
            raise FleetFailed("This machine is in the cluster that JANUS_FLEET_URL names.")

    def _me(self, name: str) -> Membership:
        """What is known of this machine; a new id where nothing is."""
        self._refuse_team()
        return self._files.membership() or Membership(
            machine_id=new_machine_id(), name=name_of(name or socket.gethostname())
        )


def _refuse_second(me: Membership, also: bool, remedy: str) -> None:
    if me.doorways and not also:
        raise FleetFailed(
            f"This machine is in the fleet of {me.doorways[0].name} already. {remedy}"
        )
