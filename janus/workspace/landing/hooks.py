"""Which hook git was running, by its own account of what it starts (``GIT_TRACE2_EVENT``)."""

from __future__ import annotations

import json
from collections.abc import Iterable


def running_hook(account: Iterable[bytes]) -> str:
    """The name of the hook that began and did not end; empty if there is none."""
    running = dict[object, str]()
    for line in account:
        try:
            event = json.loads(line)
            kind, own = event["event"], "/" not in event["sid"]
        except (ValueError, LookupError, TypeError, RecursionError):  # it was cut off
            continue
        # What a hook starts itself stands in it, too.
        if own and kind == "child_start" and event.get("child_class") == "hook":
            running[event.get("child_id")] = str(event.get("hook_name"))
        elif own and kind == "child_exit":
            running.pop(event.get("child_id"), None)
    return next(reversed(running.values()), "")
