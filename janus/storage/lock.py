"""One Janus for a workspace: two would write the same logs and start the same agents.

The kernel holds the lock for as long as the process lives, however it ends. What the file says is
for others: who serves here, where, and by which mark its agents are known.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
import uuid
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from threading import Event

from janus.errors import CannotServe
from janus.storage.atomic import make_folder

_NAME = "lock"
#: Seconds that a server whose master was killed may take to end what it has.
_LEAVING = 30.0


@dataclass(frozen=True, slots=True)
class Serving:
    """Who serves a workspace. ``master`` is the process to stop; ``run`` marks its agents."""

    pid: int
    master: int
    run: str
    url: str | None = None


class WorkspaceLock:
    """Held from ``acquire`` to ``release``; not shared with what the process starts."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / _NAME
        self._fd: int | None = None
        self.serving = Serving(os.getpid(), os.getpid(), str(uuid.uuid4()))

    def acquire(self) -> Serving | None:
        """Take the lock; who had it before, if anybody. Raises CannotServe when somebody has it.

        Waits for a server that is ending because its master was killed. What the file says stays
        until ``sign``: whoever is killed before must not take the earlier one's mark with it.
        """
        self._fd = _locked(self._path)
        return _read(self._path)

    def sign(self) -> None:
        """Say that this process serves here: of the earlier one nothing is left."""
        self._write()

    def announce(self, url: str, master: int) -> None:
        """Say where this server is to be found, and which process to stop."""
        self.serving = replace(self.serving, url=url, master=master)
        self._write()

    def release(self) -> None:
        """May be called twice."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def _write(self) -> None:
        if self._fd is not None:
            data = json.dumps(asdict(self.serving)).encode() + b"\n"
            os.pwrite(self._fd, data, 0)  # first: nobody ever reads an empty file
            os.ftruncate(self._fd, len(data))


def serving(folder: Path) -> Serving | None:
    """Who serves the workspace whose ``.janus`` is *folder*, or None if nobody does."""
    try:
        fd = os.open(folder / _NAME, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        return None if _taken(fd) else _read(folder / _NAME)
    finally:
        os.close(fd)


def check_free(folder: Path) -> None:
    """Raises CannotServe when somebody serves here; see ``acquire``."""
    os.close(_locked(folder / _NAME))


def _locked(path: Path) -> int:
    try:
        make_folder(path.parent)
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as failure:
        raise CannotServe(f"cannot open {path}: {failure.strerror}") from failure
    deadline = time.monotonic() + _LEAVING
    while not _taken(fd):
        other = _read(path)
        if other is None or _lives(other.master) or time.monotonic() > deadline:
            os.close(fd)
            raise CannotServe(_refusal(path, other))
        Event().wait(0.05)
    return fd


def _taken(fd: int) -> bool:
    """Whether the lock could be had; it is given back when *fd* is closed."""
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _read(path: Path) -> Serving | None:
    try:
        return Serving(**json.loads(path.read_bytes().partition(b"\n")[0]))
    except (OSError, ValueError, TypeError):
        return None


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _refusal(path: Path, other: Serving | None) -> str:
    who = f"process {other.master}" if other else "another process"
    where = f" at {other.url}" if other and other.url else ""
    return (
        f"another Janus serves {path.parent.parent} already: {who}{where}. "
        "Use that one, stop it first, or choose another WORKSPACE_DIR"
    )
