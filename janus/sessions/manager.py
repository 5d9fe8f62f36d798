"""The sessions of one workspace, and what can be done with them.

Whoever calls gets frozen values, never a Session: nobody can change the registry but through here,
and a session may one day live in another process or on another machine.
"""

from __future__ import annotations

import logging
import threading
import time
import uuid
from dataclasses import replace
from functools import partial

from janus.agents.catalog import AgentCatalog
from janus.agents.process.orphans import mark_environ
from janus.clock import Clock
from janus.config import Settings
from janus.errors import JanusError, ServerStopping, SessionExists, SessionNotFound
from janus.logs import about
from janus.model import Ended, SessionInfo, check_id, check_name
from janus.sessions.closing import SessionCloser
from janus.sessions.conversations import Conversations
from janus.sessions.factory import SessionFactory
from janus.sessions.opening import SessionOpener
from janus.sessions.registry import Registry
from janus.sessions.saver import SessionSaver
from janus.sessions.session import Session
from janus.sessions.sessions_file import SessionsFile
from janus.storage.store import Store
from janus.workspace.worktrees import Workspace

log = logging.getLogger(__name__)

#: Longest wait for the agents' summaries when the server stops.
_LAST_SUMMARY = 5.0


class MemorySessionManager(Conversations):
    """The registry of sessions, and the one way to use them.

    ``_lock`` guards which sessions are open and which are being opened, and nothing else. It is
    never held while a program is started or stopped, git is asked, or a file read or written: those
    can take seconds, and every request needs this lock.
    """

    def __init__(
        self, settings: Settings, store: Store, clock: Clock = time, *, mark: str = ""
    ) -> None:
        """What it starts carries *mark* in its environment; see ``process.orphans``."""
        agents = AgentCatalog(settings)
        self._settings = settings
        self.workspace = Workspace(settings.workspace, mark_environ(settings.environ, mark), store)
        self._factory = SessionFactory(settings, store, self.workspace, agents, clock, mark)
        self._file = SessionsFile(store, settings.workspace, self.workspace.published.replace)
        saver = SessionSaver(self._file, self._to_save)
        self._factory.changed = saver.changed
        self._closer = SessionCloser(self.workspace.published, settings.workspace)
        self._lock = threading.RLock()
        registry = Registry(self._lock, settings.max_sessions)
        opener = SessionOpener(self._lock, registry, self._factory, agents, clock)
        super().__init__(registry, opener, saver, agents, settings.ask_timeout)

    def prepare(self) -> None:
        """Bring back the sessions of the last time, and look for the agent.

        What was accepted before the stop and had not begun is asked now. Raises CannotServe when
        the sessions file is of a newer version.
        """
        self.workspace.check_there()  # from now on it is held
        self.workspace.hide_ours()
        for session in self._factory.restored(self._file):
            self._registry.restore(session)
        self.agents.announce()
        self._saver.start()
        self._saver.changed()
        for session in self._registry.all():
            if session.log.snapshot.next:
                session.turns.wake()

    def create(
        self,
        name: str | None = None,
        agent: str | None = None,
        session_id: str | None = None,
        *,
        branch: str | None = None,
        isolated: bool | None = None,
        once: bool = False,
    ) -> SessionInfo:
        """Open a session; its agent starts with the first message.

        With *isolated* (the default where a *name* or *branch* is given) it has a worktree and a
        branch of its own. With *once*, the same *session_id* again gives the same session, also
        while that is still being made. Raises SessionExists, TooManySessions, ServerStopping, and
        what ``AgentCatalog.agent`` and ``Workspace.add_worktree`` raise; then nothing is left.
        """
        id = check_id(session_id or self.new_id())
        create = partial(self._opener.create, id, name, agent, branch, isolated)
        session = self._begin(partial(self._opener.create_once, id, create)) if once else create()
        if name not in (None, session.info.name):
            raise SessionExists(f"Session {id} is called {session.info.name or 'nothing'} already.")
        self._saver.save()
        return session.info

    @staticmethod
    def new_id() -> str:
        """An id that no session has."""
        return str(uuid.uuid4())

    def get(self, session_id: str) -> SessionInfo:
        """The session as it is now. Raises SessionNotFound."""
        return self._registry.find(session_id).info

    def get_or_create(self, session_id: str) -> SessionInfo:
        """The session with this id, made if there is none; it takes no place until it is used."""
        return self._opener.open(session_id).info

    def all(self) -> list[SessionInfo]:
        """Every session that has begun, the oldest first."""
        return [session.info for session in self._registry.begun()]

    def touch(self, session_id: str) -> SessionInfo:
        """Somebody uses this session: it is not idle."""
        (session := self._registry.find(session_id)).touch()
        return session.info

    def rename(self, session_id: str, name: str) -> SessionInfo:
        """Give a session another name; its branch and worktree stay. Raises InvalidName."""
        check_name(name)
        session = self._begin(partial(self._registry.find, session_id))
        session.rename(name)
        self._registry.rename(session_id, name)
        self._saver.save()
        log.info("Session %s: called %s", session_id, name, extra=about(session_id, "renamed"))
        return session.info

    def resume(self, session_id: str) -> SessionInfo:
        """Start the agent of a session, which goes on with its conversation; waits until it runs.

        A session that ended is opened again. Raises SessionNotFound, AskTimeout, AgentFailed.
        """
        session = self._begin(
            lambda: self._opener.look(session_id) or self._registry.find(session_id)
        )
        self._wait(session, session.start_agent())
        return session.info

    def end(
        self, session_id: str, *, summary: bool = True, cleanup: bool = False, force: bool = False
    ) -> Ended:
        """End a session and all its agent started; asks the agent for a summary first.

        Its branch stays, and its worktree unless *cleanup*: raises WorktreeDirty, and nothing has
        ended, where that would lose work, unless *force*.
        """
        session = self._registry.find(session_id)
        isolated = session.info.worktree_path is not None
        if cleanup and isolated and not force:
            self.workspace.check_removable(session_id)
        if not session.begin_end(SessionNotFound(f"Session {session_id} was ended.")):
            session.touch()  # says why not
        ended = self._finish_end(session, self._settings.summary_timeout if summary else 0)
        if cleanup and isolated and self._clean_up(session_id, force):
            ended = replace(ended, worktree_path=None)
        return ended

    def end_idle(self) -> list[str]:
        """Begin to end every session that nobody used for ``session_timeout``; their ids.

        Each ends on a thread of its own, so that a slow one delays nobody.
        """
        why = SessionNotFound("The session ended because nobody used it for a while.")
        timeout = self._settings.session_timeout
        idle = [s for s in self._registry.all() if s.begin_end(why, idle_for=timeout)]
        for session in idle:
            log.info(
                "Session %s: nobody uses it; ending", session.id,
                extra=about(session.id, "evicted"),
            )  # fmt: skip
            finish = partial(self._finish_end, session, self._settings.summary_timeout)
            self._closer.in_background(session.id, finish)
        return [session.id for session in idle]

    def stop(self, timeout: float = 15.0) -> None:
        """End all agents, at once, within about *timeout* seconds; the sessions come back.

        May be called twice.
        """
        why = ServerStopping("Janus is shutting down.")
        patience = min(_LAST_SUMMARY, self._settings.summary_timeout)
        for session in self._registry.stop():
            if session.begin_end(why):
                suspend = partial(self._closer.suspend, session, patience)
                self._closer.in_background(session.id, suspend)
        self._closer.join(timeout)
        self._saver.stop()
        self.workspace.close()
        self._registry.clear()

    def _to_save(self) -> list[SessionInfo]:
        """What the sessions file shall hold; also the moment to write what could not be."""
        for session in self._registry.begun():
            session.log.flush()
        return self.all()

    def _finish_end(self, session: Session, patience: float) -> Ended:
        try:
            return self._closer.end(session, patience)
        finally:
            if self._registry.forget(session.id):
                self._saver.save()

    def _clean_up(self, session_id: str, force: bool) -> bool:
        """Whether the worktree is gone; what the agent did at the very end may be against it."""
        try:
            self.workspace.remove_worktree(session_id, force=force)
            return True
        except JanusError as refused:
            log.warning(
                "Session %s: its worktree stays: %s", session_id, refused,
                extra=about(session_id),
            )  # fmt: skip
            return False
