"""The workspace and its git: what is hidden from it, and a worktree for each isolated session."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from janus.errors import GitFailed, InvalidRequest, InvalidSessionId
from janus.storage.store import Store
from janus.workspace.exclude import hide_ours
from janus.workspace.git import Git
from janus.workspace.held import HeldWorkspace
from janus.workspace.making import WorktreeMaker, logged
from janus.workspace.notes import WorktreeNotes
from janus.workspace.published import PublishedFolder
from janus.workspace.registry import WorktreeRegistry
from janus.workspace.removing import WorktreeRemover
from janus.workspace.root import Worktree, WorktreeRoot, folder_in

log = logging.getLogger(__name__)


class Workspace:
    """The folder the agents work on, and its git, which sees *environ* without its ``GIT_*``."""

    def __init__(self, folder: Path, environ: Mapping[str, str], store: Store) -> None:
        """The *store*, outside of the workspace, says which worktrees Janus made."""
        self.folder = folder
        self._git = Git(folder, environ)
        self._root = WorktreeRoot(folder)
        self._registry = WorktreeRegistry(self._git, self._root)
        self._notes = WorktreeNotes(store.folder / "worktrees")
        self._maker = WorktreeMaker(self._registry, self._notes)
        self._remover = WorktreeRemover(self._registry, self._notes)
        self._held = HeldWorkspace(folder)
        self.published = PublishedFolder(self._held, self._git, store)
        #: Where the worktree of a session is, if it has one.
        self.path_of = self._root.path_of

    @property
    def problem(self) -> str | None:
        """Why nothing can be made here, or None."""
        return self._held.problem

    def check_there(self) -> None:
        """Raises StorageFailed if the folder was moved or replaced since it was opened."""
        self._held.check()

    def close(self) -> None:
        """Give the folder back. May be called twice."""
        self._held.close()

    def hide_ours(self) -> None:
        """Add what is ours to ``.git/info/exclude``; see ``workspace.exclude``."""
        hide_ours(self._git, self.folder)

    def worktrees(self) -> dict[str, Worktree]:
        """Those of sessions, by their ids, that git knows and whose folder is there."""
        try:
            known, prefix = self._registry.all(), self._registry.prefix()
        except InvalidRequest:
            return {}
        except GitFailed as failure:
            log.warning("Cannot list the worktrees of %s: %s", self.folder, failure)
            return {}
        return {
            path.name: Worktree(path, branch, folder_in(path, prefix))
            for path, branch in known.items()
            if self._is_ours(path)
        }

    def worktree(self, session_id: str) -> Worktree | None:
        """The session's, as git knows it now."""
        return self.worktrees().get(session_id)

    def add_worktree(self, session_id: str, *, name: str, branch: str | None = None) -> Worktree:
        """A worktree for good; see ``adding_worktree``."""
        with self.adding_worktree(session_id, name=name, branch=branch) as made:
            return made

    @contextlib.contextmanager
    def adding_worktree(
        self, session_id: str, *, name: str, branch: str | None = None
    ) -> Iterator[Worktree]:
        """A checkout in ``.worktrees/<session_id>``, of *branch* or a new ``feature/<name>``.

        Returns when all its files are there. Raises InvalidRequest, BranchInUse, GitFailed, or
        StorageFailed where the workspace was moved; and then nothing is left of it.
        """
        self.check_there()
        with self._maker.adding(session_id, name, branch) as made:
            yield made

    def check_removable(self, session_id: str) -> None:
        """Raises WorktreeDirty, with what would be lost or is merged nowhere, if there is any."""
        self._remover.check(session_id)

    def remove_worktree(self, session_id: str, *, force: bool = False) -> bool:
        """Remove the session's worktree, never its branch; False if git knows of none.

        Raises what ``check_removable`` raises, unless by *force*; or GitFailed, also where Janus
        has no record that it made it.
        """
        return self._remover.remove(session_id, force=force)

    def adopt(self, session_ids: Iterable[str]) -> None:
        """Note the worktrees of sessions that were taken over as made by us."""
        known = self.worktrees()
        for id in session_ids:
            if id in known:
                logged(self._notes.made)(id)

    def mend(self, has_begun: Callable[[str], object]) -> None:
        """Undo what a crash left half made, and finish what it left half removed.

        Only what the notes name. *has_begun* tells whether a session ever began. Only for the one
        Janus that serves.
        """
        self._notes.sweep()
        for note in self._notes.all():
            if note.step == "removing":
                logged(self._remover.finish)(note)
            elif note.step == "making" and has_begun(note.session_id):
                logged(self._notes.made)(note.session_id)
            elif note.step == "making":
                log.warning(
                    "Session %s was only half made; its worktree is removed", note.session_id
                )
                logged(self._unmake)(note.session_id)

    def _unmake(self, session_id: str) -> None:
        if note := self._notes.of(session_id):
            self._maker.undo(note)
            self._notes.remove(session_id)

    def _is_ours(self, path: Path) -> bool:
        try:
            return self.path_of(path.name) == path and self._root.has(path)
        except InvalidSessionId:
            return False
