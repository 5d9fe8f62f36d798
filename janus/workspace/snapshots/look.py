"""A small folder seen without git: where all is as it was, git need not be started to say so.

It is believed as git believes its index, by the same signs of each file, and only where all of them
are old enough: whatever is written after a look then has another time.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

from janus.workspace.snapshots.place import OURS, Place

#: How many files and folders are looked at: in the time of more git starts, and knows better.
MOST = 500
#: Seconds: the coarsest times of files, on FAT, are two apart; those of others, ten milliseconds.
SETTLED, FINELY = 3.0, 0.1
#: Of each file and folder its path, and what ``stat`` says of it.
Look = tuple[tuple[str | int, ...], ...]


def look_at(place: Place, home: Path | None = None) -> Look | None:
    """All of it but for git's folder and ours, and the rules elsewhere of what git ignores there.

    None where git has to be asked.
    """
    now = time.time_ns()
    coarse, fine = now - int(SETTLED * 1e9), now - int(FINELY * 1e9)
    seen = list[tuple[str | int, ...]]()
    try:
        for path in _all(place):
            *_, changed = signs = _signs(path)
            is_settled = changed < (fine if changed % 1_000_000 else coarse)
            if not is_settled or len(seen) == MOST or path.endswith("/.git"):
                return None
            seen.append((path, *signs))
    except OSError:  # something goes away at this moment, or is closed
        return None
    for rules in _rules(place, home):
        with contextlib.suppress(OSError):
            seen.append((str(rules), *_signs(rules)))
    return tuple(sorted(seen))


def _signs(path: str | Path) -> tuple[int, ...]:
    it = os.lstat(path)
    return (
        it.st_dev, it.st_ino, it.st_mode, it.st_uid, it.st_size, it.st_mtime_ns, it.st_ctime_ns
    )  # fmt: skip


def _rules(place: Place, home: Path | None) -> Iterator[Path]:
    if place.exclude:
        yield place.exclude
    if home:
        yield from (home / ".gitconfig", home / ".config/git/config", home / ".config/git/ignore")
        named = dict(place.config).get("core.excludesfile", "")
        yield home / named.removeprefix("~/")


def _all(place: Place) -> Iterator[str]:
    """The folders, and what is in them."""
    folders = [str(place.top)]
    for folder in folders:  # the list grows meanwhile
        yield folder
        with os.scandir(folder) as entries:
            for entry in entries:
                at_top, is_folder = folder == folders[0], entry.is_dir(follow_symlinks=False)
                if at_top and is_folder and f"{entry.name}/" in OURS:
                    continue
                if at_top and place.objects and entry.name == ".git":
                    continue
                if is_folder:
                    folders.append(entry.path)
                else:
                    yield entry.path
