"""All projects that this Janus serves; they come and go while it runs."""

from __future__ import annotations

import contextlib
import logging
import os
import shlex
import threading
from collections.abc import Callable
from pathlib import Path

from msgspec.structs import replace

from janus.config import Settings
from janus.errors import CannotServe, Conflict, JanusError, ServerStopping
from janus.model import ProjectInfo
from janus.projects.finding import (
    check_place,
    entry_of,
    is_empty,
    left,
    named,
    nearest,
    refuse_moved,
    same_folder,
)
from janus.projects.listening import Listeners
from janus.projects.listing import Entry, ProjectList
from janus.projects.project import MakeManager, Project
from janus.projects.served import GATEWAY, ServedProjects
from janus.storage.store import Store

log = logging.getLogger(__name__)


class Projects(ServedProjects):
    """The served projects. ``_changing`` is held while one is added, moved or removed, which takes
    as long as starting or stopping its sessions does.
    """

    def __init__(
        self,
        settings: Settings,
        store: Store,
        make_manager: MakeManager,
        run: str,
        end_orphans: Callable[[str], object],
        listener: Listeners,
    ) -> None:
        """The *store* is the owner's; the *listener* hears of all sessions.

        Nothing is read or started before ``start``, but for the projects that the settings name,
        which are there to be looked at.
        """
        self._settings = settings
        self._list = ProjectList(store)
        self._make_manager = make_manager
        self._run = run
        self._end_orphans = end_orphans
        self._listener = listener
        super().__init__()
        self._changing = threading.Lock()
        self._started = self._stopping = False
        self._remembered = () if settings.gateway else self._list.load()
        for entry in named(settings, self._remembered):
            if entry.project_id not in self._projects:
                # An empty folder may be the place of a disk that is not there.
                project = self._new(entry, named=not is_empty(entry.folder))
                self._projects[entry.project_id] = project

    def start(self) -> None:
        """Serve what was named and what is remembered. Raises CannotServe for what was named."""
        with self._changing:
            for project in self.all():
                project.start(self._end_orphans)
            for entry in self._remembered:
                self._restore(entry)
            if not (self._projects or self._settings.gateway):
                raise CannotServe("there is no folder to serve. Start it in one: janus serve")
            self._started = True
            self._save()

    def add(
        self,
        path: Path,
        name: str | None = None,
        project_id: str | None = None,
        *,
        new: bool = False,
    ) -> ProjectInfo:
        """Serve a folder from now on; with *project_id*, that project has moved there.

        A folder that is served already is the same project. Raises NotFound, StorageFailed,
        Conflict, and ProjectMoved where it looks like a project that was elsewhere, or in this
        place in another folder, unless it is *new*.
        """
        if self._settings.gateway:
            raise Conflict(GATEWAY)
        folder = check_place(path, self._settings.state)
        with self._changing:
            known = next((it for it in self.all() if same_folder(it.entry.folder, folder)), None)
            if known and known.problem is None and project_id in (None, known.entry.project_id):
                return self._renamed(known, name).info()
            entry = self._entry(known, folder, project_id, new=new)
            if name:
                entry = replace(entry, name=name)
            try:
                return self._replace(entry, named=True).info()
            except CannotServe as why:
                raise Conflict(f"Janus cannot serve this folder: {why}.") from why

    def remove(self, project_id: str) -> None:
        """Serve a project no more; its conversations are kept, for when it is added again.

        Raises NotFound, Conflict while an agent works in it or it is the only one.
        """
        with self._changing:
            project = self.get(project_id)
            if len(self.all()) == 1:
                raise Conflict("This is the only project. Add another one first.")
            if any(it.status == "active" for it in project.manager.all()):
                raise Conflict("An agent works in this project. Stop it first.")
            self._list.save(it.entry for it in self.all() if it is not project)
            with self._lock:
                del self._projects[project_id]
        project.stop()
        log.info("Project %s is served no more", project.entry.path)

    def mend(self) -> None:
        """Serve folders again that are back; to be called now and then."""
        for project in self.all():
            project.lock.mend()
            project.manager.remove_left()
            if not project.away:
                project.room.look()
            if project.is_back and self._changing.acquire(blocking=False):
                try:
                    self._replace(project.entry, named=False)
                except (CannotServe, JanusError) as refused:
                    log.warning("%s is back, but: %s", project.entry.path, refused)
                finally:
                    self._changing.release()

    def stop(self, timeout: float = 15.0) -> None:
        """All at the same time, within about *timeout* seconds. May be called twice."""
        self._stopping = True  # one that is just being added ends there
        threads = [
            threading.Thread(target=it.stop, args=(timeout,), name="janus-stop")
            for it in self.all()
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _new(self, entry: Entry, *, named: bool) -> Project:
        made = self._settings, self._make_manager, self._run, self._listener
        return Project(entry, *made, named=named)

    def _restore(self, entry: Entry) -> None:
        """Serve a remembered project; one that cannot be is left out, which is said."""
        known = next((it for it in self.all() if it.entry.project_id == entry.project_id), None)
        if known:  # named at the start: its name was given before
            known.entry = replace(known.entry, name=entry.name)
            return
        if any(same_folder(it.entry.folder, entry.folder) for it in self.all()):
            return
        try:
            project = self._new(entry, named=False)
            project.start(self._end_orphans)
        except (CannotServe, JanusError) as why:
            log.error("The project %s is left out: %s", entry.path, why)
            project.stop()
            return
        with self._lock:
            self._projects[entry.project_id] = project

    def _replace(self, entry: Entry, *, named: bool) -> Project:
        """Serve *entry* instead of what is served under its id, if anything is."""
        with self._lock:
            before = self._projects.get(entry.project_id)
        if before:
            before.stop()
        project = self._new(entry, named=named)
        try:
            project.start(self._end_orphans)
            self._save(entry)
        except BaseException:
            project.stop()
            if before:  # so that its conversations can be read
                project = self._new(before.entry, named=False)
                with contextlib.suppress(CannotServe, JanusError):
                    project.start(self._end_orphans)
                with self._lock:
                    self._projects[entry.project_id] = project
            raise
        with self._lock:
            self._projects[entry.project_id] = project
        if self._stopping:
            project.stop()
            raise ServerStopping("Janus is shutting down.")
        log.info("Project %s is served from %s", entry.name, entry.path)
        return project

    def _entry(
        self, known: Project | None, folder: Path, project_id: str | None, *, new: bool
    ) -> Entry:
        """Which project is to be served from *folder*; *known* is served from it already."""
        state = self._settings.state
        if known and (new or (project_id and known.problem is None)):
            raise Conflict(
                f"{known.entry.name} is served from there. If that is over: janus project remove "
                f"{shlex.quote(known.entry.name)}. Its conversations are kept."
            )
        if known is None and (around := nearest(folder, self.all(), ".worktrees")):
            raise Conflict(f"This belongs to a session of {around.entry.name}, served already.")
        if project_id:
            return self._moved(project_id, folder)
        if known:
            return known.entry
        if not new:
            refuse_moved(folder, state)
        return entry_of(folder, state, new=new)

    def _moved(self, project_id: str, folder: Path) -> Entry:
        """A project at its new place. Raises NotFound, Conflict where it is not away."""
        with self._lock:
            known = self._projects.get(project_id)
        if known and known.problem is None:
            raise Conflict(f"{known.entry.name} is at {known.entry.path}, where it was.")
        entry = known.entry if known else left(project_id, folder, self._settings.state)
        return replace(entry, path=os.fspath(folder))

    def _renamed(self, project: Project, name: str | None) -> Project:
        if name and name != project.entry.name:
            project.entry = replace(project.entry, name=name)
            project.manager.project = name
            self._save()
        return project

    def _save(self, *more: Entry) -> None:
        """Write down what is served, and *more*. Raises StorageFailed."""
        if self._started:
            entries = {it.entry.project_id: it.entry for it in self.all()}
            entries |= {entry.project_id: entry for entry in more}
            self._list.save(entries.values())
