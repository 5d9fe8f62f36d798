"""Everything that has a lifetime, and how views reach it."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

from flask import current_app

from janus.access.agent_tokens import AgentToken, AgentTokens
from janus.access.devices import Devices
from janus.access.pairing import Pairing
from janus.access.presence import Presence
from janus.agents.catalog import AgentCatalog
from janus.agents.process.orphans import end_orphans, mark_environ
from janus.config import Settings
from janus.conversation.manager import SessionManager
from janus.errors import CannotServe, TooManyStreams
from janus.everywhere import Everywhere
from janus.fleet.elsewhere import Elsewhere
from janus.fleet.fleet import Fleet
from janus.forks.client import FORKS
from janus.metrics import Metrics
from janus.network.endpoint import Endpoint
from janus.projects.projects import Projects
from janus.projects.recall import Recall
from janus.push.notifier import Notifier
from janus.sessions.cleanup import CleanupService
from janus.sessions.manager import MemorySessionManager
from janus.storage.lock import WorkspaceLock
from janus.storage.project import check_outside, take_over_devices
from janus.storage.store import Store
from janus.voice.voice import Voice

#: Seconds for the sessions to end when Janus stops.
STOPPING = 15.0
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
    #: What agents show that ask for what was said.
    tokens: AgentTokens
    agents: AgentCatalog
    projects: Projects
    fleet: Fleet
    #: The other machines, and their sessions.
    elsewhere: Elsewhere
    everywhere: Everywhere
    cleanup: CleanupService
    presence: Presence
    notifier: Notifier
    voice: Voice
    metrics: Metrics
    #: The server puts here what is really so, once it listens.
    endpoint: Endpoint
    streams: threading.BoundedSemaphore = field(
        default_factory=lambda: threading.BoundedSemaphore(STREAMS)
    )
    started: float = field(default_factory=time.monotonic)
    _once: threading.Lock = field(default_factory=threading.Lock)

    def start(self) -> None:
        """Once, in the process that serves: threads do not survive a fork. Raises CannotServe."""
        for folder in self.settings.workspaces:
            check_outside(folder, self.settings.state)
        earlier = self.lock.acquire()
        if earlier:
            end_orphans(earlier.run)
        self.lock.sign()
        self.store.sweep()
        with contextlib.suppress(OSError):  # it is said when something is to be written
            self.store.prepare()
        take_over_devices(self.settings.state)
        try:
            self.devices.load()
        except OSError as failure:
            raise CannotServe(f"cannot read the list of devices: {failure}") from failure
        self.notifier.subscriptions.load()
        with contextlib.suppress(OSError):  # it is said when an agent is to be started
            FORKS.start(mark_environ(self.settings.environ, self.lock.serving.run))
        self.projects.start()
        self.elsewhere.start()
        self.agents.announce()
        self.cleanup.also(self.lock.mend)
        self.cleanup.also(self.projects.mend)
        self.cleanup.also(self.voice.mend)
        self.cleanup.start()

    @property
    def manager(self) -> MemorySessionManager:
        """The sessions of the first project."""
        return self.projects.first

    @property
    def problem(self) -> str | None:
        """What the owner should know of the disk, or None if all is well."""
        owners = (self.store, self.devices, self.projects, self.lock)
        return next((why for it in owners if (why := it.problem)), None)

    def open_stream(self) -> Callable[[], None]:
        """Take a place for a stream; the result gives it back, once. Raises TooManyStreams."""
        if not self.streams.acquire(blocking=False):
            raise TooManyStreams(f"{STREAMS} pages listen already. Close one of them.")
        self.metrics.streams.inc()
        place = [self.streams]

        def give_back() -> None:
            if place:
                place.pop().release()
                self.metrics.streams.dec()

        return give_back

    def stop(self, timeout: float = STOPPING) -> None:
        """In reverse: first the sweeper, then what it sweeps. May be called twice.

        The sessions get about *timeout* seconds.
        """
        with self._once:
            self.cleanup.stop()
            self.notifier.stop()
            self.voice.stop()
            self.elsewhere.close()
            self.projects.stop(timeout)
            self.elsewhere.stop()
            self.fleet.stop()
            self.agents.stop()
            FORKS.stop()
            self.devices.close()
            self.lock.release()


def runtime() -> Runtime:
    """The runtime of the app that serves this request."""
    return cast(Runtime, current_app.extensions["janus"])


def manager_of(session_id: str | None, *, asking: bool = False) -> SessionManager:
    """Whoever has a session, on whichever machine; see ``Everywhere``."""
    return runtime().everywhere.manager_of(session_id, asking=asking)


def manager_here(session_id: str) -> MemorySessionManager:
    """The same, for what needs files or programs."""
    return runtime().everywhere.manager_here(session_id)


def recall(agent: AgentToken) -> Recall:
    """What the agent of a session may learn. Raises NotFound, Unauthorized."""
    return Recall(runtime().projects, agent.project_id, agent.session_id)
