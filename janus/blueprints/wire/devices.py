"""What the calls about devices take and give."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from janus.access.device import EXPIRES
from janus.blueprints.wire.words import Body, Count, Query, Reply, Scope, Short, Time, Word

_Secret = Annotated[
    str,
    Meta(
        extra_json_schema={"pattern": "^[A-Za-z0-9_-]{43}$"},
        description="It is told this once.",
    ),
]
_Named = Meta(description="What the list of devices will call it; the first 40 characters count.")
_Scoped = Meta(description="What it may do: `read` has read-only access. `full` if absent.")


class PairBody(Body, frozen=True, kw_only=True):
    """A pairing code, and who has it."""

    code: Annotated[
        Word,
        Meta(
            description="As it is shown at the computer; case, spaces and dashes do not matter.",
            examples=["ABCDE-FGHJK"],
        ),
    ]
    name: Annotated[Short, _Named] = ""


class NewCodeBody(Body, frozen=True, kw_only=True):
    """What the device that is paired with the code may do."""

    scope: Annotated[Scope, _Scoped] = "full"


class TokenBody(Body, frozen=True, kw_only=True):
    """The program that the token is for."""

    name: Annotated[Word, _Named]
    scope: Annotated[Scope, _Scoped] = "full"


class OneDevice(Query, frozen=True, kw_only=True):
    """Which device is meant."""

    device_id: Annotated[
        str,
        Meta(
            min_length=1,
            description="As in the list of devices; `all` for all of them, the caller included.",
        ),
    ]


class Device(Reply, frozen=True, kw_only=True):
    """A page that was paired, or a program with a token."""

    device_id: Annotated[str, Meta(examples=["8a7f0a52-6f0e-4f43-9d0c-0a2f5a9b7f11"])]
    name: Annotated[
        str,
        Meta(min_length=1, max_length=40, description="As it calls itself: no proof of who it is."),
    ]
    scope: Scope
    kind: Literal["page", "token"]
    created_at: Time
    last_seen: Annotated[
        Time, Meta(description=f"Unused for {EXPIRES / 86400:.0f} days, it is forgotten.")
    ]
    address: Annotated[
        str | None,
        Meta(description="Where it was seen last; null for a token that was not used yet."),
    ]


class PairedDevice(Device, frozen=True, kw_only=True):
    """The device, which is paired now, and the key that it sends as `X-Janus-Key`."""

    key: _Secret


class Token(Device, frozen=True, kw_only=True):
    """The program, and its token."""

    token: _Secret


class DeviceList(Reply, frozen=True, kw_only=True):
    """The devices, without their secrets."""

    devices: list[Device]
    this_device: Annotated[
        str,
        Meta(
            description="The `device_id` of the caller; `owner` for the command line of Janus, "
            "which is not on the list."
        ),
    ]


class Revoked(Reply, frozen=True, kw_only=True):
    """They have no access any more."""

    revoked: Annotated[Count, Meta(description="How many.")]


class Invitation(Reply, frozen=True, kw_only=True):
    """A pairing code, and how another device comes to use it."""

    code: Annotated[
        str,
        Meta(
            description="To be typed.",
            extra_json_schema={"pattern": "^[2-9A-HJ-NP-Z]{5}-[2-9A-HJ-NP-Z]{5}$"},
        ),
    ]
    url: Annotated[
        str,
        Meta(
            description="To be scanned: the page, with the code in its fragment, which no browser "
            "sends to anybody.",
            extra_json_schema={"format": "uri"},
        ),
    ]
    expires_at: Time
    setup_url: Annotated[
        str | None,
        Meta(
            description="Where a phone learns to trust the certificate of this Janus; null if "
            "there is nothing to learn."
        ),
    ]
    words: Annotated[
        str | None,
        Meta(description="The words for that certificate, to compare with those at `setup_url`."),
    ]
    fingerprint: Annotated[
        str | None,
        Meta(
            description="The SHA-256 fingerprint of that certificate, to compare with what the "
            "phone shows of it."
        ),
    ]
