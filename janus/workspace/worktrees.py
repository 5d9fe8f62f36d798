"""The workspace and its git: what is hidden from it, and a worktree for each isolated session."""

from __future__ import annotations

import contextlib
import logging
import re
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from janus.errors import BranchInUse, GitFailed, InvalidRequest, JanusError, WorktreeDirty
from janus.storage.atomic import make_folder
from janus.workspace import branches
from janus.workspace.git import Git, failed, readable
from janus.workspace.unsaved_work import work_in
from janus.workspace.worktree_files import Worktree, delete_tree, folder_in, logged

log = logging.getLogger(__name__)

#: What Janus keeps in the workspace; it shall not show up in the user's ``git status``.
OURS = (".janus/", ".worktrees/")
#: In ``.worktrees``, before the id of a session: a note that its worktree is being made, and what
#: is left of one that is being removed. Where a crash left one, the next start finishes it.
_NEW, OLD = ".new-", ".old-"
#: One entry of ``git worktree list``; not its ``-z``, which came with git 2.36 only.
_ENTRY = re.compile(
    r"worktree (?P<path>.+?)\n(?:bare|HEAD \w+)\n(?:branch refs/heads/(?P<branch>[^\n]+)\n)?"
    r"(?:(?:detached|locked|prunable)[^\n]*\n)*\n",
    re.DOTALL,
)


class Workspace:
    """The folder the agents work on, and its git, which sees *environ* without its ``GIT_*``.

    ``_lock`` is held around what reads or changes git's list of worktrees, and never while files
    are checked out or deleted: ``git worktree`` dies when it meets an entry another just begins
    ("failed to read .git/worktrees/…/commondir"), once in 50 times with 16 threads.
    """

    def __init__(self, folder: Path, environ: Mapping[str, str]) -> None:
        self.folder = folder
        self._git = Git(folder, environ)
        self._lock = threading.RLock()

    @property
    def _root(self) -> Path:
        return (self.folder / ".worktrees").resolve()  # as git writes it

    def hide_ours(self) -> None:
        """Add what is ours to ``.git/info/exclude``. Does nothing outside a git checkout.

        A failure is logged and harmless: only the user's ``git status`` shows it.
        """
        try:
            exclude = self.folder / self._git.ask("rev-parse", "--git-path", "info/exclude")
            text = exclude.read_text("utf-8", "surrogateescape") if exclude.exists() else ""
            missing = [name for name in OURS if name not in text.splitlines()]
            if missing:
                exclude.parent.mkdir(exist_ok=True)
                with exclude.open("a", encoding="utf-8") as file:
                    file.write("".join(f"{name}\n" for name in ["", *missing] if text or name))
        except InvalidRequest:
            return
        except (OSError, GitFailed) as failure:
            log.warning("Cannot hide %s from git status: %s", ", ".join(OURS), failure)

    def worktrees(self) -> dict[str, Worktree]:
        """Those of sessions, by their ids, that git knows and whose folder is there."""
        try:
            known, prefix = self._list(), self._prefix()
        except InvalidRequest:
            return {}
        except GitFailed as failure:
            log.warning("Cannot list the worktrees of %s: %s", self.folder, failure)
            return {}
        return {
            path.name: Worktree(path, branch, folder_in(path, prefix))
            for path, branch in known.items()
            if path.parent == self._root and path.is_dir()
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

        Returns when all its files are there. Raises InvalidRequest, BranchInUse or GitFailed, and
        then nothing is left of it.
        """
        prefix = self._prefix()
        path = self._root / session_id
        with self._noted(session_id) as note, contextlib.ExitStack() as undo:
            if branch is None:
                branch, commit = branches.reserve(self._git, name, note)
                undo.callback(logged(branches.forget), self._git, branch, commit)
            else:
                commit = branches.existing(self._git, branch)
                note("", commit)
            self._register(path, branch, undo)
            self._check_out(path, commit)
            self._check_inside(path)
            on = self._git.run("symbolic-ref", "--quiet", "HEAD", at=path).stdout.strip()
            if on != f"refs/heads/{branch}":
                raise GitFailed(f"A hook took the new worktree off its branch, {branch}.")
            yield Worktree(path, branch, folder_in(path, prefix))
            undo.pop_all()

    def check_removable(self, session_id: str) -> None:
        """Raises WorktreeDirty, with what would be lost or is merged nowhere, if there is any."""
        path = self._root / session_id
        known = self._list()
        if path not in known or not path.exists():
            return
        try:
            self._check_inside(path)
        except JanusError as broken:
            raise WorktreeDirty(
                "Git does not know the session's worktree any more, so nobody can tell what is "
                "in it. It can be removed by force; its branch stays."
            ) from broken
        work, details = work_in(self._git, path, known[path])
        if work:
            raise WorktreeDirty(
                f"The session's worktree has {', '.join(work)}. Commit and merge it, or remove "
                "the worktree by force: then its branch stays, and what is not committed is lost.",
                **details,
            )

    def remove_worktree(self, session_id: str, *, force: bool = False) -> bool:
        """Remove the session's worktree, never its branch; False if git knows of none.

        Raises what ``check_removable`` raises, unless by *force*, or GitFailed.
        """
        path = self._root / session_id
        try:
            known = path in self._list()
        except InvalidRequest:
            return False
        if known:
            if not force:
                self.check_removable(session_id)
            left = path.with_name(f"{OLD}{path.name}")
            try:
                if path.exists():
                    delete_tree(path, left)
                with self._lock:
                    self._unregister(path)
            finally:
                with contextlib.suppress(OSError):
                    left.rmdir()
        return known

    def mend(self, has_begun: Callable[[str], object]) -> None:
        """Undo what a crash left half made, and finish what it left half removed.

        *has_begun* tells whether a session ever began. Only for the one Janus that serves.
        """
        for note in self._root.glob(f"{_NEW}*"):
            id = note.name.removeprefix(_NEW)
            if not has_begun(id):
                log.warning("Session %s was only half made; its worktree is removed", id)
                logged(self._unmake)(self._root / id, note)
            note.unlink(missing_ok=True)
        for left in self._root.glob(f"{OLD}*"):
            with self._lock:
                logged(self._forget_missing)(self._root / left.name.removeprefix(OLD))
            shutil.rmtree(left, ignore_errors=True)

    def _prefix(self) -> str:
        """Where in the repository the workspace is; empty at its top, and in a bare one."""
        return self._git.ask("rev-parse", "--show-prefix")

    def _list(self) -> dict[Path, str | None]:
        """All worktrees of the repository, also those whose folder is gone, and their branches."""
        with self._lock:
            text = self._git.ask("worktree", "list", "--porcelain") + "\n"
        return {Path(entry["path"]): entry["branch"] for entry in _ENTRY.finditer(text)}

    @contextlib.contextmanager
    def _noted(self, session_id: str) -> Iterator[Callable[[str, str], None]]:
        """Gives what notes the branch that is made for a worktree, and its commit, for ``mend``."""
        path = self._root / f"{_NEW}{session_id}"

        def note(branch: str, commit: str) -> None:
            try:
                make_folder(path.parent)
                path.write_text(f"{branch}\n{commit}\n")
            except OSError as failure:
                raise GitFailed(f"Cannot write {path}: {failure.strerror}.") from failure

        try:
            yield note
        finally:
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)

    def _unmake(self, path: Path, note: Path) -> None:
        self._discard(path)
        branch, _, commit = note.read_text().strip("\n").partition("\n")
        if branch and commit and branch not in self._list().values():
            branches.forget(self._git, branch, commit)

    def _forget_missing(self, path: Path) -> None:
        if path in self._list() and not path.exists():
            self._unregister(path)

    def _register(self, path: Path, branch: str, undo: contextlib.ExitStack) -> None:
        """Enter a worktree, without its files, in git's list."""
        with self._lock:
            self._forget_missing(path)  # somebody deleted its folder
            try:
                make_folder(path.parent)
                path.mkdir()  # git takes an empty one, and this one is ours to delete
            except OSError as failure:
                raise GitFailed(f"Cannot make the folder {path}: {failure.strerror}.") from failure
            undo.callback(logged(self._discard), path)
            added = self._git.run("worktree", "add", "--no-checkout", "--", str(path), branch)
        # The words differ between versions of git.
        used = re.search("already (?:checked out|used by worktree) at '(.*)'", added.stderr, re.S)
        if used:
            where = readable(used[1])
            raise BranchInUse(
                f"The branch {branch} is checked out in {where}, and git allows that only once."
            )
        if added.returncode != 0:
            raise failed(added)

    def _unregister(self, path: Path) -> None:
        # Not prune: that would also forget what the user keeps on a disk that is not plugged in.
        # Forced twice because it may be locked.
        self._git.ask("worktree", "remove", "--force", "--force", "--", str(path))

    def _discard(self, path: Path) -> None:
        shutil.rmtree(path, ignore_errors=True)
        with self._lock:
            if path in self._list():
                self._unregister(path)

    def _check_out(self, path: Path, commit: str) -> None:
        """Fill it, and run the hook, as ``git worktree add`` does without ``--no-checkout``."""
        self._git.ask("reset", "--hard", "--quiet", "--no-recurse-submodules", at=path, slow=True)
        hook = ("hook", "run", "--ignore-missing", "post-checkout", "--")
        done = self._git.run(*hook, "0" * len(commit), commit, "1", at=path, slow=True)
        if "'hook' is not a git command" in done.stderr:
            log.warning("The post-checkout hook is not run in %s: git is older than 2.36", path)
        elif done.returncode != 0:
            raise failed(done)

    def _check_inside(self, path: Path) -> None:
        """Raises GitFailed if it is not the worktree it looks like."""
        # One that has lost its .git would give answers about the user's own checkout.
        if self._git.ask("rev-parse", "--show-toplevel", at=path) != str(path):
            raise GitFailed(f"Git does not take {path} for a worktree any more.")
