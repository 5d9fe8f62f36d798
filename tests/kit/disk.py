"""Where tests write: into memory, where there is room for it, as most sync what they write."""

import os
import sys

#: A file system in memory; a container may have a tiny one, and one from which nothing is executed.
_MEMORY, _ROOM = "/dev/shm", 2 << 30


def choose_disk():
    """Let pytest make its folders in memory, unless whoever runs it names a place."""
    if sys.platform == "linux" and os.access(_MEMORY, os.W_OK):
        disk = os.statvfs(_MEMORY)
        if disk.f_bavail * disk.f_frsize > _ROOM and not disk.f_flag & os.ST_NOEXEC:
            os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", _MEMORY)
