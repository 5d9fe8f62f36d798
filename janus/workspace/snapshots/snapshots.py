"""The snapshots of the sessions of one workspace."""

from __future__ import annotations

import contextlib
import shutil
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple
from weakref import WeakValueDictionary

from msgspec.structs import replace

from janus.errors import GitFailed, JanusError
from janus.model import check_id
from janus.storage.closed import close_to_others
from janus.workspace.git import Git
from janus.workspace.gits_files import may_be_repository
from janus.workspace.snapshots.chain import REFS, Chain, Edge, Kind, Moment
from janus.workspace.snapshots.found import Found
from janus.workspace.snapshots.ignored import ignored_now
from janus.workspace.snapshots.look import Look, look_at
from janus.workspace.snapshots.making import Making
from janus.workspace.snapshots.owners import Owners
from janus.workspace.snapshots.place import QUIETLY, Place, place_of
from janus.workspace.snapshots.private import PATIENCE, PrivateIndex


class _Here(NamedTuple):
    private: PrivateIndex
    chain: Chain
    owners: Owners


class SessionSnapshots:
    """What one session's folder holds now, and held.

    ``_lock`` guards the files of the folder and the private index: it is held while a snapshot is
    taken, which is bounded, and while files are put back, so that no turn begins meanwhile.
    """

    def __init__(
        self,
        git: Git,
        path: Path,
        folder: Path,
        session_id: str,
        lock: threading.RLock,
        making: Making,
    ) -> None:
        """*lock* is the same for all sessions of one folder."""
        self._git = git
        self._making = making
        self._path = path
        self._folder = folder
        self._id = session_id
        self._lock = lock
        self._here: _Here | None = None
        self._depth = 0  # how often its thread holds the lock
        self._seen: tuple[Place, tuple[int, ...]] | None = None
        #: The newest snapshot that knows what is ignored, and how the folder looked before it.
        self._looked: tuple[str, Look | None] = ("", None)

    @contextlib.contextmanager
    def held(self) -> Iterator[PrivateIndex]:
        """The private index, for this thread alone. Raises GitFailed where none can be."""
        if not self._lock.acquire(timeout=PATIENCE):
            raise GitFailed("The files of this session are being looked at for too long already.")
        try:
            self._depth += 1
            started, private = self._git.started, self._found().private
            try:
                yield private
            finally:  # git makes files as it does everywhere; those it has of the owner's stay
                if self._depth == 1 and self._git.started != started:
                    close_to_others(private.path, but="objects")
        finally:
            self._depth -= 1
            self._lock.release()

    @property
    def place(self) -> Place:
        """Which files they are of. Raises GitFailed."""
        with self.held() as private:
            return private.place

    @property
    def chain(self) -> Chain:
        """The snapshots. Raises GitFailed."""
        with self.held():
            return self._found().chain

    def _found(self) -> _Here:
        if self._depth > 1 and self._here:  # it was looked for when the lock was taken
            return self._here
        place, here = self._place(), self._here
        if here is None or here.private.place != place:
            if here and here.private.place.top != place.top:
                here.private.delete()
            private = PrivateIndex(self._git, self._path, place, self._making)
            chain = Chain(self._git, self._id, private)
            here = self._here = _Here(private, chain, Owners(self._git, place))
        return here

    def _place(self) -> Place:
        """Git is asked again when the repository, or its configuration, is another one."""
        if self._seen is None or self._seen[1] != _signature(self._seen[0], self._folder):
            place = place_of(self._git, self._folder)
            self._seen = place, _signature(place, self._folder)
        return self._seen[0]

    def now(self) -> tuple[str, Found]:
        """The tree of all files as they are, and what is not in it. Raises GitFailed."""
        with self.held() as private:
            return private.tree()

    def record(self, step: str, kind: Kind, edge: Edge) -> Moment:
        """Keep the folder as it is. Raises GitFailed, StorageFailed; then nothing is kept."""
        with self.held() as private, ThreadPoolExecutor(3, "beside") as beside:
            chain, owners = self._found().chain, self._found().owners
            newest, look = chain.known(), look_at(private.place, self._git.home)
            if newest and look and self._looked == (newest.commit, look):
                index, (head, branch) = _owned(owners, private)
                if index == newest.index:  # what is ignored and tracked all the same is kept, too
                    now = replace(newest, step=step, kind=kind, edge=edge, head=head, branch=branch)
                    return chain.keep(newest.commit, now, {})
            is_new = private.prepare()
            # What is ignored at the end was so at the start, or came since. It is listed at the
            # same time as what is not: both go through all folders.
            asked = edge == "start" or newest is None
            ignored = beside.submit(ignored_now, private) if asked else None
            if is_new and newest is None:  # nothing of it is known, nor will it be made anew
                first, own = beside.submit(_before, chain), beside.submit(_owned, owners, private)
                tree, found = private.tree()
                (before, dirty), (index, (head, branch)) = first.result(), own.result()
            else:
                tree, found = private.tree(newest.tree if newest else "")
                before, dirty = (newest.commit, "") if newest else _before(chain)
                index, (head, branch) = _owned(owners, private)
            left = tuple((it.path, it.why) for it in found.left_out)
            now = Moment(step, kind, edge, head, branch, index, left, found.nested, tree)
            lists = {"dirty": dirty} if dirty else {}
            if ignored:
                lists |= {"ignored": ignored.result(), "absent": "\0".join(private.absent())}
            kept = chain.keep(before, now, lists)
            if asked:  # what changed since the look is seen by the next one
                self._looked = kept.commit, look
            return kept

    def settle(self) -> None:
        """Once nobody waits, make the next one quick. Raises GitFailed."""
        if self._here and self._here.private.is_unsettled:
            with self.held() as private:
                private.refresh()

    def catch_up(self) -> None:
        """Look at all files, however long that takes: the next snapshot then is quick.

        Raises GitFailed, StorageFailed.
        """
        with self.held() as private:
            private.refresh(self._git.limit, slow=True)

    def finish_step(self, step: str | None = None) -> Moment | None:
        """Keep the end of the newest step, *step* if that is given, unless it is kept already.

        Whatever came after it does not belong to it.
        """
        with self.held():
            newest = self.chain.last()
            if newest is None or newest.edge == "end" or step not in (None, newest.step):
                return None
            return self.record(newest.step, newest.kind, "end")

    def head(self) -> tuple[str, str]:
        """The commit and the branch that are checked out; each empty if there is none."""
        with self.held():
            return self._found().owners.head()

    def forget(self) -> None:
        """Be rid of all of them. Raises GitFailed, OSError."""
        with self.held() as private:
            self._found().chain.delete()
            private.delete()
            self._here = None


def _owned(owners: Owners, private: PrivateIndex) -> tuple[str, tuple[str, str]]:
    """The owner's index as a tree, and what he has checked out."""
    return owners.index_tree(private), owners.head()


def _before(chain: Chain) -> tuple[str, str]:
    """The newest commit; where there is none, what its owner has not committed."""
    before = chain.newest()
    return before, "" if before else "".join(f"{name}\0" for name in chain.dirty_now())


def _signature(place: Place, folder: Path) -> tuple[int, ...]:
    """What is different where another repository, or another configuration, is in its place."""
    try:
        if place.objects is None:  # no repository at all, unless what git did not take for one
            return (time.monotonic_ns(),) if may_be_repository(folder) else ()
        git, config = (place.top / ".git").lstat(), (place.objects.parent / "config").stat()
        own = place.index.parent / "config.worktree" if place.index else place.top
        mine = own.stat() if own.exists() else config
        return git.st_ino, config.st_mtime_ns, config.st_size, mine.st_mtime_ns, mine.st_size
    except OSError:
        return (time.monotonic_ns(),)


class Snapshots:
    """Those of the sessions that somebody has. ``_lock`` guards both tables, for moments."""

    def __init__(self, git: Git, folder: Path) -> None:
        """What they need beside the repository is kept in *folder*."""
        self._git = git
        self._folder = folder
        self._making = Making(git)
        self._lock = threading.Lock()
        self._sessions: WeakValueDictionary[str, SessionSnapshots] = WeakValueDictionary()
        self._locks: WeakValueDictionary[Path, threading.RLock] = WeakValueDictionary()

    def of(self, session_id: str, folder: Path) -> SessionSnapshots:
        """Those of a session that works in *folder*."""
        with self._lock:
            found = self._sessions.get(session_id)
            if found is None:
                path = self._folder / f"{check_id(session_id)}.git"
                lock = self._locks.setdefault(folder, threading.RLock())
                found = SessionSnapshots(self._git, path, folder, session_id, lock, self._making)
                self._sessions[session_id] = found
            return found

    def forget(self, session_id: str) -> None:
        """Be rid of those of a session, also where its folder is gone."""
        with self._lock:
            self._sessions.pop(session_id, None)
        path = self._folder / f"{check_id(session_id)}.git"
        with contextlib.suppress(JanusError):
            self._git.run(*QUIETLY, "update-ref", "-d", f"{REFS}{session_id}")
        path.with_suffix(".noted").unlink(missing_ok=True)
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
