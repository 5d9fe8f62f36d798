"""A police of leaks: no test leaves a thread, a child process or an open file behind."""

import contextlib
import os
import threading
from pathlib import Path

import pytest

from janus.forks.client import FORKS
from kit.waiting import wait_for


def children():
    """The pids of this process's children, the dead ones included."""
    found = set()
    for task in Path("/proc/self/task").iterdir():
        with contextlib.suppress(FileNotFoundError):  # a thread that ended meanwhile
            found.update((task / "children").read_text().split())
    return found


def descriptors():
    """The numbers of the files, pipes, sockets and terminals this process has open."""
    with os.scandir("/proc/self/fd") as entries:
        found = {int(entry.name) for entry in entries}
    return {fd for fd in found if _is_open(fd)}  # without the one that listed them


def _is_open(fd):
    try:
        os.fstat(fd)
    except OSError:
        return False
    return True


@pytest.fixture(autouse=True)
def leak_detector(forks):
    """Fails the test that leaves a thread, a child process or an open file behind."""
    threads, processes, files = set(threading.enumerate()), children(), descriptors()
    yield
    FORKS.stop()  # what it has forked goes on, and is not spared
    wait_for(lambda: set(threading.enumerate()) <= threads)
    wait_for(lambda: children() <= processes)
    wait_for(lambda: descriptors() <= files)


def processes_of(home):
    """Everything that runs with this home: a server, and all it started, wherever it went.

    Not what forks for this process, and goes with it.
    """
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if f"HOME={home}".encode() in (entry / "environ").read_bytes().split(b"\0"):
                found.append(int(entry.name))
        except OSError:
            continue
    return [pid for pid in found if pid != FORKS.pid and not is_spare(pid)]


def is_spare(pid):
    """Whether it is what waits to be forked for this process: it has been given nothing yet."""
    try:
        parent = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
        stderr = Path(f"/proc/{pid}/fd/2").readlink()
    except OSError:
        return False
    return parent == FORKS.pid and stderr == Path(os.devnull)
