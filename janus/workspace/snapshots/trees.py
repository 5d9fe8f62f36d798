"""What is different between two trees, file by file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from janus.workspace.git import NOTHING
from janus.workspace.snapshots.private import PrivateIndex


class Entry(NamedTuple):
    """A file in a tree: its mode as git writes it, and its blob."""

    mode: str
    blob: str


class Difference(NamedTuple):
    """One path; None is where it is not there."""

    path: str
    old: Entry | None
    new: Entry | None


def differences(private: PrivateIndex, old: str, new: str) -> dict[str, Difference]:
    """Every path that is not the same in both trees. Raises GitFailed."""
    if old == new:
        return {}
    text = private.ask("diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-abbrev", old, new)
    parts = iter(text.split("\0"))
    found = {}
    for kind in parts:
        if kind:
            old_mode, new_mode, old_blob, new_blob, _ = kind.removeprefix(":").split(" ")
            path = next(parts)
            found[path] = Difference(path, _entry(old_mode, old_blob), _entry(new_mode, new_blob))
    return found


def entries_of(private: PrivateIndex, tree: str, paths: Iterable[str]) -> dict[str, Entry]:
    """Those of *paths* that are files in a tree. Raises GitFailed."""
    wanted = set(paths)
    listed = private.ask("ls-tree", "-r", "-z", "--full-tree", tree).split("\0")
    found = {}
    for entry in listed:
        kind, _, path = entry.partition("\t")
        if path in wanted:
            mode, _, blob = kind.split(" ")
            found[path] = Entry(mode, blob)
    return found


def put_entries(
    private: PrivateIndex, entries: Mapping[str, Entry | None], environ: Mapping[str, str] = NOTHING
) -> None:
    """Put *entries* into the index, or another one by *environ*; None takes one out.

    The folder stays as it is. Raises GitFailed.
    """
    lines = [
        f"{it.mode} {it.blob}\t{path}\0" if it else f"0 {'0' * private.place.digits}\t{path}\0"
        for path, it in sorted(entries.items(), key=lambda entry: entry[1] is not None)
    ]
    how = ("update-index", "-z", "--replace", "--index-info")
    private.ask(*how, given="".join(lines), environ=environ)


def with_entries(private: PrivateIndex, entries: dict[str, Entry | None]) -> str:
    """The tree of the index with other *entries*; None takes one out. Raises GitFailed."""
    scratch = {"GIT_INDEX_FILE": str(private.path / "scratch-index")}
    private.copy_index("scratch-index")
    put_entries(private, entries, scratch)
    how = ("--missing-ok",) if private.place.partial else ()
    return private.ask("write-tree", *how, environ=scratch)


def _entry(mode: str, blob: str) -> Entry | None:
    return None if mode == "000000" else Entry(mode, blob)
