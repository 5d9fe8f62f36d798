"""Close what another program makes in a folder of ours to other users."""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path


def close_to_others(folder: Path, *, but: str) -> None:
    """Leave a folder and what is in it to its owner alone; in one called *but*, what is on top.

    No link is followed. What goes away meanwhile is no matter. Raises OSError.
    """
    with contextlib.suppress(FileNotFoundError):
        for at, folders, files, fd in os.fwalk(folder):
            for name in (".", *folders, *files):
                _close(name, fd)
            if Path(at).name == but:
                folders.clear()


def _close(name: str, at: int) -> None:
    try:
        mode = os.stat(name, dir_fd=at, follow_symlinks=False).st_mode
        if mode & 0o077 and not stat.S_ISLNK(mode):
            os.chmod(name, stat.S_IMODE(mode) & 0o700, dir_fd=at)  # no path
    except FileNotFoundError:
        pass
