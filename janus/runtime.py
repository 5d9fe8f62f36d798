"""Everything that has a lifetime, and how views reach it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

from flask import current_app

from janus.access.devices import Devices
from janus.access.pairing import Pairing
from janus.agents.process.orphans import end_orphans
from janus.config import Settings
from janus.errors import CannotServe, TooManyStreams
from janus.network.endpoint import Endpoint
from janus.sessions.cleanup import CleanupService
from janus.sessions.manager import MemorySessionManager
from janus.storage.lock import WorkspaceLock
from janus.storage.project import check_outside, take_over_devices
from janus.storage.store import Store
from janus.storage.takeover import take_over

#: Each open stream holds one request thread, of which there are twice as many.
STREAMS = 64


@dataclass(slots=True)
class Runtime:
    """Built and started by ``create_app``; stopped by the server, or when the process exits."""

    settings: Settings
    store: Store
    lock: WorkspaceLock
    devices: Devices
    pairing: Pairing
    manager: MemorySessionManager
    cleanup: CleanupService
    #: The server puts here what is really so, once it listens.
    endpoint: Endpoint
    streams: threading.BoundedSemaphore = field(
        default_factory=lambda: threading.BoundedSemaphore(STREAMS)
    )
    started: float = field(default_factory=time.monotonic)
    _once: threading.Lock = field(default_factory=threading.Lock)

    def start(self) -> None:
        """Once, in the process that serves: threads do not survive a fork. Raises CannotServe."""
        workspace, state = self.settings.workspace, self.settings.state
        check_outside(workspace, state)
        earlier = self.lock.acquire()
        if earlier:
            end_orphans(earlier.run)
        self.lock.sign()
        self.store.sweep()
        self._take_over()
        try:
            self.devices.load()
        except OSError as failure:
            raise CannotServe(f"cannot read the list of devices: {failure}") from failure
        self.manager.prepare()
        self.cleanup.also(self.lock.mend)
        self.cleanup.start()

    def _take_over(self) -> None:
        """Take over the state of earlier versions, from the workspace and elsewhere. Once."""
        workspace = self.manager.workspace
        take_over_devices(workspace.folder, self.settings.state)
        workspace.adopt(take_over(self.store, workspace.folder, workspace.published.tracked))

    @property
    def problem(self) -> str | None:
        """What the owner should know of the disk, or None if all is well."""
        owners = (self.store, self.devices, self.manager.workspace, self.lock)
        return next((owner.problem for owner in owners if owner.problem), None)

    def open_stream(self) -> Callable[[], None]:
        """Take a place for a stream; the result gives it back, once. Raises TooManyStreams."""
        if not self.streams.acquire(blocking=False):
            raise TooManyStreams(f"{STREAMS} pages listen already. Close one of them.")
        place = [self.streams]
        return lambda: place.pop().release() if place else None

    def stop(self) -> None:
        """In reverse: first the sweeper, then what it sweeps. May be called twice."""
        with self._once:
            self.cleanup.stop()
            self.manager.stop()
            self.devices.close()
            self.lock.release()


def runtime() -> Runtime:
    """The runtime of the app that serves this request."""
    return cast(Runtime, current_app.extensions["janus"])
