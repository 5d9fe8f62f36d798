"""Devices: pair one, give a program a token, list them, revoke one."""

from __future__ import annotations

from flask import Blueprint, Response, g, request

from janus.access.invitation import invite
from janus.blueprints import gate
from janus.blueprints.endpoint import endpoint, reply
from janus.blueprints.wire.devices import (
    Device,
    DeviceList,
    Invitation,
    NewCodeBody,
    OneDevice,
    PairBody,
    PairedDevice,
    Revoked,
    Token,
    TokenBody,
)
from janus.errors import NotFound, RateLimited, TooManyDevices
from janus.runtime import runtime

bp = Blueprint("auth", __name__, url_prefix="/api")


@bp.post("/pair")
@endpoint(body=PairBody, returns=PairedDevice, status=201, errors=(TooManyDevices, RateLimited))
def pair(body: PairBody) -> Response:
    """Pair a page that has a pairing code.

    The page gets a secret in two parts: a cookie that no script can read, and a `key` that it keeps
    and sends as `X-Janus-Key` whenever it writes. A code is good once and for five minutes; five
    wrong ones burn all open codes.
    """
    devices, former, address = runtime().devices, gate.device(), request.remote_addr
    devices.check_room()  # or the code would be used up for nothing
    code = runtime().pairing.redeem(body.code, address or "")
    new = devices.register(body.name, code.scope, page=True, address=address)
    if former and former.key:
        devices.revoke(former.id)
    paired = PairedDevice.of(new.device.to_json(), key=new.key)
    return gate.set_cookie(reply(paired, 201), new.secret)


@bp.post("/pair/new")
@endpoint(body=NewCodeBody, returns=Invitation, status=201)
def new_code(body: NewCodeBody) -> Invitation:
    """Make a pairing code for another device.

    Of more than four open codes the oldest is closed.
    """
    return Invitation.of(invite(runtime().endpoint, runtime().pairing.open(body.scope)))


@bp.post("/tokens")
@endpoint(body=TokenBody, returns=Token, status=201, errors=(TooManyDevices,))
def mint(body: TokenBody) -> Token:
    """Make a token for a program.

    The program sends it as `Authorization: Bearer …`. Only its hash is kept.
    """
    new = runtime().devices.register(body.name, body.scope, page=False)
    return Token.of(new.device.to_json(), token=new.secret)


@bp.get("/devices")
@endpoint(returns=DeviceList)
def index() -> DeviceList:
    """Every device and program that has access, the oldest first."""
    devices = [Device.of(device.to_json()) for device in runtime().devices.all()]
    return DeviceList(devices=devices, this_device=g.device.id)


@bp.delete("/devices")
@endpoint(query=OneDevice, returns=Revoked, errors=(NotFound,))
def revoke(query: OneDevice) -> Revoked:
    """Revoke the access of a device.

    From its next request on; its streams end at once.
    """
    if query.device_id == "all":
        return Revoked(revoked=runtime().devices.revoke_all())
    runtime().devices.revoke(query.device_id)
    return Revoked(revoked=1)
