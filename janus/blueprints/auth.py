"""Devices: let one in, see which there are, let one in no more."""

from __future__ import annotations

from flask import Blueprint, g, jsonify, request
from flask.typing import ResponseReturnValue

from janus.access.device import check_scope
from janus.access.invitation import invite
from janus.blueprints import gate
from janus.blueprints.body import SHORT, parameter, read
from janus.runtime import runtime

bp = Blueprint("auth", __name__, url_prefix="/api")


@bp.post("/pair")
def pair() -> ResponseReturnValue:
    """Let a page in that has a pairing code."""
    body = read("code", code=SHORT, name=SHORT)
    janus, former = runtime(), gate.device()
    janus.devices.check_room()  # or the code would be used up for nothing
    code = janus.pairing.redeem(body["code"], request.remote_addr or "")
    registered = janus.devices.register(
        body.get("name", ""), code.scope, page=True, address=request.remote_addr
    )
    if former and former.key:
        janus.devices.revoke(former.id)
    response = jsonify({**registered.device.to_json(), "key": registered.key})
    response.status_code = 201
    return gate.set_cookie(response, registered.secret)


@bp.post("/pair/new")
def new_code() -> ResponseReturnValue:
    """A pairing code for another device."""
    body = read(scope=SHORT)
    code = runtime().pairing.open(check_scope(body.get("scope", "full")))
    return invite(runtime().endpoint, code), 201


@bp.post("/tokens")
def mint() -> ResponseReturnValue:
    """A token for a program; it is shown this once."""
    body = read("name", name=SHORT, scope=SHORT)
    registered = runtime().devices.register(body["name"], body.get("scope", "full"), page=False)
    return {**registered.device.to_json(), "token": registered.secret}, 201


@bp.get("/devices")
def index() -> ResponseReturnValue:
    """Every device that was let in."""
    devices = [device.to_json() for device in runtime().devices.all()]
    return {"devices": devices, "this_device": g.device.id}


@bp.delete("/devices")
def revoke() -> ResponseReturnValue:
    """Let a device in no more, or with ``device_id=all`` none of them; its streams end."""
    devices = runtime().devices
    id = parameter("device_id")
    if id == "all":
        return {"revoked": devices.revoke_all()}
    devices.revoke(id)
    return {"revoked": 1}
