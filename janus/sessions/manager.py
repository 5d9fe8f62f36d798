"""The sessions that are open, and what can be done with them.

Whoever calls gets frozen values, never a Session: nobody can change the registry but through here.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import replace
from functools import partial

from janus.agents.catalog import AgentCatalog
from janus.agents.mcp import run_mcp
from janus.agents.process.orphans import MARK
from janus.clock import Clock
from janus.config import Settings
from janus.conversation.turn import Turn
from janus.errors import (
    AskTimeout,
    InvalidRequest,
    JanusError,
    ServerStopping,
    SessionExists,
    SessionNotFound,
    TooManySessions,
)
from janus.logs import about
from janus.model import Answer, Ended, Message, SessionInfo, check_id, check_name
from janus.sessions.closing import SessionCloser
from janus.sessions.factory import SessionFactory
from janus.sessions.naming import free_name, name_of
from janus.sessions.saver import SessionSaver
from janus.sessions.session import Session
from janus.sessions.sessions_file import SessionsFile
from janus.storage.store import Store
from janus.workspace.worktrees import Workspace

log = logging.getLogger(__name__)

#: Sessions that were opened but in which nobody spoke; they end by themselves when not used.
_UNBEGUN = 1000
#: Longest wait for the agents' summaries when the server stops.
_LAST_SUMMARY = 5.0
_FREE = object()


class MemorySessionManager:
    """The registry of sessions.

    ``_lock`` guards ``_sessions``, ``_begun`` and ``_stopping``, and nothing else. It is never held
    while a program is started or stopped, git is asked, or a file read or written: those can take
    seconds, and every request needs this lock. ``_opening`` keeps two requests from opening the
    same session twice, and is held while its log is read.
    """

    def __init__(
        self, settings: Settings, store: Store, clock: Clock = time, *, mark: str = ""
    ) -> None:
        """What it starts carries *mark* in its environment; see ``agents.leftovers``."""
        self.agents = AgentCatalog(settings)
        self._settings = settings
        self._clock = clock
        self.workspace = Workspace(settings.workspace, {**settings.environ, MARK: mark}, store)
        self._factory = SessionFactory(settings, store, self.workspace, self.agents, clock, mark)
        self._file = SessionsFile(store, settings.workspace, self.workspace.published.replace)
        self._roster = SessionSaver(self._file, self._to_save)
        self._factory.changed = self._roster.changed
        self._endings = SessionCloser(self.workspace.published, settings.workspace)
        self._lock = threading.RLock()
        self._opening = threading.Lock()
        self._sessions: dict[str, Session] = {}
        #: Those that take a place under MAX_SESSIONS, with their names; some are being made.
        self._begun: dict[str, str | None] = {}
        self._stopping = False

    def prepare(self) -> None:
        """Bring back the sessions of the last time, and look for the agent.

        Raises CannotServe when the sessions file is of a newer version.
        """
        self.workspace.check_there()  # from now on it is held
        self.workspace.hide_ours()
        for session in self._factory.restored(self._file):
            with self._lock:
                self._sessions[session.id] = session
                self._begun[session.id] = session.info.name
        self.agents.announce()
        self._roster.start()
        self._roster.changed()

    def create(
        self,
        name: str | None = None,
        agent: str | None = None,
        session_id: str | None = None,
        *,
        branch: str | None = None,
        isolated: bool | None = None,
    ) -> SessionInfo:
        """Open a session; its agent starts with the first message.

        With *isolated* (the default where a *name* or *branch* is given) it has a worktree and a
        branch of its own. Raises SessionExists, TooManySessions, ServerStopping, and what
        ``AgentCatalog.agent`` and ``Workspace.add_worktree`` raise; then nothing is left of it.
        """
        found = self.agents.agent(agent)
        id = check_id(session_id or self.new_id())
        isolated = bool(name or branch) if isolated is None else isolated
        self.workspace.check_there()
        if branch and not isolated:
            raise InvalidRequest("branch: only an isolated session has a branch of its own.")
        with self._place(id, name, branch, isolated) as name:
            info = self._factory.describe(id, name, found.spec.name)
            with self._factory.new(info, branch, isolated=isolated) as session:
                self._add(session)
                session.begin()
        self._roster.save()
        log.info("Session %s: created (%s)", id, found.spec.name, extra=about(id, "created"))
        return session.info

    @staticmethod
    def new_id() -> str:
        """An id that no session has."""
        return str(uuid.uuid4())

    def get(self, session_id: str) -> SessionInfo:
        """The session as it is now. Raises SessionNotFound."""
        return self._find(session_id).info

    def get_or_create(self, session_id: str) -> SessionInfo:
        """The session with this id, opened if there is none.

        It takes no place under MAX_SESSIONS, and costs no process, until somebody speaks in it.
        """
        return self._get_or_create(session_id).info

    def all(self) -> list[SessionInfo]:
        """Every session that has begun, the oldest first."""
        return [session.info for session in self._all_begun()]

    def touch(self, session_id: str) -> SessionInfo:
        """Somebody uses this session: it is not idle."""
        (session := self._find(session_id)).touch()
        return session.info

    def rename(self, session_id: str, name: str) -> SessionInfo:
        """Call a session something else; its branch and worktree stay. Raises InvalidName."""
        session = self._find(session_id)
        check_name(name)
        self._begin(session)
        session.rename(name)
        with self._lock:
            self._begun[session_id] = name
        self._roster.save()
        log.info("Session %s: called %s", session_id, name, extra=about(session_id, "renamed"))
        return session.info

    def resume(self, session_id: str) -> SessionInfo:
        """Start the agent of a session, which goes on with its conversation; waits until it runs.

        A session that ended is opened again. Raises SessionNotFound, AskTimeout, AgentFailed.
        """
        check_id(session_id)
        if self._factory.recall(session_id) is None:
            self._find(session_id)
        session = self._get_or_create(session_id)
        self._begin(session)
        self._wait(session, session.resume())
        return session.info

    def conversation(self, session_id: str) -> list[Message]:
        """What was said in this session, in order."""
        return self._find(session_id).conversation()

    def ask(self, session_id: str, question: str, message_id: str | None = None) -> Answer:
        """Ask, and wait for the answer.

        Raises AskTimeout after ``ask_timeout``; the turn goes on, and its answer is found in the
        conversation. Raises AgentFailed if the agent did.
        """
        session = self._find(session_id)
        self._begin(session)
        return self._wait(session, session.say(question, message_id))

    def chat(self, session_id: str) -> Session:
        """The session with this id, opened if there is none: for what a chat client does in it.

        What it gives is frozen or JSON; ``say`` goes through the manager, which counts sessions.
        """
        return self._get_or_create(session_id)

    def say(self, session_id: str, text: str, message_id: str | None = None) -> Session:
        """Queue a message, without waiting for its answer. Raises TooManySessions, QueueFull."""
        session = self._get_or_create(session_id)
        self._begin(session)
        session.say(text, message_id)
        return session

    def note(self, session_id: str, text: str) -> Session:
        """Tell the session's agent something that the user did not say."""
        session = self._get_or_create(session_id)
        self._begin(session)
        session.note(text)
        return session

    def mcp(self, session_id: str, command: str, args: list[str]) -> tuple[bool, str]:
        """Run the agent's MCP *command* in the session's folder; see ``run_mcp``."""
        session = self.chat(session_id)
        found = self.agents.agent(session.info.agent or None)
        return run_mcp(found, session.folder, command, args)

    def end(
        self, session_id: str, *, summary: bool = True, cleanup: bool = False, force: bool = False
    ) -> Ended:
        """End a session and all its agent started; asks the agent for a summary first.

        Its branch stays, and its worktree unless *cleanup*: raises WorktreeDirty, and nothing has
        ended, where that would lose work, unless *force*.
        """
        session = self._find(session_id)
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
        with self._lock:
            sessions = list(self._sessions.values())
        why = SessionNotFound("The session ended because nobody used it for a while.")
        idle = [s for s in sessions if s.begin_end(why, idle_for=self._settings.session_timeout)]
        for session in idle:
            log.info(
                "Session %s: nobody uses it; ending", session.id,
                extra=about(session.id, "evicted"),
            )  # fmt: skip
            patience = self._settings.summary_timeout
            self._endings.aside(session.id, partial(self._finish_end, session, patience))
        return [session.id for session in idle]

    def stop(self, timeout: float = 15.0) -> None:
        """End all agents, at once, within about *timeout* seconds; the sessions come back.

        May be called twice.
        """
        with self._lock:
            self._stopping = True
            sessions = list(self._sessions.values())
        why = ServerStopping("Janus is shutting down.")
        for session in sessions:
            if session.begin_end(why):
                patience = min(_LAST_SUMMARY, self._settings.summary_timeout)
                end = partial(self._endings.finish, session, patience, for_good=False)
                self._endings.aside(session.id, end)
        self._endings.join(timeout)
        self._roster.stop()
        self.workspace.close()
        with self._lock:
            self._sessions.clear()
            self._begun.clear()

    # Opening.

    def _get_or_create(self, session_id: str) -> Session:
        check_id(session_id)
        with self._lock:
            if session := self._sessions.get(session_id):
                return session
        info = self._factory.recall(session_id)
        if info is None:
            info = self._factory.describe(session_id, None, self.agents.agent().spec.name)
        with self._opening:
            with self._lock:
                if session := self._sessions.get(session_id):
                    return session
                if session_id in self._begun:
                    raise SessionExists(f"Session {session_id} is just being made.")
                self._refuse_stopping()  # the log may still be somebody's
            session = self._factory.open(info)
            self._add(session)
            return session

    @contextlib.contextmanager
    def _place(
        self, id: str, name: str | None, branch: str | None, isolated: bool
    ) -> Iterator[str | None]:
        """A place under MAX_SESSIONS, and a name; given back if what follows fails."""
        if name is not None:
            check_name(name)
        with self._lock:
            if id in self._sessions or id in self._begun:
                raise SessionExists(f"There is a session {id} already.")
            self._refuse_too_many()
            if name is None and isolated:
                name = name_of(branch) or free_name(self._clock.time(), self._begun.values())
            self._begun[id] = name
        try:
            yield name
        except BaseException:
            self._forget(id)
            raise

    def _add(self, session: Session) -> None:
        with self._lock:
            self._refuse_stopping()
            if len(self._sessions) - len(self._begun) >= _UNBEGUN:
                raise TooManySessions("Too many pages are open in which nobody has said a word.")
            self._sessions[session.id] = session

    def _begin(self, session: Session) -> None:
        """Take a place under MAX_SESSIONS, unless it has one. Raises StorageFailed."""
        self.workspace.check_there()
        with self._lock:
            if session.id in self._begun:
                return
            self._refuse_too_many()
            self._begun[session.id] = session.info.name
        self._roster.save()

    def _refuse_too_many(self) -> None:
        self._refuse_stopping()
        limit = self._settings.max_sessions
        if len(self._begun) >= limit:
            raise TooManySessions(
                f"Maximum {limit} sessions supported. Destroy a session to create a new one."
            )

    def _refuse_stopping(self) -> None:
        if self._stopping:
            raise ServerStopping("Janus is shutting down.")

    def _find(self, session_id: str) -> Session:
        check_id(session_id)
        with self._lock:
            session = self._sessions.get(session_id)
            if session is None:
                self._refuse_stopping()  # it may only rest
                raise SessionNotFound(f"No session {session_id}: it ended or never existed.")
        return session

    def _wait(self, session: Session, turn: Turn) -> Answer:
        timeout = self._settings.ask_timeout
        try:
            return turn.answer.result(timeout)
        except FutureTimeout:
            raise AskTimeout(
                f"No answer within {timeout:g} seconds. The agent goes on; "
                "its answer will be in the conversation.",
                turn_id=turn.id,
                partial=session.partial(turn),
            ) from None

    # Ending.

    def _to_save(self) -> list[SessionInfo]:
        """What the sessions file shall hold; also the moment to write what could not be."""
        for session in self._all_begun():
            session.flush()
        return self.all()

    def _all_begun(self) -> list[Session]:
        with self._lock:
            return [s for s in self._sessions.values() if s.id in self._begun]

    def _finish_end(self, session: Session, patience: float) -> Ended:
        try:
            return self._endings.finish(session, patience)
        finally:
            if self._forget(session.id):
                self._roster.save()

    def _forget(self, id: str) -> bool:
        """Whether it had begun."""
        with self._lock:
            self._sessions.pop(id, None)
            return self._begun.pop(id, _FREE) is not _FREE

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
