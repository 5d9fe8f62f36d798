"""The workspace and its git: what is hidden from it, and a worktree for each isolated session."""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path

from janus.errors import GitFailed, InvalidRequest
from janus.model import is_id
from janus.storage.store import Store
from janus.workspace import branches
from janus.workspace.context_files import read_context_files
from janus.workspace.git import Git
from janus.workspace.half_made import HalfMade
from janus.workspace.handed import HandedFiles
from janus.workspace.heads import branch_now
from janus.workspace.held import HeldWorkspace
from janus.workspace.landing.notes import LandingNotes
from janus.workspace.lately import changed_lately
from janus.workspace.lost import LostWorktrees
from janus.workspace.notes import Note, WorktreeNotes
from janus.workspace.overview import Overview
from janus.workspace.published import PublishedFolder, hide_ours
from janus.workspace.registry import WorktreeRegistry
from janus.workspace.removing import WorktreeRemover, logged
from janus.workspace.root import Worktree, WorktreeRoot, folder_in
from janus.workspace.snapshots.place import QUIETLY
from janus.workspace.snapshots.snapshots import Snapshots
from janus.workspace.submodules import fill_submodules
from janus.workspace.untracked import bring_along

log = logging.getLogger(__name__)


class Workspace:
    """The folder the agents work on, and its git, which sees *environ* without its ``GIT_*``."""

    def __init__(
        self,
        folder: Path,
        environ: Mapping[str, str],
        store: Store,
        limit: float = 600.0,
        bring: tuple[str, ...] = (),
    ) -> None:
        """The *store*, outside of the workspace, says which worktrees Janus made.

        *limit* is in seconds, for each command of git that goes through all files. *bring* are the
        patterns of untracked files that worktrees get too.
        """
        self.folder = folder
        self.git = self._git = Git(folder, environ, limit)
        self._bring = bring
        self._root = WorktreeRoot(folder)
        self._registry = WorktreeRegistry(self._git)
        self._notes = WorktreeNotes(store.folder / "worktrees")
        #: Which branches were moved by us, and where they were.
        self.landings = LandingNotes(store.folder / "landings")
        self._remover = WorktreeRemover(self._root, self._registry, self._notes, self.landings)
        self._held = HeldWorkspace(folder)
        self.overview = Overview(self._git)
        #: What the folders of sessions held before and after each turn.
        self.snapshots = Snapshots(self._git, store.folder / "snapshots")
        self._half_made = HalfMade()
        self.published = PublishedFolder(self._held, self._git, store)
        self.handed = HandedFiles(self._held)
        #: Where the worktree of a session is, if it has one.
        self.path_of = self._root.path_of
        self.check_there, self.close = self._held.check, self._held.close
        self.bar = self._held.bar
        #: What the owner wrote for new sessions; which files changed lately, by the time of now.
        self.context_files = partial(read_context_files, self._held)
        self.changed_lately = partial(changed_lately, self._git)
        #: End the git that runs, and what it runs: see ``Git.stop``.
        self.stop_git = self._git.stop
        lost = LostWorktrees(self._root, self._registry, self.adding_worktree)
        #: Where the agent of a session works; what to do where its worktree is gone.
        self.place_of, self.is_gone, self.check_worktree = lost.place_of, lost.is_gone, lost.check
        self.adding_worktree_anew = lost.adding
        self.check_removable, self.remove_worktree = self._remover.check, self._remover.remove

    @property
    def problem(self) -> str | None:
        """Why nothing can be made here, or None."""
        return self._held.problem

    def hide_ours(self) -> None:
        """Add what is ours to ``.git/info/exclude``."""
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
            if is_id(path.name) and self._root.has(path)
        }

    def branch_now(self, session_id: str) -> str | None:
        """The branch of a session's worktree; empty if it is on none, None if unknown."""
        return branch_now(self._git, self.path_of(session_id))

    def branch_made(self, session_id: str) -> str:
        """The branch that was made for a session's worktree; empty if none was."""
        note = self._notes.of(session_id)
        return note.branch if note else ""

    def forget_branch(self, branch: str, *, landed: bool) -> bool:
        """Delete a branch if all of it is in others; whether it is gone. See ``forget_merged``."""
        return branches.forget_merged(self._git, branch, landed=landed)

    def forget(self, session_id: str) -> None:
        """Be rid of what is kept to undo a session's turns and merges. Raises OSError."""
        self.snapshots.forget(session_id)
        for it in self.landings.all():
            if it.session_id == session_id and it.step != "moving":
                with logged():
                    self._git.ask(*QUIETLY, "update-ref", "-d", it.ref)
                    self.landings.remove(it.undo_id)

    def add_worktree(self, session_id: str, *, name: str, branch: str | None = None) -> Worktree:
        """A worktree for good; see ``adding_worktree``."""
        with self.adding_worktree(session_id, name=name, branch=branch) as made:
            return made

    @contextlib.contextmanager
    def adding_worktree(
        self, session_id: str, *, name: str, branch: str | None = None
    ) -> Iterator[Worktree]:
        """A checkout in ``.worktrees/<session_id>``, of *branch* or a new ``feature/<name>``.

        Returns when all its files are there, which can take minutes. What does not work in it,
        such as a hook, is told and no reason to refuse it. Raises InvalidRequest, BranchInUse,
        GitFailed, or StorageFailed where the workspace was moved; and then nothing is left of it.
        """
        self.check_there()
        git, registry = self._git, self._registry
        prefix, own, common = registry.repository()
        path = self.path_of(session_id)
        with self._noted(session_id, path) as note, contextlib.ExitStack() as undo:
            if branch is None:
                branch, commit = branches.reserve(git, name, note)
                undo.callback(logged()(branches.forget), git, branch, commit)
            else:
                commit = branches.existing(git, branch)
                note("", commit)
            if registry.may_know(path, common):
                registry.forget_missing(path)  # somebody deleted its folder
            self._root.make(path)  # git takes an empty one, and this one is ours to delete
            undo.callback(logged()(self._discard), session_id)
            registry.add(path, branch)
            told = registry.check_out(path, commit)
            self._half_made.check_wanted(session_id)
            on = registry.check_inside(path, common)
            if on != f"refs/heads/{branch}":
                told.append(f"A hook took this worktree off its branch, {branch}.")
            told += fill_submodules(git, path, (own, common))
            folder = folder_in(path, prefix)
            if folder == path / prefix:
                told += bring_along(git, folder, self._bring)
            self._half_made.check_wanted(session_id, whole=True)
            yield Worktree(path, on.removeprefix("refs/heads/") or None, folder, tuple(told))
            self._notes.made(session_id)
            undo.pop_all()

    def stop_making(self, session_id: str) -> bool:
        """End the git that makes the worktree of a session: ``adding_worktree`` then fails.

        False if none is being made.
        """
        if not self._half_made.give_up(session_id):
            return False
        self._git.stop_in(self.path_of(session_id))
        return True

    def adopt(self, session_ids: Iterable[str]) -> None:
        """Note the worktrees of sessions that were taken over as made by us."""
        known = self.worktrees()
        for id in session_ids:
            if id in known:
                with logged():
                    self._notes.made(id)

    def mend(self, has_begun: Callable[[str], object]) -> None:
        """Undo what a crash left half made, and finish what it left half removed.

        Only what the notes name. *has_begun* tells whether a session ever began. Only for the one
        Janus that serves.
        """
        self._notes.sweep()
        for note in self._notes.all():
            with logged():
                if note.step == "removing":
                    self._remover.finish(note)
                elif note.step == "making" and has_begun(note.session_id):
                    self._notes.made(note.session_id)
                elif note.step == "making":
                    self._unmake(note)

    @contextlib.contextmanager
    def _noted(self, session_id: str, path: Path) -> Iterator[Callable[[str, str], None]]:
        """Gives what notes the branch that is made for a worktree, and its commit."""

        def note(branch: str, commit: str) -> None:
            self._notes.write(Note(session_id, "making", branch, commit))

        with self._half_made.begun(session_id, path):
            self._root.check()
            try:
                yield note
            except BaseException:
                if not os.path.lexists(path):  # else the next start tries again
                    with logged():
                        self._notes.remove(session_id)
                raise

    def _unmake(self, note: Note) -> None:
        """Undo what a crash left half made. Raises OSError, GitFailed."""
        log.warning("Session %s was only half made; its worktree is removed", note.session_id)
        self._discard(note.session_id)
        if note.branch and note.commit and note.branch not in self._registry.all().values():
            branches.forget(self._git, note.branch, note.commit)
        self._notes.remove(note.session_id)

    def _discard(self, session_id: str) -> None:
        """Delete a worktree that was never whole. Raises OSError, GitFailed."""
        self._root.delete(session_id)
        self._registry.forget_missing(self.path_of(session_id))
