"""What is said in the sessions: messages, answers, and what the agents ask."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import TimeoutError as FutureTimeout
from functools import partial
from typing import Any

from janus.agents.catalog import AgentCatalog
from janus.agents.mcp import run_mcp
from janus.conversation.record import Record
from janus.conversation.shown import State
from janus.conversation.transcript import messages
from janus.errors import AskTimeout
from janus.model import Answer, Message
from janus.sessions.opening import SessionOpener
from janus.sessions.registry import Registry
from janus.sessions.saver import SessionSaver
from janus.sessions.session import Session
from janus.sessions.turn import Promised


class Conversations:
    """The half of ``MemorySessionManager`` that is about what is said. It hands out values only."""

    def __init__(
        self,
        registry: Registry,
        opener: SessionOpener,
        saver: SessionSaver,
        agents: AgentCatalog,
        ask_timeout: float,
    ) -> None:
        self.agents = agents
        self._registry = registry
        self._opener = opener
        self._saver = saver
        self._ask_timeout = ask_timeout

    def conversation(self, session_id: str) -> list[Message]:
        """Everything that was said, in order."""
        return [*messages(self._registry.find(session_id).log)]

    def ask(self, session_id: str, question: str, message_id: str | None = None) -> Answer:
        """Ask, and wait for the answer.

        Raises AskTimeout after ``ask_timeout``; the turn goes on, and its answer is found in the
        conversation. Raises AgentFailed if the agent did.
        """
        session = self._begin(partial(self._registry.find, session_id))
        return self._wait(session, session.say(question, message_id))

    def say(self, session_id: str | None, text: str, message_id: str | None = None) -> State:
        """Accept a message, without waiting for its answer.

        Without *session_id* it begins a session; again with the same *message_id*, it finds that.
        Raises TooManySessions, QueueFull, StorageFailed.
        """
        id = session_id or self._opener.for_message(message_id)
        session = self._begin(partial(self._opener.open, id))
        session.say(text, message_id)
        return session.state()

    def note(self, session_id: str | None, text: str) -> State:
        """Tell the session's agent something that the user did not say."""
        id = session_id or self._opener.for_message(None)
        session = self._begin(partial(self._opener.open, id))
        session.note(text)
        return session.state()

    def state(self, session_id: str) -> State:
        """The state of a session; an empty one if there is none. Nothing is made."""
        session = self._opener.look(session_id)
        return session.state() if session else State(session_id=session_id)

    def follow(self, session_id: str, seq: int, heartbeat: float) -> Iterator[Record | None]:
        """Yield what happens after event *seq*; see ``EventLog.follow``.

        A session that does not exist yet is waited for.
        """
        session = self._opener.look(session_id)
        while session is None:
            session = self._registry.await_session(session_id, heartbeat)
            if session is None:
                if self._registry.stopping:
                    return
                yield None
        yield from session.log.follow(seq, heartbeat)

    def interrupt(
        self, session_id: str, turn_id: str | None = None, *, send_queue: bool = False
    ) -> State:
        """Stop the running turn, if it is *turn_id* or that is None.

        What waits is held until the user sends or discards it, unless *send_queue*.
        """
        session = self._registry.find(session_id)
        session.interrupt(turn_id, send_queue=send_queue)
        return session.state()

    def send_queue(self, session_id: str) -> State:
        """Send the messages that were held."""
        session = self._used(session_id)
        session.turns.release()
        return session.state()

    def withdraw(self, session_id: str, message_id: str | None) -> State:
        """Take a message back that waits, or all. Raises MessageNotFound."""
        session = self._used(session_id)
        session.turns.withdraw(message_id)
        return session.state()

    def answer(
        self,
        session_id: str,
        request_id: str,
        option_id: str,
        answers: dict[str, Any] | None = None,
    ) -> State:
        """Answer what the agent asked; see ``Agent.answer``."""
        session = self._used(session_id)
        session.agent.answer(request_id, option_id, answers)
        return session.state()

    def choose(self, session_id: str, option_id: str, value: str) -> State:
        """Choose one of the agent's options; see ``Agent.choose``."""
        session = self._used(session_id)
        session.agent.choose(option_id, value)
        return session.state()

    def mcp(self, session_id: str, command: str, args: list[str]) -> tuple[bool, str]:
        """Run the agent's MCP *command* in the session's folder; see ``run_mcp``."""
        session = self._registry.find(session_id)
        found = self.agents.agent(session.info.agent or None)
        return run_mcp(found, session.folder, command, args)

    def _begin(self, find: Callable[[], Session]) -> Session:
        """The session that *find* gives, with a place under MAX_SESSIONS from now on.

        Raises TooManySessions, StorageFailed where the workspace is gone, and what *find* raises.
        """
        self._opener.check_workspace()
        while True:
            session = find()
            taken = self._registry.take_place(session)
            if taken:
                self._saver.save()
            if taken is not None:
                return session

    def _used(self, session_id: str) -> Session:
        """A session that somebody uses now."""
        (session := self._registry.find(session_id)).touch()
        return session

    def _wait(self, session: Session, promised: Promised) -> Answer:
        timeout = self._ask_timeout
        try:
            return promised.answer.result(timeout)
        except FutureTimeout:
            raise AskTimeout(
                f"No answer within {timeout:g} seconds. The agent goes on; "
                "its answer will be in the conversation.",
                turn_id=promised.turn_id,
                partial=session.log.partial(promised.turn_id),
            ) from None
