"""A folder held open, and the files in it: no link is followed, nothing strange is opened.

Every name is looked up relative to the folder's descriptor. What is opened must be a plain file of
this user: a FIFO would block whoever opens it, ``/dev/zero`` never ends, and a link leads wherever
the author of a cloned repository wants. Such things are refused with ``NotOurs``, an OSError.
"""

from __future__ import annotations

import contextlib
import errno
import itertools
import os
import secrets
import stat
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Self

from janus.clock import timestamp
from janus.storage.disk import CANNOT, tolerate

#: How the names of files begin that are not whole yet.
NEW = ".new-"
#: Bytes; far more than any file of ours that is read whole.
LARGEST = 64 << 20
_SAFELY = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_BLOCK = 1 << 16


class NotOurs(OSError):
    """Something is in the place of a file or folder of ours; it is left as it is."""

    def __init__(self, what: str) -> None:
        super().__init__(errno.EPERM, what)


class Folder:
    """An open folder. Use it in a ``with``, or ``close`` it; closing twice is fine."""

    def __init__(self, fd: int, path: Path) -> None:
        self.fd = fd
        self.path = path

    @classmethod
    def open(cls, path: Path, *, follow: bool = False) -> Self:
        """The folder at *path*, which must not be a link unless *follow*. Raises OSError."""
        return cls(_open_folder(path, None, follow=follow), path)

    @classmethod
    def make(cls, path: Path) -> Self:
        """The folder at *path*, made for its owner alone if missing, durably. Raises OSError."""
        try:
            return cls.open(path)
        except FileNotFoundError:
            _make_durable(path)
            return cls.open(path)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the descriptor back. May be called twice."""
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1

    def folder(self, name: str, *, make: bool = False) -> Folder:
        """The folder *name* in this one, which must be a real one of this user's."""
        if make:
            with contextlib.suppress(FileExistsError):
                os.mkdir(name, 0o700, dir_fd=self.fd)
                self.sync()
        fd = _open_folder(name, self.fd)
        if os.fstat(fd).st_uid != os.geteuid():
            os.close(fd)
            raise NotOurs(f"{self.path / name} belongs to another user")
        return Folder(fd, self.path / name)

    def file(self, name: str, flags: int = os.O_RDONLY) -> int:
        """The descriptor of the plain file *name*; with O_CREAT it is made for its owner alone."""
        try:
            fd = os.open(name, flags | _SAFELY, 0o600, dir_fd=self.fd)
        except OSError as failure:
            if failure.errno in (errno.ELOOP, errno.EISDIR, errno.ENXIO):
                raise NotOurs(f"{self.path / name} is no plain file") from failure
            raise
        found = os.fstat(fd)
        plain, own = stat.S_ISREG(found.st_mode), found.st_uid == os.geteuid()
        if not (plain and own):
            os.close(fd)
            why = "belongs to another user" if plain else "is no plain file"
            raise NotOurs(f"{self.path / name} {why}")
        return fd

    @contextlib.contextmanager
    def opened(self, name: str, flags: int = os.O_RDONLY) -> Iterator[int]:
        """What ``file`` gives, closed at the end."""
        fd = self.file(name, flags)
        try:
            yield fd
        finally:
            os.close(fd)

    def read(self, name: str, most: int = LARGEST) -> bytes:
        """All of a file. Raises OSError, also if it is larger than *most*."""
        with self.opened(name) as fd:
            if os.fstat(fd).st_size > most:
                raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
            return b"".join(iter(lambda: os.read(fd, _BLOCK), b""))

    def replace(self, name: str, data: bytes, *, temporary: str | None = None) -> None:
        """Write a whole file: a reader sees the old one or the new one, also after a power cut."""
        self.write(name, [data], temporary=temporary)

    def write(self, name: str, blocks: Iterable[bytes], *, temporary: str | None = None) -> None:
        """The same, of *blocks* that come one by one."""
        with self._written(blocks, temporary) as (new, _):
            os.rename(new, name, src_dir_fd=self.fd, dst_dir_fd=self.fd)
        self.sync()

    def save_new(self, name: str, data: bytes, *, temporary: str | None = None) -> str:
        """Write a whole new file and return its name: *name*, or ``…-2`` and so on."""
        stem, dot, suffix = name.rpartition(".")
        with self._written([data], temporary) as (new, _):
            for number in itertools.count(1):
                target = name if number == 1 else f"{stem}-{number}{dot}{suffix}"
                with contextlib.suppress(FileExistsError):
                    self._link(new, target)
                    break
        self.sync()
        return target

    def create(self, name: str, data: bytes) -> bool:
        """Write a whole new file; False where something has its name already."""
        with contextlib.suppress(FileExistsError), self._written([data], None) as (new, _):
            self._link(new, name)
            self.sync()
            return True
        return False

    def _link(self, new: str, target: str) -> None:
        """Give a file of ours a second name. Raises FileExistsError."""
        try:
            os.link(new, target, src_dir_fd=self.fd, dst_dir_fd=self.fd)
        except OSError as failure:
            if failure.errno not in CANNOT:
                raise
            # A disk without second names: the name is taken first, and then replaced.
            os.close(self.file(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL))
            os.rename(new, target, src_dir_fd=self.fd, dst_dir_fd=self.fd)

    def copy(self, name: str, source: int, size: int) -> int:
        """A new file *name* with the first *size* bytes of another, durably; open for appending."""
        blocks = (os.pread(source, min(_BLOCK, size - at), at) for at in range(0, size, _BLOCK))
        return self.begin(name, blocks)

    def begin(self, name: str, blocks: Iterable[bytes]) -> int:
        """A new file *name* that begins with *blocks*, durably; open for appending."""
        with self._written(blocks, None) as (new, fd):
            os.rename(new, name, src_dir_fd=self.fd, dst_dir_fd=self.fd)
            self.sync()
            return os.dup(fd)

    def stat(self, name: str) -> os.stat_result | None:
        """What has this name, be it a link; None if nothing has."""
        try:
            return os.stat(name, dir_fd=self.fd, follow_symlinks=False)
        except FileNotFoundError:
            return None

    def names(self) -> list[str]:
        return sorted(os.listdir(self.fd))  # noqa: PTH208  # no path, a descriptor

    def remove(self, name: str) -> None:
        """Remove a file, or what may be left of one: a disk that broke may not even take that."""
        with contextlib.suppress(OSError):
            os.unlink(name, dir_fd=self.fd)

    def remove_folder(self, name: str) -> None:
        """Remove a folder that is empty, durably. Raises OSError."""
        os.rmdir(name, dir_fd=self.fd)
        self.sync()

    def put_aside(self, name: str) -> str:
        """Give whatever is called *name* another one, and return that. Raises OSError."""
        # Also by the monotonic clock: two of one moment, or of a clock that stands still.
        when = timestamp(time.time()).replace("-", "").replace(":", "")
        aside = f"{name}.corrupt-{when}-{time.monotonic_ns()}"
        os.rename(name, aside, src_dir_fd=self.fd, dst_dir_fd=self.fd)
        return aside

    def sync(self) -> None:
        """Make the names in the folder durable, as far as its disk can."""
        try:
            os.fsync(self.fd)
        except OSError as failure:
            tolerate(failure, self.fd, self.path)

    @contextlib.contextmanager
    def _written(self, blocks: Iterable[bytes], temporary: str | None) -> Iterator[tuple[str, int]]:
        """A temporary file, open, with *blocks* in it, on the disk; gone and closed at the end."""
        new = temporary or NEW + secrets.token_hex(8)
        if temporary:  # the name is ours alone, so what has it is what a crash left
            self.remove(new)
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_EXCL | _SAFELY
        fd = os.open(new, flags, 0o600, dir_fd=self.fd)
        try:
            for block in blocks:
                write_all(fd, block)
            os.fsync(fd)
            yield new, fd
        finally:
            os.close(fd)
            self.remove(new)


def write_all(fd: int, data: bytes) -> None:
    """Write all of *data*, however many calls that takes."""
    while data:
        data = data[os.write(fd, data) :]


def _open_folder(path: Path | str, at: int | None, *, follow: bool = False) -> int:
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC | (0 if follow else os.O_NOFOLLOW)
    try:
        return os.open(path, flags, dir_fd=at)
    except OSError as failure:
        if failure.errno in (errno.ELOOP, errno.ENOTDIR):
            raise NotOurs(f"{path} is no real folder") from failure
        raise


def _make_durable(path: Path) -> None:
    """Make a folder, and what is missing above it, each known to the one above it on the disk."""
    if not path.parent.is_dir():
        _make_durable(path.parent)  # with parents=True those above would be open to all
    with Folder.open(path.parent, follow=True) as parent:
        with contextlib.suppress(FileExistsError):
            os.mkdir(path.name, 0o700, dir_fd=parent.fd)
        parent.sync()
