"""This machine's conversations, as a doorway gets them: every log, in pieces, in one stream.

Each message is a piece of one log as it is on the disk, and says where it begins; an empty one
says that there is no such log any more. So the log is the buffer, and the truth; what a newer Janus
wrote there is passed on as it is. Each expects the number of the message before it, so none can be
missing or come twice, whoever was killed meanwhile; and one at a time is sent, so none overtakes.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable, Iterable
from typing import NamedTuple, Protocol

from janus.conversation.record import Record
from janus.fleet.client import Client
from janus.fleet.failures import FleetFailure
from janus.fleet.repeating import Repeating
from janus.fleet.streams import Kept, at, info, newest
from janus.fleet.subjects import stream

log = logging.getLogger(__name__)

#: Where a piece begins in its log: the byte, and the number of its first line.
PLACE = "Janus-At"
#: Bytes of a piece: the server takes no message of more than 1 MB.
PIECE = 256 << 10
_PLACE = re.compile(r"([0-9]{1,15}) ([0-9]{1,15})")
EXPECTED = "Nats-Expected-Last-Sequence"
#: Seconds after which what could not be sent is tried again.
_AGAIN = 1.0


class Logs(Protocol):
    """The logs of one project; see ``SessionLogs``."""

    def logs(self) -> list[str]: ...
    def has_log(self, session_id: str) -> bool: ...
    def log_size(self, session_id: str) -> int: ...
    def last_line(self, session_id: str) -> bytes: ...
    def piece(self, session_id: str, start: int, size: int) -> bytes: ...


class Place(NamedTuple):
    """A place in a log: a byte, and the number of the line that begins or goes on there."""

    byte: int = 0
    line: int = 1

    def after(self, piece: bytes) -> Place:
        return Place(self.byte + len(piece), self.line + piece.count(b"\n"))

    @classmethod
    def of(cls, kept: Kept) -> Place | None:
        """Where a piece begins; None for what is no piece."""
        found = _PLACE.fullmatch(kept.headers.get(PLACE, ""))
        return cls(int(found[1]), int(found[2])) if found else None


class Feed:
    """Sends what the logs have to one doorway.

    ``_lock`` guards ``_grown``; all else is the thread's.
    ``_sent`` has how far each log is in the stream, ``_last`` the number of the stream's last
    message, None where that was never known.
    """

    def __init__(self, client: Client, projects: Callable[[], Iterable[Logs]]) -> None:
        """Send the logs of all *projects*."""
        self._client, self._projects = client, projects
        self._stream = stream(client.machine)
        self._lock = threading.Lock()
        self._grown: dict[str, tuple[Logs, int]] = {}
        self._sent: dict[str, Place] = {}
        self._last: int | None = None
        self._unsure = True  # whether that is so: a connection was lost, or an answer
        #: How many conversations the doorway had lost, and was given again.
        self.refilled = 0
        self._sending = Repeating("fleet-feed", _AGAIN, self._send_all)
        client.greet(self._compare_again)
        self.start, self.stop = self._sending.start, self._sending.stop

    def grew(self, logs: Logs, session_id: str, size: int) -> None:
        """A log has *size* bytes now, all of which are settled."""
        with self._lock:
            self._grown[session_id] = (logs, size)
        self._sending.wake()

    def forget(self) -> None:
        """A log was deleted; which, is seen when all are compared."""
        self._last = None
        self._compare_again()

    @property
    def problem(self) -> str | None:
        """Why the doorway does not have everything, or None."""
        return self._client.problem or self._sending.problem

    @property
    def pending(self) -> int:
        """How many conversations the doorway does not have whole yet."""
        with self._lock:
            return len(self._grown)

    def _compare_again(self) -> None:
        self._unsure = True
        self._sending.wake()

    def _send_all(self) -> None:
        while self._client.connected and not self._sending.stopping:
            try:
                if self._unsure:
                    self._unsure = False
                    self._compare()
                with self._lock:
                    id = next(iter(self._grown), None)
                    if id is None:
                        return
                    logs, size = self._grown[id]
                self._send(logs, id, size)
            except FleetFailure:
                self._unsure = True  # what was sent may have been taken
                raise
            with self._lock:
                if self._grown.get(id) == (logs, size):
                    del self._grown[id]

    def _send(self, logs: Logs, id: str, size: int) -> None:
        place = self._sent.get(id, Place())
        if size < place.byte:  # somebody cut it
            place = Place()
        while place.byte < size and not self._sending.stopping:
            piece = logs.piece(id, place.byte, min(PIECE, size - place.byte))
            if not piece:
                return
            if whole := piece.rfind(b"\n") + 1:
                piece = piece[:whole]
            place = self._sent[id] = self._publish(id, place, piece)

    def _publish(self, id: str, place: Place, piece: bytes) -> Place:
        headers = {PLACE: f"{place.byte} {place.line}", EXPECTED: str(self._last)}
        self._last = self._client.publish(self._subject(id), piece, headers)
        return place.after(piece)

    def _compare(self) -> None:
        """See what the stream has, unless it is as it was left. Raises Absent without one."""
        found = info(self._client, self._stream, self._subject("*"))
        state, most = found.state, found.config.max_bytes or 0
        if state.last_seq == self._last:
            return
        self._last = None
        full = state.first_seq > 1 and state.bytes + 2 * PIECE > most > 0
        oldest = at(self._client, self._stream, state.first_seq) if full else None
        lost, projects = 0, [*self._projects()]
        for logs in projects:
            for id in logs.logs():
                before, size = self._sent.get(id), logs.log_size(id)
                kept = newest(self._client, self._stream, self._subject(id))
                if kept is None and oldest and _written(logs, id) < oldest.at:
                    # It made room, and is here to be read; later pieces say where they are.
                    self._sent[id] = Place(size, 1 + _lines(logs, id, size))
                    continue
                self._sent[id] = place = _end(logs, id, kept)
                lost += before is not None and place.byte < before.byte
                if place.byte < size:
                    with self._lock:
                        self._grown.setdefault(id, (logs, size))
        if lost:
            self.refilled += lost
            log.warning(
                "The doorway had lost events of %d conversations; they are sent again", lost,
                extra={"event": "fleet_refilled"},
            )  # fmt: skip
        self._last = state.last_seq
        for subject in state.subjects or {}:
            id = subject.rpartition(".")[2]
            if not any(logs.has_log(id) for logs in projects):
                self._publish(id, Place(), b"")  # it was deleted

    def _subject(self, id: str) -> str:
        return f"ev.{self._client.machine}.log.{id}"


def _end(logs: Logs, id: str, kept: Kept | None) -> Place:
    """Where to go on with a log of which *kept* was sent last: at 0 if it is another log."""
    if kept is None:
        return Place()
    place = Place.of(kept)
    if place is None:
        return Place()
    same = logs.piece(id, place.byte, len(kept.data)) == kept.data
    return place.after(kept.data) if same else Place()


def _lines(logs: Logs, id: str, size: int) -> int:
    """How many lines the first *size* bytes of a log are."""
    return sum(logs.piece(id, at, PIECE).count(b"\n") for at in range(0, size, PIECE))


def _written(logs: Logs, id: str) -> float:
    """When a log was written last, in seconds since 1970; now, where that is not known."""
    try:
        return Record.from_line(logs.last_line(id)).at
    except ValueError:
        return float("inf")
