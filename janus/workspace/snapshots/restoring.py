"""Put files back as they were: all of them, or none, and nothing else is touched."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath

from janus.errors import ChangedMeanwhile, GitFailed
from janus.workspace.git import failed, readable
from janus.workspace.snapshots.private import PrivateIndex
from janus.workspace.snapshots.trees import Entry, differences, put_entries, with_entries

_NAMED = 5
#: Seconds that the files may take to move: it is better to wait than to leave them half moved.
_MOVING = 120.0
_REFUSED = re.compile(r"'(.*?)' (?:not uptodate|would be|already exists)", re.DOTALL)


def restore(private: PrivateIndex, now: str, entries: dict[str, Entry | None]) -> str:
    """Make the files at *entries* what they say; the tree that the folder then has.

    The index must just have been made *now*, a tree. Raises ChangedMeanwhile, naming what was
    changed since or is in the way, and then nothing was touched; GitFailed.
    """
    added = [path for path, it in entries.items() if it is not None]
    known = {name for name in private.ask("ls-files", "-z").split("\0") if name}
    if blocked := sorted(in_the_way(private.place.top, known, added)):
        raise changed(blocked, "Something is in the way that would be overwritten")
    wanted = with_entries(private, entries)
    if wanted == now:
        return now
    for entry in entries.values():
        if entry and private.run("cat-file", "-e", entry.blob).returncode != 0:
            raise GitFailed("The repository no longer has the contents of these files.")
    # Without a leash: once it runs it is quicker to let it end than to find out what it has done.
    done = private.run("read-tree", "-m", "-u", now, wanted, limit=_MOVING)
    if done.returncode == 0:
        return wanted
    if names := _REFUSED.findall(done.stderr):
        raise changed(names, "Changed by somebody in this moment")
    raise failed(done)


def leave_absent(private: PrivateIndex, entries: Mapping[str, Entry]) -> None:
    """Have the tree say what these are, which are not here by their owner's wish."""
    if entries:
        put_entries(private, entries)
        private.mark_absent(entries)


def check_shown(private: PrivateIndex, shown: str, now: str, paths: Collection[str]) -> None:
    """Raises ChangedMeanwhile where one of *paths* is another one than in the tree *shown*."""
    if shown == now:
        return
    if private.run("cat-file", "-e", f"{shown}^{{tree}}").returncode != 0:
        raise ChangedMeanwhile("What was shown is not known any more. Look again.")
    if moved := sorted(differences(private, shown, now).keys() & set(paths)):
        raise changed(moved, "Changed since it was shown")


def changed(names: Iterable[str], why: str) -> ChangedMeanwhile:
    """The error that names files."""
    listed = [readable(name) for name in names]
    more = f" and {len(listed) - _NAMED} more" if len(listed) > _NAMED else ""
    words = f"{why}: {', '.join(listed[:_NAMED])}{more}. Nothing was touched. Look again."
    return ChangedMeanwhile(words, files=listed[:100])


def in_the_way(top: Path, known: set[str], added: Iterable[str]) -> Iterator[str]:
    """What git would overwrite in silence: whatever it ignores, where a file shall be.

    *known* are the files of the index. Git itself refuses for files that it does not ignore.
    """
    folders = {str(it) for name in known for it in PurePosixPath(name).parents}
    for path in added:
        for parent in [*PurePosixPath(path).parents][-2::-1]:
            at = top / parent
            if os.path.lexists(at) and (at.is_symlink() or not at.is_dir()):
                if str(parent) not in known:
                    yield str(parent)
                break
        else:
            at = top / path
            if path in known or not os.path.lexists(at):
                continue
            if at.is_symlink() or not at.is_dir() or path not in folders:
                yield path
            else:
                yield from _strangers(top, at, known)


def _strangers(top: Path, folder: Path, known: set[str]) -> Iterator[str]:
    """What is in a folder and in no snapshot."""
    for at, folders, files in os.walk(folder):
        names = files + [it for it in folders if (Path(at) / it).is_symlink()]
        for name in names:
            path = str((Path(at) / name).relative_to(top))
            if path not in known:
                yield path
