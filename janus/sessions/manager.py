"""The sessions of one workspace, and what can be done with them.

Whoever calls gets frozen values, never a Session: nobody can change the registry but through here,
and a session may one day live in another process or on another machine.
"""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from janus.agents.catalog import AgentCatalog
from janus.agents.process.orphans import mark_environ
from janus.clock import Clock
from janus.config import Settings
from janus.errors import ServerStopping, SessionExists, SessionNotFound
from janus.logs import about
from janus.model import Ended, SessionInfo, check_id
from janus.sessions.adopting import Adopter
from janus.sessions.archive import Archive
from janus.sessions.carrying import Carrier
from janus.sessions.closing import SessionCloser, reason_of
from janus.sessions.conversations import Conversations
from janus.sessions.deleting import SessionDeleter
from janus.sessions.factory import Servers, SessionFactory
from janus.sessions.landing import SessionLandings
from janus.sessions.memory import SessionMemory
from janus.sessions.meter import UNMETERED, Meter
from janus.sessions.opening import SessionOpener
from janus.sessions.registry import Registry
from janus.sessions.reviews import SessionReviews
from janus.sessions.saver import SessionSaver
from janus.sessions.scheduler import Scheduler
from janus.sessions.session import Session
from janus.sessions.sessions_file import SessionsFile
from janus.sessions.waking import SessionWaker
from janus.storage.store import Store
from janus.workspace.worktrees import Workspace

log = logging.getLogger(__name__)


class MemorySessionManager(Conversations):
    """The registry of sessions, and the one way to use them.

    ``_lock`` guards which sessions are open and which are being opened, and nothing else. It is
    never held while a program is started or stopped, git is asked, or a file read or written: those
    can take seconds, and every request needs this lock.
    """

    def __init__(
        self,
        settings: Settings,
        store: Store,
        clock: Clock = time,
        *,
        agents: AgentCatalog | None = None,
        mark: str = "",
        project_id: str = "",
        servers: Servers = lambda project_id, session_id: (),
        told: Callable[[str], object] = lambda session_id: None,
        forget: Callable[[str], object] = lambda session_id: None,
        meter: Meter = UNMETERED,
    ) -> None:
        """What it starts carries *mark* in its environment; see ``process.orphans``.

        *servers* are what its agents are offered. *told* is called with the id of a session whose
        status or name changed, as at the end of a turn. It must not take long. *forget* is called
        with one that was deleted; *meter* measures them.
        """
        agents = agents or AgentCatalog(settings)
        self._settings, self.voice_commands = settings, settings.voice_commands
        self.workspace = Workspace(
            settings.workspace,
            mark_environ(settings.environ, mark),
            store,
            settings.git_timeout,
            settings.worktree_files,
        )
        self._archive = archive = Archive(store)
        #: Lists the sessions that ended.
        self.ended = archive.page
        self._factory = SessionFactory(
            settings, store, self.workspace, agents, clock, mark, archive, project_id
        )
        self._file = SessionsFile(store, settings.workspace, self.workspace.published.replace)
        saver = SessionSaver(self._file, self._to_save, meter)
        self._factory.changed, self._factory.told, self._factory.meter = saver.changed, told, meter
        self._lock = threading.RLock()
        registry = Registry(self._lock, settings.max_sessions, archive)
        #: What new sessions are told of earlier ones.
        self.memory = memory = SessionMemory(store, archive, registry.begun, self.workspace, clock)
        self._factory.context, self._factory.servers = memory.ahead_of, servers
        self._closer = SessionCloser(self.workspace, archive.add, memory.note)
        opener = SessionOpener(self._lock, registry, self._factory, agents, clock)
        self._waker = SessionWaker(registry, opener)
        #: Takes over what was begun in a terminal, and says how to go on there.
        how = store, agents, settings.workspace, self._begin
        self.terminal = Adopter(registry, opener, self._factory, archive, *how)
        super().__init__(registry, opener, saver, agents, settings.ask_timeout, project_id)
        carrier = Carrier(opener, self._factory, store, self.workspace, agents, self._begin)
        self.carry_on, self.bundled = carrier.carry_on, carrier.bundled
        #: What is sent later.
        self.later = Scheduler(store, clock, opener.look, self._spoken_in)
        self.work = SessionLandings(self.workspace, registry, self._readable)
        #: What is thought of their changes, until it is sent.
        self.reviews = SessionReviews(store, self.work, self._readable, self.say, clock)
        kept = memory.forget, self.reviews.forget, self._factory.attachments.forget
        self._deleter = SessionDeleter(registry, archive, self.workspace, store, kept, forget)
        self.remove_left = self._deleter.remove_left

    def prepare(self, *, here: bool = True) -> None:
        """Bring back the sessions of the last time; see ``SessionWaker``.

        What was accepted and had not begun is asked now. Unless the workspace is *here*, nothing
        is looked for or mended in it. Raises CannotServe where the list is of a newer version.
        """
        if here:
            self.workspace.check_there()  # from now on it is held
            self.workspace.hide_ours()
        self.memory.load()
        self._deleter.finish()
        self.work.mend(here=here)
        self._waker.restore(self._factory.remembered(self._file, here=here))
        self.memory.complete()
        self._saver.start()
        self._saver.changed()
        self._waker.start()
        self.later.start()

    def create(
        self,
        name: str | None = None,
        agent: str | None = None,
        session_id: str | None = None,
        *,
        branch: str | None = None,
        isolated: bool | None = None,
        options: Mapping[str, str] | None = None,
        once: bool = False,
    ) -> SessionInfo:
        """Open a session; its agent starts with the first message, and *options* are chosen then.

        With *isolated* (the default with a *name* or *branch*) it has a worktree and branch of its
        own. With *once*, the same *session_id* is the same session, also while that is being made.
        Raises SessionExists, TooManySessions, ServerStopping, and what ``AgentCatalog.agent`` and
        ``Workspace.add_worktree`` raise; then nothing is left.
        """
        id = check_id(session_id or str(uuid.uuid4()))
        create = partial(self._opener.create, id, name, agent, branch, isolated, options or {})
        found = partial(self._opener.create_once, id, create)
        session = self._begin(found, works=False) if once else create()
        if name not in (None, session.info.name):
            raise SessionExists(f"Session {id} is called {session.info.name or 'nothing'} already.")
        self._saver.changed()  # soon is enough: its own log has it on the disk already
        return session.info

    def make_anew(self, session_id: str) -> None:
        """Make the worktree of a session again that is gone; see ``SessionPlaces.make_anew``.

        It ends first if its agent still runs, in a folder that is none any more.
        """
        session = self._readable(session_id)
        if session.agent.pid and self.workspace.is_gone(session_id):
            self.end(session_id, summary=False)
            session = self._readable(session_id)
        self._factory.places.make_anew(session)

    def end(
        self,
        session_id: str,
        *,
        summary: bool = True,
        cleanup: bool = False,
        force: bool = False,
        branch: bool = False,
        reason: str = "ended",
    ) -> Ended:
        """End a session and all its agent started; asks the agent for a summary first.

        Its worktree stays unless *cleanup*: raises WorktreeDirty, and nothing has ended, where that
        would lose work, unless *force*. With *branch* goes one that Janus made and that is merged.
        """
        if self.workspace.stop_making(session_id):
            raise SessionNotFound("The session was still being made, and is no more.")
        session = self._registry.find(session_id)
        isolated = session.info.worktree_path is not None
        checked = cleanup and isolated and not force
        landed = self.workspace.check_removable(session_id) if checked else ""
        why = SessionNotFound(f"Session {session_id} was ended.")
        if not session.begin_end(why, reason=reason):
            session.touch()  # says why not
        ended = self._finish_end(session, self._settings.summary_timeout if summary else None)
        made = self.workspace.branch_made(session_id) if branch else ""
        if cleanup and isolated and self._closer.clean_up(session_id, force=force):
            gone = self._closer.forget_branch(session_id, made, landed=bool(landed))
            ended = replace(ended, worktree_path=None, branch_deleted=gone, landed=landed)
        return ended

    def end_idle(self) -> list[str]:
        """Begin to end every session that nobody used for ``session_timeout``; their ids."""
        why = SessionNotFound("The session ended because nobody used it for a while.")
        after = self._settings.session_timeout
        idle = [s for s in self._registry.all() if s.begin_end(why, after, reason_of(s))]
        for session in idle:
            if not session.log.snapshot.ended:  # or somebody has read it since
                log.info("Session %s: idle; ending", session.id, extra=about(session.id, "evicted"))
            finish = partial(self._finish_end, session, self._settings.summary_timeout, soon=True)
            self._closer.in_background(session.id, finish)
        return [session.id for session in idle]

    def stop(self, timeout: float = 15.0) -> None:
        """End all agents, at once, within about *timeout* seconds; the sessions come back.

        A third of that is for summaries, and those that work end first. May be called twice.
        """
        self.later.stop()
        why = ServerStopping("Janus is shutting down.")
        until = time.monotonic() + min(timeout / 3, self._settings.summary_timeout)
        for session in sorted(self._registry.stop(), key=lambda it: not it.is_working):
            if session.begin_end(why):
                suspend = partial(self._closer.suspend, session, until)
                self._closer.in_background(session.id, suspend)
        self._archive.stop()
        self.workspace.stop_git()
        self._closer.join(timeout)
        self._waker.stop(timeout)
        self._saver.stop()
        self.workspace.close()
        self._registry.clear()

    def _to_save(self) -> list[SessionInfo]:
        """What the sessions file shall hold; also the moment to write what could not be."""
        for session in self._registry.begun():
            session.log.flush()
        self.memory.save()
        return self.all()

    def _finish_end(self, session: Session, patience: float | None, soon: bool = False) -> Ended:
        try:
            return self._closer.end(session, patience)
        finally:
            if self._registry.forget(session.id):
                self._saver.changed() if soon else self._saver.save()  # its log says it already
