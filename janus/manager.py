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

from janus.agents import Agent, Conversation, Emit, make_agent
from janus.agents.command import run_mcp
from janus.agents.found import Computer, Found, find, survey
from janus.agents.table import CURSOR, CUSTOM, Entry, known, names
from janus.config import Settings
from janus.errors import (
    AgentNotFound,
    AskTimeout,
    InvalidRequest,
    JanusError,
    ServerStopping,
    SessionExists,
    SessionNotFound,
    TooManySessions,
)
from janus.events import Clock
from janus.memory import save_summary
from janus.session import Session
from janus.session_info import SessionInfo, check_id, check_name
from janus.store import Store
from janus.turn import Answer, Message
from janus.workspace import hide_from_git

log = logging.getLogger(__name__)

#: Sessions that were opened but in which nobody spoke; they end by themselves when not used.
_UNBEGUN = 1000
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

    ``_lock`` guards ``_sessions``, ``_begun``, ``_endings``, ``_found`` and ``_stopping``, and
    nothing else. It is never held while a program is started or stopped, or a file read or written:
    those can take seconds, and every request needs this lock. ``_opening`` keeps two requests from
    opening the same session twice, and is held while its log is read.
    """

    def __init__(self, settings: Settings, store: Store, clock: Clock = time) -> None:
        self._settings = settings
        self._computer = computer(settings)
        self._store = store
        self._clock = clock
        self._lock = threading.RLock()
        self._opening = threading.Lock()
        self._sessions: dict[str, Session] = {}
        self._begun: set[str] = set()  # those that take a place under MAX_SESSIONS
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
                CURSOR.install,
            )
        log.info("Agent: %s %s", found.entry.name, found.version)

    def agent(self, name: str | None = None) -> Found:
        """The agent called *name*, or the owner's choice; looked for once, until it is found."""
        name = name or self._settings.agent
        if name not in ("auto", CUSTOM) and not known(name):
            raise InvalidRequest(f"agent: Janus knows {', '.join(names())}.")
        with self._lock:
            found = self._found.get(name)
        if not found:
            found = find(name, self._computer)
            with self._lock:
                self._found[name] = found
        return found

    def agents(self) -> list[tuple[Entry, Found | None]]:
        """Every agent Janus knows, and which of them are on this computer; takes some seconds."""
        return survey(self._computer)

    def mcp(self, session_id: str, command: str, args: list[str]) -> tuple[bool, str]:
        """Run the agent's MCP *command*; see ``run_mcp``."""
        name = self.chat(session_id).info.agent
        return run_mcp(self.agent(name), self._settings.workspace, command, args)

    def create(
        self, name: str | None = None, agent: str | None = None, session_id: str | None = None
    ) -> SessionInfo:
        """Open a session; its agent starts with the first message.

        Raises SessionExists, TooManySessions, ServerStopping, and what ``agent`` raises.
        """
        found = self.agent(agent)
        id = check_id(session_id or self.new_id())
        with self._opening:
            self._refuse_taken(id)
            session = self._new(name, found, id)
            self._add(session)
        try:
            self._begin(session)
        except JanusError:
            self._remove(session)
            raise
        log.info("Session %s: created (%s)", session.id, found.entry.name)
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
        with self._lock:
            sessions = [s for s in self._sessions.values() if s.id in self._begun]
        return [session.info for session in sessions]

    def touch(self, session_id: str) -> SessionInfo:
        """Somebody uses this session: it is not idle."""
        session = self._find(session_id)
        session.touch()
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
        turn = session.say(question, message_id)
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

    def _get_or_create(self, session_id: str) -> Session:
        check_id(session_id)
        with self._lock:
            if session := self._sessions.get(session_id):
                return session
        found = self.agent()
        with self._opening:
            with self._lock:
                if session := self._sessions.get(session_id):
                    return session
            session = self._new(None, found, session_id)
            self._add(session)
            return session

    def _new(self, name: str | None, found: Found, session_id: str) -> Session:
        now = self._clock.time()
        info = SessionInfo(
            session_id=session_id,
            name=None if name is None else check_name(name),
            status="idle",
            agent=found.entry.name,
            created_at=now,
            last_activity=now,
        )

        def make(emit: Emit, conversation: Conversation | None) -> Agent:
            workspace = self._settings.workspace
            return make_agent(found, workspace, session_id[:8], emit, conversation)

        keeper = self._store.open_log(session_id)
        return Session(info, make, keeper, self._clock, self._settings.turn_limit)

    def _refuse_taken(self, session_id: str) -> None:
        with self._lock:
            if session_id in self._sessions:
                raise SessionExists(f"There is a session {session_id} already.")

    def _add(self, session: Session) -> None:
        with self._lock:
            if self._stopping:
                raise ServerStopping("Janus is shutting down.")
            if len(self._sessions) - len(self._begun) >= _UNBEGUN:
                raise TooManySessions("Too many pages are open in which nobody has said a word.")
            self._sessions[session.id] = session

    def _begin(self, session: Session) -> None:
        """Take a place under MAX_SESSIONS, unless it has one."""
        limit = self._settings.max_sessions
        with self._lock:
            if session.id not in self._begun and len(self._begun) >= limit:
                raise TooManySessions(
                    f"Maximum {limit} sessions supported. Destroy a session to create a new one."
                )
            self._begun.add(session.id)

    def _remove(self, session: Session) -> None:
        with self._lock:
            self._sessions.pop(session.id, None)
            self._begun.discard(session.id)

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
            workspace = self._settings.workspace
            saved = summary is not None and save_summary(
                self._store, workspace, session.info, summary
            )
        finally:
            self._remove(session)
        log.info("Session %s: ended", session.id)
        return Ended(session.id, summary.text if summary else None, saved)


def computer(settings: Settings) -> Computer:
    """Where to look for agents, as the owner chose."""
    custom = _custom_entry(settings) if settings.agent_command else None
    return Computer(settings.environ, custom, settings.agent_environ)


def _custom_entry(settings: Settings) -> Entry:
    """The owner's own ACP agent."""
    program, *arguments = settings.agent_command
    return Entry(
        name=CUSTOM,
        label="Your agent",
        programs=(program,),
        version=None,
        acp=tuple(arguments),
        install=f"JANUS_AGENT_COMMAND names {program}, which is not there",
        login="its own command for that",
    )
