"""A private git directory: an index of its own for a folder, and no conversion of anything.

    every file ──> blobs in the owner's object store <── our index, our attributes, our config

A copy of the owner's index would not be byte for byte (line ends, filters, ``ident``,
``assume-unchanged``), and takes nothing at all where one nested repository has no commit. The blobs
go to the owner's store because there his ``gc`` knows what refers to them.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from janus.errors import GitFailed, StorageFailed
from janus.storage.folder import Folder
from janus.workspace.git import NOTHING, Done, Git, failed, quoted
from janus.workspace.gits_files import Signature, signature
from janus.workspace.snapshots.found import Found, LeftOut, found_in
from janus.workspace.snapshots.making import Making
from janus.workspace.snapshots.place import LITERALLY, QUIETLY, Place, excluded_by
from janus.workspace.snapshots.tracked import forced, tracked, unwanted

#: Seconds that one snapshot may take; what it got done by then is done for the next.
PATIENCE = 10.0
#: How many files are added at once.
_AT_ONCE = 2000


class PrivateIndex:
    """The index of one folder, kept in *path*, outside of it. For one thread at a time."""

    def __init__(self, git: Git, path: Path, place: Place, making: Making) -> None:
        self._git = git
        self._making = making
        self.path = path
        self.place = place
        self._sparse: bool | None = None
        #: The tree that was written last, and of which index.
        self._written: tuple[Signature | None, str] = (None, "")
        #: The owner's index when it was last read.
        self._owners: Signature | None = None
        #: Whether files were taken of which git does not know yet whether they change again.
        self.is_unsettled = False

    @property
    def environ(self) -> dict[str, str]:
        """What makes git work on the folder with this index."""
        objects = self.place.objects or self.path / "objects"
        return {
            **LITERALLY,
            "GIT_DIR": str(self.path),
            "GIT_WORK_TREE": str(self.place.top),
            "GIT_INDEX_FILE": str(self.path / "index"),
            "GIT_OBJECT_DIRECTORY": str(objects),
        }

    def run(
        self,
        *args: str,
        given: str = "",
        environ: Mapping[str, str] = NOTHING,
        limit: float = PATIENCE,
        slow: bool = False,
    ) -> Done:
        """What git answers there, with *environ* too; see ``Git.run``."""
        top, seen = self.place.top, {**self.environ, **environ}
        return self._git.run(
            *QUIETLY, *args, at=top, given=given, environ=seen, limit=limit, slow=slow
        )  # fmt: skip

    def ask(self, *args: str, given: str = "", environ: Mapping[str, str] = NOTHING) -> str:
        """What git prints there. Raises GitFailed."""
        done = self.run(*args, given=given, environ=environ)
        if done.returncode != 0:
            raise failed(done)
        return done.stdout.removesuffix("\n")

    def prepare(self) -> bool:
        """Make it, unless it is there; whether that was needed. Raises GitFailed, StorageFailed."""
        if self.is_made:
            return False
        self._prepare(anew=False)
        return True

    def tree(self, kept: str = "") -> tuple[str, Found]:
        """The id of a tree with every file as it is now, and what could not be taken.

        *kept* is a tree that something refers to. Raises GitFailed where there is none,
        StorageFailed.
        """
        deadline = time.monotonic() + PATIENCE
        for again in (False, True):
            self._prepare(anew=again)
            found = self._update(deadline)
            if kept and self._written == (_signature(self.path / "index"), kept):
                return kept, found
            how = ("--missing-ok",) if self.place.partial else ()
            done = self.run("write-tree", *how)
            if done.returncode == 0:
                self._written = _signature(self.path / "index"), done.stdout.strip()
                return self._written[1], found
        # An index whose objects were pruned cannot be written; one made anew can.
        raise failed(done)

    @property
    def is_made(self) -> bool:
        """Whether it is there already, and whole."""
        return (self.path / "seeded").exists()

    def empty_tree(self) -> str:
        """The tree without a file. Raises GitFailed."""
        return self.ask("hash-object", "-t", "tree", "--stdin")

    def copy_index(self, name: str) -> None:
        """Copy the index to a file beside it. Raises OSError."""
        with Folder.open(self.path) as own, own.opened("index") as fd:
            os.close(own.copy(name, fd, os.fstat(fd).st_size))

    def refresh(self, limit: float = PATIENCE, *, slow: bool = False) -> None:
        """Look at the files that only seem to be changed, once for all snapshots to come.

        Raises GitFailed where that takes longer than *limit*. It can be stopped if it is *slow*.
        """
        before, (index, tree) = _signature(self.path / "index"), self._written
        # Its exit code says that some files are changed indeed.
        self.run("update-index", "-q", "--refresh", limit=limit, slow=slow)
        self.is_unsettled = False
        if before == index:  # what it writes is the same but for the times
            self._written = _signature(self.path / "index"), tree

    def _update(self, deadline: float) -> Found:
        found = found_in(self.place.top, self._listed())
        if found.gone and self.place.sparse:
            self._keep_absent(found)
        left = [*found.left_out]
        self._remove(found.replaced)
        changed = [*found.changed, *self._forced()]
        for at in range(0, len(changed), _AT_ONCE):
            left += self._add(changed[at : at + _AT_ONCE], deadline)
        return found.without(left)

    def _forced(self) -> list[str]:
        """What the owner may have begun to track although git ignores it: nothing else lists it."""
        index = self.place.index
        before, self._owners = self._owners, _signature(index) if index else None
        return forced(self._git, self.place) if self._owners != before else []

    def _listed(self) -> str:
        self._show_present()
        what = ("--others", "--modified", "--deleted")
        return self.ask("ls-files", "-z", "-t", *what, "--exclude-standard")

    def _add(self, names: Sequence[str], deadline: float) -> list[LeftOut]:
        """Take files into the index; those that git does not take, one by one."""
        self.is_unsettled = True
        if time.monotonic() > deadline:
            raise GitFailed(f"There is more to be kept than {PATIENCE:g} seconds suffice for.")
        how = ("update-index", "-z", "--add", "--remove", "--replace", "--stdin")
        done = self.run(*how, given="".join(f"{name}\0" for name in names))
        if done.returncode == 0:
            return []
        if len(names) == 1 and "beyond a symbolic link" in done.stderr:  # so it is gone
            self._remove(names)
            return []
        if len(names) == 1:
            return [LeftOut(names[0], quoted(done.stderr) or "git does not take it")]
        middle = len(names) // 2
        return self._add(names[:middle], deadline) + self._add(names[middle:], deadline)

    def _remove(self, names: Sequence[str]) -> None:
        given = "".join(f"{name}\0" for name in names)
        if given:
            self.ask("update-index", "-z", "--force-remove", "--stdin", given=given)

    # Sparse checkouts: what is not there because its owner does not want it is not deleted.

    def absent(self) -> list[str]:
        """What is in the tree, but not here, by its owner's wish. Raises GitFailed."""
        listed = self.ask("ls-files", "-z", "-t") if self._sparse is not False else ""
        found = [entry[2:] for entry in listed.split("\0") if entry.startswith("S ")]
        self._sparse = bool(found)
        return found

    def _show_present(self) -> None:
        present = [it for it in self.absent() if os.path.lexists(self.place.top / it)]
        given = "".join(f"{name}\0" for name in present)
        if given:
            self.ask("update-index", "-z", "--no-skip-worktree", "--stdin", given=given)

    def _keep_absent(self, found: Found) -> None:
        if absent := found.gone & unwanted(self._git, self.place):
            self.mark_absent(absent)
            found.forget(absent)

    def mark_absent(self, names: Iterable[str]) -> None:
        """These are not here by their owner's wish. Raises GitFailed."""
        given = "".join(f"{name}\0" for name in sorted(names))
        self.ask("update-index", "-z", "--skip-worktree", "--stdin", given=given)
        self._sparse = True

    # Making it.

    def _prepare(self, *, anew: bool) -> None:
        try:
            if anew:
                self.delete()
            Folder.make(self.path.parent).close()
            if not self.is_made:
                self._make()
            with Folder.open(self.path) as own, own.folder("info") as info:
                own.remove("index.lock")  # of a git that was killed: nobody else is here
                excluded = excluded_by(self.place)
                if not info.stat("exclude") or info.read("exclude") != excluded:
                    info.replace("exclude", excluded)
        except OSError as failure:
            raise StorageFailed(f"No snapshot can be kept: {failure.strerror}.") from failure

    def _make(self) -> None:
        self.delete()
        self._making.make(self.path, self.place)
        self._sparse = False  # nothing in it is marked as absent yet
        if self.place.index:
            self._owners = _signature(self.place.index)
            given, absent = tracked(self._git, self.place)
            self.ask("update-index", "-z", "--index-info", given=given)
            if absent:
                self.mark_absent(absent)
        with Folder.open(self.path) as own:
            own.replace("seeded", b"")
        if self.place.index:
            self.refresh()

    def delete(self) -> None:
        """Be rid of it; the snapshots stay. Raises OSError."""
        self._sparse, self._written = None, (None, "")
        if self.path.is_dir() and not self.path.is_symlink():
            shutil.rmtree(self.path)


def _signature(index: Path) -> Signature | None:
    try:
        return signature(index.lstat())
    except OSError:
        return None
