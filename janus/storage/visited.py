"""The files of other programs, looked at without a trace: nothing is written, nor any time set.

No link is followed below the folder that was asked for, and only plain files of this user are
opened, as in ``storage.folder``.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Self

from janus.storage.lines import whole_lines

#: Without it, looking would be seen in the access times. Other systems have no such flag.
_QUIETLY = getattr(os, "O_NOATIME", 0) | os.O_CLOEXEC | os.O_NONBLOCK
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | _QUIETLY


class VisitedFolder:
    """An open folder of another program. Use it in a ``with``."""

    def __init__(self, fd: int, path: Path) -> None:
        self.fd = fd
        self.path = path

    @classmethod
    def open(cls, path: Path) -> Self:
        """The folder at *path*, which its owner may have made a link. Raises OSError."""
        return cls(_own(os.open(path, _FOLDER)), path)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self.fd)

    def folder(self, name: str) -> VisitedFolder:
        """The folder *name* in this one. Raises OSError, also for a link."""
        fd = os.open(name, _FOLDER | os.O_NOFOLLOW, dir_fd=self.fd)
        return VisitedFolder(_own(fd), self.path / name)

    def names(self) -> list[str]:
        """What is in it, in the order of the alphabet. Raises OSError."""
        return sorted(os.listdir(self.fd))  # noqa: PTH208  # no path, a descriptor

    def stat(self, name: str) -> os.stat_result | None:
        """The plain file *name*; None if there is none."""
        with contextlib.suppress(OSError):
            found = os.stat(name, dir_fd=self.fd, follow_symlinks=False)
            return found if stat.S_ISREG(found.st_mode) else None
        return None

    @contextlib.contextmanager
    def opened(self, name: str) -> Iterator[int]:
        """The descriptor of the plain file *name*. Raises OSError, also for a link."""
        fd = _own(os.open(name, os.O_RDONLY | os.O_NOFOLLOW | _QUIETLY, dir_fd=self.fd))
        try:
            if not stat.S_ISREG(os.fstat(fd).st_mode):
                raise PermissionError(f"{self.path / name} is no plain file")
            yield fd
        finally:
            os.close(fd)

    def read(self, name: str, most: int) -> bytes:
        """All of a file. Raises OSError, also if it is larger than *most*."""
        with self.opened(name) as fd:
            parts, size = [], 0
            while block := os.read(fd, 1 << 20):
                parts.append(block)
                if (size := size + len(block)) > most:
                    raise PermissionError(f"{self.path / name} is too large")
        return b"".join(parts)

    def lines(self, name: str) -> Iterator[bytes]:
        """The whole lines of a file, as they are read. Raises OSError."""
        with self.opened(name) as fd:
            yield from whole_lines(fd)

    def ends(self, name: str, most: int) -> tuple[list[bytes], list[bytes]]:
        """The first and the last whole lines of a file, about *most* bytes of each."""
        with self.opened(name) as fd:
            size = os.fstat(fd).st_size
            head = os.pread(fd, most, 0).split(b"\n")[:-1]
            start = max(0, size - most)
            tail = os.pread(fd, most, start).split(b"\n")[:-1]
        return head, tail[1:] if start else tail


def _own(fd: int) -> int:
    """The descriptor, unless what it opens is another user's."""
    if os.fstat(fd).st_uid != os.geteuid():
        os.close(fd)
        raise PermissionError("it belongs to another user")
    return fd
