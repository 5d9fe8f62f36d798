"""``<workspace>/.worktrees``: a real folder of ours, and the worktrees in it."""

from __future__ import annotations

import errno
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from janus.errors import GitFailed
from janus.model import check_id
from janus.storage.folder import Folder, NotOurs

NAME = ".worktrees"


@dataclass(frozen=True, slots=True)
class Worktree:
    """A checkout of its own; ``branch`` is None when its HEAD is detached.

    The agent works in ``folder``: where the workspace is in its repository, if the branch has it.
    ``told`` is what the user should know of how it was made, in sentences.
    """

    path: Path
    branch: str | None
    folder: Path
    told: tuple[str, ...] = field(default=(), compare=False)


def folder_in(path: Path, prefix: str) -> Path:
    """Where the workspace is in its repository, there; not where a link leads out of it."""
    folder = (path / prefix).resolve()
    return folder if folder.is_dir() and folder.is_relative_to(path) else path


class WorktreeRoot:
    """The folder of all worktrees. It is opened for each use, and never by following a link."""

    def __init__(self, workspace: Path) -> None:
        self.path = workspace.resolve() / NAME  # as git writes it

    def path_of(self, session_id: str) -> Path:
        """Where the session's worktree is, if it has one. Raises InvalidSessionId."""
        return self.path / check_id(session_id)

    def has(self, path: Path) -> bool:
        """Whether a real folder of this user is there, directly in this one."""
        if path.parent != self.path:
            return False
        try:
            with self._open() as root, root.folder(path.name):
                return True
        except OSError:
            return False

    def make(self, path: Path) -> None:
        """Make the empty folder of a worktree. Raises GitFailed."""
        try:
            with self._open(make=True) as root:
                os.mkdir(path.name, 0o700, dir_fd=root.fd)
        except OSError as failure:
            raise _refused(f"Cannot make the folder {path}", failure) from failure

    def rename(self, old: str, new: str) -> None:
        """Give a worktree another name in here. Raises OSError."""
        with self._open() as root:
            os.rename(old, new, src_dir_fd=root.fd, dst_dir_fd=root.fd)

    def delete(self, name: str) -> None:
        """Delete a folder and all in it; fine if it is gone. Links in it are not followed.

        Raises OSError, also for what is no real folder of ours.
        """
        try:
            with self._open() as root:
                root.folder(name).close()
                shutil.rmtree(name, dir_fd=root.fd)
        except FileNotFoundError:
            return

    def check(self) -> None:
        """Raises GitFailed where something else is in the place of ``.worktrees``."""
        try:
            self._open().close()
        except FileNotFoundError:
            return
        except OSError as failure:
            raise _refused(f"Janus makes no worktree in {self.path}", failure) from failure

    def _open(self, *, make: bool = False) -> Folder:
        with Folder.open(self.path.parent) as workspace:
            return workspace.folder(NAME, make=make)


def _refused(what: str, failure: OSError) -> GitFailed:
    if isinstance(failure, NotOurs):
        return GitFailed(f"{what}: {failure.strerror}. Move that away.")
    words = "File exists" if failure.errno == errno.EEXIST else failure.strerror
    return GitFailed(f"{what}: {words}.")
