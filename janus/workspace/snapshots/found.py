"""What a folder has that its index does not say, and what of it cannot be kept."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from janus.errors import GitFailed

#: Bytes of one file, and of all that is new in one snapshot; how many files that may be.
LARGEST, MOST, FILES = 64 << 20, 1 << 30, 200_000


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file that is not in a snapshot: an undo neither deletes nor overwrites it."""

    path: str
    why: str


@dataclass(frozen=True, slots=True)
class Found:
    """Names that are ``changed``, new ones and deleted ones too; those ``gone``, and those
    ``replaced`` by a folder; and what is not in it: files that are ``left_out``, and ``nested``
    repositories."""

    changed: list[str] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)
    replaced: list[str] = field(default_factory=list)
    left_out: tuple[LeftOut, ...] = ()
    nested: tuple[str, ...] = ()

    def without(self, left_out: Iterable[LeftOut]) -> Found:
        """The same with all that was left out in the end."""
        return replace(self, left_out=tuple(left_out))

    def forget(self, names: set[str]) -> None:
        """These are not gone: their owner does not want them here."""
        self.gone.difference_update(names)
        self.changed[:] = [name for name in self.changed if name not in names]


def found_in(top: Path, listed: str) -> Found:
    """What ``git ls-files -z -t`` listed in *top*. Raises GitFailed if it is too much."""
    entries = [(entry[:1], entry[2:]) for entry in listed.split("\0") if entry]
    if len(entries) > FILES:
        raise GitFailed(f"More than {FILES} files are new or changed: too many to be kept.")
    found, left, nested = Found(), list[LeftOut](), list[str]()
    room = MOST
    for name, is_gone in _once(entries):
        if name.endswith("/"):
            nested.append(name.rstrip("/"))
            continue
        if is_gone:
            found.gone.add(name)
            found.changed.append(name)
            continue
        if (top / name).is_dir() and not (top / name).is_symlink():
            found.replaced.append(name)
            continue
        size, why = _size(top, name)
        why = why or ("" if size <= room else "all that is new would be more than 1 GB")
        if why:
            left.append(LeftOut(name, why))
        else:
            room -= size
            found.changed.append(name)
    return replace(found, left_out=tuple(left), nested=tuple(nested))


def _once(entries: list[tuple[str, str]]) -> Iterator[tuple[str, bool]]:
    """Each name once, and whether it is gone: git lists what is gone as changed too."""
    gone = {name for kind, name in entries if kind == "R"}
    for name in dict.fromkeys(name for _, name in entries):
        yield name, name in gone


def _size(top: Path, name: str) -> tuple[int, str]:
    """Bytes of a file, and why it cannot be kept, if so."""
    path = top / name
    try:
        found = path.lstat()
    except OSError:  # it went meanwhile, and git will see that
        return 0, ""
    if stat.S_ISLNK(found.st_mode):
        return 0, ""
    if not stat.S_ISREG(found.st_mode):
        return 0, "it is no file"
    if found.st_size > LARGEST:
        return 0, f"it is larger than {LARGEST >> 20} MB"
    if not os.access(path, os.R_OK):
        return 0, "it cannot be read"
    return found.st_size, ""
