"""What an agent began at some time and let go on: whether it runs still, and its end."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from pathlib import Path
from threading import Event

from janus.agents.process.process import AgentProcess

TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
#: Seconds that processes get to end: by their agent's own doing, after SIGTERM, after SIGKILL.
_TIDY, _TERMINATED, _KILLED = 0.5, 0.5, 0.5


def ticks() -> int:
    """The time as the kernel counts the starts of processes; 0 where it does not tell them."""
    if not Path("/proc/self/stat").exists():
        return 0
    return int(time.clock_gettime(time.CLOCK_BOOTTIME) * TICKS_A_SECOND)


def end_begun(process: AgentProcess, since: int) -> bool | None:
    """End what the agent began *since* and does not end itself: True if there was any.

    None if it may still run: it does not end, or nobody knows.
    """
    if not since:
        return None
    if _ends(process, since, _TIDY):
        return False
    process.signal(signal.SIGTERM, since)
    if not _ends(process, since, _TERMINATED):
        process.signal(signal.SIGKILL, since)
        if not _ends(process, since, _KILLED):
            return None
    return True


def is_stopped(process: AgentProcess) -> bool:
    """Whether somebody has stopped the agent's process: it does nothing until it is continued."""
    with contextlib.suppress(OSError):
        stat = Path(f"/proc/{process.pid}/stat").read_bytes()
        return stat.rpartition(b")")[2].split()[0] in (b"T", b"t")
    return False


def _ends(process: AgentProcess, since: int, patience: float) -> bool:
    deadline = time.monotonic() + patience
    while process.descendants(since):
        if time.monotonic() > deadline:
            return False
        Event().wait(0.05)
    return True
