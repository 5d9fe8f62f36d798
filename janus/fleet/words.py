"""What is said to a machine that sleeps: it waits in a queue, and is delivered once and in order.

A word is in the queue until it is in the log of its session; see ``fleet.inbox``. One is taken back
by another word behind it: only the machine itself knows whether it has accepted it already.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from operator import methodcaller

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from janus.fleet.client import Client
from janus.fleet.failures import FleetFailure
from janus.fleet.repeating import Repeating
from janus.fleet.streams import Kept, read
from janus.fleet.subjects import WORDS

#: Seconds between two looks what waits.
_LOOKED = 2.0


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
        """Have it wait without its files, which are lost, in its place. Raises FleetFailure."""
        bare = f"{word.text}\n\n(A file that went with this did not arrive.)"
        self.put(machine, replace(word, text=bare, attachments=()), ":bare")

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


def _word(kept: Kept) -> Word | None:
    try:
        return msgspec.json.decode(kept.data, type=Word) if kept.is_ours else None
    except msgspec.MsgspecError:
        return None
