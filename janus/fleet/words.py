"""What is said to a machine that sleeps: it waits in a queue, and is delivered once and in order.

The queue hands over one word at a time, and again until it is in the log of its session; the ids of
messages that a session has accepted decide whether one is new, however late it comes. One is taken
back by another word behind it: only the machine itself knows whether it has accepted it already.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from operator import methodcaller

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from nats.aio.msg import Msg
from nats.js.client import JetStreamContext

from janus.errors import (
    InvalidRequest,
    JanusError,
    MessageNotFound,
    SessionNotFound,
)
from janus.fleet.client import Client
from janus.fleet.commands import Managers
from janus.fleet.failures import FleetFailure, NotReachable
from janus.fleet.membership import Scope
from janus.fleet.repeating import Repeating
from janus.fleet.streams import Kept, read
from janus.fleet.subjects import HEADER, WORDS, inbox
from janus.logs import about, device_id

log = logging.getLogger(__name__)

#: Seconds between two looks what waits; how long one waits for a word; and until it is tried again.
_LOOKED, _FETCH, _AGAIN = 2.0, 1.0, 2.0
#: Ids that are remembered as taken back.
_TAKEN_BACK = 1000
#: What will never be otherwise; after all else a word is tried again, and those behind it wait.
_FINAL = (InvalidRequest, SessionNotFound, msgspec.MsgspecError)


class Word(Struct, frozen=True, omit_defaults=True):
    """A message for a session, or that it is taken back. ``at`` is in seconds since 1970."""

    session_id: str
    text: str
    message_id: str
    at: float
    voice: bool = False
    device: str = ""
    take_back: bool = False
    #: The ids of files, which its machine is given before it can accept this.
    attachments: tuple[str, ...] = ()


class Words:
    """The words that wait at a doorway. ``_lock`` guards ``_waiting``, by their numbers."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._lock = threading.Lock()
        self._waiting: dict[int, Word] = {}
        self._looking = Repeating("fleet-words", _LOOKED, self.look)
        client.greet(self._looking.wake)
        self.start, self.stop = self._looking.start, self._looking.stop

    def put(self, machine: str, word: Word, suffix: str = "") -> None:
        """Have it wait for a machine; on the doorway's disk on return. Raises FleetFailure.

        One that is put again under the same *suffix* is the same.
        """
        suffix = ":back" if word.take_back else suffix
        headers = {"Nats-Msg-Id": f"{word.session_id}:{word.message_id}{suffix}"}
        subject = f"word.{machine}.{self._client.machine}"
        seq = self._client.publish(subject, msgspec.json.encode(word), headers)
        with self._lock:
            self._waiting[seq] = word

    def waiting(self, session_id: str) -> list[Word]:
        """What waits for a session, in order; what is being taken back is said to be so."""
        with self._lock:
            words = [it for _, it in sorted(self._waiting.items()) if it.session_id == session_id]
        found: dict[str, Word] = {}
        for word in words:
            found[word.message_id] = word
        return [*found.values()]

    def with_files(self) -> list[Word]:
        """Those that wait for files, in order."""
        with self._lock:
            return [it for _, it in sorted(self._waiting.items()) if it.attachments]

    def give_up_files(self, machine: str, word: Word) -> None:
        """Have it wait without its files, which are lost. Raises FleetFailure."""
        bare = f"{word.text}\n\n(A file that went with this did not arrive.)"
        with self._lock:
            [seq] = [number for number, it in self._waiting.items() if it == word] or [0]
        self.put(machine, replace(word, text=bare, attachments=()), ":bare")
        with suppress(FleetFailure):
            self._client.call(methodcaller("delete_msg", WORDS, seq))

    def take_back(self, machine: str, session_id: str, message_id: str | None) -> bool:
        """Ask the machine to leave one out, or all; whether any waits. Raises FleetFailure."""
        with self._lock:
            words = [
                (seq, it) for seq, it in self._waiting.items()
                if it.session_id == session_id and message_id in (None, it.message_id)
            ]  # fmt: skip
        for seq, word in words:
            if not word.take_back:
                self.put(machine, replace(word, take_back=True, attachments=()))
                with suppress(FleetFailure):  # it would be handed over only to be left out
                    self._client.call(methodcaller("delete_msg", WORDS, seq))
        return bool(words)

    def look(self) -> None:
        """See what waits by now."""
        if not self._client.connected:
            return
        before = self._known()
        found = {
            it.seq: word for it in read(self._client, WORDS, "word.>", 1) if (word := _word(it))
        }
        with self._lock:  # what was put meanwhile is looked at the next time
            fresh = {seq: it for seq, it in self._waiting.items() if seq not in before}
            self._waiting = {**found, **fresh}

    def _known(self) -> set[int]:
        with self._lock:
            return {*self._waiting}


class Inbox:
    """The thread that takes the words for this machine."""

    def __init__(
        self, client: Client, managers: Managers, scope_of: Callable[[str], Scope | None]
    ) -> None:
        self._client, self._managers, self._scope_of = client, managers, scope_of
        self._queue: JetStreamContext.PullSubscription | None = None
        self._back: OrderedDict[str, None] = OrderedDict()
        #: Why the next word has to wait, and those behind it; None if none does.
        self.problem: str | None = None
        self._taking = Repeating("fleet-inbox", _AGAIN, self._take_all)
        client.greet(self._begin_again)
        self.start, self.stop = self._taking.start, self._taking.stop
        #: Take no more words; the one that is about to come is delivered again.
        self.end = self._taking.end

    def _begin_again(self) -> None:
        self._queue = None
        self._taking.wake()

    def _take_all(self) -> None:
        while self._client.connected and not self._taking.stopping:
            self._queue = self._queue or self._client.call(self._bind)
            try:
                (message,) = self._client.call(lambda _: self._fetch(), _FETCH + 2)
            except NotReachable:  # nothing waits, or the connection is gone
                continue
            if not self._taking.stopping:
                self._settle(message)

    async def _bind(self, jetstream: JetStreamContext) -> JetStreamContext.PullSubscription:
        me = self._client.machine
        return await jetstream.pull_subscribe_bind(
            durable=me, stream=WORDS, inbox_prefix=f"{inbox(me)}.".encode()
        )

    async def _fetch(self) -> list[Msg]:
        assert self._queue
        return await self._queue.fetch(1, _FETCH)

    def _settle(self, message: Msg) -> None:
        """Accept a word, and say so; one that cannot be accepted now comes again."""
        try:
            self._accept(message)
        except _FINAL as why:
            log.warning("A word of another machine is left out: %s", why)
            self._client.call(lambda _: message.term())
        except JanusError as why:
            if str(why) != self.problem:  # once, however often it comes
                log.warning("A word of another machine has to wait: %s", why)
            self.problem = str(why)
            self._client.call(lambda _: message.nak(delay=_AGAIN))
        else:
            self.problem = None
            self._client.call(lambda _: message.ack_sync())

    def _accept(self, message: Msg) -> None:
        """Once this returns, it is in the log of its session, or was taken back."""
        _, _, sender = message.subject.split(".")
        word = msgspec.json.decode(message.data, type=Word)
        if HEADER not in (message.headers or {}) or self._scope_of(sender) != "full":
            raise SessionNotFound(f"machine {sender} may say nothing here.")
        device_id.set(f"{sender}/{word.device}")
        extra = about(word.session_id, "fleet_command")
        manager = self._managers(word.session_id, None)
        if word.take_back:
            self._remember(word.message_id)
            try:
                manager.withdraw(word.session_id, word.message_id)
            except (MessageNotFound, SessionNotFound):
                return  # it never came, or is being answered, as its conversation shows
        elif word.message_id not in self._back:
            said = "Device %s of machine %s said something in session %s while this one slept"
            log.info(said, word.device or "-", sender, word.session_id, extra=extra)
            more = {"voice": word.voice, "attachments": word.attachments}
            manager.say(word.session_id, word.text, word.message_id, **more)

    def _remember(self, message_id: str) -> None:
        self._back[message_id] = None
        while len(self._back) > _TAKEN_BACK:
            self._back.popitem(last=False)


def _word(kept: Kept) -> Word | None:
    try:
        return msgspec.json.decode(kept.data, type=Word) if kept.is_ours else None
    except msgspec.MsgspecError:
        return None
