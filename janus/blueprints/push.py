"""Notifications: what a device subscribes to, and what became of what it was sent."""

from __future__ import annotations

import time
from typing import Annotated, Literal

from flask import Blueprint, g
from msgspec import Meta

from janus import errors
from janus.blueprints.endpoint import endpoint
from janus.blueprints.wire import words as wire
from janus.push.subscription import QuietHours, Subscription
from janus.runtime import manager_of, runtime
from janus.text import parsing

bp = Blueprint("push", __name__, url_prefix="/api")

_Clock = Annotated[str, wire.shaped("^[0-2][0-9]:[0-5][0-9]$", "22:00", max_length=5)]


class Quiet(wire.Body, frozen=True, kw_only=True):
    """Hours in which a device is not to be called; they may go over midnight."""

    start: _Clock
    end: _Clock
    #: The name of the time zone of both.
    zone: Annotated[str, Meta(max_length=100, examples=["Europe/Vienna"])]


class QuietReply(wire.Reply, frozen=True, kw_only=True):
    """Hours in which a device is not called."""

    start: str
    end: str
    zone: str


class PushState(wire.Reply, frozen=True, kw_only=True):
    """What there is to know of notifications on the device that asks."""

    #: What a browser subscribes with.
    public_key: str
    #: The address of the owner that the services of browsers are told; may be empty.
    contact: str
    #: Whether this device has subscribed.
    subscribed: bool
    #: What it subscribed to: compare it with what the browser has; null if it has not.
    endpoint: str | None
    #: Why it is told nothing although it has subscribed, or null.
    problem: str | None
    quiet: QuietReply | None
    #: Whether the last test has arrived; null if none was sent by this run of Janus.
    tested: bool | None
    #: Whether what nobody sees is told to an ntfy topic as well.
    ntfy: bool


class Keys(wire.Body, frozen=True, kw_only=True):
    """The keys of a browser's subscription."""

    p256dh: wire.Word
    auth: wire.Word


class SubscriptionBody(wire.Body, frozen=True, kw_only=True):
    """What a browser gave the page when it subscribed."""

    endpoint: Annotated[str, Meta(max_length=2000)]
    keys: Keys
    #: An address of the owner, which the services of browsers ask for; needed once.
    contact: wire.Word | None = None
    quiet: Quiet | None = None


@bp.get("/push/subscription")
@endpoint()
def index() -> PushState:
    """Notifications on the device that asks."""
    return _state()


@bp.post("/push/subscription")
@endpoint(errors.StorageFailed)
def subscribe(body: SubscriptionBody) -> PushState:
    """Tell this device from now on when a session needs its owner, is done, or failed.

    It is told while no page is in front. One device has one subscription: another takes its place.
    """
    janus, quiet = runtime(), body.quiet
    known = janus.notifier.subscriptions.contact or janus.settings.push_contact
    try:
        contact = parsing.contact(body.contact or known)
    except ValueError as wrong:
        raise errors.InvalidRequest(f"contact: It must be {wrong}.") from wrong
    if not contact:
        raise errors.InvalidRequest(
            "contact: Give an e-mail address of yours, as mailto:me@my-domain.org. The services "
            "that carry notifications ask whom to write to if they misbehave."
        )
    janus.notifier.subscriptions.add(
        Subscription(
            device_id=g.device.id,
            endpoint=body.endpoint,
            p256dh=body.keys.p256dh,
            auth=body.keys.auth,
            created_at=time.time(),
            quiet=QuietHours(quiet.start, quiet.end, quiet.zone) if quiet else None,
        ),
        contact,
    )
    return _state()


@bp.delete("/push/subscription")
@endpoint(errors.StorageFailed)
def unsubscribe() -> PushState:
    """Tell this device nothing any more."""
    runtime().notifier.subscriptions.remove(g.device.id)
    return _state()


class ReceiptBody(wire.Body, frozen=True, kw_only=True):
    """What became of a notification."""

    #: As it came with the notification: nobody else knows it.
    push_id: wire.Word
    #: `arrived`: it is shown. `seen`: it was tapped.
    outcome: Literal["arrived", "seen"]


class ReceiptAnswer(wire.Reply, frozen=True, kw_only=True):
    """It is noted."""

    push_id: str
    outcome: Literal["arrived", "seen"]


@bp.post("/push/receipt")
@endpoint(errors.NotFound)
def receipt(body: ReceiptBody) -> ReceiptAnswer:
    """Note that a notification is shown, or was tapped.

    It needs no other credential than the id, which only the phone can read.
    """
    runtime().notifier.receipt(body.push_id, seen=body.outcome == "seen")
    return ReceiptAnswer(push_id=body.push_id, outcome=body.outcome)


class AnswerBody(wire.Body, frozen=True, kw_only=True):
    """A tap on *Allow once* or *Deny* in a notification."""

    #: As it came with the notification, as the `digest`: nobody else knows it.
    push_id: wire.Word
    #: Of the question that the notification showed.
    digest: wire.Word
    decision: Literal["allow", "deny"]


class TapAnswer(wire.Reply, frozen=True, kw_only=True):
    """The question was answered."""

    session_id: wire.SessionId
    request_id: str
    decision: Literal["allow", "deny"]


@bp.post("/push/answer")
@endpoint(errors.NotFound, errors.AlreadyAnswered, errors.ConsentUnclear, errors.ServerStopping)
def answer(body: AnswerBody) -> TapAnswer:
    """Answer the question that a notification showed, and no other.

    It takes the cookie of the device, and no write key. What was answered meanwhile, or is asked
    in other words by now, is refused.
    """
    told = runtime().notifier.receipt(body.push_id, seen=True)
    id, request_id = told.session_id, told.about
    try:
        found = runtime().everywhere.glance(id, request_id) if told.digest else None
        if found is None or found.digest != body.digest:
            raise errors.ConsentUnclear("This is not what is asked now. Open Janus to see it.")
        option = found.allow if body.decision == "allow" else found.deny
        manager_of(id).answer(id, request_id, option)
    except errors.NotFound as gone:  # with its agent or its session, perhaps
        late = "This was answered already, or is not asked any more."
        raise errors.AlreadyAnswered(late) from gone
    return TapAnswer(session_id=id, request_id=request_id, decision=body.decision)


class PushTest(wire.Reply, frozen=True, kw_only=True):
    """What became of a test."""

    push_id: str
    #: Whether the push service took it; the device may show it a moment later.
    taken: bool
    #: What the service said, or why it was not reached.
    words: str
    #: The HTTP status of its answer; 0 if there was none.
    status: wire.Count


@bp.post("/push/test")
@endpoint(errors.NotFound)
def test() -> PushTest:
    """Send this device a notification now, and say what the push service answered."""
    push_id, reply = runtime().notifier.test(g.device.id)
    taken = 200 <= reply.status < 300
    return PushTest(push_id=push_id, taken=taken, words=reply.words, status=reply.status)


def _state() -> PushState:
    notifier = runtime().notifier
    found = notifier.subscriptions.of(g.device.id)
    return PushState(
        public_key=notifier.push.key.public,
        contact=notifier.subscriptions.contact or runtime().settings.push_contact,
        subscribed=found is not None,
        endpoint=found.endpoint if found else None,
        problem=(found.problem or None) if found else None,
        quiet=QuietReply.of(found.quiet) if found and found.quiet else None,
        tested=notifier.tested(g.device.id),
        ntfy=notifier.ntfy is not None,
    )
