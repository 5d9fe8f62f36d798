"""Copy files from one folder into another, no link is followed and nothing replaced."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from pathlib import PurePath

from janus.storage.folder import Folder, NotOurs

_BLOCK = 1 << 20


def copy_new(source: Folder, target: Folder, path: PurePath, most: int) -> int:
    """Copy the file at *path*, below both folders; its size in bytes, 0 if it was there.

    Folders are made as needed. A link that leads to something below the folder too becomes the same
    link. Raises OSError: NotOurs for another link or a strange thing, also on the way there, and
    for a file larger than *most*; then nothing of it is left.
    """
    with contextlib.ExitStack() as stack:
        for name in path.parts[:-1]:
            source = stack.enter_context(source.folder(name))
        found = source.stat(path.name)
        if found and stat.S_ISLNK(found.st_mode):
            text = os.readlink(path.name, dir_fd=source.fd)  # below a descriptor
            if _leaves(path.parent / text):
                raise NotOurs(f"{path} is a link that leads elsewhere")
            target = _made(target, path, stack)
            with contextlib.suppress(FileExistsError):
                os.symlink(text, path.name, dir_fd=target.fd)
            return 0
        with source.opened(path.name) as fd:
            found = os.fstat(fd)
            if found.st_size > most:
                raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
            target = _made(target, path, stack)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
            try:
                new = os.open(path.name, flags, found.st_mode & 0o777, dir_fd=target.fd)
            except FileExistsError:
                return 0
            try:
                return _copy(fd, new)
            except BaseException:
                target.remove(path.name)
                raise
            finally:
                os.close(new)


def _made(target: Folder, path: PurePath, stack: contextlib.ExitStack) -> Folder:
    for name in path.parts[:-1]:
        target = stack.enter_context(target.folder(name, make=True))
    return target


def _leaves(path: PurePath) -> bool:
    return PurePath(os.path.normpath(path)).parts[:1] in (("..",), ("/",))


def _copy(fd: int, new: int) -> int:
    size = 0
    while block := os.read(fd, _BLOCK):
        size += len(block)
        while block:
            block = block[os.write(new, block) :]
    return size
