"""What a doorway knows of the other machines: who is there, their sessions, their conversations."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from msgspec.structs import replace
from nats.aio.msg import Msg

from janus.conversation.record import Record
from janus.fleet.client import Client
from janus.fleet.feed import Place
from janus.fleet.known import KnownSessions
from janus.fleet.listing import MachineList, list_of
from janus.fleet.mirrored import MirroredLog, Rewritten, live
from janus.fleet.presence import Presence
from janus.fleet.repeating import Repeating
from janus.fleet.streams import LISTS, Kept, ends, info, newest
from janus.fleet.subjects import stream
from janus.model import MachineInfo, SessionInfo

#: Conversations that are held ready; those that nobody follows make room.
_READY = 32
#: Seconds until it is looked again whether all was heard.
_AGAIN = 2.0


@dataclass(frozen=True, slots=True)
class _Listed:
    """A machine's list, and when the server got it."""

    told: MachineList
    at: float


class Mirror:
    """The other machines of one doorway.

    ``_lock`` guards ``_lists``, ``_where``, ``_begun``, ``_logs`` and ``_followed``, for a few
    steps. A conversation is read without it.
    """

    def __init__(
        self,
        client: Client,
        told: Callable[[str], object] = lambda id: None,
        known: KnownSessions | None = None,
        seen: Callable[[str], object] = lambda machine: None,
    ) -> None:
        """*told* is called with each session whose entry changed in the list of its machine.

        *seen* is called with each machine that comes or goes, or says something else.
        """
        self._client, self._told = client, told
        self._known = known or KnownSessions()
        self.presence = Presence(client, seen)
        self._lock = threading.Lock()
        self._lists: dict[str, _Listed] = {}
        self._where: dict[str, tuple[str, SessionInfo]] = {}
        #: Whether the lists that the doorway has were read.
        self.looked = False
        self._read_to: dict[str, int] | None = None  # how far the streams were then
        #: Those that were made a moment ago, and that no list has.
        self._begun: dict[str, SessionInfo] = {}
        self._logs: OrderedDict[str, MirroredLog] = OrderedDict()
        self._followed: dict[str, int] = {}
        client.on("ev.*.list", lambda it: self._list(live(it)))
        client.on("ev.*.log.*", self._grew)
        self._looking = Repeating("fleet-lists", _AGAIN, self._look)
        client.greet(self._look_again)

    def start(self) -> None:
        self.presence.start()
        self._looking.start()

    def stop(self) -> None:
        """Whoever follows is at the end. May be called twice."""
        self.presence.stop()
        self._looking.stop()
        with self._lock:
            logs = [*self._logs.values()]
            self._logs.clear()
        for log in logs:
            log.close()

    def sessions(self) -> list[SessionInfo]:
        """The open sessions of all other machines."""
        return self._all(lambda told: told.sessions)

    def ended(self) -> list[SessionInfo]:
        """The newest of those that ended."""
        return self._all(lambda told: told.ended)

    def find(self, session_id: str) -> SessionInfo | None:
        """A session of another machine, open or ended."""
        with self._lock:
            found = self._where.get(session_id)
        return found[1] if found else None

    def knows(self, session_id: str) -> bool:
        """Whether a session is, or was, of another machine."""
        return session_id in self._known

    def begun(self, info: SessionInfo) -> None:
        """It was made just now: what is said to it must not begin another one here."""
        self._known.add([info.session_id])
        with self._lock:
            self._begun[info.session_id] = info
            self._where.setdefault(info.session_id, (info.machine, info))

    def projects(self, machine: str) -> dict[str, str]:
        """What the projects of a machine are called, by their ids."""
        with self._lock:
            listed = self._lists.get(machine)
        return listed.told.projects if listed else {}

    def project(self, info: SessionInfo) -> str:
        """What the project of a session is called on its machine."""
        return self.projects(info.machine).get(info.project_id, "")

    def machines(self) -> list[MachineInfo]:
        """Every machine that was here, also those that are away."""
        seen = self.presence.machines()
        with self._lock:
            lists = dict(self._lists)
        found = []
        for id in sorted({*seen, *lists} - {self._client.machine}):
            here, listed = seen.get(id), lists.get(id)
            entry = here.entry if here else lists[id].told.entry
            online = self.presence.is_online(id)
            at = max(here.at if here else 0.0, listed.at if listed else 0.0)
            sessions = len(listed.told.sessions) if listed else 0
            found.append(
                MachineInfo(
                    id, entry.name, online, None if online else at, entry.version, entry.agents,
                    entry.load, sessions, entry.since, entry.problem or None,
                )
            )  # fmt: skip
        return found

    def log(self, info: SessionInfo) -> MirroredLog:
        """The conversation of a session, also while its machine is away. Raises FleetFailure."""
        id = info.session_id
        with self._lock:
            if log := self._logs.get(id):
                self._logs.move_to_end(id)
                return log
        made = MirroredLog(self._client, info.machine, id)
        with self._lock:
            log = self._logs.setdefault(id, made)
            room = [it for it in self._logs if it not in self._followed and it != id]
            dropped = [self._logs.pop(it) for it in room[: max(0, len(self._logs) - _READY)]]
        for each in dropped:
            each.close()
        self._refresh(id, log, log.catch_up)  # what came meanwhile
        return log

    def follow(self, info: SessionInfo, seq: int, heartbeat: float) -> Iterator[Record | None]:
        """See ``EventLog.follow``."""
        id = info.session_id
        with self._lock:
            self._followed[id] = self._followed.get(id, 0) + 1
        try:
            yield from self.log(info).follow(seq, heartbeat)
        finally:
            with self._lock:
                self._followed[id] -= 1
                if not self._followed[id]:
                    del self._followed[id]

    def _all(self, which: Callable[[MachineList], tuple[SessionInfo, ...]]) -> list[SessionInfo]:
        with self._lock:
            listed = [it.session_id for told in self._lists.values() for it in which(told.told)]
            return [self._where[id][1] for id in dict.fromkeys(listed) if id in self._where]

    def _look_again(self) -> None:
        self._read_to = None
        self._looking.wake()

    def _look(self) -> None:
        """Read what was not heard: without a connection, or lost between two servers."""
        if self._client.connected and (marks := self._marks()) != self._read_to:
            self._read_to = None
            self._read()
            self._read_to = marks

    def _marks(self) -> dict[str, int]:
        """How far the streams are of all that is shown."""
        with self._lock:
            machines = {self._where[id][0] for id in self._logs if id in self._where}
        return {it: ends(self._client, it) for it in (LISTS, *map(stream, machines))}

    def _read(self) -> None:
        subjects = info(self._client, LISTS, "ev.*.list").state.subjects or {}
        for subject in subjects:
            if kept := newest(self._client, LISTS, subject):
                self._list(kept)
        self.looked = True
        with self._lock:
            logs = [*self._logs.items()]
        for id, log in logs:
            self._refresh(id, log, log.catch_up)

    def _list(self, kept: Kept) -> None:
        """Take a list; one that is heard as it comes has no time, and is of who is there."""
        machine, told = kept.subject.split(".")[1], list_of(kept)
        if told is None or machine == self._client.machine:
            return
        infos = [replace(it, machine=machine) for it in (*told.ended, *told.sessions)]
        self._known.add(it.session_id for it in infos)
        with self._lock:
            before = self._lists.get(machine)
            self._lists[machine] = _Listed(told, max(kept.at, before.at if before else 0.0))
            known = {id: it[1] for id, it in self._where.items() if it[0] == machine}
            for id in known:
                del self._where[id]
            for it in infos:  # one that another machine has is that one's
                self._where.setdefault(it.session_id, (machine, it))
                self._begun.pop(it.session_id, None)
            for it in self._begun.values():  # this list may be older
                self._where.setdefault(it.session_id, (it.machine, it))
        for it in infos:
            if before and known.get(it.session_id) != it:
                self._told(it.session_id)

    def _grew(self, message: Msg) -> None:
        kept = live(message)
        _, machine, _, id = kept.subject.split(".")
        with self._lock:
            log, where = self._logs.get(id), self._where.get(id)
        if log and where and where[0] == machine:
            self._refresh(id, log, lambda: log.receive(kept))
        if not kept.data and Place.of(kept) == Place():  # its owner deleted it, for good
            name, subject = stream(machine), kept.subject
            self._client.call(lambda it: it.purge_stream(name, subject=subject))

    def _refresh(self, id: str, log: MirroredLog, do: Callable[[], None]) -> None:
        """Have a log take what there is; one that its machine began anew is read anew."""
        try:
            do()
        except Rewritten:
            with self._lock:
                if self._logs.get(id) is log:
                    del self._logs[id]
            log.close()
