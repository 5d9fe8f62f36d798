"""Undo a step: a turn, or what the owner did through Janus, another undo included.

the end of the step ──differs──> its start          what comes back
the end of the step ──differs──> now                what somebody touched since: not taken back
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass

from janus.errors import ChangedMeanwhile, NotFound
from janus.workspace.git import Git
from janus.workspace.snapshots.chain import Moment
from janus.workspace.snapshots.history import OwnersHistory
from janus.workspace.snapshots.private import PrivateIndex
from janus.workspace.snapshots.restoring import changed, check_shown, leave_absent, restore
from janus.workspace.snapshots.rules import ignored_then
from janus.workspace.snapshots.snapshots import SessionSnapshots
from janus.workspace.snapshots.trees import Difference, Entry, differences, entries_of

IGNORED = "git ignored it when this began, so it stays"
TOUCHED = "it was changed again since"


@dataclass(frozen=True, slots=True)
class UndoneFile:
    """A file that an undo makes ``added``, ``modified`` or ``deleted``; or ``kept``, and why."""

    path: str
    status: str
    kept: str = ""


@dataclass(frozen=True, slots=True)
class Undone:
    """What an undo does, or has done: then it has an ``undo_id``. ``tree`` is what it looked at.

    ``told`` are sentences on what did not come back.
    """

    tree: str
    files: tuple[UndoneFile, ...]
    told: tuple[str, ...] = ()
    undo_id: str | None = None


@dataclass(frozen=True, slots=True)
class _Look:
    start: Moment
    end: Moment
    now: str
    files: dict[str, UndoneFile]
    entries: dict[str, Entry | None]
    #: What was not there because its owner did not want it, as it was in the tree all the same.
    absent: dict[str, Entry]


class Undo:
    """Undoes the steps of one session."""

    def __init__(self, git: Git, snapshots: SessionSnapshots) -> None:
        self._git = git
        self._snapshots = snapshots

    def look(self, step: str) -> Undone:
        """What undoing a step would do. Raises NotFound, GitFailed."""
        with self._snapshots.held() as private:
            look = self._look(private, step)
            return Undone(look.now, tuple(look.files.values()), self._told(look))

    def undo(self, step: str, paths: Collection[str] | None, shown: str | None) -> Undone:
        """Undo it: of *paths* only, if they are given, and only if they are as in *shown*, a tree.

        Raises ChangedMeanwhile, naming files, and then nothing was touched; NotFound, GitFailed.
        """
        with self._snapshots.held() as private:
            look = self._look(private, step)
            wanted = {it.path for it in look.files.values() if paths is None or it.path in paths}
            self._check(private, look, wanted, shown)
            entries = {path: it for path, it in look.entries.items() if path in wanted}
            undo_id = str(uuid.uuid4())
            began = self._snapshots.record(undo_id, "undo", "start")
            if began.tree != look.now:
                raise ChangedMeanwhile("Files were changed in this moment. Look again.")
            restore(private, began.tree, entries)
            leave_absent(private, {it: look.absent[it] for it in look.absent.keys() & entries})
            told = list(self._told(look))
            if look.start.head != look.end.head or look.start.index != look.end.index:
                told.append(self._put_back(private, look, began, paths is not None))
            self._snapshots.record(undo_id, "undo", "end")
            files = tuple(it for path, it in look.files.items() if path in wanted)
            return Undone(look.now, files, tuple(filter(None, told)), undo_id)

    def _put_back(
        self, private: PrivateIndex, look: _Look, now: Moment, partly: bool
    ) -> str:  # fmt: skip
        if partly:
            return "Its commits and what is staged stay, since only some files were asked for."
        history = OwnersHistory(self._git, private.place)
        return history.put_back(look.start, look.end, (now.head, now.branch), now.index)

    def _check(
        self, private: PrivateIndex, look: _Look, wanted: set[str], shown: str | None
    ) -> None:
        if touched := [path for path in wanted if look.files[path].kept == TOUCHED]:
            raise changed(sorted(touched), "Changed again since")
        if shown:
            check_shown(private, shown, look.now, wanted)

    def _look(self, private: PrivateIndex, step: str) -> _Look:
        chain = self._snapshots.chain
        self._snapshots.finish_step()
        moments = chain.all()
        at = next((i for i, it in enumerate(moments) if (it.step, it.edge) == (step, "start")), -1)
        if at < 0:
            raise NotFound("There is no snapshot of this turn, so it cannot be undone.")
        now, found = private.tree()
        start, later = moments[at], moments[at + 1 :]
        end = next((it for it in later if it.step == step), later[0] if later else start)
        steps = differences(private, end.tree, start.tree)
        absent = dict[str, Entry]()
        for path in steps.keys() & chain.listed(start, "absent"):
            if entry := steps[path].new:
                absent[path], steps[path] = entry, steps[path]._replace(new=None)
        since = differences(private, end.tree, now)
        new = [it.path for it in steps.values() if it.new is None and it.path not in absent]
        ignored = ignored_then(private, chain, start, new)
        left = {path: why for it in (start, end) for path, why in it.left_out}
        left |= {it.path: it.why for it in found.left_out}
        files, entries = dict[str, UndoneFile](), dict[str, Entry | None]()
        for path, it in sorted(steps.items()):
            current = since[path].new if path in since else it.old
            if current == it.new:
                continue
            kept = left.get(path, "")
            kept = f"it is in no snapshot: {kept}" if kept else ""
            kept = kept or (IGNORED if path in ignored else TOUCHED if path in since else "")
            files[path] = UndoneFile(path, _status(it), kept)
            if not kept:
                entries[path] = it.new
        # What was a file then and cannot be kept now has no difference that could be seen.
        lost = dict(end.left_out).keys() - dict(start.left_out).keys() - files.keys()
        for path in sorted(entries_of(private, start.tree, lost)) if lost else ():
            files[path] = UndoneFile(path, "modified", f"it is in no snapshot: {left[path]}")
        return _Look(start, end, now, files, entries, absent)

    def _told(self, look: _Look) -> tuple[str, ...]:
        told = []
        if nested := sorted({*look.start.nested, *look.end.nested}):
            told.append(f"Not in it: the repositories inside ({', '.join(nested)}).")
        return tuple(told)


def _status(it: Difference) -> str:
    if it.new is None:
        return "deleted"
    return "added" if it.old is None else "modified"
