"""This machine as a doorway: it runs the server, lets machines in by codes, and puts them out."""

from __future__ import annotations

import hashlib
import logging
import shutil
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
from msgspec.structs import replace

from janus.access.pairing import Pairing
from janus.clock import Clock
from janus.errors import FleetFailed, Forbidden, JanusError, NotFound, StorageFailed
from janus.fleet.engine import Engine
from janus.fleet.joining import Entered, JoinCode, fingerprint, leaving
from janus.fleet.keys import new_seed, public_key, verify
from janus.fleet.membership import Doorway, FleetFiles, Member, Membership, Scope
from janus.fleet.server_config import ServerConfig
from janus.fleet.server_process import STORE, free_port
from janus.network.endpoint import Endpoint

log = logging.getLogger(__name__)

#: Machines that a doorway lets in.
MOST = 64
_JOINED = {"event": "machine_joined"}


class OwnDoorway:
    """``_lock`` guards the list of members and all fields, also while the server is told of it.

    *changed* is called whenever the doorway is another one, or has other members.
    """

    def __init__(
        self,
        files: FleetFiles,
        folder: Path,
        clock: Clock,
        environ: Mapping[str, str],
        changed: Callable[[], None],
        endpoint: Endpoint | None = None,
    ) -> None:
        """Others reach it at the *endpoint*, as far as that is known by now; see ``follow``."""
        self._files = files
        self._folder = folder
        self._clock = clock
        self._changed = changed
        self._lock = threading.Lock()
        self._codes = Pairing(clock, "On the doorway, run: janus fleet init")
        self._endpoint = endpoint
        self._stopped = False
        #: Why it is closed, where it should be open.
        self._closed = ""
        self.engine = Engine(folder, environ)

    @property
    def problem(self) -> str | None:
        """What the owner should know of it."""
        return self._closed or self.engine.problem

    def follow(self, endpoint: Endpoint) -> None:
        """Be open at this endpoint, if this is a doorway; to be called now and then."""
        with self._lock:
            self._endpoint = endpoint
            me = self._files.membership()
            if self._stopped or me is None or me.own is None:
                return
            before, self._closed = self._closed, ""
            try:
                self._serve(me, me.own)
            except JanusError as why:
                self._closed = str(why)
                if self._closed != before:  # once, not every minute
                    log.warning("This doorway is closed: %s", why)

    def stop(self) -> None:
        """May be called twice."""
        self._stopped = True
        self.engine.stop()  # who opens it just now gives up
        with self._lock:
            self.engine.stop()

    def invite(self, new: Membership, scope: Scope, *, at_terminal: bool) -> JoinCode:
        """A code that lets a machine in once, within minutes.

        Where this machine is no doorway yet it becomes one, as *new* says. Raises FleetFailed,
        StorageFailed.
        """
        with self._lock:
            endpoint = self._reachable()
            me = self._files.membership() or new
            if me.own is None:
                self._open(me)
            elif self.engine.pid is None:
                self._serve(me, me.own)
            code = self._codes.open(scope, at_terminal=at_terminal)
        assert endpoint.authority
        return JoinCode(endpoint.binds[1], code.text, fingerprint(endpoint.authority.der))

    def enter(self, code: str, machine_id: str, name: str, key: str, address: str) -> Entered:
        """Let a machine in that has a code and that key.

        Raises Forbidden, RateLimited, FleetFailed, StorageFailed.
        """
        with self._lock:
            redeemed = self._codes.redeem(code, address)
            own = self._own()
            members = self._files.members()
            taken = {own.id, own.name, public_key(own.seed)}
            taken = taken.union(*({it.id, it.name, it.key} for it in members))
            if taken & {machine_id, key}:
                raise FleetFailed(
                    "This machine is a member already. Leave first, or on the doorway, run: "
                    "janus fleet revoke NAME"
                )
            if len(members) >= MOST:
                raise FleetFailed(f"{MOST} machines are members here. Revoke one first.")
            names = (name, *(f"{name[:36]}-{number}" for number in range(2, MOST + 3)))
            member = Member(
                id=machine_id, name=next(it for it in names if it not in taken), key=key,
                scope=msgspec.convert(redeemed.scope, Scope), joined_at=self._clock.time(),
            )  # fmt: skip
            self.engine.apply(self._config(own, (*members, member)))
            try:
                self._files.put_members((*members, member))
            except StorageFailed:
                self.engine.apply(self._config(own, members))
                raise
        log.info(
            "Machine %s (%s) joined from %s; it may: %s", member.name, member.id, address,
            member.scope, extra=_JOINED,
        )  # fmt: skip
        self._changed()
        return Entered(
            id=own.id, name=own.name, urls=own.urls, scope=member.scope, known_as=member.name
        )

    def left(self, machine_id: str, proof: str) -> None:
        """A machine says that it leaves, and proves that it is that one. Raises Forbidden."""
        with self._lock:
            found = [it for it in self._files.members() if it.id == machine_id]
            if not found:
                return  # it was put out before
            if not verify(found[0].key, leaving(self._own().id, machine_id), proof):
                raise Forbidden("A machine can leave only by itself.")
            self._remove(found[0])
        log.info("Machine %s (%s) left", found[0].name, machine_id, extra={"event": "machine_left"})
        self._changed()

    def revoke(self, name: str, device: str) -> Member:
        """Put a machine out, at once. Raises FleetFailed, NotFound, StorageFailed."""
        with self._lock:
            self._own()
            found = [it for it in self._files.members() if name in (it.name, it.id)]
            if not found:
                raise NotFound(f"No machine here is called {name}. See: janus fleet list")
            self._remove(found[0])
        log.info(
            "Machine %s (%s) was revoked by device %s", found[0].name, found[0].id, device,
            extra={"event": "machine_revoked"},
        )  # fmt: skip
        self._changed()
        return found[0]

    def close(self) -> None:
        """Be a doorway no more: nobody is a member, and what the server kept is gone."""
        with self._lock:
            self.engine.stop()
            self._files.put_members(())
            shutil.rmtree(self._folder / STORE, ignore_errors=True)
            self._closed = ""

    def _open(self, me: Membership) -> None:
        """Make this machine a doorway. Raises FleetFailed, StorageFailed."""
        port = free_port(self._reachable().addresses[1])
        own = Doorway(
            id=me.machine_id, name=me.name, page="", urls=(f"tls://:{port}",), ca="",
            seed=new_seed(), scope="full",
        )  # fmt: skip
        try:
            self._serve(me, own)
        except JanusError:
            self.engine.stop()
            raise
        log.info(
            "This machine is a doorway now: %s (%s)", me.name, me.machine_id, extra=_JOINED
        )  # fmt: skip

    def _serve(self, me: Membership, own: Doorway) -> None:
        """Have the server run at the address of now, and remember where that is."""
        endpoint = self._reachable()
        assert endpoint.authority
        port = urlsplit(own.urls[0]).port
        pages = [f"https://{endpoint.binds[1]}", *filter(None, [endpoint.name_url])]
        hosts = [urlsplit(it).netloc.rpartition(":")[0] for it in pages]
        now = replace(
            own, page=pages[0], urls=tuple(f"tls://{it}:{port}" for it in hosts),
            ca=endpoint.authority.ca_pem.decode(),
        )  # fmt: skip
        self.engine.apply(self._config(now, self._files.members()))
        if now not in me.doorways:
            self._files.put(me, now)
            self._changed()

    def _remove(self, member: Member) -> None:
        """Raises StorageFailed; once that is done, the machine is out, whatever happens."""
        rest = tuple(it for it in self._files.members() if it != member)
        self._files.put_members(rest)
        try:
            self.engine.apply(self._config(self._own(), rest))
        except FleetFailed as why:
            self.engine.stop()
            log.warning(
                "This doorway is closed, until it can be opened without %s: %s", member.name, why
            )

    def _config(self, own: Doorway, members: tuple[Member, ...]) -> ServerConfig:
        leaf = self._reachable().leaf
        assert leaf
        try:
            stamp = hashlib.sha256(leaf.chain.read_bytes()).hexdigest()
        except OSError as failure:
            raise FleetFailed(f"The certificate cannot be read: {failure.strerror}.") from failure
        return ServerConfig(
            own.urls[0].removeprefix("tls://"), own.id, leaf.chain, leaf.key, public_key(own.seed),
            members, stamp,
        )  # fmt: skip

    def _own(self) -> Doorway:
        me = self._files.membership()
        if me is None or me.own is None:
            raise FleetFailed("This machine is no doorway. To make it one: janus fleet init")
        return me.own

    def _reachable(self) -> Endpoint:
        endpoint = self._endpoint
        if endpoint is None or endpoint.leaf is None:
            why = endpoint.unreachable if endpoint else None
            raise FleetFailed(f"Other machines cannot reach this one. {why or ''}".strip())
        return endpoint
