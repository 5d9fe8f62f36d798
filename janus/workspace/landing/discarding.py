"""Discard what a session changed and nobody has committed: after a snapshot, so it comes back.

A file becomes what it was when the session began, the owner's own work in it included; or, where it
was committed since, what the commit has.
"""

from __future__ import annotations

import shutil
import tempfile
import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from janus.errors import ChangedMeanwhile, InvalidRequest
from janus.workspace.git import Git
from janus.workspace.landing.committing import choose
from janus.workspace.landing.owner import Owner
from janus.workspace.snapshots.chain import Moment
from janus.workspace.snapshots.history import OwnersHistory, check_finished
from janus.workspace.snapshots.private import PrivateIndex
from janus.workspace.snapshots.restoring import check_shown, restore
from janus.workspace.snapshots.snapshots import SessionSnapshots
from janus.workspace.snapshots.trees import Entry, entries_of


@dataclass(frozen=True, slots=True)
class Discarded:
    """Which files lose what is not committed; without an ``undo_id``, would lose."""

    tree: str
    files: tuple[str, ...]
    undo_id: str | None = None


class Discarding:
    """Discards in the checkout of one session."""

    def __init__(self, git: Git, snapshots: SessionSnapshots) -> None:
        self._git = git
        self._snapshots = snapshots

    def look(self, chosen: Collection[str] | None) -> Discarded:
        """What would be discarded. Raises GitFailed, InvalidRequest."""
        with self._snapshots.held() as private:
            owner = Owner.of(self._git, private.place)
            files = choose(owner.dirty(), chosen)
            return Discarded(private.tree()[0], tuple(files))

    def discard(self, chosen: Collection[str] | None, shown: str) -> Discarded:
        """Discard it, as it was *shown*, a tree.

        Raises ChangedMeanwhile, naming files, and then nothing was touched.
        """
        with self._snapshots.held() as private:
            owner = Owner.of(self._git, private.place)
            check_finished(OwnersHistory(self._git, private.place))
            files = choose(owner.dirty(), chosen)
            if not files:
                raise InvalidRequest("There is nothing to discard.")
            self._snapshots.finish_step()
            check_shown(private, shown, private.tree()[0], files)
            first = next(iter(self._snapshots.chain.all()), None)
            undo_id = str(uuid.uuid4())
            began = self._snapshots.record(undo_id, "discard", "start")
            left = {path for path, _ in began.left_out}
            if kept := [path for path in files if path in left]:
                raise ChangedMeanwhile(
                    f"{kept[0]} cannot be kept for an undo, so it is not discarded.", files=kept
                )
            restore(private, began.tree, self._wanted(private, owner, first, files))
            self._unstage(private, owner, first, files)
            ended = self._snapshots.record(undo_id, "discard", "end")
            return Discarded(ended.tree, tuple(files), undo_id)

    def _wanted(
        self, private: PrivateIndex, owner: Owner, first: Moment | None, files: list[str]
    ) -> dict[str, Entry | None]:
        head = tree_of(owner, "HEAD", files)
        base = tree_of(owner, first.head, files) if first and first.head else {}
        same = [path for path in files if first and head.get(path) == base.get(path)]
        wanted: dict[str, Entry | None] = dict.fromkeys(files)
        if first and same:
            wanted |= entries_of(private, first.tree, same)
        committed = [path for path in files if path not in same and path in head]
        return wanted | self._checked_out(private, owner, head, committed)

    def _checked_out(
        self, private: PrivateIndex, owner: Owner, head: dict[str, Entry], paths: Iterable[str]
    ) -> dict[str, Entry]:
        """How files of the commit are on the disk, by the owner's own filters."""
        listed = [path for path in paths if head[path].mode != "160000"]
        if not listed:
            return {}
        scratch = Path(tempfile.mkdtemp(prefix="files-", dir=private.path.parent))
        try:
            index = {"GIT_INDEX_FILE": str(scratch / ".index")}
            owner.ask("read-tree", "HEAD", environ=index)
            how = ("checkout-index", "-z", "--stdin", f"--prefix={scratch}/")
            owner.ask(*how, given="".join(f"{path}\0" for path in listed), environ=index)
            return {path: _kept(private, head[path], scratch / path) for path in listed}
        finally:
            shutil.rmtree(scratch, ignore_errors=True)

    def _unstage(
        self, private: PrivateIndex, owner: Owner, first: Moment | None, files: list[str]
    ) -> None:
        """What is staged of them becomes what it was, or what the commit has."""
        head = tree_of(owner, "HEAD", files)
        base = tree_of(owner, first.head, files) if first and first.head else {}
        staged = entries_of(private, first.index, files) if first and first.index else head
        zero = "0" * private.place.digits
        lines = []
        for path in files:
            same = first is not None and head.get(path) == base.get(path)
            entry = (staged if same else head).get(path)
            lines.append(f"{entry.mode} {entry.blob}\t{path}\0" if entry else f"0 {zero}\t{path}\0")
        none = ("-c", "core.hooksPath=/dev/null")
        owner.ask(*none, "update-index", "-z", "--index-info", given="".join(lines))
        owner.run(*none, "update-index", "-q", "--refresh", slow=False)


def tree_of(owner: Owner, commit: str, paths: Collection[str]) -> dict[str, Entry]:
    """Those of *paths* that a commit has."""
    wanted = set(paths)
    found = {}
    for entry in owner.look("ls-tree", "-r", "-z", "--full-tree", commit).split("\0"):
        kind, _, path = entry.partition("\t")
        if path in wanted:
            mode, _, blob = kind.split(" ")
            found[path] = Entry(mode, blob)
    return found


def _kept(private: PrivateIndex, entry: Entry, path: Path) -> Entry:
    """A file as it is, in the object store."""
    if entry.mode == "120000":
        return entry
    return Entry(entry.mode, private.ask("hash-object", "-w", "--no-filters", "--", str(path)))
