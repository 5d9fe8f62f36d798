"""What keeps the server small: in the master, before its worker is forked."""

from __future__ import annotations

import contextlib
import ctypes
import gc

_M_ARENA_MAX, _M_MMAP_THRESHOLD = -8, -3
#: Bytes; what glibc begins with.
_LARGE = 1 << 17


def keep_the_heap_small() -> None:
    """On glibc: 128 threads with an arena each keep 16 MB more of what readers were sent.

    And a long answer goes back to the system at once. Once one was freed, glibc would put all that
    follow into the heap, between the small things: 10 MB more at an answer of 2 MB and 32 readers.

    It has no effect any more once a second thread has allocated something.
    """
    with contextlib.suppress(AttributeError):  # another C library
        libc = ctypes.CDLL(None)
        libc.mallopt(_M_ARENA_MAX, 1)
        libc.mallopt(_M_MMAP_THRESHOLD, _LARGE)


def share() -> None:
    """Let the worker share for good what the master has loaded.

    Else the first look for garbage among all of it, after some hundred turns, would write to each
    of its pages: 10 MB more, from one turn to the next.
    """
    gc.freeze()
