"""The snapshots of a session: commits in a chain, the newest at the end of one ref.

    refs/janus/sessions/<id> ── end of turn 2 ── start of turn 2 ── end of turn 1 ── start of turn 1
                                  └─ HEAD           └─ HEAD

Each commit has a tree of ``files`` as they were, the owner's ``index`` as a tree, and lists: of
what was ``ignored``, of what a sparse checkout had ``absent``, and, in the first one, of what was
not committed (``dirty``). What else is known stands in its message. The owner's ``gc`` keeps what
the ref reaches, until it goes.
Where nothing is different from the newest one, a note beside it is enough: see ``noted``.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal, cast

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from janus.workspace.git import Done, Git, failed
from janus.workspace.gits_files import has_no_ref, loose
from janus.workspace.snapshots.noted import MOST, Note, Notes
from janus.workspace.snapshots.place import QUIETLY
from janus.workspace.snapshots.private import PATIENCE, PrivateIndex

REFS = "refs/janus/sessions/"
#: What a step is: a turn of the agent, or what the owner did through Janus.
Kind = Literal["turn", "undo", "commit", "discard", "merge"]
Edge = Literal["start", "end"]
#: Snapshots that are read at most, the newest.
_READ = 4000


class Moment(Struct, frozen=True):
    """The state of a folder at the start or the end of a step.

    ``head`` is a commit, or empty; ``branch`` is empty where HEAD is detached; ``index`` is a tree,
    or empty where the owner's index was in a conflict. ``left_out`` are files that are not in it,
    and why; ``nested`` are the repositories inside that are not.
    """

    step: str
    kind: Kind
    edge: Edge
    head: str = ""
    branch: str = ""
    index: str = ""
    left_out: tuple[tuple[str, str], ...] = ()
    nested: tuple[str, ...] = ()
    #: The tree of its files, its commit, and when it was, in seconds: not in the message.
    tree: str = ""
    commit: str = ""
    at: int = 0


_WRITTEN = ("step", "kind", "edge", "head", "branch", "index", "left_out", "nested")
#: What does not make one of them different from another one.
_OF_ITSELF = {"step": "", "kind": "turn", "edge": "start", "commit": "", "at": 0}


class Chain:
    """Reads and adds the snapshots of one session. Adding is for one thread at a time."""

    def __init__(self, git: Git, session_id: str, private: PrivateIndex) -> None:
        self._git = git
        self._private = private
        self.ref = f"{REFS}{session_id}"
        self._notes = Notes(private.path.with_suffix(".noted"))
        #: The newest commit, as far as it is known, and its lists.
        self._newest: Moment | None = None
        self._lists: Mapping[str, str] = {}

    def keep(self, before: str, moment: Moment, lists: Mapping[str, str]) -> Moment:
        """Keep a snapshot after the newest one, the commit *before*; what it is then.

        Of *lists*, what is not given is what it was. Raises GitFailed, StorageFailed.
        """
        now = replace(moment, at=int(time.time()))
        newest, noted = self._newest, self._notes.after(before)
        if (
            newest
            and newest.commit == before
            and replace(newest, **_OF_ITSELF) == replace(now, **_OF_ITSELF)
            and lists.items() <= self._lists.items()
            and len(noted) < MOST
        ):
            self._notes.add(Note(now.step, now.kind, now.edge, now.at, before))
            return replace(now, commit=before)
        self._newest = None
        told = [self._told(newest, it) for it in noted] if newest else self._after(before, noted)
        commit = self._commit(before, told, now, lists)
        self._lists = {**self._lists, **lists}
        self._newest = replace(now, commit=commit)
        return self._newest

    def _commit(
        self, before: str, noted: list[Moment], moment: Moment, lists: Mapping[str, str]
    ) -> str:
        """Make a commit of each of *noted*, and of *moment*."""
        files = [("040000", moment.tree, "files")]
        files += [("100644", f":{at}", name) for at, name in enumerate(lists, 5)]
        files += [("040000", moment.index, "index")] if moment.index else []
        since = before or ":4"
        given = [
            "" if before else f"commit {self.ref}\nmark :4\n{_who(moment)}{_data('The beginning')}",
            *(f"blob\nmark :{at}\n{_data(it)}" for at, it in enumerate(lists.values(), 5)),
        ]
        for at, it in enumerate(noted, 10):
            given.append(f"commit {self.ref}\nmark :{at}\n{_who(it)}{_message(it)}from {since}\n")
            since = f":{at}"
        given += [
            f"commit {self.ref}\nmark :3\n{_who(moment)}{_message(moment)}from {since}\n",
            # What the agent commits stays, also when its branch goes back.
            f"merge {moment.head}\n" if moment.head else "",
            *(f"D {name}\n" for name in ("files", "index", "dirty")),
            *(f"M {mode} {it} {name}\n" for mode, it, name in files),
            "get-mark :3\ndone\n",
        ]
        return self.ask("fast-import", "--quiet", "--done", given="".join(given)).strip()

    def known(self) -> Moment | None:
        """The newest one that is a commit, if it is known and still there."""
        newest = self._newest
        if newest and newest.commit != self._loose() and newest.commit != self.newest():
            newest = self._newest = None
        return newest

    def newest(self) -> str:
        """The commit of the newest one, or nothing."""
        if has_no_ref(self._common, self.ref):
            return ""
        return self.run("rev-parse", "--verify", "--quiet", self.ref).stdout.strip()

    def last(self) -> Moment | None:
        """The newest one."""
        if newest := self.known():
            noted = self._notes.after(newest.commit)
            return self._told(newest, noted[-1]) if noted else newest
        return next(reversed(self.all(1)), None)

    def all(self, most: int = _READ) -> list[Moment]:
        """The newest snapshots, the oldest of them first; *most* of them are commits."""
        if not self.newest():
            return []
        how = ("log", "--first-parent", f"-n{most}", "--no-show-signature", "-z")
        text = self.ask(*how, "--format=%H%n%ct%n%B", self.ref, "--")
        entries = [it for entry in text.split("\0") if (it := _moment(entry))]
        asked = "".join(f"{it.commit}:files\n" for it in entries)
        told = self.ask("cat-file", "--batch-check=%(objectname)", given=asked).split("\n")
        # Where there was no file at all, a commit has no folder for them.
        trees = [self._private.empty_tree() if it.endswith(" missing") else it for it in told]
        found = [replace(it, tree=tree) for it, tree in zip(entries, trees, strict=bool(entries))]
        noted = self._notes.after(found[0].commit) if found else ()
        return [*found[::-1], *(self._told(found[0], it) for it in noted)]

    def _after(self, commit: str, noted: Sequence[Note]) -> list[Moment]:
        """Those that were noted after a commit, by an earlier Janus."""
        return [it for it in self.all(1) if it.commit == commit][1:] if noted else []

    def _told(self, newest: Moment, note: Note) -> Moment:
        return replace(
            newest, step=note.step, kind=cast(Kind, note.kind), edge=cast(Edge, note.edge),
            at=note.at,
        )  # fmt: skip

    @property
    def _common(self) -> Path:
        """The git folder of the repository that has the ref."""
        place = self._private.place
        return place.objects.parent if place.objects else self._private.path

    def _loose(self) -> str:
        """The commit of the newest one where git keeps it in a file of its own."""
        return loose(self._common / self.ref).decode("ascii", "replace")

    def listed(self, moment: Moment, name: Literal["ignored", "absent", "dirty"]) -> list[str]:
        """The names in one of the lists of a snapshot."""
        done = self.run("cat-file", "blob", f"{moment.commit}:{name}")
        return [it for it in done.stdout.split("\0") if it]

    def dirty_now(self) -> list[str]:
        """What its owner has not committed. Raises GitFailed."""
        if self._private.place.objects is None:
            return []
        how = ("status", "--porcelain", "-z", "--no-renames", "--untracked-files=all")
        entries = self.ask(*how, "--ignore-submodules=all").split("\0")
        return [entry[3:] for entry in entries if entry]

    def size(self) -> int:
        """The bytes on the disk that nothing else needs."""
        how = ("rev-list", "--objects", "--disk-usage", self.ref)
        done = self.run(*how, "--not", "--branches", "--tags", "--remotes", "HEAD", "--")
        return int(done.stdout.strip() or 0) if done.returncode == 0 else 0

    def delete(self) -> None:
        """Forget all snapshots: the next ``gc`` takes what only they needed.

        Raises GitFailed, OSError.
        """
        self._newest = None
        self._notes.delete()
        if self.newest():
            self.ask("update-ref", "-d", self.ref)

    def run(self, *args: str, given: str = "") -> Done:
        """What git answers in the repository that has the ref."""
        private = self._private
        if private.place.objects is None:
            return private.run(*args, given=given)
        top, environ = private.place.top, private.place.environ
        return self._git.run(
            *QUIETLY, *args, at=top, given=given, environ=environ, limit=PATIENCE
        )  # fmt: skip

    def ask(self, *args: str, given: str = "") -> str:
        done = self.run(*args, given=given)
        if done.returncode != 0:
            raise failed(done)
        return done.stdout.removesuffix("\n")


def _message(moment: Moment) -> str:
    # Not msgspec's JSON: names of files are bytes, and some of them are no text.
    return _data(json.dumps({name: getattr(moment, name) for name in _WRITTEN}))


def _who(moment: Moment) -> str:
    return f"committer Janus <janus@localhost> {moment.at} +0000\n"


def _data(text: str) -> str:
    size = len(text.encode("utf-8", "surrogateescape"))
    return f"data {size}\n{text}\n"


def _moment(entry: str) -> Moment | None:
    commit, at, message = [*entry.split("\n", 2), "", ""][:3]
    try:
        moment = msgspec.convert(json.loads(message), Moment)
        return replace(moment, commit=commit, at=int(at), tree="")
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
