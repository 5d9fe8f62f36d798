"""A team's cluster of NATS in place of a person's doorway, as the settings name it.

Whoever runs the cluster makes the keys. A machine's id follows from its key, so the cluster's
configuration can hold each key to its own subjects. All gateways are one to the others,
``GATEWAYS``: they show and do the same, and any of them may be gone.
"""

from __future__ import annotations

import hashlib
import logging
import socket
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from janus.config import Settings
from janus.errors import CannotServe, FleetFailed
from janus.fleet.keys import new_seed, public_key, seed_of
from janus.fleet.membership import GATEWAYS, Doorway, Membership, name_of
from janus.fleet.subjects import publishes, subscribes
from janus.storage.folder import Folder

log = logging.getLogger(__name__)

#: Bytes; no file of a key or of certificates is longer.
_LONGEST = 1 << 18
#: What the key of all gateways is called.
_GATEWAY = "gateway"


def team(settings: Settings) -> Membership | None:
    """This machine in its team's cluster; None where there is none. Raises CannotServe."""
    if not settings.fleet_url:
        if settings.gateway:
            raise CannotServe("a gateway needs a cluster. Name its servers in JANUS_FLEET_URL")
        return None
    if settings.fleet_key is None:
        raise CannotServe("JANUS_FLEET_URL needs a key. Name its file in JANUS_FLEET_KEY")
    key = _text(settings.fleet_key)
    try:
        machine = machine_id(seed_of(key))
    except FleetFailed as why:
        raise CannotServe(f"{settings.fleet_key}: {why}") from why
    for url in map(urlsplit, settings.fleet_url):
        if url.scheme != "tls" and url.hostname not in ("localhost", "127.0.0.1", "::1"):
            log.warning("What goes to %s can be read on the way: use tls://", url.hostname)
    cluster = Doorway(
        id=GATEWAYS, name="cluster", page="", urls=settings.fleet_url,
        ca=_text(settings.fleet_ca) if settings.fleet_ca else "", seed=key, scope="full",
    )  # fmt: skip
    return Membership(
        machine_id=GATEWAYS if settings.gateway else machine,
        name=name_of(settings.fleet_name or socket.gethostname()),
        doorways=(cluster,),
    )


def machine_id(seed: str) -> str:
    """The id of the machine that has this key. Raises FleetFailed."""
    return hashlib.sha256(public_key(seed).encode()).hexdigest()[:16]


def make_keys(folder: Path, machines: Sequence[str]) -> None:
    """Write a key for the gateways and for each machine, and whom a server is to let in.

    Raises FleetFailed, also where one of the files is there already.
    """
    seeds = {name: new_seed() for name in (_GATEWAY, *machines)}
    users = [_user(public_key(seed), name, seed) for name, seed in seeds.items()]
    files = {f"{name}.nk": f"{seed}\n".encode() for name, seed in seeds.items()}
    files["users.conf"] = msgspec.json.format(
        msgspec.json.encode({"authorization": {"timeout": 5, "users": users}})
    )
    try:
        with Folder.make(folder) as held:
            if there := sorted({*held.names()} & {*files}):
                raise FleetFailed(f"{folder / there[0]} is there already. Choose another folder.")
            for file, data in files.items():
                held.replace(file, data)
    except OSError as failure:
        raise FleetFailed(f"Cannot write in {folder}: {failure.strerror}") from failure


def _user(public: str, name: str, seed: str) -> dict[str, object]:
    """Gateways may do everything; a machine publishes and hears what is its own."""
    if name == _GATEWAY:
        return {"nkey": public}
    id = machine_id(seed)
    may = {"publish": publishes(id, "relay"), "subscribe": subscribes(id, "relay")}
    return {"nkey": public, "permissions": {it: {"allow": what} for it, what in may.items()}}


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(_LONGEST).decode()
    except (OSError, UnicodeError) as failure:
        why = getattr(failure, "strerror", None) or "it is no text"
        raise CannotServe(f"cannot read {path}: {why}") from failure
