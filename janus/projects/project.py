"""One served folder, from its lock to its sessions."""

from __future__ import annotations

import contextlib
import logging
import os
import shlex
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Protocol

from janus.config import Settings
from janus.memory.history import History
from janus.model import ProjectInfo
from janus.projects.listening import Listeners
from janus.projects.listing import Entry
from janus.sessions.manager import MemorySessionManager
from janus.sessions.room import SessionRoom
from janus.storage.identity import Identity
from janus.storage.lock import WorkspaceLock
from janus.storage.project import check_outside, load_project, note_place
from janus.storage.store import Store
from janus.storage.takeover import take_over

log = logging.getLogger(__name__)


class MakeManager(Protocol):
    """Makes a manager for the project of this id; see ``MemorySessionManager`` for the rest."""

    def __call__(
        self,
        settings: Settings,
        store: Store,
        *,
        project_id: str,
        told: Callable[[str], object],
        forget: Callable[[str], object],
    ) -> MemorySessionManager: ...


class Project:
    """A folder and what is done in it. Where the folder is away, its conversations are readable."""

    def __init__(
        self,
        entry: Entry,
        settings: Settings,
        make_manager: MakeManager,
        run: str,
        listener: Listeners,
        *,
        named: bool,
    ) -> None:
        """With *named* its owner says that this is the folder, whatever was there before.

        *run* marks what this Janus starts. The *listener* hears of its sessions.
        """
        self.entry = entry
        folder = entry.folder
        self.store = Store(settings.state / "projects" / entry.project_id)
        self.store.written = partial(listener.grew, self.store)
        self._state = settings.state
        self.away = why_away(self.store, folder, named=named)
        self.lock = WorkspaceLock(self.store.folder, None if self.away else folder, run)
        own = replace(settings, workspaces=(folder,))
        self.history = history = History(self.store)

        def changed(session_id: str) -> None:
            history.changed(session_id)
            listener.changed(session_id)

        def forget(session_id: str) -> None:
            history.forget(session_id)
            listener.forget(session_id)

        self.manager = make_manager(
            own,
            self.store,
            project_id=entry.project_id,
            told=changed,
            forget=forget,
        )
        self.manager.project = entry.name
        self.room = SessionRoom(self.manager, self.store, settings.snapshot_room)
        if self.away:
            self.manager.workspace.bar(self.away)

    def start(self, end_orphans: Callable[[str], object]) -> None:
        """Bring its sessions back; *end_orphans* ends what a run left. Raises CannotServe."""
        if not self.away:
            check_outside(self.entry.folder, self._state)
        earlier = self.lock.acquire()
        if earlier and earlier.run != self.lock.serving.run:
            end_orphans(earlier.run)
        self.lock.sign()
        self.store.sweep()
        with contextlib.suppress(OSError):  # it is said when something is to be written
            self.store.prepare()
        if self.away:
            log.warning("%s", self.away)
        else:
            workspace = self.manager.workspace
            taken = take_over(self.store, workspace.folder, workspace.published.tracked)
            workspace.adopt(taken)
            with contextlib.suppress(OSError):  # it went meanwhile
                note_place(self.store, workspace.folder)
        self.manager.prepare(here=not self.away)
        self.history.start()

    @property
    def folder(self) -> Path:
        return self.entry.folder

    def stop(self, timeout: float = 15.0) -> None:
        """The sessions get about *timeout* seconds. May be called twice."""
        self.manager.stop(timeout)
        self.room.stop()
        self.history.stop()
        self.lock.release()

    @property
    def problem(self) -> str | None:
        """What its owner should know, or None if all is well."""
        owners = (self.store, self.manager.workspace, self.lock)
        return self.away or next((why for it in owners if (why := it.problem)), None)

    @property
    def is_back(self) -> bool:
        """Whether the folder is there again, after it was away or replaced."""
        lost = self.away or self.manager.workspace.problem
        return bool(lost) and why_away(self.store, self.entry.folder, named=False) is None

    def info(self) -> ProjectInfo:
        """The project as it is now."""
        sessions = self.manager.all()
        branch, changed = (None, None) if self.away else self.manager.workspace.overview()
        return ProjectInfo(
            project_id=self.entry.project_id,
            name=self.entry.name,
            path=self.entry.path,
            branch=branch,
            changed_files=changed,
            open_sessions=len(sessions),
            needs=sum(it.attention is not None for it in sessions),
            problem=self.problem,
        )


def why_away(store: Store, folder: Path, *, named: bool) -> str | None:
    """Why nothing can be done in the folder of a project, or None.

    A folder that was made anew in the same place is not the one that went, nor is an empty one:
    whatever was served has at least a ``.janus`` in it.
    """
    try:
        found = Identity.of(folder) if folder.is_dir() else None
    except OSError:
        found = None
    if found is None:
        return f"The folder {folder} is not there. It is served again as soon as it is."
    known = load_project(store).identity
    if named or known.inode is None:
        return None
    again = f"If it is the same project: janus project add {shlex.quote(os.fspath(folder))}"
    if not known.fits(found):
        return f"The folder {folder} is another one than it was. {again}"
    try:
        empty = not any(folder.iterdir())
    except OSError:  # it is said when something is to be read
        empty = False
    return f"The folder {folder} is empty, which it was not. {again}" if empty else None
