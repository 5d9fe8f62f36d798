"""Make the worktree of a session: all of it, or nothing."""

from __future__ import annotations

import contextlib
import logging
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import ParamSpec

from janus.errors import GitFailed, JanusError
from janus.workspace import branches
from janus.workspace.git import failed
from janus.workspace.notes import Note, WorktreeNotes
from janus.workspace.registry import WorktreeRegistry
from janus.workspace.root import Worktree, folder_in

log = logging.getLogger(__name__)

_P = ParamSpec("_P")


class WorktreeMaker:
    """Makes worktrees; ``_lock`` guards ``_making``, the ids of those that are not whole yet."""

    def __init__(self, registry: WorktreeRegistry, notes: WorktreeNotes) -> None:
        self._registry = registry
        self._notes = notes
        self._lock = threading.Lock()
        self._making: set[str] = set()

    @contextlib.contextmanager
    def adding(self, session_id: str, name: str, branch: str | None) -> Iterator[Worktree]:
        """See ``Workspace.adding_worktree``."""
        registry, git = self._registry, self._registry.git
        prefix = registry.prefix()
        path = registry.root.path_of(session_id)
        with self._noted(session_id, path) as note, contextlib.ExitStack() as undo:
            if branch is None:
                branch, commit = branches.reserve(git, name, note)
                undo.callback(logged(branches.forget), git, branch, commit)
            else:
                commit = branches.existing(git, branch)
                note("", commit)
            registry.forget_missing(path)  # somebody deleted its folder
            registry.root.make(path)  # git takes an empty one, and this one is ours to delete
            undo.callback(logged(self.discard), session_id)
            registry.add(path, branch)
            self._check_out(path, commit)
            registry.check_inside(path)
            on = git.run("symbolic-ref", "--quiet", "HEAD", at=path).stdout.strip()
            if on != f"refs/heads/{branch}":
                raise GitFailed(f"A hook took the new worktree off its branch, {branch}.")
            yield Worktree(path, branch, folder_in(path, prefix))
            self._notes.made(session_id)
            undo.pop_all()

    def undo(self, note: Note) -> None:
        """Undo what a crash left half made. Raises OSError, GitFailed."""
        self.discard(note.session_id)
        if note.branch and note.commit and note.branch not in self._registry.all().values():
            branches.forget(self._registry.git, note.branch, note.commit)

    def discard(self, session_id: str) -> None:
        """Delete a worktree that was never whole. Raises OSError, GitFailed."""
        self._registry.root.delete(session_id)
        self._registry.forget_missing(self._registry.root.path_of(session_id))

    @contextlib.contextmanager
    def _noted(self, session_id: str, path: Path) -> Iterator[Callable[[str, str], None]]:
        """Gives what notes the branch that is made for a worktree, and its commit."""

        def note(branch: str, commit: str) -> None:
            self._notes.write(Note(session_id, "making", branch, commit))

        with self._lock:
            if session_id in self._making or os.path.lexists(path):
                raise GitFailed(f"Cannot make the folder {path}: File exists.")
            self._registry.root.check()
            self._making.add(session_id)
        try:
            yield note
        except BaseException:
            if not os.path.lexists(path):  # else the next start tries again
                logged(self._notes.remove)(session_id)
            raise
        finally:
            with self._lock:
                self._making.discard(session_id)

    def _check_out(self, path: Path, commit: str) -> None:
        """Fill it, and run the hook, as ``git worktree add`` does without ``--no-checkout``."""
        git = self._registry.git
        git.ask("reset", "--hard", "--quiet", "--no-recurse-submodules", at=path, slow=True)
        hook = ("hook", "run", "--ignore-missing", "post-checkout", "--")
        done = git.run(*hook, "0" * len(commit), commit, "1", at=path, slow=True)
        if "'hook' is not a git command" in done.stderr:
            log.warning("The post-checkout hook is not run in %s: git is older than 2.36", path)
        elif done.returncode != 0:
            raise failed(done)


def logged(undo: Callable[_P, None]) -> Callable[_P, None]:
    """*undo*, whose own failure is logged: the caller gets the one that made it necessary."""

    def run(*args: _P.args, **kwargs: _P.kwargs) -> None:
        try:
            undo(*args, **kwargs)
        except (OSError, JanusError) as failure:
            log.warning("Cannot undo what was begun: %s", failure)

    return run
