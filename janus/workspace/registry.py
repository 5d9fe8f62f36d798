"""Git's own list of worktrees, and the entries of ours in it."""

from __future__ import annotations

import os
import re
import threading
from pathlib import Path, PurePath
from typing import NamedTuple

from janus.errors import BranchInUse, GitFailed
from janus.workspace.filters import run_leniently
from janus.workspace.git import Git, as_path, failed, quoted, readable
from janus.workspace.gits_files import loose

#: One entry of ``git worktree list``; not its ``-z``, which came with git 2.36 only.
_ENTRY = re.compile(
    r"worktree (?P<path>.+?)\n(?:bare|HEAD \w+)\n(?:branch refs/heads/(?P<branch>[^\n]+)\n)?"
    r"(?:(?:detached|locked|prunable)[^\n]*\n)*\n",
    re.DOTALL,
)


class Repository(NamedTuple):
    """Where in it the workspace is, ``.`` at its top and in a bare one; the git folder that is its
    own, and the one that all worktrees share."""

    prefix: str
    own: Path
    common: Path


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
        """Where in the repository the workspace is; ``.`` at its top, and in a bare one."""
        return os.fspath(as_path(self.git.ask("rev-parse", "--show-prefix")))

    def repository(self) -> Repository:
        """What is to be known of it, in one question. Raises InvalidRequest where there is none."""
        asked = ("--show-prefix", "--git-dir", "--git-common-dir")
        lines = self.git.ask("rev-parse", *asked).split("\n")
        if len(lines) != len(asked):  # a path with a line break
            lines = [self.git.ask("rev-parse", it) for it in asked]
        prefix, own, common = map(as_path, lines)
        at = self.git.folder
        return Repository(os.fspath(prefix), (at / own).resolve(), (at / common).resolve())

    def may_know(self, path: Path, common: Path) -> bool:
        """Whether git may have an entry for a worktree in a folder of this name."""
        try:
            entries = [*(common / "worktrees").iterdir()]
        except FileNotFoundError:
            return False
        except OSError:
            return True
        return any(
            PurePath(os.fsdecode(loose(it / "gitdir"))).parent.name == path.name for it in entries
        )

    def all(self) -> dict[Path, str | None]:
        """All worktrees of the repository, also those whose folder is gone, and their branches."""
        with self._lock:
            text = self.git.ask("worktree", "list", "--porcelain") + "\n"
        return {as_path(entry["path"]): entry["branch"] for entry in _ENTRY.finditer(text)}

    def add(self, path: Path, branch: str) -> None:
        """Enter a worktree, whose folder is there and empty, without its files.

        Raises BranchInUse, GitFailed, InvalidRequest.
        """
        with self._lock:
            added = self.git.run("worktree", "add", "--no-checkout", "--", path, branch, slow=True)
        # The words differ between versions of git.
        used = re.search("already (?:checked out|used by worktree) at '(.*)'", added.stderr, re.S)
        if used:
            where = readable(used[1])
            raise BranchInUse(
                f"The branch {branch} is checked out in {where}, and git allows that only once."
            )
        if added.returncode != 0:
            raise failed(added)

    def check_out(self, path: Path, commit: str) -> list[str]:
        """Fill it, and run the hook, as ``git worktree add`` does without ``--no-checkout``.

        Returns what the user should know, in sentences. Raises GitFailed.
        """
        reset = ("reset", "--hard", "--quiet", "--no-recurse-submodules")
        done, filters = run_leniently(self.git, *reset, at=path)
        if done.returncode != 0:
            raise failed(done)
        told = []
        if filters:
            told.append(
                "Files that git should have converted are in this worktree as git stores them, "
                f"because their filter does not work here: {filters}"
            )
        elif done.stderr.strip():
            told.append(f"Git said when it filled this worktree: {quoted(done.stderr)}")
        return told + self._run_hook(path, commit)

    def _run_hook(self, path: Path, commit: str) -> list[str]:
        hook = ("hook", "run", "--ignore-missing", "post-checkout", "--")
        try:
            done = self.git.run(*hook, "0" * len(commit), commit, "1", at=path, slow=True)
        except GitFailed as failure:
            if failure.ended:
                raise
            return [f"The post-checkout hook did not finish. {failure}"]
        if "'hook' is not a git command" in done.stderr:
            return ["The post-checkout hook was not run: git is older than 2.36."]
        if done.returncode != 0:
            said = quoted(done.stderr) or "it said nothing"
            return [f"The post-checkout hook failed (exit code {done.returncode}): {said}"]
        return []

    def forget_missing(self, path: Path) -> None:
        """Take a worktree whose folder is gone off the list. Raises GitFailed."""
        with self._lock:
            # Git would delete what is there: it must be gone, links included.
            if path in self.all() and not os.path.lexists(path):
                # Not prune: that would also forget what the user keeps on a disk that is not
                # plugged in. Forced twice because it may be locked.
                self.git.ask("worktree", "remove", "--force", "--force", "--", path)

    def check_inside(self, path: Path, common: Path | None = None) -> str:
        """The ref that is checked out, or nothing. *common* is the repository's, if it is known.

        Raises GitFailed if it is not the worktree it looks like.
        """
        # One that has lost its .git would give answers about the user's own checkout; one that has
        # another repository in its place, about that one.
        asked = ("--show-toplevel", "--git-common-dir", "--symbolic-full-name", "HEAD")
        done = self.git.run("rev-parse", *asked, at=path)
        lines = done.stdout.removesuffix("\n").split("\n")
        if done.returncode != 0 or len(lines) != 3:  # without a commit; a path with a line break
            lines = [self.git.ask("rev-parse", it, at=path) for it in asked[:2]]
            lines += [self.git.run("symbolic-ref", "--quiet", "HEAD", at=path).stdout.strip()]
        top, shared, ref = as_path(lines[0]), as_path(lines[1]), lines[2]
        if top != path or (path / shared).resolve() != (common or self.repository().common):
            raise GitFailed(f"Git does not take {path} for a worktree any more.")
        return "" if ref == "HEAD" else ref
