"""What the kernel tells of processes under ``/proc``."""

from __future__ import annotations

from pathlib import Path

#: States of a process that has exited, and waits for its parent to notice.
DEAD = ("Z", "X")


def stat_of(pid: int) -> list[str]:
    """What is told of a process, after its name in brackets, which may hold anything.

    State, parent, group and session come first. Raises OSError where there is none.
    """
    text = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    return text.rpartition(")")[2].split()
