"""End agents and git processes that an earlier Janus left behind.

Guardians end their agents, unless somebody killed the guardians too. Git ends by itself soon, but
until then it changes files that the next Janus reads. Every process that they start inherits the
mark of the Janus that started them, an id that no other Janus has. So a process with the mark of a
Janus that is gone was started by it, and no other process is touched.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Event

from janus.agents.process.proc import DEAD, stat_of
from janus.forks.client import MARK

log = logging.getLogger(__name__)

#: Seconds that guardians have to end their agents in order, and that all of it may take.
_ORDERLY, _TIMEOUT = 2.5, 10.0


def mark_environ(environ: Mapping[str, str], run: str) -> dict[str, str]:
    """Return *environ* with the mark of the Janus that *run* identifies."""
    return {**environ, MARK: run}


def end_orphans(run: str) -> int:
    """End every process with the mark of *run*, and return how many there were.

    Waits until none is left, at most 10 seconds. Needs ``/proc``; without it only the guardians
    end agents.
    """
    mark = f"{MARK}={run}".encode()
    at_first = marked = _marked(mark)
    began = time.monotonic()
    while marked and time.monotonic() - began < _TIMEOUT:
        if time.monotonic() - began > _ORDERLY:
            for pid in marked:
                _kill(pid, lambda pid: mark in _environ_of(pid))
        Event().wait(0.02)
        marked = _marked(mark)
    if at_first:
        log.warning("Ended %d processes that an earlier Janus left behind", len(at_first))
    return len(at_first)


def end_session(leader: int) -> None:
    """End what a guardian has left that was killed: all of ours in the session that it led.

    Waits until nothing is left, at most 10 seconds: what hangs in the kernel cannot be ended. Needs
    ``/proc``.
    """
    began = time.monotonic()

    def is_left(pid: int) -> bool:
        ours = f"{MARK}=".encode()
        return _session_of(pid) == leader and any(it.startswith(ours) for it in _environ_of(pid))

    while left := [pid for pid in _pids() if is_left(pid)]:
        if time.monotonic() - began > _TIMEOUT:
            log.error("%d processes of an agent do not end", len(left))
            return
        for pid in left:
            _kill(pid, is_left)
        Event().wait(0.01)


def _session_of(pid: int) -> int | None:
    """The session of a process that is alive."""
    try:
        state, _, _, session, *_ = stat_of(pid)
    except (OSError, ValueError):
        return None
    return None if state in DEAD else int(session)


def _marked(mark: bytes) -> list[int]:
    return [pid for pid in _pids() if mark in _environ_of(pid)]


def _pids() -> list[int]:
    try:
        return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    except OSError:
        return []


def _environ_of(pid: int) -> list[bytes]:
    """The variables of a process; none of one that has exited, or belongs to another user."""
    try:
        return Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return []


def _kill(pid: int, is_meant: Callable[[int], bool]) -> None:
    """Kill a process by a descriptor: its pid may belong to another one by now."""
    with contextlib.suppress(AttributeError, OSError), os.fdopen(os.pidfd_open(pid)) as process:
        if is_meant(pid):
            signal.pidfd_send_signal(process.fileno(), signal.SIGKILL)
