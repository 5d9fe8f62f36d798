"""The owner's other machines: let one in, join them, leave them, put one out."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, Literal

from flask import Blueprint, g, request
from msgspec import Meta

from janus import errors
from janus.blueprints.endpoint import endpoint
from janus.blueprints.wire import words as wire
from janus.clock import timestamp
from janus.runtime import runtime

bp = Blueprint("fleet", __name__, url_prefix="/api/fleet")

_MachineId = Annotated[str, Meta(pattern="^[0-9a-f]{16}$", examples=["3f9d1c0b7a2e4d58"])]
_MachineName = Annotated[
    str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$", examples=["laptop"])
]
#: What a machine may have others do: anything (`full`); `read` what they have; or nothing
#: (`relay`): it passes on what it has itself, and does what it is told.
_MachineScope = Annotated[Literal["full", "read", "relay"], Meta(title="MachineScope")]


class FleetDoorway(wire.Reply, frozen=True, kw_only=True):
    """A machine that others dial, where this one is a member."""

    machine_id: _MachineId
    name: _MachineName
    #: Where its Janus is.
    page: str
    #: Where its server is dialled, the best first.
    urls: list[str]
    scope: _MachineScope
    #: Whether it is this machine itself.
    own: bool


class Machine(wire.Reply, frozen=True, kw_only=True):
    """A machine that may dial this doorway."""

    machine_id: _MachineId
    name: _MachineName
    scope: _MachineScope
    joined_at: wire.Time
    #: Whether its Janus is there now.
    online: bool = False
    #: When it was there last; null while it is, or if it never was.
    asleep_since: wire.Time | None = None
    #: The version of its Janus, its agent, and how many processes want to run on each core, as it
    #: said last.
    version: str = ""
    agents: tuple[str, ...] = ()
    load: float = 0.0
    open_sessions: wire.Count = 0
    #: Why what is said to it has to wait, as it said last: a project whose folder is away, say.
    problem: str | None = None


class FleetState(wire.Reply, frozen=True, kw_only=True):
    """This machine in its fleet."""

    #: Null where it is in none.
    machine_id: _MachineId | None
    name: _MachineName | None
    doorways: list[FleetDoorway]
    #: Those that dial this doorway, the oldest first; none where it is no doorway.
    machines: list[Machine]
    #: Why this doorway is closed, or will be before long; null while all is well.
    problem: str | None


@bp.get("")
@endpoint()
def state() -> FleetState:
    """This machine, the doorways where it is a member, and the members of its own."""
    fleet, others = runtime().fleet, runtime().elsewhere
    me = fleet.membership
    return FleetState(
        machine_id=me.machine_id if me else None,
        name=me.name if me else None,
        doorways=[]
        if me is None
        else [
            FleetDoorway.of(it, machine_id=it.id, urls=[*it.urls], own=it.id == me.machine_id)
            for it in me.doorways
        ],
        machines=[Machine.of(it, **_known(it.id, it.joined_at)) for it in others.members()],
        problem=others.problem or (fleet.doorway.problem if me and me.own else None),
    )


def _known(machine_id: str, joined_at: float) -> dict[str, Any]:
    """What is known of a member, beside its name."""
    known = {"machine_id": machine_id, "joined_at": timestamp(joined_at)}
    seen = next((m for m in runtime().elsewhere.machines() if m.machine_id == machine_id), None)
    if seen is None:
        return known
    asleep = None if seen.asleep_since is None else timestamp(seen.asleep_since)
    return {**asdict(seen), **known, "asleep_since": asleep}


class InviteBody(wire.Body, frozen=True, kw_only=True):
    """What the machine that joins may do, and what this one is called."""

    scope: _MachineScope = "full"
    #: What other machines call this one; absent, what it calls itself.
    name: wire.Short = ""
    #: Whether it becomes a doorway although it is a member elsewhere.
    also: bool = False


class FleetCode(wire.Reply, frozen=True, kw_only=True):
    """A code, and what it lets in."""

    #: For `janus fleet join`: good once, and for five minutes.
    code: str
    scope: _MachineScope


@bp.post("/invite")
@endpoint(errors.FleetFailed, errors.StorageFailed, status=201)
def invite(body: InviteBody) -> FleetCode:
    """Make a code for another machine; and this one a doorway, if it is none yet."""
    at_terminal = g.device.id == "owner"
    code = runtime().fleet.invite(body.name, body.scope, also=body.also, at_terminal=at_terminal)
    return FleetCode(code=str(code), scope=body.scope)


class JoinBody(wire.Body, frozen=True, kw_only=True):
    """A code, and what this machine is called."""

    code: wire.Word
    name: wire.Short = ""
    #: Whether it is a further doorway of this machine.
    also: bool = False


@bp.post("/join")
@endpoint(errors.FleetFailed, errors.StorageFailed, status=201)
def join(body: JoinBody) -> FleetDoorway:
    """Make this machine a member where the code leads."""
    doorway = runtime().fleet.join(body.code, body.name, also=body.also)
    return FleetDoorway.of(doorway, machine_id=doorway.id, urls=[*doorway.urls], own=False)


class OneMachine(wire.Query, frozen=True, kw_only=True):
    """Which machine is meant."""

    #: Its name or its id.
    name: wire.Word


class AnyDoorway(wire.Query, frozen=True, kw_only=True):
    """Which doorway is meant."""

    #: Its name or its id; all of them if it is absent.
    name: wire.Short = ""


class LeftDoorway(wire.Reply, frozen=True, kw_only=True):
    """A doorway where this machine is no member any more."""

    name: _MachineName
    #: Why it does not know yet: there, the machine has to be revoked. Null where it does.
    untold: str | None


class LeftFleet(wire.Reply, frozen=True, kw_only=True):
    """The doorways that were left."""

    left: list[LeftDoorway]


@bp.delete("/doorways")
@endpoint(errors.FleetFailed, errors.NotFound, errors.StorageFailed)
def leave(query: AnyDoorway) -> LeftFleet:
    """Leave a doorway. Where it is this machine's own, it is one no more."""
    left = runtime().fleet.leave(query.name)
    return LeftFleet(left=[LeftDoorway(name=it.name, untold=why or None) for it, why in left])


@bp.delete("/machines")
@endpoint(errors.FleetFailed, errors.NotFound, errors.StorageFailed)
def revoke(query: OneMachine) -> Machine:
    """Put a machine out, at once."""
    it = runtime().fleet.doorway.revoke(query.name, g.device.id)
    return Machine.of(it, **_known(it.id, it.joined_at))


class EnterBody(wire.Body, frozen=True, kw_only=True):
    """A machine that has a code, and the public key that is its own here."""

    #: The secret part of the code.
    code: wire.Word
    machine_id: _MachineId
    name: _MachineName
    key: Annotated[str, Meta(pattern="^U[A-Z2-7]{55}$")]


class EnteredDoorway(wire.Reply, frozen=True, kw_only=True):
    """What the new member has to know."""

    id: _MachineId
    name: _MachineName
    urls: list[str]
    scope: _MachineScope
    #: What it is called here: another machine may have had its name.
    known_as: _MachineName


@bp.post("/enter")
@endpoint(errors.RateLimited, errors.FleetFailed, errors.StorageFailed, status=201)
def enter(body: EnterBody) -> EnteredDoorway:
    """Become a member here, by a code. Other machines call this."""
    entered = runtime().fleet.doorway.enter(
        body.code, body.machine_id, body.name, body.key, request.remote_addr or ""
    )
    return EnteredDoorway.of(entered, urls=[*entered.urls])


class LeftBody(wire.Body, frozen=True, kw_only=True):
    """A machine that leaves."""

    machine_id: _MachineId
    #: Its signature of that.
    proof: wire.Word


class LeftMachine(wire.Reply, frozen=True, kw_only=True):
    """It is no member any more."""

    machine_id: _MachineId


@bp.post("/left")
@endpoint(errors.StorageFailed)
def left(body: LeftBody) -> LeftMachine:
    """Be a member here no more. Other machines call this."""
    runtime().fleet.doorway.left(body.machine_id, body.proof)
    return LeftMachine(machine_id=body.machine_id)
