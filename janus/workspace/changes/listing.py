"""Which files are different between two trees, and how much: sizes first, then lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from janus.model import Amount
from janus.workspace.git import failed
from janus.workspace.snapshots.private import PrivateIndex

#: Bytes; of a larger file no lines are counted: five million cost git 1.4 GB of memory.
LARGE = 1 << 20
#: Files that are listed at most, and for which git looks where they were renamed from.
FILES, _RENAMES = 10_000, 1000
_HOW = (
    "diff-tree", "-r", "-z", "--no-ext-diff", "--no-textconv", "--no-color", "--no-abbrev", "-M",
    f"-l{_RENAMES}", "--ignore-submodules=all",
)  # fmt: skip
_STATUSES = {"A": "added", "D": "deleted", "M": "modified", "R": "renamed", "T": "type"}
_KINDS = {"120000": "link", "160000": "repository", "100755": "executable"}


@dataclass(frozen=True, slots=True)
class ChangedFile:
    """A file that is ``added``, ``deleted``, ``modified``, ``renamed`` or of another ``type``.

    ``old_path`` is what it was called, if that changed. Lines are not counted (None) in what is
    ``binary`` or ``large``. Kinds are ``file``, ``executable``, ``link``, ``repository`` or empty;
    blobs are the ids of what is in it, or empty.
    """

    path: str
    status: str
    old_path: str | None = None
    added: int | None = None
    removed: int | None = None
    binary: bool = False
    large: bool = False
    kind: str = "file"
    old_kind: str = ""
    old_size: int = 0
    size: int = 0
    old_blob: str = ""
    blob: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """The files that are different, by path; ``total`` counts those left out too.

    ``renames_cut``: so many are new that git did not look for where they came from.
    """

    files: tuple[ChangedFile, ...] = ()
    total: int = 0
    renames_cut: bool = False


def amount(found: Listing) -> Amount:
    """How much that is in all; of what has no lines, only the files count."""
    added = sum(it.added or 0 for it in found.files)
    return Amount(found.total, added, sum(it.removed or 0 for it in found.files))


def listing(
    private: PrivateIndex, old: str, new: str, paths: Sequence[str] = ()
) -> Listing:  # fmt: skip
    """What is different between two trees, or at *paths* in them. Raises GitFailed."""
    if old == new:
        return Listing()
    done = private.run(*_HOW, "--raw", old, new, "--", *paths)
    if done.returncode != 0:
        raise failed(done)
    cut = "rename detection" in done.stderr
    entries = [*_raw(done.stdout)]
    if paths:  # in the order of the patch
        return Listing(tuple(_file(entry, {}, {}) for entry in entries), len(entries), cut)
    blobs = {blob for entry in entries for blob in (entry[3], entry[4])}
    sizes = _sizes(private, blobs)
    counts = _counts(private, old, new)
    files = (_file(entry, sizes, counts) for entry in sorted(entries, key=_path)[:FILES])
    return Listing(tuple(files), len(entries), cut)


_Raw = tuple[str, str, str, str, str, str, str]


def _path(entry: _Raw) -> str:
    return entry[6]


def _raw(text: str) -> Iterable[_Raw]:
    """Status, old and new mode, old and new blob, old and new path."""
    parts = iter(text.split("\0"))
    for kind in parts:
        if kind:
            old_mode, new_mode, old_blob, new_blob, status = kind.removeprefix(":").split(" ")
            old_path = path = next(parts)
            if status[0] in "RC":
                path = next(parts)
            yield status[0], old_mode, new_mode, old_blob, new_blob, old_path, path


def _sizes(private: PrivateIndex, blobs: set[str]) -> dict[str, int]:
    wanted = "".join(f"{blob}\n" for blob in sorted(blobs) if blob.strip("0"))
    listed = private.ask("cat-file", "--batch-check", given=wanted).split("\n")
    parts = (line.split(" ") for line in listed)
    return {it[0]: int(it[2]) for it in parts if len(it) == 3}


def _counts(private: PrivateIndex, old: str, new: str) -> dict[str, tuple[int, int] | None]:
    """Lines added and removed, by path; None where git calls it binary."""
    parts = iter(private.ask(*_HOW, "--numstat", old, new).split("\0"))
    found: dict[str, tuple[int, int] | None] = {}
    for part in parts:
        if part:
            added, removed, path = part.split("\t", 2)
            if not path:  # renamed: the old and the new name follow
                next(parts)
                path = next(parts)
            found[path] = None if added == "-" else (int(added), int(removed))
    return found


def _file(
    entry: _Raw, sizes: dict[str, int], counts: dict[str, tuple[int, int] | None]
) -> ChangedFile:
    status, old_mode, new_mode, old_blob, new_blob, old_path, path = entry
    old_size, size = sizes.get(old_blob, 0), sizes.get(new_blob, 0)
    large = max(old_size, size) > LARGE
    lines = None if large else counts.get(path)
    return ChangedFile(
        path,
        _STATUSES.get(status, "modified"),
        old_path if old_path != path else None,
        lines[0] if lines else None,
        lines[1] if lines else None,
        binary=lines is None and not large,
        large=large,
        kind=_kind(new_mode),
        old_kind=_kind(old_mode),
        old_size=old_size,
        size=size,
        old_blob=old_blob if old_blob.strip("0") else "",
        blob=new_blob if new_blob.strip("0") else "",
    )


def _kind(mode: str) -> str:
    return "" if mode == "000000" else _KINDS.get(mode, "file")
