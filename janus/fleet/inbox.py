"""What was said to this machine while it slept: taken from the queue once, a session's in order.

A word stays in the queue until it is in the log of its session, and is shown there as waiting. One
that cannot be accepted now, since its project's disk is not plugged in say, is held here, and what
is behind it for the same session; words for other sessions go on. The ids of messages that a
session has accepted decide whether a word is new, however late it comes, or often.

What a restart or a lost connection took from here is handed over again, but later than what is
behind it. So nothing is accepted before all is here that was ever handed over and not settled.
"""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass

import msgspec
from nats.aio.msg import Msg
from nats.js.client import JetStreamContext

from janus.errors import InvalidRequest, JanusError, MessageNotFound, SessionNotFound
from janus.fleet.client import Client
from janus.fleet.here import Managers
from janus.fleet.membership import Scope
from janus.fleet.repeating import Repeating
from janus.fleet.streams import ACCEPTING
from janus.fleet.subjects import HEADER, WORDS, inbox
from janus.fleet.words import Word
from janus.logs import about, device_id

log = logging.getLogger(__name__)

#: Seconds that one waits for a word; until what is held is tried again, and kept from coming again.
_FETCH, _AGAIN, _KEEP = 1.0, 2.0, ACCEPTING / 4
#: Ids that are remembered as taken back.
_TAKEN_BACK = 1000
#: What will never be otherwise; after all else a word is tried again, and those behind it wait.
_FINAL = (InvalidRequest, SessionNotFound)


@dataclass(frozen=True, slots=True)
class _Held:
    """A word that was handed over, and not settled yet."""

    message: Msg
    word: Word


class Inbox:
    """The thread that takes the words for this machine; all fields are its own but ``_anew``."""

    def __init__(
        self, client: Client, managers: Managers, scope_of: Callable[[str], Scope | None]
    ) -> None:
        self._client, self._managers, self._scope_of = client, managers, scope_of
        self._queue: JetStreamContext.PullSubscription | None = None
        self._anew = False
        #: By their numbers in the queue.
        self._held: dict[int, _Held] = {}
        #: Why a session's first word has to wait; swapped as a whole.
        self._why: dict[str, str] = {}
        self._tried = self._kept = 0.0
        self._back: OrderedDict[str, None] = OrderedDict()
        self._taking = Repeating("fleet-inbox", _AGAIN, self._take_all)
        client.greet(self._begin_again)
        self.start, self.stop = self._taking.start, self._taking.stop
        #: Take no more words; those that are not settled come again.
        self.end = self._taking.end

    @property
    def problem(self) -> str | None:
        """Why a word has to wait; None if none does."""
        return next(iter(self._why.values()), None)

    def _begin_again(self) -> None:
        self._anew = True
        self._taking.wake()

    def _take_all(self) -> None:
        while self._client.connected and not self._taking.stopping:
            if self._anew or self._queue is None:
                self._anew, self._queue, self._held = False, None, {}
                self._queue = self._client.call(self._bind)
            if message := self._client.call(lambda _: self._fetch(), _FETCH + 2):
                self._hold(message)
            if self._held or self._why:
                self._settle()

    async def _bind(self, jetstream: JetStreamContext) -> JetStreamContext.PullSubscription:
        me = self._client.machine
        return await jetstream.pull_subscribe_bind(
            durable=me, stream=WORDS, inbox_prefix=f"{inbox(me)}.".encode()
        )

    async def _fetch(self) -> Msg | None:
        assert self._queue
        with suppress(TimeoutError):  # nothing waits
            return (await self._queue.fetch(1, _FETCH))[0]
        return None

    def _hold(self, message: Msg) -> None:
        try:
            word = msgspec.json.decode(message.data, type=Word)
        except (msgspec.MsgspecError, UnicodeError, RecursionError) as why:
            self._leave_out(message, why)
        else:
            self._held[message.metadata.sequence.stream] = _Held(message, word)

    def _settle(self) -> None:
        """Accept what can be, the words of each session in their order."""
        now = time.monotonic()
        if now - self._kept > _KEEP:
            self._client.call(lambda _: self._keep())
            self._kept = now
        asked = self._client.call(lambda it: it.consumer_info(WORDS, self._client.machine))
        if (asked.num_ack_pending or 0) > len(self._held):
            return  # one is on its way that may be before these
        lines = self._lines()
        self._why = {id: why for id, why in self._why.items() if id in lines}
        again = now - self._tried > _AGAIN
        self._tried = now if again else self._tried
        for id, line in lines.items():
            if again or id not in self._why:
                self._settle_line(id, line.values())

    async def _keep(self) -> None:
        """What is held is not handed over again."""
        for held in self._held.values():
            await held.message.in_progress()

    def _lines(self) -> dict[str, dict[str, list[_Held]]]:
        """What is held for each session, in order; what has the same id, in the first one's place.

        That is put again, or taken back.
        """
        lines: dict[str, dict[str, list[_Held]]] = {}
        for _, held in sorted(self._held.items()):
            line = lines.setdefault(held.word.session_id, {})
            line.setdefault(held.word.message_id, []).append(held)
        return lines

    def _settle_line(self, session_id: str, line: Iterable[list[_Held]]) -> None:
        for same in line:
            if self._taking.stopping:
                return
            valid = next((it for it in same if it.word.take_back), same[-1])
            if why := self._refusal(valid):
                if why != self._why.get(session_id):  # once, however often it is tried
                    log.warning("A word of another machine has to wait: %s", why)
                self._why = {**self._why, session_id: why}
                return
            for held in same:
                self._done(held)
        self._why = {id: why for id, why in self._why.items() if id != session_id}

    def _refusal(self, held: _Held) -> str:
        """Why a word cannot be accepted now; nothing once it is settled."""
        try:
            self._accept(held.message, held.word)
        except _FINAL as why:
            log.warning("A word of another machine is left out: %s", why)
        except JanusError as why:
            return str(why)
        except Exception:
            log.exception("A word of another machine could not be accepted")
            return "Janus made a mistake there. Its log says more."
        return ""

    def _accept(self, message: Msg, word: Word) -> None:
        """Once this returns, it is in the log of its session, or was taken back."""
        _, _, sender = message.subject.split(".")
        if HEADER not in (message.headers or {}) or self._scope_of(sender) != "full":
            raise SessionNotFound(f"machine {sender} may say nothing here.")
        device_id.set(f"{sender}/{word.device}")
        extra = about(word.session_id, "fleet_command")
        if word.take_back:
            self._remember(word.message_id)
        manager = self._managers(word.session_id, None)
        if word.take_back:
            with suppress(MessageNotFound, SessionNotFound):
                # Else it never came, or is being answered, as its conversation shows.
                manager.withdraw(word.session_id, word.message_id)
        elif word.message_id not in self._back:
            what = word.session_id, word.text, word.message_id
            manager.say(*what, voice=word.voice, attachments=word.attachments)
            said = "Device %s of machine %s said something in session %s while this one slept"
            log.info(said, word.device or "-", sender, word.session_id, extra=extra)

    def _leave_out(self, message: Msg, why: object) -> None:
        log.warning("A word of another machine is left out: %s", why)
        self._client.call(lambda _: message.ack_sync())

    def _done(self, held: _Held) -> None:
        """The queue forgets it."""
        self._client.call(lambda _: held.message.ack_sync())
        del self._held[held.message.metadata.sequence.stream]

    def _remember(self, message_id: str) -> None:
        self._back[message_id] = None
        while len(self._back) > _TAKEN_BACK:
            self._back.popitem(last=False)
