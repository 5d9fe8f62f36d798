"""Waiting for a condition, never for a time."""

import threading
import time

#: Seconds between two looks, and how many times as long as a look takes: who looks all the time
#: takes the computer from what is waited for.
_SHORTEST, _LONGEST, _TIMES = 0.005, 0.25, 3


def wait_for(condition, timeout=60.0):
    """Poll until *condition* is true; fail with its name if it never is.

    So long that no load of the computer makes it fail: what takes a second may take twenty.
    """
    looked = time.monotonic()
    deadline = looked + timeout
    while not (found := condition()):
        now = time.monotonic()
        assert now < deadline, f"waited {timeout} s for {condition}"
        threading.Event().wait(min(max(_SHORTEST, _TIMES * (now - looked)), _LONGEST))
        looked = time.monotonic()
    return found
