"""One Janus for a workspace: two would write the same logs and start the same agents.

Two locks of the kernel are held for as long as the process lives, however it ends: one on a file in
the state folder, and one on the workspace itself, which nobody removes by mistake and which a Janus
with another state folder meets too. What the file says is for others: who serves here, where, and
by which mark its agents are known.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import threading
import time
import uuid
from pathlib import Path

import msgspec
from msgspec.structs import replace

from janus.errors import CannotServe
from janus.storage.folder import Folder, NotOurs
from janus.storage.lost_files import is_still

log = logging.getLogger(__name__)

_NAME = "lock"
#: Bytes of a lock file that are read.
_LONGEST = 1 << 16
#: Seconds that a server whose master was killed may take to end what it has.
_LEAVING = 30.0
#: Seconds that a lock may outlast its release: what another thread just started shares it until its
#: program runs.
_LINGERING = 1.0


class Serving(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who serves a workspace. ``master`` is the process to stop; ``run`` marks its agents."""

    pid: int
    master: int
    run: str
    url: str | None = None


class WorkspaceLock:
    """Held from ``acquire`` to ``release``; not shared with what the process starts.

    ``_lock`` guards the descriptors.
    """

    def __init__(self, folder: Path, workspace: Path | None = None, run: str = "") -> None:
        """The file is in *folder*; the *workspace* itself is locked as well if it is given.

        *run* is the mark of what this Janus starts, a new one if it is not given.
        """
        self._folder = folder
        self._workspace = workspace
        self._lock = threading.Lock()
        self._held: list[int] = []  # the file first
        self.serving = Serving(os.getpid(), os.getpid(), run or str(uuid.uuid4()))
        #: Why another Janus might start beside this one, or None.
        self.problem: str | None = None

    def acquire(self) -> Serving | None:
        """Take the lock; who had it before, if anybody. Raises CannotServe when somebody has it.

        Waits for a server that is ending because its master was killed. What the file says stays
        until ``sign``: whoever is killed before must not take the earlier one's mark with it.
        """
        with self._lock:
            self._held = _locked(self._folder, self._workspace)
            return _read(self._held[0])

    def sign(self) -> None:
        """Say that this process serves here: of the earlier one nothing is left."""
        with self._lock:
            self._write()

    def announce(self, url: str, master: int) -> None:
        """Say where this server is to be found, and which process to stop."""
        with self._lock:
            self.serving = replace(self.serving, url=url, master=master)
            self._write()

    def mend(self) -> None:
        """Make the lock file anew if somebody removed or replaced it; to be called now and then."""
        with self._lock:
            if not self._held or is_still(self._folder / _NAME, self._held[0]):
                self.problem = None
                return
            log.warning("%s was removed or replaced; it is made anew", self._folder / _NAME)
            try:
                fd = _open(self._folder)
            except OSError as failure:
                self.problem = f"The lock of this workspace is gone: {failure.strerror}."
                return
            if not try_lock(fd):
                os.close(fd)
                self.problem = "Another Janus has taken the lock of this workspace. Stop one."
                return
            os.close(self._held[0])
            self._held[0], self.problem = fd, None
            self._write()

    def release(self) -> None:
        """May be called twice."""
        with self._lock:
            while self._held:
                os.close(self._held.pop())

    def _write(self) -> None:
        if self._held:
            data = msgspec.json.encode(self.serving) + b"\n"
            os.pwrite(self._held[0], data, 0)  # first: nobody ever reads an empty file
            os.ftruncate(self._held[0], len(data))


def serving(folder: Path) -> Serving | None:
    """Who serves the workspace whose state is in *folder*, or None if nobody does."""
    try:
        with Folder.open(folder) as held:
            fd = held.file(_NAME, os.O_RDWR)
    except OSError:
        return None
    try:
        return None if try_lock(fd) else _read(fd)
    finally:
        os.close(fd)


def check_free(folder: Path, workspace: Path | None = None) -> None:
    """Raises CannotServe when somebody serves here; see ``acquire``."""
    for fd in _locked(folder, workspace):
        os.close(fd)


def _locked(folder: Path, workspace: Path | None) -> list[int]:
    """The descriptors of the lock file and, where its disk can lock folders, of the workspace."""
    with contextlib.ExitStack() as undo:
        held = [_locked_file(folder, workspace)]
        undo.callback(os.close, held[0])
        held += _locked_workspace(workspace) if workspace else []
        undo.pop_all()
    return held


def _locked_file(folder: Path, workspace: Path | None) -> int:
    began = time.monotonic()
    while True:
        try:
            fd = _open(folder)
        except NotOurs as strange:
            raise CannotServe(f"{strange.strerror}. Move it away") from strange
        except OSError as failure:
            raise CannotServe(f"cannot open {folder / _NAME}: {failure.strerror}") from failure
        if not try_lock(fd):
            other = _read(fd)
            os.close(fd)
            leaving = other is not None and not _lives(other.master)
            if time.monotonic() - began > (_LEAVING if leaving else _LINGERING):
                raise CannotServe(_refusal(workspace, other))
            threading.Event().wait(0.05)
        elif is_still(folder / _NAME, fd):
            return fd
        else:  # removed meanwhile: this one locks nobody out
            os.close(fd)


def _locked_workspace(workspace: Path) -> list[int]:
    try:
        with Folder.open(workspace, follow=True) as held:
            try:
                deadline = time.monotonic() + _LINGERING
                while not (free := try_lock(held.fd)) and time.monotonic() < deadline:
                    threading.Event().wait(0.05)
            except OSError:  # NFS, for one, locks no folder that is open for reading
                return []
            if free:
                return [os.dup(held.fd)]
    except OSError as failure:
        raise CannotServe(f"cannot open {workspace}: {failure.strerror}") from failure
    raise CannotServe(_refusal(workspace, None))


def _open(folder: Path) -> int:
    with Folder.make(folder) as held:
        try:
            return held.file(_NAME, os.O_RDWR | os.O_CREAT)
        except NotOurs as strange:  # it locks nobody out: the lock on the workspace does
            log.warning("%s; it is kept as %s", strange.strerror, held.put_aside(_NAME))
            return held.file(_NAME, os.O_RDWR | os.O_CREAT)


def try_lock(fd: int) -> bool:
    """Whether the lock could be had; it is given back when *fd* is closed."""
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _read(fd: int) -> Serving | None:
    try:
        return msgspec.json.decode(os.pread(fd, _LONGEST, 0).partition(b"\n")[0], type=Serving)
    except (OSError, msgspec.MsgspecError, RecursionError, UnicodeError):
        return None


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        pass
    return True


def _refusal(workspace: Path | None, other: Serving | None) -> str:
    who = "another process"
    if other:
        who = f"process {other.master if _lives(other.master) else other.pid}"
    where = f" at {other.url}" if other and other.url else ""
    if workspace is None:
        return (
            f"another Janus serves for you already: {who}{where}. Add this folder to that one with "
            "janus project add, or stop it first"
        )
    return (
        f"another Janus serves {workspace} already: {who}{where}. "
        "Use that one, stop it first, or choose another WORKSPACE_DIR"
    )
