"""What a doorway keeps, and for how long."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from datetime import datetime

from msgspec import Struct
from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    DiscardPolicy,
    RawStreamMsg,
    RetentionPolicy,
    StorageType,
    StreamConfig,
    StreamInfo,
)
from nats.js.client import JetStreamContext

from janus.fleet.client import Client
from janus.fleet.failures import Absent
from janus.fleet.subjects import PRESENCE, WORDS, stream

#: The stream of what each machine has: its newest list of sessions.
LISTS = "LISTS"
#: Seconds after which a machine that does not renew it is not there.
THERE = 3.0
#: Seconds in which a word must be accepted, or it is handed over again.
ACCEPTING = 30.0


class Kept(Struct, frozen=True):
    """A message in a stream, and when the server took it, in seconds since 1970."""

    subject: str
    seq: int
    data: bytes
    headers: dict[str, str]
    at: float


class Shapes:
    """The streams of a doorway. Only its own key may make them."""

    def __init__(self, client: Client, *, replicas: int = 1, event_bytes: int = 32 << 20) -> None:
        self._client = client
        self._replicas = replicas
        self._event_bytes = event_bytes

    def ensure(self, machines: Iterable[str]) -> None:
        """Make what is missing; again and again, since a damaged one is not found."""
        self._have(LISTS, ["ev.*.list"], max_msgs_per_subject=1, max_bytes=16 << 20)
        self._have(
            f"KV_{PRESENCE}", [f"$KV.{PRESENCE}.>"], max_msgs_per_subject=1, max_bytes=4 << 20,
            max_age=THERE, duplicate_window=THERE, storage=StorageType.MEMORY,
        )  # fmt: skip
        self._have(
            WORDS, ["word.*.*"], max_bytes=16 << 20, retention=RetentionPolicy.WORK_QUEUE,
            discard=DiscardPolicy.NEW,
        )  # fmt: skip
        for machine in machines:
            self._have(stream(machine), [f"ev.{machine}.log.*"], max_bytes=self._event_bytes)
            self._have_queue(machine)

    def forget(self, machine: str) -> None:
        """Remove all of a machine that was revoked: a queue never ends by itself."""
        calls: tuple[Callable[[JetStreamContext], Awaitable[object]], ...] = (
            lambda it: it.delete_consumer(WORDS, machine),
            lambda it: it.purge_stream(WORDS, subject=f"word.{machine}.*"),
            lambda it: it.purge_stream(LISTS, subject=f"ev.{machine}.list"),
            lambda it: it.delete_stream(stream(machine)),
        )
        for do in calls:
            with suppress(Absent):
                self._client.call(do)

    def _have(self, name: str, subjects: list[str], **shape: object) -> None:
        try:
            self._client.call(lambda it: it.stream_info(name))
        except Absent:
            config = StreamConfig(
                name=name, subjects=subjects, num_replicas=self._replicas, allow_direct=False,
                **{"discard": DiscardPolicy.OLD, **shape},  # type: ignore[arg-type]
            )  # fmt: skip
            self._client.call(lambda it: it.add_stream(config), 10.0)

    def _have_queue(self, machine: str) -> None:
        try:
            self._client.call(lambda it: it.consumer_info(WORDS, machine))
        except Absent:
            config = ConsumerConfig(
                durable_name=machine, filter_subject=f"word.{machine}.*",
                ack_policy=AckPolicy.EXPLICIT, ack_wait=ACCEPTING, max_ack_pending=1,
                max_deliver=-1,
            )  # fmt: skip
            self._client.call(lambda it: it.add_consumer(WORDS, config), 10.0)


def info(client: Client, name: str, subjects: str | None = None) -> StreamInfo:
    """What a stream has. Raises Absent."""
    return client.call(lambda it: it.stream_info(name, subjects))


def newest(client: Client, name: str, subject: str) -> Kept | None:
    """The newest message under *subject*."""
    try:
        return _kept(client.call(lambda it: it.get_last_msg(name, subject)))
    except Absent:
        return None


def at(client: Client, name: str, seq: int) -> Kept | None:
    """The message of this number."""
    try:
        return _kept(client.call(lambda it: it.get_msg(name, seq)))
    except Absent:
        return None


def following(client: Client, name: str, subject: str, seq: int) -> Kept | None:
    """The first message under *subject* from number *seq* on."""
    try:
        return _kept(client.call(lambda it: it.get_msg(name, max(1, seq), subject, next=True)))
    except Absent:
        return None


def _kept(raw: RawStreamMsg) -> Kept:
    when = raw.time
    at = when.timestamp() if isinstance(when, datetime) else 0.0
    return Kept(raw.subject or "", raw.seq or 0, raw.data or b"", dict(raw.headers or {}), at)
