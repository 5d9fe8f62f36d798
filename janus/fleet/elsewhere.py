"""The rest of the fleet, as this Janus has it; a single one has none, and loads nothing for it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from janus.clock import Clock
from janus.errors import Conflict, MachineAway, NotFound
from janus.fleet.here import Here
from janus.fleet.membership import Doorway, Member, Membership
from janus.model import Answered, MachineInfo, SessionInfo
from janus.storage.session_logs import SessionLogs

if TYPE_CHECKING:
    from janus.fleet.link import Link
    from janus.fleet.mirror import Mirror
    from janus.fleet.new_sessions import NewSessions
    from janus.fleet.remote import RemoteSessions

log = logging.getLogger(__name__)


class Elsewhere:
    """The links to all doorways.

    ``_lock`` is held while links are made and ended; ``_links`` is swapped as a whole, and read
    without it.
    """

    def __init__(
        self, membership: Callable[[], Membership | None], here: Here, clock: Clock
    ) -> None:
        self._membership, self._here, self._clock = membership, here, clock
        self._lock = threading.Lock()
        self._links: dict[Doorway, Link] = {}
        self._started = False
        self._gateway = False

    def start(self) -> None:
        """Dial all doorways."""
        self._started = True
        self.refresh()

    def close(self) -> None:
        """Take no more words: the sessions of this machine are about to stop."""
        for link in self._links.values():
            link.close()

    def stop(self) -> None:
        """May be called twice."""
        with self._lock:
            self._started = False
            links, self._links = self._links, {}
        for link in links.values():
            link.stop()

    def refresh(self) -> None:
        """This machine has other doorways, or its own has other members."""
        with self._lock:
            me = self._membership() if self._started else None
            wanted = me.doorways if me else ()
            gone = [link for doorway, link in self._links.items() if doorway not in wanted]
            kept = {it: link for it, link in self._links.items() if it in wanted}
            new = {it: self._link(me, it) for it in wanted if me and it not in kept}
            self._links = {**kept, **new}
            self._gateway = self._gateway or any(it.placing for it in new.values())
            for link in new.values():
                link.start()
        for link in gone:
            link.stop()
        for link in kept.values():
            link.changed()

    # As a listener of this machine's own projects.

    def changed(self, session_id: str) -> None:
        for link in self._links.values():
            if link.feed:
                link.changed()

    def forget(self, session_id: str) -> None:
        for link in self._links.values():
            link.forget()

    def grew(self, logs: SessionLogs, session_id: str, size: int) -> None:
        for link in self._links.values():
            link.grew(logs, session_id, size)

    # What there is elsewhere.

    def manager(self, session_id: str | None, *, asking: bool = False) -> RemoteSessions | None:
        """Whoever has a session of another machine; None for all others.

        A doorway whose machines say nothing of it yet can ask them: with *asking*. At a gateway
        somebody has all sessions, and begins those that nobody has. Raises MachineAway.
        """
        links, id = [*self._links.values()], session_id or ""
        for it in links:
            if it.placing or (id and it.sessions and it.sessions.knows(id)):
                return it.sessions
        if self._gateway:
            raise MachineAway("This gateway is stopping.")
        return next((it.sessions for it in links if it.asked(id)), None) if asking else None

    def sessions(self) -> list[SessionInfo]:
        """The open sessions of all other machines."""
        return [info for link in self._shown() for info in link.sessions()]

    def ended(self) -> list[SessionInfo]:
        """The newest of those that ended."""
        return [info for link in self._shown() for info in link.ended()]

    def machines(self) -> list[MachineInfo]:
        """Every other machine that was ever here."""
        return [machine for link in self._shown() for machine in link.machines()]

    def members(self) -> tuple[Member, ...]:
        """The machines that may dial this one."""
        return next((it.members() for it in self._links.values() if it.mirror), ())

    @property
    def problem(self) -> str | None:
        """Why this gateway is of no use now; None where it is, or is none."""
        return next((it.client.problem for it in self._links.values() if it.shared), None)

    def begins(self, project_id: str) -> NewSessions | None:
        """Makes sessions of a project on any machine that has it, where this is a gateway."""
        links = self._links.values()
        return next((it.placing.of(project_id) for it in links if it.placing), None)

    def project(self, info: SessionInfo) -> str:
        """What the project of another machine's session is called there."""
        return next((name for it in self._shown() if (name := it.project(info))), "")

    def carried(self, session_id: str) -> tuple[dict[str, Any], str]:
        """What goes on with a session whose machine is away, and what its project is called.

        Raises Conflict, MachineAway.
        """
        from janus.fleet.carrying import given_on

        for it in self._links.values():
            if it.mirror and it.sessions and it.sessions.knows(session_id):
                return given_on(it.client, it.mirror, it.sessions, session_id)
        raise Conflict("That is no session of another machine.")

    def on(self, machine: str, project_id: str | None, called: str = "") -> NewSessions:
        """Makes sessions on a machine. Raises NotFound.

        They are in one of its projects, in the one that is *called* so, or in the first.
        """
        from janus.fleet.new_sessions import NewSessions

        mirror, link = self._of(machine)
        same = (id for id, name in mirror.projects(machine).items() if name == called)
        project = project_id or next(same, None)
        return NewSessions(mirror, link.commands, lambda id: machine, project)

    def view_on(self, machine: str) -> Callable[..., Answered] | None:
        """What has the views of a machine answer; None for this one. Raises NotFound."""
        from janus.fleet.viewing import ask_view

        me = self._membership()
        if me and me.machine_id == machine:
            return None
        _, link = self._of(machine)
        return lambda asked, sent=(): ask_view(link.commands, machine, asked)

    def _of(self, machine: str) -> tuple[Mirror, Link]:
        for link in self._links.values():
            if link.mirror and any(it.machine_id == machine for it in link.mirror.machines()):
                return link.mirror, link
        raise NotFound(f"No machine {machine}. The list has: GET /api/fleet")

    def _shown(self) -> list[Mirror]:
        return [it.mirror for it in self._links.values() if it.mirror]

    def _link(self, me: Membership, doorway: Doorway) -> Link:
        from janus.fleet.link import Link

        return Link(me, doorway, self._here, self._clock)
