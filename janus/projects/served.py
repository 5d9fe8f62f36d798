"""The projects that are served now, and in which of them a session is."""

from __future__ import annotations

import threading
from collections.abc import Iterator

from janus.conversation.record import Record
from janus.conversation.shown import State
from janus.errors import NotFound, SearchUnavailable
from janus.memory.history import Found, Hit
from janus.model import ProjectInfo, SessionInfo
from janus.projects.project import Project
from janus.sessions.archive import Page, cursor_of, newest_first
from janus.sessions.manager import MemorySessionManager

#: Seconds between two looks for a session that some project may begin.
_SLICE = 0.25
GATEWAY = "This is a gateway: its machines have the projects."


class ServedProjects:
    """The half of ``Projects`` that changes none.

    ``_lock`` guards ``_projects``, for a few steps of a dict.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._projects: dict[str, Project] = {}

    def all(self) -> list[Project]:
        """The projects, those that were named at the start first."""
        with self._lock:
            return [*self._projects.values()]

    def infos(self) -> list[ProjectInfo]:
        """The projects as they are now; git is asked about each."""
        return [project.info() for project in self.all()]

    def get(self, project_id: str) -> Project:
        """Raises NotFound."""
        with self._lock:
            if project_id in self._projects:
                return self._projects[project_id]
        raise NotFound(f"No project {project_id}. The list has: GET /api/projects")

    def of_session(self, session_id: str | None) -> Project:
        """The project that knows the session; the first one, if none does."""
        first, *others = self.all() or [_none()]
        if session_id is None or not others:
            return first
        return next((it for it in [first, *others] if it.manager.knows(session_id)), first)

    def manager_of(self, session_id: str | None) -> MemorySessionManager | None:
        """Whoever has a session; None where no project does."""
        managers = (it.manager for it in self.all() if session_id)
        return next((it for it in managers if it.knows(session_id or "")), None)

    def name_of(self, project_id: str) -> str:
        """What a project is called; nothing if it is served no more."""
        with self._lock:
            project = self._projects.get(project_id)
        return project.entry.name if project else ""

    def resume_command(self, info: SessionInfo) -> str | None:
        """What goes on with a session in a terminal, if anything does."""
        with self._lock:
            project = self._projects.get(info.project_id)
        return project.manager.terminal.resume_command(info) if project else None

    def sessions(self) -> list[SessionInfo]:
        """Every open session, the oldest first."""
        found = (info for project in self.all() for info in project.manager.all())
        return sorted(found, key=lambda info: info.created_at)

    @property
    def open_sessions(self) -> int:
        """How many sessions have begun, and not ended."""
        return sum(project.manager.open_sessions for project in self.all())

    @property
    def messages_waiting(self) -> int:
        """How many messages wait for their turn."""
        return sum(project.manager.messages_waiting for project in self.all())

    @property
    def log_bytes(self) -> int:
        """The bytes of all conversations on the disk."""
        return sum(project.store.logs_size() for project in self.all())

    @property
    def kept(self) -> dict[str, int]:
        """What sessions keep beside their logs, in bytes, and how many lost their snapshots."""
        rooms = [project.room for project in self.all()]
        return {
            "snapshot_bytes": sum(it.snapshots for it in rooms),
            "attachment_bytes": sum(it.attachments for it in rooms),
            "snapshots_dropped": sum(it.dropped for it in rooms),
        }

    def ended(self, project_id: str | None, limit: int, before: str | None, start: str) -> Page:
        """Sessions that ended, of one project or of all; see ``Archive.page``."""
        chosen = [self.get(project_id)] if project_id else self.all()
        pages = [project.manager.ended(limit, before, start) for project in chosen]
        found = newest_first(info for page in pages for info in page.sessions)
        more = len(found) > limit or any(page.next for page in pages)
        found = found[:limit]
        return Page(found, cursor_of(found[-1]) if more else None)

    def search(self, project_id: str | None, text: str, limit: int) -> Found:
        """What was said, in one project or in all; see ``History.search``.

        Raises SearchUnavailable where no project can be searched.
        """
        hits, pending, failure = list[Hit](), 0, None
        chosen = [self.get(project_id)] if project_id else self.all()
        for project in chosen:
            try:
                found = project.history.search(text, limit)
            except SearchUnavailable as unavailable:
                failure = failure or unavailable
                pending += 1
            else:
                hits += found.hits
                pending += found.pending
        if failure and not hits:
            raise failure
        hits.sort(key=lambda hit: hit.order, reverse=True)
        return Found(hits[:limit], pending)

    def rebuild_history(self) -> None:
        """Make every index anew from the logs, in the background."""
        for project in self.all():
            project.history.rebuild()

    @property
    def history_pending(self) -> int:
        """How many conversations are still to be read before all that was said can be found."""
        return sum(project.history.pending for project in self.all())

    @property
    def history_problem(self) -> str | None:
        """Why not everything can be found, or None if it can."""
        return next((why for it in self.all() if (why := it.history.problem)), None)

    def state(self, session_id: str) -> State:
        """See ``MemorySessionManager.state``."""
        return self.of_session(session_id).manager.state(session_id)

    def follow(self, session_id: str, seq: int, heartbeat: float) -> Iterator[Record | None]:
        """See ``MemorySessionManager.follow``: in whichever project the session begins."""
        waited = 0.0
        while not (manager := self.of_session(session_id).manager).knows(session_id):
            if manager.stopping:
                return
            slice = min(_SLICE, heartbeat)
            if (
                not manager.await_session(session_id, slice)
                and (waited := waited + slice) >= heartbeat
            ):
                waited = 0.0
                yield None
        yield from manager.follow(session_id, seq, heartbeat)

    def end_idle(self) -> None:
        """See ``MemorySessionManager.end_idle``."""
        for project in self.all():
            project.manager.end_idle()

    @property
    def first(self) -> MemorySessionManager:
        """The sessions of the first project."""
        return (self.all() or [_none()])[0].manager

    @property
    def problem(self) -> str | None:
        """What the owner should know of one of them, or None."""
        return next((problem for it in self.all() if (problem := it.problem)), None)


def _none() -> Project:
    """What there is in a gateway."""
    raise NotFound(GATEWAY)
