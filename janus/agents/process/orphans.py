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
from collections.abc import Mapping
from pathlib import Path
from threading import Event

log = logging.getLogger(__name__)

#: The environment variable with the mark. Not named like a setting, which would stop the start of
#: a Janus that an agent runs.
MARK = "AGENT_OF_JANUS"
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
                _kill(pid, mark)
        Event().wait(0.02)
        marked = _marked(mark)
    if at_first:
        log.warning("Ended %d processes that an earlier Janus left behind", len(at_first))
    return len(at_first)


def _marked(mark: bytes) -> list[int]:
    try:
        pids = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    except OSError:
        return []
    return [pid for pid in pids if _has(pid, mark)]


def _has(pid: int, mark: bytes) -> bool:
    try:
        return mark in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return False  # it has exited, or belongs to another user


def _kill(pid: int, mark: bytes) -> None:
    """Kill a process by a descriptor: its pid may belong to another one by now."""
    with contextlib.suppress(AttributeError, OSError), os.fdopen(os.pidfd_open(pid)) as process:
        if _has(pid, mark):
            signal.pidfd_send_signal(process.fileno(), signal.SIGKILL)
