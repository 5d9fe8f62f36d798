"""The threads that serve requests, by a name that ``top -H`` shows, too."""

from __future__ import annotations

import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

#: What the kernel calls them; 15 characters at most.
NAME = "janus-request"


def request_threads(most: int) -> ThreadPoolExecutor:
    """As many as are needed at the same time, *most* at most, which then stay.

    Now and then there is one more than that: it counts those that wait a little too low.
    """
    return ThreadPoolExecutor(most, NAME, initializer=_tell_kernel)


def _tell_kernel() -> None:
    with contextlib.suppress(OSError):  # where there is no /proc
        Path(f"/proc/self/task/{threading.get_native_id()}/comm").write_text(NAME)
