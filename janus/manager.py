"""The sessions that are open, and what can be done with them.

Whoever calls gets frozen values, never a Session: nobody can change the registry but through here.
"""

from __future__ import annotations

import logging
import threading
import time
import uuid
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass

from janus import agents
from janus.agents import Found
from janus.config import Settings
from janus.errors import (
    AgentNotFound,
    AskTimeout,
    InvalidRequest,
    ServerStopping,
    SessionExists,
    SessionNotFound,
    TooManySessions,
)
from janus.events import Clock, EventLog, Message
from janus.memory import save_summary
from janus.session import Session, SessionInfo, check_id, check_name
from janus.store import Store
from janus.turn import Answer
from janus.workspace import hide_from_git

log = logging.getLogger(__name__)

#: Longest wait for the agents' summaries when the server stops.
_LAST_SUMMARY = 5.0


@dataclass(frozen=True, slots=True)
class Ended:
    """What is left of a session."""

    session_id: str
    summary: str | None
    summary_saved: bool


class MemorySessionManager:
    """The registry of sessions.

    ``_lock`` guards ``_sessions``, ``_endings``, ``_found`` and ``_stopping``, and nothing else.
    It is never held while a program is started or stopped, or a file written: those can take
    seconds, and every request needs this lock. It is reentrant so that ``get_or_create`` stays
    one step.
    """

    def __init__(self, settings: Settings, store: Store, clock: Clock = time) -> None:
        self._settings = settings
        self._store = store
        self._clock = clock
        self._lock = threading.RLock()
        self._sessions: dict[str, Session] = {}
        self._endings: dict[str, threading.Thread] = {}
        self._found: dict[str, Found] = {}
        self._stopping = False

    def prepare(self) -> None:
        """Look for the agent and keep our files out of the user's ``git status``."""
        hide_from_git(self._settings.workspace)
        try:
            found = self.agent()
        except AgentNotFound as missing:
            log.error("%s", missing)
            return
        if found.is_demo:
            log.warning(
                "No real agent: the built-in demo agent answers, by searching the workspace. "
                "For a real one, %s",
                agents.CURSOR.install,
            )
        log.info("Agent: %s %s", found.entry.name, found.version)

    def agent(self, name: str | None = None) -> Found:
        """The agent called *name*, or the owner's choice; looked for once, until it is found."""
        name = name or self._settings.agent
        if name != "auto" and not agents.known(name):
            raise InvalidRequest(f"agent: Janus knows {', '.join(agents.names())}.")
        with self._lock:
            found = self._found.get(name)
        if not found:
            found = agents.find(name, self._settings.environ)
            with self._lock:
                self._found[name] = found
        return found

    def create(
        self, name: str | None = None, agent: str | None = None, session_id: str | None = None
    ) -> SessionInfo:
        """Open a session; its agent starts with the first message.

        Raises SessionExists, TooManySessions, ServerStopping, and what ``agent`` raises.
        """
        session = self._new(name, self.agent(agent), session_id or str(uuid.uuid4()))
        self._add(session)
        log.info("Session %s: created (%s)", session.id, session.info.agent)
        return session.info

    def get(self, session_id: str) -> SessionInfo:
        """The session as it is now. Raises SessionNotFound."""
        return self._find(session_id).info

    def get_or_create(self, session_id: str) -> SessionInfo:
        """The session with this id, opened if there is none."""
        found = self.agent()
        with self._lock:
            if session_id not in self._sessions:
                self._add(self._new(None, found, session_id))
            return self.get(session_id)

    def all(self) -> list[SessionInfo]:
        """Every open session, the oldest first."""
        with self._lock:
            sessions = list(self._sessions.values())
        return [session.info for session in sessions]

    def touch(self, session_id: str) -> SessionInfo:
        """Somebody uses this session: it is not idle."""
        return self._find(session_id).touch()

    def conversation(self, session_id: str) -> list[Message]:
        """What was said in this session, in order."""
        return self._find(session_id).conversation()

    def ask(self, session_id: str, question: str, message_id: str | None = None) -> Answer:
        """Ask, and wait for the answer.

        Raises AskTimeout after ``ask_timeout``; the turn goes on, and its answer is found in the
        conversation. Raises AgentFailed if the agent did.
        """
        session = self._find(session_id)
        turn = session.ask(question, message_id)
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

    def end(self, session_id: str, *, summary: bool = True) -> Ended:
        """End a session and all its agent started; asks the agent for a summary first."""
        session = self._find(session_id)
        if not session.begin_end(SessionNotFound(f"Session {session_id} was ended.")):
            raise SessionNotFound(f"Session {session_id} is ending already.")
        return self._finish_end(session, self._settings.summary_timeout if summary else 0)

    def end_idle(self) -> list[str]:
        """Begin to end every session that nobody used for ``session_timeout``; their ids.

        Each ends on a thread of its own, so that a slow one delays nobody.
        """
        with self._lock:
            sessions = list(self._sessions.values())
        why = SessionNotFound("The session ended because nobody used it for a while.")
        idle = [s for s in sessions if s.begin_end(why, idle_for=self._settings.session_timeout)]
        for session in idle:
            log.info("Session %s: nobody uses it; ending", session.id)
            self._end_aside(session, self._settings.summary_timeout)
        return [session.id for session in idle]

    def stop(self, timeout: float = 15.0) -> None:
        """End every session, all at once, within about *timeout* seconds. May be called twice."""
        with self._lock:
            self._stopping = True
            sessions = list(self._sessions.values())
        why = ServerStopping("Janus is shutting down.")
        for session in sessions:
            if session.begin_end(why):
                self._end_aside(session, min(_LAST_SUMMARY, self._settings.summary_timeout))
        deadline = time.monotonic() + timeout
        with self._lock:
            endings = list(self._endings.values())
        for thread in endings:
            thread.join(max(0.0, deadline - time.monotonic()))

    def _new(self, name: str | None, found: Found, session_id: str) -> Session:
        now = self._clock.time()
        info = SessionInfo(
            session_id=check_id(session_id),
            name=None if name is None else check_name(name),
            status="idle",
            agent=found.entry.name,
            created_at=now,
            last_activity=now,
        )
        events = EventLog(self._store.open_log(session_id), clock=self._clock)
        agent = agents.make_agent(found, self._settings.workspace, session_id[:8])
        return Session(info, agent, events, self._clock, self._settings.turn_limit)

    def _add(self, session: Session) -> None:
        limit = self._settings.max_sessions
        with self._lock:
            if self._stopping:
                raise ServerStopping("Janus is shutting down.")
            if session.id in self._sessions:
                raise SessionExists(f"There is a session {session.id} already.")
            if len(self._sessions) >= limit:
                raise TooManySessions(
                    f"Maximum {limit} sessions supported. Destroy a session to create a new one."
                )
            self._sessions[session.id] = session

    def _find(self, session_id: str) -> Session:
        check_id(session_id)
        with self._lock:
            session = self._sessions.get(session_id)
        if session is None:
            raise SessionNotFound(f"No session {session_id}: it ended or never existed.")
        return session

    def _end_aside(self, session: Session, summary_timeout: float) -> None:
        def run() -> None:
            try:
                self._finish_end(session, summary_timeout)
            except Exception:
                log.exception("Session %s: did not end cleanly", session.id)
            finally:
                with self._lock:
                    del self._endings[session.id]

        thread = threading.Thread(target=run, name=f"end {session.id[:8]}", daemon=True)
        with self._lock:
            self._endings[session.id] = thread
        thread.start()

    def _finish_end(self, session: Session, summary_timeout: float) -> Ended:
        try:
            summary = session.finish_end(summary_timeout)
        finally:
            with self._lock:
                del self._sessions[session.id]
        log.info("Session %s: ended", session.id)
        if summary is None:
            return Ended(session.id, None, False)
        saved = save_summary(self._store, self._settings.workspace, session.info, summary)
        return Ended(session.id, summary.text, saved)
