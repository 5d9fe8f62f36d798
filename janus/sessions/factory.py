"""How sessions come to be: new ones, those of the last time, and those that had ended."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from janus.agents.agent import Agent, Recap
from janus.agents.catalog import AgentCatalog
from janus.agents.factory import LazyAgent, make_agent
from janus.agents.process.orphans import mark_environ
from janus.clock import Clock
from janus.config import Settings
from janus.errors import StorageFailed
from janus.events import Emit
from janus.logs import about
from janus.model import Conversation, SessionInfo
from janus.sessions.recovery import from_log, remembered
from janus.sessions.session import Session
from janus.sessions.sessions_file import SessionsFile
from janus.storage.store import Store
from janus.workspace.worktrees import Workspace

log = logging.getLogger(__name__)


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
    ) -> None:
        """The agents carry *mark* in their environment; see ``agents.process.orphans``."""
        self._settings = settings
        self._store = store
        self._workspace = workspace
        self._agents = agents
        self._clock = clock
        self._mark = mark
        #: Called when something changed that the sessions file should hold.
        self.changed: Callable[[], object] = lambda: None

    def describe(self, session_id: str, name: str | None, agent: str) -> SessionInfo:
        """A session that begins now."""
        now = self._clock.time()
        return SessionInfo(session_id, name, "idle", agent, now, now)

    def check_workspace(self) -> None:
        """Raises StorageFailed where the workspace was moved or replaced: nothing is made then."""
        self._workspace.check_there()

    def recall(self, session_id: str) -> SessionInfo | None:
        """What is known of a session that ended; None if there was none."""
        return from_log(self._store, self._workspace, session_id)

    @contextlib.contextmanager
    def new(self, info: SessionInfo, branch: str | None, *, isolated: bool) -> Iterator[Session]:
        """A session that begins now; its worktree is gone again if what follows fails."""
        if not isolated:
            yield self.open(info)
            return
        adding = self._workspace.adding_worktree
        with adding(info.session_id, name=info.name or "", branch=branch) as made:
            located = replace(info, branch=made.branch, worktree_path=str(made.path))
            yield self.open(located, made.folder)

    def restored(self, file: SessionsFile) -> Iterator[Session]:
        """The sessions of the last time, the oldest first. Raises CannotServe."""
        self._workspace.mend(self._store.last_line)  # an empty log has begun nothing
        worktrees = self._workspace.worktrees()
        for info in remembered(file, self._store, self._workspace):
            worktree = worktrees.get(info.session_id)
            told = about(info.session_id, "restored")
            try:
                session = self.open(info, worktree.folder if worktree else None)
            except StorageFailed as failure:
                log.error("Session %s is left out: %s", info.session_id, failure, extra=told)
                continue
            session.describe()
            log.info("Session %s: is back", session.id, extra=told)
            yield session

    def open(self, info: SessionInfo, folder: Path | None = None) -> Session:
        """The session *info* tells of, continued if it has a log. Raises StorageFailed.

        A worktree that is lost is not replaced by the workspace: its agent will not start.
        """
        lost = Path(info.worktree_path) if info.worktree_path else self._settings.workspace
        folder = folder or lost

        def make(emit: Emit, conversation: Conversation | None, recap: Recap) -> Agent:
            def agent() -> Agent:
                found = self._agents.agent(info.agent or None)
                marked = replace(found, environ=mark_environ(found.environ, self._mark))
                return make_agent(marked, folder, info.session_id, emit, conversation, recap=recap)

            return agent() if self._agents.knows(info.agent) else LazyAgent(agent)

        events = self._store.open_log(info.session_id)
        limit = self._settings.turn_limit
        try:
            return Session(
                info, folder, make, events, self._clock, limit, self.changed, self.check_workspace
            )
        except OSError as failure:
            raise StorageFailed(
                f"The log of this session cannot be read: {failure.strerror}."
            ) from failure
