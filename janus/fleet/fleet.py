"""This machine in its fleet: it becomes a doorway, joins others, and leaves them.

janus fleet init             janus fleet join CODE
   a doorway  <──HTTPS: code, public key──  another machine
nats-server  <──TLS, its key, for as long as it is a member──┘
"""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable, Mapping
from typing import Any

from janus.clock import Clock
from janus.errors import FleetFailed, NotFound
from janus.fleet.joining import Entered, JoinCode, call, leaving
from janus.fleet.keys import new_seed, public_key, sign
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
from janus.fleet.own_doorway import OwnDoorway
from janus.network.endpoint import Endpoint
from janus.storage.store import Store

log = logging.getLogger(__name__)


class Fleet:
    """``_joining`` is held while this machine joins, opens and leaves doorways.

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
        self.doorway = OwnDoorway(self._files, store.folder / FOLDER, clock, environ, changed)

    def follow(self, endpoint: Endpoint) -> None:
        """Be reached at this endpoint; to be called at first and now and then."""
        if self._team is None:
            self.doorway.follow(endpoint)

    def stop(self) -> None:
        """May be called twice."""
        self.doorway.stop()

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
        code = JoinCode.parse(text)
        with self._joining:
            me = self._me(name)
            _refuse_second(me, also, "For a further doorway: janus fleet join --also CODE")
            seed = new_seed()
            asked = {
                "code": code.secret, "machine_id": me.machine_id, "name": me.name,
                "key": public_key(seed),
            }  # fmt: skip
            ca = code.authority()
            entered = call(code.page, ca, "/api/fleet/enter", asked, Entered)
            doorway = Doorway(
                id=entered.id, name=entered.name, page=code.page, urls=entered.urls, ca=ca,
                seed=seed, scope=entered.scope,
            )  # fmt: skip
            self._files.put(me, doorway)
        log.info(
            "This machine joined the fleet of %s (%s), as %s; it may: %s", doorway.name, doorway.id,
            entered.known_as, doorway.scope, extra={"event": "machine_joined"},
        )  # fmt: skip
        self._changed()
        return doorway

    def leave(self, name: str = "") -> list[tuple[Doorway, str]]:
        """Leave every doorway, or the one of this name; each with why it could not be told of that.

        Raises FleetFailed, NotFound, StorageFailed.
        """
        with self._joining:
            me = self._files.membership()
            self._refuse_team()
            if me is None:
                raise FleetFailed("This machine is in no fleet.")
            left = [it for it in me.doorways if name in ("", it.name, it.id)]
            if not left:
                raise NotFound(f"This machine is no member of {name}. See: janus fleet status")
            told = [(it, "" if it == me.own else _tell(it, me.machine_id)) for it in left]
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


def _tell(doorway: Doorway, me: str) -> str:
    """Tell a doorway that this machine leaves; why it does not know, where it does not."""
    said = {"machine_id": me, "proof": sign(doorway.seed, leaving(doorway.id, me))}
    try:
        call(doorway.page, doorway.ca, "/api/fleet/left", said, dict[str, Any])
    except FleetFailed as why:
        return str(why)
    return ""
