"""Git's own list of worktrees, and the entries of ours in it."""

from __future__ import annotations

import logging
import os
import re
import threading
from pathlib import Path

from janus.errors import BranchInUse, GitFailed
from janus.workspace.git import Git, failed, readable

log = logging.getLogger(__name__)

#: One entry of ``git worktree list``; not its ``-z``, which came with git 2.36 only.
_ENTRY = re.compile(
    r"worktree (?P<path>.+?)\n(?:bare|HEAD \w+)\n(?:branch refs/heads/(?P<branch>[^\n]+)\n)?"
    r"(?:(?:detached|locked|prunable)[^\n]*\n)*\n",
    re.DOTALL,
)


class WorktreeRegistry:
    """What git knows of worktrees.

    ``_lock`` is held around what reads or changes git's list of worktrees, and never while files
    are checked out or deleted: ``git worktree`` dies when it meets an entry another just begins
    ("failed to read .git/worktrees/…/commondir"), once in 50 times with 16 threads.
    """

    def __init__(self, git: Git) -> None:
        self.git = git
        self._lock = threading.RLock()

    def prefix(self) -> str:
        """Where in the repository the workspace is; empty at its top, and in a bare one."""
        return self.git.ask("rev-parse", "--show-prefix")

    def all(self) -> dict[Path, str | None]:
        """All worktrees of the repository, also those whose folder is gone, and their branches."""
        with self._lock:
            text = self.git.ask("worktree", "list", "--porcelain") + "\n"
        return {Path(entry["path"]): entry["branch"] for entry in _ENTRY.finditer(text)}

    def add(self, path: Path, branch: str) -> None:
        """Enter a worktree, whose folder is there and empty, without its files.

        Raises BranchInUse, GitFailed, InvalidRequest.
        """
        with self._lock:
            added = self.git.run("worktree", "add", "--no-checkout", "--", str(path), branch)
        # The words differ between versions of git.
        used = re.search("already (?:checked out|used by worktree) at '(.*)'", added.stderr, re.S)
        if used:
            where = readable(used[1])
            raise BranchInUse(
                f"The branch {branch} is checked out in {where}, and git allows that only once."
            )
        if added.returncode != 0:
            raise failed(added)

    def check_out(self, path: Path, commit: str) -> None:
        """Fill it, and run the hook, as ``git worktree add`` does without ``--no-checkout``."""
        git = self.git
        git.ask("reset", "--hard", "--quiet", "--no-recurse-submodules", at=path, slow=True)
        hook = ("hook", "run", "--ignore-missing", "post-checkout", "--")
        done = git.run(*hook, "0" * len(commit), commit, "1", at=path, slow=True)
        if "'hook' is not a git command" in done.stderr:
            log.warning("The post-checkout hook is not run in %s: git is older than 2.36", path)
        elif done.returncode != 0:
            raise failed(done)

    def forget_missing(self, path: Path) -> None:
        """Take a worktree whose folder is gone off the list. Raises GitFailed."""
        with self._lock:
            # Git would delete what is there: it must be gone, links included.
            if path in self.all() and not os.path.lexists(path):
                # Not prune: that would also forget what the user keeps on a disk that is not
                # plugged in. Forced twice because it may be locked.
                self.git.ask("worktree", "remove", "--force", "--force", "--", str(path))

    def check_inside(self, path: Path) -> None:
        """Raises GitFailed if it is not the worktree it looks like."""
        # One that has lost its .git would give answers about the user's own checkout.
        if self.git.ask("rev-parse", "--show-toplevel", at=path) != str(path):
            raise GitFailed(f"Git does not take {path} for a worktree any more.")
