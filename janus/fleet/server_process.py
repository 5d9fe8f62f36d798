"""One run of ``nats-server``: it ends with Janus, and is alone with its store.

The kernel kills it when the thread that started it ends, so that is one which lives as long as
Janus. The lock of the store is inherited by the server: two servers on one store would both write
there, so the next one starts when the last has really ended.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from janus.errors import FleetFailed
from janus.storage.folder import Folder
from janus.storage.lock import try_lock

#: Below the folder of the fleet: what the server keeps, and how it is configured.
STORE, CONFIG = "js", "server.conf"
#: Seconds in which the last server must have left the store, once it was ended.
_LEAVING = 2.0
#: Seconds that reading a configuration may take.
_CHECK = 20.0
#: The usual port of NATS.
_PORT = 4222
#: Bytes: the most that is kept.
_MOST = 4 << 30
#: Sets the parent-death signal, and becomes the server. Where there is none, the lock is left.
_BECOME = """
import ctypes, os, sys
prctl = getattr(ctypes.CDLL(None), "prctl", None)
if prctl:
    prctl(1, 9)
if os.getppid() == int(sys.argv[1]):
    os.execv(sys.argv[2], sys.argv[2:])
"""


def program(environ: Mapping[str, str]) -> str:
    """The path of ``nats-server``. Raises FleetFailed where there is none."""
    beside = str(Path(sys.executable).parent)
    found = shutil.which("nats-server", path=f"{beside}{os.pathsep}{environ.get('PATH', '')}")
    if found is None:
        raise FleetFailed("A doorway needs nats-server. Install it with: janus[fleet]")
    return found


def check(folder: Path, text: bytes, environ: Mapping[str, str]) -> None:
    """Have the server read a configuration, and do nothing. Raises FleetFailed where it refuses."""
    write(folder, "check.conf", text)
    command = [program(environ), "-t", "-c", str(folder / "check.conf")]
    try:
        done = subprocess.run(
            command, env=environ, cwd="/", capture_output=True, text=True, errors="replace",
            timeout=_CHECK,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as failure:
        raise FleetFailed(f"The server cannot read its configuration: {failure}") from failure
    if done.returncode:
        raise FleetFailed(f"The server refuses its configuration: {done.stderr.strip()}")


def write(folder: Path, name: str, text: bytes) -> None:
    """Write a file for the server. Raises FleetFailed."""
    try:
        with Folder.make(folder) as held:
            held.replace(name, text)
    except OSError as failure:
        raise FleetFailed(f"Cannot write in {folder}: {failure.strerror}") from failure


def start(folder: Path, environ: Mapping[str, str], lock: int) -> subprocess.Popen[str]:
    """Run the server with what ``CONFIG`` says; its log is what stderr gives.

    Raises FleetFailed, OSError.
    """
    command = [sys.executable, "-I", "-S", "-c", _BECOME, str(os.getpid())]
    process = subprocess.Popen(
        [*command, program(environ), "-c", str(folder / CONFIG)],
        env=environ, cwd="/", text=True, errors="replace", pass_fds=(lock,), bufsize=1,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        start_new_session=True,
    )  # fmt: skip
    os.pwrite(lock, f"{process.pid}\n".encode(), 0)
    return process


def free_port(address: str) -> int:
    """A port for the server, the usual one if it is free. Raises FleetFailed."""
    for port in (_PORT, 0):
        with contextlib.suppress(OSError), socket.create_server((address, port)) as probe:
            return int(probe.getsockname()[1])
    raise FleetFailed(f"No port is free at {address}.")


def room(folder: Path) -> int:
    """Bytes that the server may keep: what it has, and half of what the disk has left."""
    files = (folder / STORE).rglob("*")
    used = sum(it.lstat().st_blocks * 512 for it in files)
    return min(_MOST, used + shutil.disk_usage(folder).free // 2)


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[int]:
    """Hold the lock of the store, which who inherits it keeps. Raises FleetFailed, OSError."""
    with Folder.make(folder) as held, held.opened("lock", os.O_RDWR | os.O_CREAT) as fd:
        deadline = time.monotonic() + _LEAVING
        while not try_lock(fd):
            pid = os.pread(fd, 32, 0).split(b"\n")[0].decode("ascii", "replace")
            if time.monotonic() > deadline:
                raise FleetFailed(f"Another server uses {folder}: process {pid}. End it first")
            _end_left_behind(pid, folder)
            threading.Event().wait(0.05)
        yield fd


def _end_left_behind(pid: str, folder: Path) -> None:
    """End the server of a Janus that was killed, where the kernel did not; nothing else."""
    with contextlib.suppress(OSError, ValueError):
        shown = ["ps", "-ww", "-o", "command=", "-p", str(int(pid))]
        found = subprocess.run(shown, capture_output=True, text=True, cwd="/").stdout
        if found.strip().endswith(f"nats-server -c {folder / CONFIG}"):
            os.kill(int(pid), signal.SIGKILL)
