"""What disks can do, and what to do about those that cannot."""

from __future__ import annotations

import errno
import logging
import os
from pathlib import Path

log = logging.getLogger(__name__)

#: What disks say that cannot do such a thing to a folder, such as network shares: they are weaker.
CANNOT = {
    errno.EINVAL, errno.ENOTSUP, errno.EBADF, errno.ENOSYS, errno.ENOTTY,
    errno.EACCES, errno.EPERM, errno.EISDIR,
}  # fmt: skip
#: What is to be done where a disk does not take something; for all else its words must do.
_REMEDIES = {
    errno.ENOSPC: "free some space on the computer",
    errno.EDQUOT: "free some space on the computer, your quota is used up",
    errno.EROFS: "make the disk writable",
    errno.EACCES: "give yourself write access to the folder",
    errno.EPERM: "give yourself write access to the folder",
    errno.EIO: "check the disk",
    errno.EMFILE: "let Janus open more files (ulimit -n)",
    errno.ENFILE: "close some programs",
}
_said: set[int] = set()  # the disks of which it was said that they cannot sync folders


def remedy(failure: OSError) -> str:
    """What to do about a disk that did not take something, as the beginning of a sentence."""
    return _REMEDIES.get(failure.errno or 0, "look at the disk")


def tolerate(failure: OSError, fd: int, path: Path) -> None:
    """Say once that the disk of an open folder cannot sync it; raise any other *failure*."""
    if failure.errno not in CANNOT:
        raise failure
    device = os.fstat(fd).st_dev
    if device not in _said:
        _said.add(device)
        log.warning(
            "The disk of %s cannot sync folders (%s): what was just made may be lost in a "
            "power cut, not otherwise", path, failure.strerror,
        )  # fmt: skip
