"""A small folder seen without git: where all is as it was, git need not be started to say so.

It is believed as git believes its index, by the same signs of each file, and only where all of them
are old enough: whatever is written after a look then has another time.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

from janus.workspace.snapshots.place import OURS, Place

#: How many files and folders are looked at: in the time of more git starts, and knows better.
MOST = 500
#: Seconds: the coarsest times of files, on FAT, are two apart.
SETTLED = 3.0
#: Of each file and folder its path, and what ``stat`` says of it.
Look = tuple[tuple[str | int, ...], ...]


def look_at(place: Place) -> Look | None:
    """All of it, but for git's folder and ours; None where git has to be asked."""
    latest = time.time_ns() - int(SETTLED * 1e9)
    seen = list[tuple[str | int, ...]]()
    try:
        for path in _all(place):
            it = os.lstat(path)
            is_repository = path.endswith("/.git")
            if is_repository or len(seen) == MOST or max(it.st_mtime_ns, it.st_ctime_ns) > latest:
                return None
            seen.append(
                (path, it.st_dev, it.st_ino, it.st_mode, it.st_uid, it.st_size, it.st_mtime_ns,
                 it.st_ctime_ns)
            )  # fmt: skip
    except OSError:  # something goes away at this moment, or is closed
        return None
    return tuple(sorted(seen))


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
