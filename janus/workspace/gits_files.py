"""Git's own files, looked at instead of starting git: whether something is as it was."""

from __future__ import annotations

import os
from pathlib import Path

#: Bytes; such a file is one line.
_LONGEST = 4096
#: Bytes of a list of refs that is read.
_PACKED = 1 << 20
#: Which file it is, its size and its time.
Signature = tuple[int, int, int]


def may_be_repository(folder: Path) -> bool:
    """Whether there is anything that git could take for a repository that a folder is in."""
    at, below = str(folder), ""
    while at not in (below, ""):  # a path made of each would take longer than to look
        if os.path.lexists(f"{at}/.git") or os.path.lexists(f"{at}/HEAD"):
            return True
        at, below = os.path.dirname(at), at  # noqa: PTH120
    return False


def signature(found: os.stat_result) -> Signature:
    """Of a file that git replaces by another one when it changes."""
    return found.st_ino, found.st_size, found.st_mtime_ns


def has_no_ref(common: Path, ref: str) -> bool:
    """Whether a repository certainly has no *ref*; False where only git can tell."""
    try:
        if any(os.path.lexists(common / it) for it in (ref, "reftable")):
            return False
        if not (common / "refs").is_dir():  # the objects are elsewhere, on another disk
            return False
        with (common / "packed-refs").open("rb") as file:
            refs = file.read(_PACKED + 1)
        return len(refs) <= _PACKED and ref.encode() not in refs
    except FileNotFoundError:  # none is packed
        return True
    except OSError:
        return False


def loose(path: Path) -> bytes:
    """What is in one of git's own files of one line; nothing if it cannot be read."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return b""
    try:
        return os.read(fd, _LONGEST).strip()
    except OSError:
        return b""
    finally:
        os.close(fd)
