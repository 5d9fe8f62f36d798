"""What a session changed since it began, what one turn changed, or one commit.

first snapshot ──…── start of a turn ──> its end ──…── now
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from dataclasses import dataclass, field

from janus.errors import InvalidRequest, NotFound
from janus.workspace.changes.hunks import Patch, parse, sections
from janus.workspace.changes.listing import ChangedFile, Listing, listing
from janus.workspace.changes.remark import remark
from janus.workspace.changes.whose import Whose, whose
from janus.workspace.files.reading import PICTURE, picture_kind
from janus.workspace.git import readable
from janus.workspace.snapshots.chain import Moment
from janus.workspace.snapshots.private import PrivateIndex
from janus.workspace.snapshots.snapshots import SessionSnapshots

_COMMIT = re.compile(r"[0-9a-f]{7,64}")
#: Listings that are remembered; each is up to a few megabytes.
_REMEMBERED = 16
_PATCH = (
    "diff-tree", "-r", "-p", "-M", "-l1000", "--no-ext-diff", "--no-textconv", "--no-color",
    "--ignore-submodules=all", "--src-prefix=a/", "--dst-prefix=b/",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Scope:
    """Two trees, and what they are of. ``base`` and ``head`` are commits, or empty."""

    old: str
    new: str
    base: str = ""
    head: str = ""
    moments: tuple[Moment, ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()
    nested: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Changed:
    """What changed. ``yours`` are files that were not committed when the session began, and that no
    agent has touched; ``ahead`` and ``behind`` count commits since then."""

    scope: Scope
    files: Listing
    branch: str = ""
    ahead: int = 0
    behind: int = 0
    whose: dict[str, Whose] = field(default_factory=dict)
    yours: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ChangedLines:
    """The lines of one file; ``remark`` says where it is less than it seems, in a sentence."""

    file: ChangedFile
    patch: Patch
    tree: str
    remark: str = ""
    #: The pictures that it was and is, where it was or is one: media types and bytes.
    before: tuple[str, bytes] | None = None
    after: tuple[str, bytes] | None = None


class Listings:
    """Those that were asked for last, by their trees. ``_lock`` guards ``_known``, for moments."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: OrderedDict[tuple[str, str], Listing] = OrderedDict()

    def get(self, private: PrivateIndex, old: str, new: str) -> Listing:
        """What is different between two trees. Raises GitFailed."""
        key = old, new
        with self._lock:
            if known := self._known.get(key):
                self._known.move_to_end(key)
                return known
        found = listing(private, *key)
        with self._lock:
            self._known[key] = found
            if len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        return found


class Changes:
    """Those of one session."""

    def __init__(self, snapshots: SessionSnapshots, listings: Listings) -> None:
        self._snapshots = snapshots
        self._listings = listings

    def of(self, turn: str | None, commit: str | None, *, live: bool) -> Changed:
        """What changed in a turn, a commit, or else since the session began.

        Up to now, if it is *live*. Raises NotFound, GitFailed.
        """
        private, scope = self._scope(turn, commit, live)
        files = self._listings.get(private, scope.old, scope.new)
        if turn or commit:
            return Changed(scope, files)
        chain, moments = self._snapshots.chain, scope.moments
        mine = whose(private, moments, scope.new) if moments else {}
        yours = chain.listed(moments[0], "dirty") if moments else chain.dirty_now()
        count = chain.run("rev-list", "--left-right", "--count", f"{scope.base}...{scope.head}")
        behind, _, ahead = count.stdout.strip().partition("\t")
        return Changed(
            scope,
            files,
            self._snapshots.head()[1],
            int(ahead or 0),
            int(behind or 0),
            mine,
            tuple(it for it in yours if mine.get(it, "you") == "you"),
        )

    def lines(
        self, path: str, turn: str | None, commit: str | None, *, live: bool, functions: bool
    ) -> ChangedLines:
        """How a file changed; with whole *functions* around. Raises NotFound, GitFailed."""
        private, scope = self._scope(turn, commit, live)
        files = self._listings.get(private, scope.old, scope.new).files
        file = next((it for it in files if path in (it.path, readable(it.path))), None)
        if file is None:
            raise NotFound("This file has no changes here.")
        pictures = (
            _picture(private, file.old_kind, file.old_blob, file.old_size),
            _picture(private, file.kind, file.blob, file.size),
        )
        if file.large:
            return ChangedLines(file, Patch(), scope.new, "", *pictures)
        paths = [it for it in (file.old_path, file.path) if it]
        how = ("-W",) if functions else ()
        text = private.ask(*_PATCH, *how, scope.old, scope.new, "--", *paths)
        known = self._names(private, scope, paths)
        section = dict(zip(known, sections(text), strict=False)).get(file.path, "")
        words = remark(private, scope.old, scope.new, file)
        return ChangedLines(file, parse(section), scope.new, words, *pictures)

    def _names(self, private: PrivateIndex, scope: Scope, paths: list[str]) -> list[str]:
        """The files of a patch, in its order: its own headers quote names, and cannot be parsed."""
        return [it.path for it in listing(private, scope.old, scope.new, paths).files]

    def _scope(
        self, turn: str | None, commit: str | None, live: bool
    ) -> tuple[PrivateIndex, Scope]:
        if turn and commit:
            raise InvalidRequest("commit: a turn or a commit, not both.")
        with self._snapshots.held() as private:
            if commit:
                return private, self._commit(private, commit)
            moments = tuple(self._snapshots.chain.all())
            if turn:
                return private, self._turn(private, moments, turn)
            last = moments[-1] if moments else None
            if live or last is None:
                tree, found = private.tree()
                left = tuple((it.path, it.why) for it in found.left_out)
                head, nested = self._snapshots.head()[0], found.nested
            else:
                tree, left, head, nested = last.tree, last.left_out, last.head, last.nested
            first = moments[0] if moments else None
            old, base = (first.tree, first.head) if first else (tree, head)
            return private, Scope(old, tree, base, head, moments, left, nested)

    def _turn(self, private: PrivateIndex, moments: tuple[Moment, ...], turn: str) -> Scope:
        at = next((i for i, it in enumerate(moments) if it.step == turn), None)
        if at is None:
            raise NotFound("There is no snapshot of this turn, so nobody knows what it changed.")
        start, later = moments[at], moments[at + 1 :]
        if later:
            end = later[0]
            left = (*start.left_out, *end.left_out)
            return Scope(start.tree, end.tree, start.head, end.head, (), left, end.nested)
        tree, found = private.tree()
        left = (*start.left_out, *((it.path, it.why) for it in found.left_out))
        head = self._snapshots.head()[0]
        return Scope(start.tree, tree, start.head, head, (), left, found.nested)

    def _commit(self, private: PrivateIndex, commit: str) -> Scope:
        if not _COMMIT.fullmatch(commit):
            raise InvalidRequest("commit: The id of a commit has 7 to 64 hexadecimal digits.")
        chain = self._snapshots.chain
        asked = chain.run("rev-parse", f"{commit}^{{commit}}", f"{commit}^{{tree}}")
        if asked.returncode != 0 or private.place.objects is None:
            raise NotFound("There is no such commit in the repository.")
        head, new = asked.stdout.strip().split("\n")
        parent = chain.run("rev-parse", "--verify", "--quiet", f"{head}^1")
        base = parent.stdout.strip()
        old = chain.ask("rev-parse", f"{base}^{{tree}}") if base else private.empty_tree()
        return Scope(old, new, base, head)


def _picture(private: PrivateIndex, kind: str, blob: str, size: int) -> tuple[str, bytes] | None:
    """A blob, if it is a picture that is shown and not too large."""
    if kind not in ("file", "executable") or not blob or not 0 < size <= PICTURE:
        return None
    data = private.run("cat-file", "blob", blob).stdout.encode("utf-8", "surrogateescape")
    found = picture_kind(data)
    return (found, data) if found else None
