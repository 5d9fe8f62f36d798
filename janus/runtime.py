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
from janus.errors import CannotServe, PermissionNotFound, TooManyStreams
from janus.fleet.elsewhere import Elsewhere
from janus.fleet.fleet import Fleet
from janus.forks.client import FORKS
from janus.metrics import Metrics
from janus.model import Answered, SessionInfo, check_id
from janus.model.events import QuestionAsked
from janus.network.endpoint import Endpoint
from janus.projects.projects import Projects
from janus.projects.recall import Recall
from janus.push.notifier import Notifier
from janus.sessions.archive import Page, cursor_of, newest_first
from janus.sessions.cleanup import CleanupService
from janus.sessions.manager import MemorySessionManager
from janus.storage.lock import WorkspaceLock
from janus.storage.project import check_outside, take_over_devices
from janus.storage.store import Store
from janus.voice.reading_out import Glance, glance
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
        return next((owner.problem for owner in owners if owner.problem), None)

    def question(self, session_id: str, request_id: str) -> QuestionAsked | None:
        """What an agent asks, while it is open. Raises SessionNotFound."""
        manager = self.manager_of(session_id)
        manager.get(session_id)
        open = manager.state(session_id).now.questions
        return next((it for it in open if it.request_id == request_id), None)

    def glance(self, session_id: str, request_id: str) -> Glance | None:
        """What a notification may say of a question, and have answered.

        Raises SessionNotFound, PermissionNotFound.
        """
        asked = self.question(session_id, request_id)
        if asked is None:
            raise PermissionNotFound("The agent asks no such thing, or not any more.")
        manager = self.manager_of(session_id)
        if not isinstance(manager, MemorySessionManager):
            return None  # what its files are is not known here
        return glance(asked, manager.folder(session_id), self.settings.voice_commands)

    def manager_of(self, session_id: str | None) -> MemorySessionManager:
        """Whoever has this session, on whichever machine; the first project's, if nobody does."""
        if self.settings.gateway:
            found = self.elsewhere.manager(session_id) or self.elsewhere.placing()
            return cast(MemorySessionManager, found)
        here = self.projects.of_session(session_id).manager
        if here.knows(session_id or ""):
            return here
        return cast(MemorySessionManager, self.elsewhere.manager(session_id) or here)

    def view_of(self, session_id: str, machine: str) -> Callable[..., Answered] | None:
        """What has another machine's views answer; None for this one's. Raises NotFound."""
        if machine:
            return self.elsewhere.view_on(machine)
        manager = self.manager_of(session_id or None)
        return None if isinstance(manager, MemorySessionManager) else manager.view

    def manager_of_new(
        self, session_id: str | None, project_id: str | None, machine: str | None
    ) -> MemorySessionManager:
        """Whoever makes a session, unless it is there: on a *machine*, or of a project here.

        Raises NotFound.
        """
        if machine:
            return cast(MemorySessionManager, self.elsewhere.on(machine, project_id))
        manager = self.manager_of(session_id)
        if project_id and not manager.knows(session_id or ""):
            if self.settings.gateway:
                return cast(MemorySessionManager, self.elsewhere.placing(project_id))
            return self.projects.get(project_id).manager
        return manager

    def carry_on(
        self, session_id: str, new_id: str, machine: str | None, project_id: str | None
    ) -> SessionInfo:
        """Go on with a session whose machine is away, in a new one on a *machine*, or here.

        Raises Conflict, NotFound, MachineAway.
        """
        given, called = self.elsewhere.carried(check_id(session_id))
        if machine:
            there = self.elsewhere.on(machine, project_id, called)
            return cast(SessionInfo, there.carry_on(new_id, **given))
        same = [it for it in self.projects.all() if it.entry.name == called]
        chosen = self.projects.get(project_id) if project_id else next(iter(same), None)
        return (chosen.manager if chosen else self.projects.first).carry_on(new_id, **given)

    def conversations(self, session_id: str) -> MemorySessionManager | Projects:
        """Where to follow a session, also one that does not exist yet."""
        manager = self.manager_of(session_id)
        return self.projects if isinstance(manager, MemorySessionManager) else manager

    def sessions(self) -> list[SessionInfo]:
        """Every open session of all machines, the oldest first."""
        found = [*self.projects.sessions(), *self.elsewhere.sessions()]
        return sorted(found, key=lambda info: info.created_at)

    def ended(self, project_id: str | None, limit: int, before: str | None, start: str) -> Page:
        """Sessions that ended, of all machines unless of one project; see ``Archive.page``."""
        page = self.projects.ended(project_id, limit, before, start)
        others = [
            it for it in ([] if project_id else self.elsewhere.ended())
            if it.session_id.startswith(start) and (before is None or cursor_of(it) < before)
        ]  # fmt: skip
        found = newest_first([*page.sessions, *others])
        more = page.next or len(found) > limit
        return Page(found[:limit], cursor_of(found[limit - 1]) if more else None)

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


def manager_of(session_id: str | None) -> MemorySessionManager:
    """The sessions of the project that knows this one, or else of the first."""
    return runtime().manager_of(session_id or None)


def recall(agent: AgentToken) -> Recall:
    """What the agent of a session may learn. Raises NotFound, Unauthorized."""
    return Recall(runtime().projects, agent.project_id, agent.session_id)
