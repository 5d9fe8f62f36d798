"""Worktrees whose folder is gone: said, and made anew where their owner says so."""

from __future__ import annotations

import contextlib
import os
import stat
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from janus.errors import JanusError, WorktreeGone
from janus.workspace import branches
from janus.workspace.registry import WorktreeRegistry
from janus.workspace.root import Worktree, WorktreeRoot, folder_in


class Adding(Protocol):
    """Makes a worktree; see ``Workspace.adding_worktree``."""

    def __call__(
        self, session_id: str, *, name: str, branch: str | None = None
    ) -> AbstractContextManager[Worktree]: ...


class LostWorktrees:
    """Where worktrees of sessions should be."""

    def __init__(self, root: WorktreeRoot, registry: WorktreeRegistry, adding: Adding) -> None:
        self._root, self._registry, self._adding = root, registry, adding

    def place_of(self, session_id: str) -> Path:
        """The folder in which the session's agent works, also while it is gone."""
        path = self._root.path_of(session_id)
        try:
            prefix = self._registry.prefix()
        except JanusError:
            return path
        return folder_in(path, prefix) if path.is_dir() else path / prefix

    def is_gone(self, session_id: str) -> bool:
        """Whether no worktree is there: nothing, or a folder that somebody made in its place.

        In such a folder git, and so the agent, would work on the user's own checkout.
        """
        try:
            found = os.lstat(self._root.path_of(session_id) / ".git")
        except (FileNotFoundError, NotADirectoryError):
            return True
        except OSError:
            return False
        return not stat.S_ISREG(found.st_mode)

    def check(self, session_id: str, branch: str | None) -> None:
        """Raises WorktreeGone, which says what of it is left, and what can be done."""
        if not self.is_gone(session_id):
            return
        path, left = self._root.path_of(session_id), self._left(branch)
        what = f"and so is its branch {branch}" if branch else "and it was on no branch"
        how = "To begin another one of what the project has now"
        if left:
            what, how = f"but not its branch {branch}", "To make it anew from that"
        raise WorktreeGone(
            f"The worktree of this session, {path}, is gone, {what}. {how}, and continue: "
            f"janus resume --anew {session_id[:8]}",
            worktree_path=os.fspath(path),
            branch=branch if left else None,
        )

    def adding(
        self, session_id: str, *, name: str, branch: str | None
    ) -> AbstractContextManager[Worktree]:
        """The worktree anew, of its branch; or of a new one of that name, if it is gone."""
        with contextlib.suppress(OSError):  # an empty folder is in the way of nobody
            self._root.path_of(session_id).rmdir()
        left = self._left(branch)
        name = (branch or "").removeprefix("feature/") or name or session_id[:8]
        return self._adding(session_id, name=name, branch=branch if left else None)

    def _left(self, branch: str | None) -> bool:
        try:
            return bool(branch and branches.existing(self._registry.git, branch))
        except JanusError:
            return False
