"""What a doorway keeps, and for how long."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterator
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
from nats.js.errors import NotFoundError

from janus.fleet.client import Client
from janus.fleet.failures import Absent, Refused
from janus.fleet.subjects import HEADER, PRESENCE, WORDS, branches, stream

#: The stream of what each machine has: its newest list of sessions.
LISTS = "LISTS"
#: What the gateways of a team have in common: who may use them; and which machine began a session.
SHARED, OWNERS = "gateways", "OWNERS"
#: Servers of a cluster that keep everything.
_CLUSTERED = 3
#: Seconds after which a machine that does not renew it is not there.
THERE = 3.0
#: Messages that are read in one go, and seconds for that.
_SOME, _READING = 64, 10.0
#: Seconds in which a word must be accepted, or it is handed over again.
ACCEPTING = 5.0
#: Words that a machine may hold before it has accepted them.
HELD = 1000


class Kept(Struct, frozen=True):
    """A message in a stream, and when the server took it, in seconds since 1970."""

    subject: str
    seq: int
    data: bytes
    headers: dict[str, str]
    at: float = 0.0

    @property
    def is_ours(self) -> bool:
        """Whether a machine said it: the server can be made to answer into any stream."""
        return HEADER in self.headers


class Shapes:
    """The streams of a doorway. Only its own key may make them."""

    def __init__(self, client: Client, *, event_bytes: int = 32 << 20) -> None:
        self._client = client
        self._event_bytes = event_bytes
        self._copies = 1

    def ensure(self, machines: Collection[str], *, shared: bool = False) -> None:
        """Make what is missing; again and again, since a damaged one is not found.

        With *shared*, also what several gateways have in common.
        """
        self._copies = _CLUSTERED if self._client.call(_clustered) else 1
        if shared:
            self._have(
                f"KV_{SHARED}", [f"$KV.{SHARED}.>"], max_msgs_per_subject=1, max_bytes=4 << 20
            )
            self._have(OWNERS, ["owner.*"], max_msgs_per_subject=1, max_bytes=64 << 20)
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
        for machine in machines:
            with suppress(Refused):  # where there is no room: all else matters more
                self._have(branches(machine), [f"ev.{machine}.branch.*"], max_bytes=24 << 20)

    def forget(self, machine: str) -> None:
        """Remove all of a machine that was revoked: a queue never ends by itself."""
        calls: tuple[Callable[[JetStreamContext], Awaitable[object]], ...] = (
            lambda it: it.delete_consumer(WORDS, machine),
            lambda it: it.purge_stream(WORDS, subject=f"word.{machine}.*"),
            lambda it: it.purge_stream(LISTS, subject=f"ev.{machine}.list"),
            lambda it: it.delete_stream(stream(machine)),
            lambda it: it.delete_stream(branches(machine)),
        )
        for do in calls:
            with suppress(Absent):
                self._client.call(do)

    def _have(self, name: str, subjects: list[str], **shape: object) -> None:
        try:
            self._client.call(lambda it: it.stream_info(name))
        except Absent:
            config = StreamConfig(
                name=name, subjects=subjects, num_replicas=self._copies, allow_direct=False,
                **{"discard": DiscardPolicy.OLD, **shape},  # type: ignore[arg-type]
            )  # fmt: skip
            self._client.call(lambda it: it.add_stream(config), 10.0)

    def _have_queue(self, machine: str) -> None:
        try:
            found = self._client.call(lambda it: it.consumer_info(WORDS, machine))
            if found.config.max_ack_pending == HELD:
                return
        except Absent:
            pass
        config = ConsumerConfig(
            durable_name=machine, filter_subject=f"word.{machine}.*",
            ack_policy=AckPolicy.EXPLICIT, ack_wait=ACCEPTING, max_ack_pending=HELD,
            max_deliver=-1,
        )  # fmt: skip
        self._client.call(lambda it: it.add_consumer(WORDS, config), 10.0)


async def _clustered(jetstream: JetStreamContext) -> bool:
    """Whether the server is one of a cluster; it says so when it greets."""
    return bool(jetstream._nc._server_info.get("cluster"))


def info(client: Client, name: str, subjects: str | None = None) -> StreamInfo:
    """What a stream has. Raises Absent."""
    return client.call(lambda it: it.stream_info(name, subjects))


def ends(client: Client, name: str) -> int:
    """The number of a stream's last message; 0 where there is no such stream."""
    try:
        return info(client, name).state.last_seq
    except Absent:
        return 0


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


def read(client: Client, name: str, subject: str, seq: int) -> Iterator[Kept]:
    """All messages under *subject* from number *seq* on, as they are now."""

    async def some(stream: JetStreamContext) -> list[RawStreamMsg]:
        found: list[RawStreamMsg] = []
        with suppress(NotFoundError):
            while len(found) < _SOME:
                after = (found[-1].seq or 0) + 1 if found else max(1, seq)
                found.append(await stream.get_msg(name, after, subject, next=True))
        return found

    while found := client.call(some, _READING):
        yield from map(_kept, found)
        seq = (found[-1].seq or 0) + 1
        if len(found) < _SOME:
            return


def _kept(raw: RawStreamMsg) -> Kept:
    when = raw.time
    at = when.timestamp() if isinstance(when, datetime) else 0.0
    return Kept(raw.subject or "", raw.seq or 0, raw.data or b"", dict(raw.headers or {}), at)
