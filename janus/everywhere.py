"""The sessions of this machine and of all others, as one.

a view ──> Everywhere ──┬──> projects: those of this machine
                        └──> elsewhere: those of the others, and of a team
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from janus.conversation.manager import Beginning, Followed, SessionManager
from janus.errors import MachineAway, PermissionNotFound
from janus.fleet.elsewhere import Elsewhere
from janus.model import Answered, SessionInfo, check_id
from janus.model.events import QuestionAsked
from janus.projects.projects import Projects
from janus.sessions.archive import Page, cursor_of, newest_first
from janus.sessions.manager import MemorySessionManager
from janus.voice.reading_out import Glance, glance


@dataclass(frozen=True, slots=True)
class Everywhere:
    """Finds whoever has a session."""

    projects: Projects
    elsewhere: Elsewhere
    #: See ``glance``.
    voice_commands: tuple[str, ...] = ()

    def question(self, session_id: str, request_id: str) -> QuestionAsked | None:
        """What an agent asks, while it is open. Raises SessionNotFound."""
        manager = self.manager_of(session_id)
        manager.get(session_id)
        open = manager.state(session_id).now.questions
        return next((it for it in open if it.request_id == request_id), None)

    def glance(self, session_id: str, request_id: str) -> Glance | None:
        """What a notification may say of a question, and have answered.

        Raises SessionNotFound, PermissionNotFound.
        """
        asked = self.question(session_id, request_id)
        if asked is None:
            raise PermissionNotFound("The agent asks no such thing, or not any more.")
        here = self.projects.manager_of(session_id)  # what files are elsewhere is not known
        return glance(asked, here.folder(session_id), self.voice_commands) if here else None

    def manager_of(self, session_id: str | None, *, asking: bool = False) -> SessionManager:
        """Whoever has this session, on whichever machine; the first project's, if nobody does.

        With *asking*, other machines are asked within a second whether it is theirs: else what is
        done next might begin it a second time. Raises MachineAway.
        """
        here = self.projects.manager_of(session_id)
        there = None if here else self.elsewhere.manager(session_id, asking=asking)
        return here or there or self.projects.first

    def manager_here(self, session_id: str) -> MemorySessionManager:
        """The same, for what needs the files of a session, or programs.

        Raises MachineAway where another machine has them, SessionNotFound.
        """
        here = self.projects.manager_of(session_id)
        if here is None and (there := self.elsewhere.manager(session_id)):
            there.get(session_id)
            raise MachineAway("That can be done on the machine of this session only.")
        return here or self.projects.first

    def view_of(self, session_id: str, machine: str) -> Callable[..., Answered] | None:
        """What has another machine's views answer; None for this one's. Raises NotFound."""
        if machine:
            return self.elsewhere.view_on(machine)
        here = self.projects.manager_of(session_id)
        there = None if here else self.elsewhere.manager(session_id, asking=True)
        return there.view if there else None

    def manager_of_new(
        self, session_id: str | None, project_id: str | None, machine: str | None
    ) -> Beginning:
        """Whoever makes a session, unless it is there: on a *machine*, or of a project here.

        Raises NotFound, MachineAway.
        """
        if machine:
            return self.elsewhere.on(machine, project_id)
        manager = self.manager_of(session_id, asking=True)
        if project_id and not manager.knows(session_id or ""):
            return self.elsewhere.begins(project_id) or self.projects.get(project_id).manager
        return manager

    def carry_on(
        self, session_id: str, new_id: str, machine: str | None, project_id: str | None
    ) -> SessionInfo:
        """Go on with a session whose machine is away, in a new one on a *machine*, or here.

        Raises Conflict, NotFound, MachineAway.
        """
        given, called = self.elsewhere.carried(check_id(session_id))
        if machine:
            return self.elsewhere.on(machine, project_id, called).carry_on(new_id, **given)
        same = [it for it in self.projects.all() if it.entry.name == called]
        chosen = self.projects.get(project_id) if project_id else next(iter(same), None)
        return (chosen.manager if chosen else self.projects.first).carry_on(new_id, **given)

    def conversations(self, session_id: str) -> Followed:
        """Where to follow a session, also one that does not exist yet. Raises MachineAway."""
        here = self.projects.manager_of(session_id)
        return here or self.elsewhere.manager(session_id) or self.projects

    def sessions(self) -> list[SessionInfo]:
        """Every open session of all machines, the oldest first."""
        found = [*self.projects.sessions(), *self.elsewhere.sessions()]
        return sorted(found, key=lambda info: info.created_at)

    def ended(self, project_id: str | None, limit: int, before: str | None, start: str) -> Page:
        """Sessions that ended, of all machines unless of one project; see ``Archive.page``."""
        page = self.projects.ended(project_id, limit, before, start)
        others = [
            it for it in ([] if project_id else self.elsewhere.ended())
            if it.session_id.startswith(start) and (before is None or cursor_of(it) < before)
        ]  # fmt: skip
        found = newest_first([*page.sessions, *others])
        more = page.next or len(found) > limit
        return Page(found[:limit], cursor_of(found[limit - 1]) if more else None)
