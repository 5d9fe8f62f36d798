"""Devices: pair one, give a program a token, list them, revoke one."""

from __future__ import annotations

from typing import Annotated, Literal

from flask import Blueprint, Response, g, request
from msgspec import Meta

from janus import errors
from janus.access.device import EXPIRES
from janus.access.invitation import invite
from janus.blueprints import gate
from janus.blueprints.endpoint import endpoint, reply
from janus.blueprints.wire import words as wire
from janus.runtime import runtime

bp = Blueprint("auth", __name__, url_prefix="/api")

_Secret = Annotated[str, wire.shaped("^[A-Za-z0-9_-]{43}$")]


class Device(wire.Reply, frozen=True, kw_only=True):
    """A page that was paired, or a program with a token."""

    device_id: wire.DeviceId
    #: As it calls itself: no proof of who it is.
    name: Annotated[str, Meta(min_length=1, max_length=40)]
    scope: wire.Scope
    kind: Literal["page", "token"]
    created_at: wire.Time
    last_seen: Annotated[
        wire.Time, Meta(description=f"Unused for {EXPIRES / 86400:.0f} days, it is forgotten.")
    ]
    #: Where it was seen last; null for a token that was not used yet.
    address: str | None


class PairBody(wire.Body, frozen=True, kw_only=True):
    """A pairing code, and who has it."""

    #: As it is shown at the computer; case, spaces and dashes do not matter.
    code: Annotated[wire.Word, Meta(examples=["ABCDE-FGHJK"])]
    #: What the list of devices will call it; the first 40 characters count.
    name: wire.Short = ""


class PairedDevice(Device, frozen=True, kw_only=True):
    """The device, which is paired now, and the key that it sends as `X-Janus-Key`."""

    #: It is told this once.
    key: _Secret


@bp.post("/pair")
@endpoint(errors.TooManyDevices, errors.RateLimited, returns=PairedDevice, status=201)
def pair(body: PairBody) -> Response:
    """Pair a page that has a pairing code.

    The page gets a secret in two parts: a cookie that no script can read, and a `key` that it keeps
    and sends as `X-Janus-Key` whenever it writes. A code is good once and for five minutes; five
    wrong ones burn the open codes, but from the network not one that was made at the computer.
    """
    devices, former, address = runtime().devices, gate.device(), request.remote_addr
    devices.check_room()  # or the code would be used up for nothing
    code = runtime().pairing.redeem(body.code, address or "")
    new = devices.register(body.name, code.scope, page=True, address=address)
    if former and former.key:
        devices.revoke(former.id)
    paired = PairedDevice.of(new.device.to_json(), key=new.key)
    return gate.set_cookie(reply(paired, 201), new.secret)


class NewCodeBody(wire.Body, frozen=True, kw_only=True):
    """What the device that is paired with the code may do."""

    #: What it may do: `read` has read-only access. `full` if absent.
    scope: wire.Scope = "full"


class Invitation(wire.Reply, frozen=True, kw_only=True):
    """A pairing code, and how another device comes to use it."""

    #: To be typed.
    code: Annotated[str, wire.shaped("^[2-9A-HJ-NP-Z]{5}-[2-9A-HJ-NP-Z]{5}$")]
    #: To be scanned: the page, with the code in its fragment, which no browser sends to anybody.
    url: Annotated[str, Meta(extra_json_schema={"format": "uri"})]
    #: The same as a picture, a QR code: its rows of squares, `1` for a dark one. It has no border;
    #: readers want four squares of white around it.
    qr: list[Annotated[str, Meta(pattern=r"^[01]+$")]]
    expires_at: wire.Time
    #: Where a phone learns to trust the certificate of this Janus; null if there is nothing to
    #: learn.
    setup_url: str | None
    #: The words for that certificate, to compare with those at `setup_url`.
    words: str | None
    #: The SHA-256 fingerprint of that certificate, to compare with what the phone shows of it.
    fingerprint: str | None
    #: Why no phone can reach this Janus, and what to do; null if phones can.
    unreachable: str | None
    #: As `url`, but by a name that stays the same when the address of the computer changes; not
    #: every network knows it. Null if there is none.
    name_url: str | None


@bp.post("/pair/new")
@endpoint(status=201)
def new_code(body: NewCodeBody) -> Invitation:
    """Make a pairing code for another device.

    Of more than four open codes the oldest is closed.
    """
    code = runtime().pairing.open(body.scope, at_terminal=g.device.id == "owner")
    return Invitation.of(invite(runtime().endpoint, code))


class TokenBody(wire.Body, frozen=True, kw_only=True):
    """The program that the token is for."""

    #: What the list of devices will call it; the first 40 characters count.
    name: wire.Word
    #: What it may do: `read` has read-only access. `full` if absent.
    scope: wire.Scope = "full"


class Token(Device, frozen=True, kw_only=True):
    """The program, and its token."""

    #: It is told this once.
    token: _Secret


@bp.post("/tokens")
@endpoint(errors.TooManyDevices, status=201)
def mint(body: TokenBody) -> Token:
    """Make a token for a program.

    The program sends it as `Authorization: Bearer …`. Only its hash is kept.
    """
    new = runtime().devices.register(body.name, body.scope, page=False)
    return Token.of(new.device.to_json(), token=new.secret)


class DeviceList(wire.Reply, frozen=True, kw_only=True):
    """The devices, without their secrets."""

    devices: list[Device]
    #: The `device_id` of the caller; `owner` for the command line of Janus, which is not on the
    #: list.
    this_device: str


@bp.get("/devices")
@endpoint()
def index() -> DeviceList:
    """Every device and program that has access, the oldest first."""
    devices = [Device.of(device.to_json()) for device in runtime().devices.all()]
    return DeviceList(devices=devices, this_device=g.device.id)


class OneDevice(wire.Query, frozen=True, kw_only=True):
    """Which device is meant."""

    #: As in the list of devices; `all` for all of them, the caller included.
    device_id: wire.Told


class Revoked(wire.Reply, frozen=True, kw_only=True):
    """They have no access any more."""

    #: How many.
    revoked: wire.Count


@bp.delete("/devices")
@endpoint(errors.NotFound)
def revoke(query: OneDevice) -> Revoked:
    """Revoke the access of a device.

    From its next request on; its streams end at once.
    """
    if query.device_id == "all":
        return Revoked(revoked=runtime().devices.revoke_all())
    runtime().devices.revoke(query.device_id)
    return Revoked(revoked=1)
