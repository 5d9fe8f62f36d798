"""What is known of a session from outside."""

from __future__ import annotations

import re
import time
from collections.abc import Collection

from janus.clock import possible


def name_of(branch: str | None) -> str | None:
    """A session's name after its branch; None if nothing of that could be one."""
    return re.sub(r"[^a-zA-Z0-9]+", "-", branch or "").strip("-")[-50:].strip("-") or None


def free_name(now: float, taken: Collection[str | None]) -> str:
    """The day's first default name that is not *taken*: ``feature-YYYY-MM-DD-NNN``."""
    day = time.strftime("feature-%Y-%m-%d", time.localtime(possible(now)))
    names = (f"{day}-{number:03}" for number in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)
