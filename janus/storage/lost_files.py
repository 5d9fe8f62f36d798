"""Files that somebody may remove or replace while they are used: to see that, and to mend it."""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from janus.storage.folder import Folder, NotOurs

log = logging.getLogger(__name__)

#: Bytes by which a file is known again: in a line of a log are its number and the time.
_KNOWN = 4096


@dataclass(frozen=True, slots=True)
class Resting:
    """A file to which is only added, while it is closed.

    Its first *size* bytes count. It is known again by how they end, on any disk; should it be lost,
    *told* has all its lines.
    """

    size: int
    ending: int
    told: Callable[[], Iterable[bytes]]

    @classmethod
    def of(cls, fd: int, size: int, told: Callable[[], Iterable[bytes]]) -> Resting:
        """An open file that will be closed. Raises OSError."""
        return cls(size, _ending(fd, size), told)

    def opened(self, path: Path) -> tuple[int, int]:
        """It, to be written to, and its size; written anew if it is lost. Raises OSError."""
        with contextlib.suppress(FileNotFoundError, NotOurs), Folder.open(path.parent) as folder:
            fd = folder.file(path.name, os.O_RDWR | os.O_APPEND)
            with contextlib.ExitStack() as undo:
                undo.callback(os.close, fd)
                if _ending(fd, self.size) == self.ending:
                    undo.pop_all()
                    return fd, self.size
        lines = [*self.told()]
        fd = write_anew(path, lambda folder: folder.begin(path.name, lines))
        return fd, sum(map(len, lines))


def is_still(path: Path, fd: int) -> bool:
    """Whether what is at *path* is the open file, not another one by now."""
    with contextlib.suppress(OSError), Folder.open(path.parent) as folder:
        found = folder.stat(path.name)
        return found is not None and os.path.samestat(found, os.fstat(fd))
    return False


def write_anew(path: Path, write: Callable[[Folder], int]) -> int:
    """What *write* gives the name, once whatever has it is out of the way. Raises OSError."""
    with Folder.make(path.parent) as folder:
        if folder.stat(path.name):
            folder.put_aside(path.name)
        fd = write(folder)
    log.warning("%s had been removed or replaced; it is written anew", path)
    return fd


def _ending(fd: int, size: int) -> int:
    start = max(0, size - _KNOWN)
    return hash(os.pread(fd, size - start, start))
