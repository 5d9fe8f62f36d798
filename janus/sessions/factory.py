"""How sessions come to be: new ones, those of the last time, and those that had ended."""

from __future__ import annotations

import contextlib
import dataclasses
import logging
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from msgspec.structs import replace

from janus.agents.agent import Agent, Recap
from janus.agents.catalog import AgentCatalog
from janus.agents.factory import LazyAgent, make_agent
from janus.agents.process.orphans import mark_environ
from janus.agents.shelf import check_alone
from janus.agents.spec import McpServer
from janus.clock import Clock
from janus.config import Settings
from janus.conversation.event_log import EventLog
from janus.errors import StorageFailed
from janus.logs import about
from janus.model import Conversation, SessionInfo
from janus.model.events import AnyEvent, Emit, OptionChosen, OptionsChanged
from janus.sessions.archive import Archive
from janus.sessions.attaching import SessionAttachments
from janus.sessions.meter import UNMETERED, Meter
from janus.sessions.places import SessionPlaces
from janus.sessions.recovery import from_log, remembered
from janus.sessions.session import Session
from janus.sessions.sessions_file import SessionsFile
from janus.sessions.snapshots import TurnSnapshots
from janus.sessions.turn import Turn
from janus.storage.store import Store
from janus.workspace.worktrees import Workspace

log = logging.getLogger(__name__)

#: The MCP servers for the agent of a session, by the ids of its project and of itself.
Servers = Callable[[str, str], tuple[McpServer, ...]]


class Resting(NamedTuple):
    """A session whose log, of *size* bytes, is not read yet; it was *glimpsed* at if there was no
    entry in the file."""

    info: SessionInfo
    folder: Path | None
    size: int
    glimpsed: bool


class SessionFactory:
    """Makes sessions; it keeps none of them."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        workspace: Workspace,
        agents: AgentCatalog,
        clock: Clock,
        mark: str,
        archive: Archive,
        project_id: str,
    ) -> None:
        """The agents carry *mark* in their environment; see ``agents.process.orphans``."""
        self._settings = settings
        self._store = store
        self._workspace = workspace
        self._agents = agents
        self._clock = clock
        self._mark = mark
        self._archive = archive
        self._project_id = project_id
        self.places = SessionPlaces(settings, workspace, mark)
        #: What users attach to messages.
        self.attachments = SessionAttachments(store, workspace, archive, clock)
        #: Called when something changed that the sessions file should hold.
        self.changed: Callable[[], object] = lambda: None
        #: The same for others, with the id of the session.
        self.told: Callable[[str], object] = lambda session_id: None
        #: What an agent is told ahead of the words of a turn.
        self.context: Callable[[Session, Turn], str] = lambda session, turn: ""
        self.servers: Servers = lambda project_id, session_id: ()
        self.meter: Meter = UNMETERED

    def describe(self, session_id: str, name: str | None, agent: str) -> SessionInfo:
        """A session that begins now."""
        now = self._clock.time()
        return SessionInfo(session_id, name, "idle", agent, now, now)

    def recall(self, session_id: str) -> SessionInfo | None:
        """What is known of a session that ended; None if there was none, or it was deleted."""
        if known := self._archive.get(session_id):
            return known
        found = from_log(self._store, self._workspace, session_id)
        return replace(found, project_id=self._project_id) if found else None

    @contextlib.contextmanager
    def new(
        self,
        info: SessionInfo,
        branch: str | None,
        chosen: Mapping[str, str],
        *,
        isolated: bool,
    ) -> Iterator[Session]:
        """A session that begins now; its worktree is gone again if what follows fails.

        *chosen* is what holds of its agent's options from the start.
        What the user should know of the worktree is then told in it, and the owner's set-up begins.
        """
        if not isolated:
            yield self.open(info, chosen=chosen)
            return
        adding = self._workspace.adding_worktree
        with adding(info.session_id, name=info.name or "", branch=branch) as made:
            located = replace(info, branch=made.branch, worktree_path=str(made.path))
            session = self.open(located, made.folder, chosen)
            self.places.set_up(session, made)
            yield session
        self.places.begin(session, made)

    def remembered(self, file: SessionsFile, *, here: bool) -> Iterator[Resting]:
        """The open sessions of the last time, the oldest first. Raises CannotServe.

        Those that ended are in the archive then. Unless the workspace is *here*, its worktrees are
        left as they are.
        """
        if here:
            self._workspace.mend(self._store.last_line)  # an empty log has begun nothing
        worktrees = self._workspace.worktrees() if here else {}
        known = remembered(file, self._store, self._workspace)
        for ended in known.ended:
            self._archive.add(replace(ended, project_id=self._project_id))
        self._archive.read_later(known.unread, self.recall)
        for info, size, glimpsed in known.open:
            worktree = worktrees.get(info.session_id)
            info = replace(info, project_id=self._project_id)
            yield Resting(info, worktree.folder if worktree else None, size, glimpsed)

    def wake(self, resting: Resting) -> Session:
        """A session of the last time. Raises StorageFailed."""
        info = resting.info
        if resting.glimpsed:
            info = self.recall(info.session_id) or info
        session = self.open(info, resting.folder)
        session.describe()
        log.info("Session %s: is back", session.id, extra=about(session.id, "restored"))
        return session

    def mentions(self, session_id: str, text: str) -> bool:
        """Whether a text is in the log of a session, at no matter which place."""
        return self._store.log_has(session_id, text.encode("utf-8", "replace"))

    def open(
        self,
        info: SessionInfo,
        folder: Path | None = None,
        chosen: Mapping[str, str] = MappingProxyType({}),
    ) -> Session:
        """The session *info* tells of, continued if it has a log. Raises StorageFailed.

        A worktree that is lost is not replaced by the workspace: its agent will not start.
        """
        folder = folder or self.places.folder(info)

        def make(emit: Emit, conversation: Conversation | None, recap: Recap) -> Agent:
            def agent() -> Agent:
                found = self._agents.agent(info.agent or None)
                environ = mark_environ(found.environ, self._mark)
                limit = self._settings.agent_start_timeout
                servers = partial(self.servers, self._project_id, info.session_id)
                marked = dataclasses.replace(
                    found, environ=environ, start_timeout=limit, servers=servers
                )
                heard = self._noting(found.spec.name, emit)
                return make_agent(marked, folder, info.session_id, heard, conversation, recap=recap)

            return agent() if self._agents.knows(info.agent) else LazyAgent(agent)

        info = replace(info, project_id=self._project_id)

        def changed() -> None:
            self.changed()
            self.told(info.session_id)

        def branch_now() -> str | None:
            return self._workspace.branch_now(info.session_id) if info.worktree_path else None

        events = self._store.open_log(info.session_id)
        limit = self._settings.turn_limit
        try:
            read = EventLog(events, self._clock, changed)
            for option_id, value in chosen.items():
                read.append(OptionChosen(option_id, value))
            made = Session(
                info, folder, make, read, self._clock, limit, self.places.check, branch_now
            )

            def alone() -> None:
                if opened := read.snapshot.conversation:
                    check_alone(opened.id)

            made.runner.check_alone = alone
            made.runner.meter = self.meter.session(info.agent)
            made.runner.context = partial(self.context, made)
            made.runner.attached = partial(self.attachments.handed, info.session_id, folder)
            snapshots = self._workspace.snapshots.of(info.session_id, folder)
            made.runner.snapshots = TurnSnapshots(snapshots, made.log, info.session_id)
            return made
        except OSError as failure:
            raise StorageFailed(
                f"The log of this session cannot be read: {failure.strerror}."
            ) from failure

    def _noting(self, agent: str, emit: Emit) -> Emit:
        """*emit*, which also keeps what the agent lets its user choose, for the next session."""

        def heard(event: AnyEvent) -> None:
            if isinstance(event, OptionsChanged):
                self._agents.offered.note(agent, event.options)
            emit(event)

        return heard
