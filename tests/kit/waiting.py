"""Waiting for a condition, never for a time."""

import threading
import time


def wait_for(condition, timeout=60.0):
    """Poll until *condition* is true; fail with its name if it never is.

    So long that no load of the computer makes it fail: what takes a second may take twenty.
    """
    deadline = time.monotonic() + timeout
    while not (found := condition()):
        assert time.monotonic() < deadline, f"waited {timeout} s for {condition}"
        threading.Event().wait(0.005)
    return found
