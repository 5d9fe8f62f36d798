"""What is said in the sessions: messages, and the answers to them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import TimeoutError as FutureTimeout
from functools import partial

from janus.agents.catalog import AgentCatalog
from janus.agents.mcp import run_mcp
from janus.conversation.shown import State
from janus.errors import AskTimeout
from janus.logs import about
from janus.model import Answer, SessionInfo, check_title
from janus.sessions.answering import Answers
from janus.sessions.deleting import SessionDeleter
from janus.sessions.opening import SessionOpener
from janus.sessions.registry import Registry
from janus.sessions.saver import SessionSaver
from janus.sessions.scheduler import Scheduler
from janus.sessions.session import Session
from janus.sessions.turn import Promised
from janus.text import sanitize

log = logging.getLogger(__name__)


class Conversations(Answers):
    """The part of ``MemorySessionManager`` that is about what is said. It hands out values only."""

    later: Scheduler
    _deleter: SessionDeleter

    def __init__(
        self,
        registry: Registry,
        opener: SessionOpener,
        saver: SessionSaver,
        agents: AgentCatalog,
        ask_timeout: float,
        project_id: str,
    ) -> None:
        self.agents = agents
        super().__init__(registry, opener, project_id)
        #: Files that go with messages.
        self.attachments = opener.attachments
        self._saver = saver
        self._ask_timeout = ask_timeout

    def get_or_create(self, session_id: str) -> SessionInfo:
        """The session with this id, made if there is none; it takes no place until it is used."""
        return self._opener.open(session_id).info

    def delete(self, session_id: str) -> str | None:
        """Forget a session that ended, for good, and remove its worktree; who keeps a copy of it.

        Raises Conflict while it is open, SessionNotFound, WorktreeDirty where its worktree has work
        that exists nowhere else, StorageFailed. Its branch stays.
        """
        return self._deleter.delete(self._readable(session_id))

    def touch(self, session_id: str) -> SessionInfo:
        """Somebody uses this session: it is not idle."""
        (session := self._registry.find(session_id)).touch()
        return session.info

    def rename(self, session_id: str, name: str) -> SessionInfo:
        """Give a session another name; its branch and worktree stay. Raises InvalidName."""
        check_title(name)
        session = self._begin(partial(self._registry.find_living, session_id), works=False)
        session.rename(name)
        self._registry.rename(session_id, name)
        self._saver.save()
        log.info("Session %s: called %s", session_id, name, extra=about(session_id, "renamed"))
        return session.info

    def ask(
        self,
        session_id: str,
        question: str,
        message_id: str | None = None,
        attachments: Sequence[str] = (),
    ) -> Answer:
        """Ask, and wait for the answer; *attachments* are the ids of files that go with it.

        Raises AskTimeout after ``ask_timeout``; the turn goes on, and its answer is found in the
        conversation. Raises AgentFailed if the agent did.
        """
        session = self._begin(partial(self._registry.find, session_id))
        attached = self.attachments.all(session_id, attachments)
        promised = session.say(question, message_id, files=attached)
        return self._wait(session, promised)

    def say(
        self,
        session_id: str | None,
        text: str,
        message_id: str | None = None,
        *,
        voice: bool = False,
        attachments: Sequence[str] = (),
    ) -> State:
        """Accept a message, spoken or typed, without waiting for its answer.

        Without *session_id* it begins a session; again with the same *message_id*, it finds that.
        Raises NotFound where one of the *attachments* is not there, TooManySessions, QueueFull,
        StorageFailed.
        """
        id = session_id or self._opener.for_message(message_id)
        attached = self.attachments.all(id, attachments)
        session = self._spoken_in(id)
        session.say(text, message_id, voice, attached)
        return self._told(session)

    def note(self, session_id: str | None, text: str) -> State:
        """Tell the session's agent something that the user did not say."""
        id = session_id or self._opener.for_message(None)
        session = self._spoken_in(id)
        session.note(text)
        return self._told(session)

    def schedule(
        self, session_id: str, text: str, at: float | None, message_id: str | None = None,
        attachments: Sequence[str] = (),
    ) -> State:  # fmt: skip
        """Send a message at a time, or when the agent's limit is reset; see ``Scheduler.add``.

        Raises NotFound where one of the *attachments* is not there.
        """
        attached = self.attachments.all(session_id, attachments)
        session = self._spoken_in(session_id)
        self.later.add(session, text, at, message_id, attached)
        return self._told(session)

    def unschedule(self, session_id: str, message_id: str) -> State:
        """Do not send it after all. Raises MessageNotFound."""
        session = self._readable(session_id)
        self.later.cancel(session, message_id)
        return self._told(session)

    def resume(self, session_id: str) -> SessionInfo:
        """Start the agent of a session, which goes on with its conversation; waits until it runs.

        A session that ended is opened again. Raises SessionNotFound, WorktreeGone, AskTimeout,
        AgentFailed.
        """
        session = self._begin(lambda: self._readable(session_id))
        self._wait(session, session.start_agent(), "it takes longer to get ready")
        return session.info

    def interrupt(
        self, session_id: str, turn_id: str | None = None, *, send_queue: bool = False
    ) -> State:
        """Stop the running turn, if it is *turn_id* or that is None.

        What waits is held until the user sends or discards it, unless *send_queue*.
        """
        session = self._registry.find(session_id)
        session.interrupt(turn_id, send_queue=send_queue)
        return self._told(session)

    def send_queue(self, session_id: str) -> State:
        """Send the messages that were held."""
        session = self._used(session_id)
        session.turns.release()
        return self._told(session)

    def withdraw(self, session_id: str, message_id: str | None) -> State:
        """Take a message back that waits, or all. Raises MessageNotFound."""
        session = self._used(session_id)
        session.turns.withdraw(message_id)
        return self._told(session)

    def choose(self, session_id: str, option_id: str, value: str) -> State:
        """Choose one of the agent's options; see ``Agent.choose``."""
        session = self._used(session_id)
        session.agent.choose(option_id, value)
        return self._told(session)

    def mcp(self, session_id: str, command: str, args: list[str]) -> tuple[bool, str]:
        """Run the agent's MCP *command* in the session's folder; see ``run_mcp``."""
        session = self._registry.find(session_id)
        found = self.agents.agent(session.info.agent or None)
        done, said = run_mcp(found, session.folder, command, args)
        return done, sanitize(said)

    def _spoken_in(self, session_id: str) -> Session:
        """The session, open or ended or new, in which somebody speaks now."""
        return self._begin(partial(self._opener.open, session_id))

    def _begin(self, find: Callable[[], Session], *, works: bool = True) -> Session:
        """The session that *find* gives, with a place under MAX_SESSIONS from now on.

        Raises TooManySessions, StorageFailed where the workspace is gone, WorktreeGone where its
        agent *works* in a worktree that is, and what *find* raises.
        """
        self._opener.check_workspace()
        while True:
            session = find()
            if works:
                session.check_place()
            taken = self._registry.take_place(session)
            if taken:
                self._saver.changed()  # the log says it too: nobody has to wait
            if taken is not None:
                return session

    def _wait(
        self,
        session: Session,
        promised: Promised,
        then: str = "its answer will be in the conversation",
    ) -> Answer:
        try:
            return promised.answer.result(self._ask_timeout)
        except FutureTimeout:
            raise AskTimeout(
                f"No answer within {self._ask_timeout:g} seconds. The agent goes on; {then}.",
                turn_id=promised.turn_id,
                partial=session.log.partial(promised.turn_id),
            ) from None
