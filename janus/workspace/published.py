"""``<workspace>/.janus``: what Janus writes there for people and other programs, and never reads.

It is written only into a real folder of this user in which git tracks nothing, through the held
workspace. Where something else is in the way, one sentence in the log says so. Git is told to show
nothing of ours as new.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterable
from pathlib import Path
from stat import S_ISREG

from janus.errors import GitFailed, InvalidRequest, JanusError
from janus.storage.folder import Folder, NotOurs, write_all
from janus.storage.project import load_project, save_project
from janus.storage.store import Store
from janus.workspace.git import Git, as_path
from janus.workspace.gits_files import may_be_repository
from janus.workspace.held import HeldWorkspace

log = logging.getLogger(__name__)

NAME = ".janus"
#: What Janus keeps in the workspace; without a slash, which would not hide a link of that name.
_OURS = (NAME, ".worktrees")


class PublishedFolder:
    """Writes files into ``.janus``. ``_lock`` guards all fields, and is held during a write."""

    def __init__(self, held: HeldWorkspace, git: Git, store: Store) -> None:
        """*store* holds the name of our temporary files."""
        self._held = held
        self._git = git
        self._store = store
        self._lock = threading.Lock()
        self._said: set[str] = set()
        self._temporary: str | None = None
        self._index: Path | None = None
        self._looked: tuple[int, ...] | None = None  # the index, when its names were looked at
        self._tracked: set[str] = set()

    def replace(self, name: str, data: bytes) -> bool:
        """Write a whole file; False if it could not be written, which is said once."""
        try:
            with self._lock, self._open() as folder:
                folder.replace(name, data, temporary=self._temporary)
            return True
        except (OSError, JanusError) as failure:
            self._say(failure)
            return False

    def save_new(self, folder: str, name: str, text: str) -> str:
        """Write a whole new file below *folder* and return its name: *name*, or ``…-2`` and so on.

        Raises OSError, leaving nothing.
        """
        data = text.encode("utf-8", "replace")
        try:
            with self._lock, self._open() as top, top.folder(folder, make=True) as below:
                return below.save_new(name, data, temporary=self._temporary)
        except JanusError as failure:
            raise OSError(str(failure)) from failure

    def remove(self, folder: str, names: Iterable[str], word: str) -> bool:
        """Remove plain files of ours below *folder*, if they have this *word*.

        False where one could not be, which is said once.
        """
        try:
            with self._lock, self._open() as top, top.folder(folder) as below:
                for name in names:
                    found = None if "/" in name else below.stat(name)
                    if found and S_ISREG(found.st_mode) and word.encode() in below.read(name):
                        below.remove(name)
        except FileNotFoundError:
            return True
        except (OSError, JanusError) as failure:
            self._say(failure)
            return False
        return True

    def tracked(self, folder: str = NAME) -> set[str]:
        """The names of what git tracks in a folder of the workspace. Raises GitFailed."""
        try:
            # Without the hook that a strange repository may have set up for its own index.
            ask = ("-c", "core.fsmonitor=false", "ls-files", "-z", "--", folder)
            names = self._git.ask(*ask).split("\0")
        except InvalidRequest:  # no repository
            return set()
        return {name.removeprefix(f"{folder}/") for name in names if name}

    def _open(self) -> Folder:
        with self._held.open() as workspace:
            if self._temporary is None:
                project = load_project(self._store)
                if not save_project(self._store, self._held.path, project):
                    raise OSError(f"Janus cannot note the name of its files: {self._store.problem}")
                self._temporary = project.temporary
            if names := self._tracked_now():
                raise NotOurs(f"git tracks {NAME}/{min(names)}")
            return workspace.folder(NAME, make=True)

    def _tracked_now(self) -> set[str]:
        """What is tracked in ``.janus``; git is asked when its index has changed."""
        if not may_be_repository(self._held.path):
            return set()
        found = self._index_now()
        if found is None or found != self._looked:
            self._tracked = self.tracked()
            self._looked = found
        return self._tracked

    def _index_now(self) -> tuple[int, ...] | None:
        try:
            if self._index is None:
                self._index = self._held.path / as_path(
                    self._git.ask("rev-parse", "--git-path", "index")
                )
            found = self._index.stat()
            return found.st_ino, found.st_size, found.st_mtime_ns
        except FileNotFoundError:
            return (0,)
        except (OSError, JanusError):
            return None

    def _say(self, failure: Exception) -> None:
        why = getattr(failure, "strerror", None) or str(failure)
        if why not in self._said:
            self._said.add(why)
            log.warning("Nothing is written into %s: %s", self._held.path / NAME, why)


def hide_ours(git: Git, workspace: Path) -> None:
    """Add what is ours to ``.git/info/exclude``. Does nothing outside a git checkout.

    A failure is logged and harmless: only the user's ``git status`` shows it. A link in the place
    of that file is not followed.
    """
    try:
        own = workspace / as_path(git.ask("rev-parse", "--git-common-dir"))
        with Folder.open(own, follow=True) as folder, folder.folder("info", make=True) as info:
            _add_missing(info)
    except InvalidRequest:
        return
    except (OSError, GitFailed) as failure:
        log.warning("Cannot hide %s from git status: %s", ", ".join(_OURS), failure)


def _add_missing(info: Folder) -> None:
    with info.opened("exclude", os.O_RDWR | os.O_CREAT | os.O_APPEND) as fd:
        if os.fstat(fd).st_nlink != 1:
            raise NotOurs("info/exclude has another name elsewhere")
        lines = info.read("exclude").decode("utf-8", "surrogateescape").splitlines()
        if missing := [name for name in _OURS if name not in lines]:
            write_all(fd, "".join(f"{name}\n" for name in ["", *missing]).encode())
