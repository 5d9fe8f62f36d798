"""Agents, and git, that an earlier Janus left behind.

The guardians end agents, unless somebody killed those too; git ends soon by itself, but until then
it changes what the next Janus reads. Every process that they start inherits the mark of the Janus
that started them, an id that nobody else has; so what carries the mark of a Janus that is gone is
its own, and nothing else is touched.
"""

from __future__ import annotations

import logging
import os
import signal
import time
from collections.abc import Mapping
from pathlib import Path
from threading import Event

log = logging.getLogger(__name__)

#: The variable that holds the mark. No setting of Janus, which an agent may want to start.
MARK = "AGENT_OF_JANUS"
#: Seconds the guardians get to end their agents in order, and all of it may take.
_ORDERLY, _LONGEST = 2.5, 10.0


def mark_environ(environ: Mapping[str, str], run: str) -> dict[str, str]:
    """Return *environ* with the mark of the Janus that *run* identifies."""
    return {**environ, MARK: run}


def end_orphans(run: str) -> int:
    """End what the Janus that marked its agents with *run* left; how many there were.

    Returns when none is left. Needs ``/proc``: elsewhere the guardians alone have to do.
    """
    mark = f"{MARK}={run}".encode()
    found = marked = _marked(mark)
    began = time.monotonic()
    while marked and time.monotonic() - began < _LONGEST:
        if time.monotonic() - began > _ORDERLY:
            for pid in marked:
                _kill(pid, mark)
        Event().wait(0.02)
        marked = _marked(mark)
    if found:
        log.warning("Ended %d processes that an earlier Janus left", len(found))
    return len(found)


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
        return False  # gone meanwhile, or somebody else's


def _kill(pid: int, mark: bytes) -> None:
    """Through a descriptor of the process: its number may be another's by now."""
    try:
        fd = os.pidfd_open(pid)
    except (AttributeError, OSError):
        return
    try:
        if _has(pid, mark):
            signal.pidfd_send_signal(fd, signal.SIGKILL)
    except OSError:
        pass
    finally:
        os.close(fd)
