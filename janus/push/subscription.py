"""Where a phone can be told something, as its browser gave it: a stranger's address."""

from __future__ import annotations

from datetime import datetime, time
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from cryptography.hazmat.primitives.asymmetric import ec
from msgspec import Struct

from janus.errors import InvalidRequest
from janus.push.keys import decode

#: Characters of an endpoint.
_LONGEST = 2000


class QuietHours(Struct, frozen=True):
    """From when to when a phone is not to be called: ``22:00``, and its time zone's name."""

    start: str
    end: str
    zone: str

    def holds(self, at: float) -> bool:
        """Whether they hold at a time, in seconds since 1970. They may go over midnight."""
        now = datetime.fromtimestamp(at, ZoneInfo(self.zone)).time()
        start, end = time.fromisoformat(self.start), time.fromisoformat(self.end)
        if start <= end:
            return start <= now < end
        return now >= start or now < end


class Subscription(Struct, frozen=True, kw_only=True):
    """What the browser of a device subscribed to. ``problem`` says why it is of no use any more."""

    device_id: str
    endpoint: str
    p256dh: str
    auth: str
    created_at: float
    quiet: QuietHours | None = None
    problem: str = ""

    @property
    def service(self) -> str:
        """The host of the push service."""
        return urlsplit(self.endpoint).hostname or ""


def check(subscription: Subscription) -> Subscription:
    """The same. Raises InvalidRequest for what cannot be a subscription of a browser."""
    address = subscription.endpoint
    try:
        site = urlsplit(address)
        plain = (address.isascii() and address.isprintable() and " " not in address
                 and len(address) <= _LONGEST)  # fmt: skip
        right = plain and site.scheme == "https" and site.hostname and "@" not in site.netloc
        _ = site.port
    except ValueError:
        right = False
    if not right:
        raise InvalidRequest("endpoint: This is no https address of a push service.")
    try:
        key, secret = decode(subscription.p256dh), decode(subscription.auth)
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), key)
    except ValueError:
        key = secret = b""
    if len(key) != 65 or len(secret) != 16:
        raise InvalidRequest("keys: These are no keys of a push subscription.")
    if subscription.quiet:
        _check_quiet(subscription.quiet)
    return subscription


def _check_quiet(quiet: QuietHours) -> None:
    try:
        if any(time.fromisoformat(clock).tzinfo for clock in (quiet.start, quiet.end)):
            raise ValueError
        quiet.holds(0.0)
    except (ValueError, OSError, LookupError) as wrong:
        raise InvalidRequest(
            "quiet: Give the hours as 22:00 and 07:00, and the name of a time zone."
        ) from wrong
