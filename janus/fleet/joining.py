"""How a machine comes to a doorway it has never seen: by a code that the doorway's owner was shown.

    HOST:PORT / SECRET / FINGERPRINT      where its Janus is, what lets in once, whom to trust

The certificate of the authority is fetched without protection, and counts only if it has that
fingerprint. The secret is sent when the connection is that authority's.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import ssl
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta

from janus.errors import FleetFailed, InvalidRequest
from janus.fleet.keys import new_seed, public_key, sign
from janus.fleet.membership import Doorway, MachineId, Membership, Name, Scope
from janus.text import sanitize

_CODE = re.compile(r"\A(?:https://)?([\w.-]+:\d+|\[[\da-fA-F:]+\]:\d+)/([\w-]+)/([\w-]{43})")
#: Seconds that the doorway may take; it may have to start its server anew.
_TIMEOUT = 40.0
_LONGEST = 1 << 16
#: What OpenSSL calls a certificate that is not valid yet, or no more.
_TIMES = (9, 10)
_Told = TypeVar("_Told")


class Entered(msgspec.Struct, frozen=True, kw_only=True):
    """What a doorway tells a machine that it let in."""

    id: MachineId
    name: Name
    urls: Annotated[tuple[Annotated[str, Meta(pattern="^tls://")], ...], Meta(min_length=1)]
    scope: Scope
    #: What it calls the new machine.
    known_as: Name


@dataclass(frozen=True, slots=True)
class JoinCode:
    """What stands in a code."""

    host: str
    secret: str
    fingerprint: str

    def __str__(self) -> str:
        return f"{self.host}/{self.secret}/{self.fingerprint}"

    @classmethod
    def parse(cls, text: str) -> JoinCode:
        """Raises InvalidRequest."""
        found = _CODE.fullmatch("".join(text.split()))
        if not found:
            raise InvalidRequest(
                "This is no code of a fleet. On the doorway, run: janus fleet init"
            )
        return cls(*found.groups())

    @property
    def page(self) -> str:
        """Where the doorway's Janus is."""
        return f"https://{self.host}"

    def authority(self) -> str:
        """The certificate that the code means, in PEM. Raises FleetFailed."""
        der = _fetch(urllib.request.Request(f"http://{self.host}/ca.crt"), None)
        if fingerprint(der) != self.fingerprint:
            raise FleetFailed(
                f"At {self.host} there is another Janus than the one that made this code. Nothing "
                "was sent to it."
            )
        return ssl.DER_cert_to_PEM_cert(der)


def fingerprint(der: bytes) -> str:
    """What tells a certificate from all others."""
    return base64.urlsafe_b64encode(hashlib.sha256(der).digest()).decode().rstrip("=")


def leaving(doorway: str, machine: str) -> str:
    """What a machine signs to leave a doorway."""
    return f"{machine} leaves {doorway}"


def enter(code: JoinCode, me: Membership) -> tuple[Doorway, str]:
    """Become a member where a code leads, and what one is called there. Raises FleetFailed."""
    seed, ca = new_seed(), code.authority()
    asked = {
        "code": code.secret, "machine_id": me.machine_id, "name": me.name, "key": public_key(seed),
    }  # fmt: skip
    told = call(code.page, ca, "/api/fleet/enter", asked, Entered)
    doorway = Doorway(
        id=told.id, name=told.name, page=code.page, urls=told.urls, ca=ca, seed=seed,
        scope=told.scope,
    )  # fmt: skip
    return doorway, told.known_as


def say_goodbye(doorway: Doorway, me: str) -> str:
    """Tell a doorway that this machine leaves; why it does not know, where it does not."""
    said = {"machine_id": me, "proof": sign(doorway.seed, leaving(doorway.id, me))}
    try:
        call(doorway.page, doorway.ca, "/api/fleet/left", said, dict[str, Any])
    except FleetFailed as why:
        return str(why)
    return ""


def call(page: str, ca: str, path: str, body: dict[str, Any], answer: type[_Told]) -> _Told:
    """Ask the Janus of a doorway, which *ca* vouches for. Raises FleetFailed."""
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(page + path, json.dumps(body).encode(), headers)
    told = _fetch(request, ssl.create_default_context(cadata=ca))
    try:
        return msgspec.json.decode(told, type=answer)
    except msgspec.MsgspecError as wrong:
        raise FleetFailed(f"{page} gave an answer that this Janus cannot read: {wrong}.") from wrong


class _NowhereElse(urllib.request.HTTPRedirectHandler):
    """A stranger at the address of a code must not choose what is asked next."""

    def redirect_request(self, *_: object) -> None:
        """It is an error, as all that is no answer."""


def _fetch(request: urllib.request.Request, tls: ssl.SSLContext | None) -> bytes:
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=tls), _NowhereElse
    )
    try:
        with opener.open(request, timeout=_TIMEOUT) as response:
            return bytes(response.read(_LONGEST))
    except urllib.error.HTTPError as refusal:
        with refusal:
            raise FleetFailed(_refusal(request.host, refusal)) from refusal
    except (OSError, ValueError) as failure:
        why = getattr(failure, "reason", failure)
        if isinstance(why, ssl.SSLCertVerificationError) and why.verify_code in _TIMES:
            raise FleetFailed(
                f"The clocks of this machine and of {request.host} differ. Set them right."
            ) from failure
        raise FleetFailed(f"No Janus answers at {request.host}: {why}.") from failure


def _refusal(host: str, refusal: urllib.error.HTTPError) -> str:
    try:
        return str(sanitize(json.loads(refusal.read(_LONGEST))["error"]["message"]))
    except (OSError, ValueError, KeyError, TypeError):
        return f"{host} answered with {refusal.code}."
