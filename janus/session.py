"""A session: one conversation with one agent in one folder.

    say() ──> queue ──> turn thread ──> agent.prompt() ──emit──> log ──> state, streams

Turns run one at a time, in order. The turn thread exists while there are turns and is gone when
the queue is empty. What is known of the conversation is what its log says (``State``); here is only
what has a life: the queue, the agent, the ending.
"""

from __future__ import annotations

import copy
import logging
import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from janus.agents import Agent, Conversation, Emit
from janus.errors import (
    AgentFailed,
    JanusError,
    MessageNotFound,
    QueueFull,
    SessionNotFound,
    StorageFailed,
)
from janus.events import Clock, Event, EventLog, Keeper, timestamp
from janus.session_info import SessionInfo
from janus.state import State
from janus.summary import Summary, plain_summary
from janus.turn import Answer, Message, Turn
from janus.turn_queue import Closed, TurnQueue

log = logging.getLogger(__name__)

SUMMARY_PROMPT = (
    "Please summarize this conversation in 2-3 concise bullet points focusing on key topics "
    "discussed, decisions made, and any follow-up items."
)
QUEUE_LIMIT = 20
#: Seconds a turn gets to end when its session does, first after Ctrl-C, then after being stopped.
INTERRUPT_TIMEOUT = 10.0

#: Makes a session's agent, given where to tell what it does and what it calls the conversation.
MakeAgent = Callable[[Emit, Conversation | None], Agent]


class Session:
    """One conversation.

    ``_speaking`` keeps the messages in the same order in the log and in the queue; it is held while
    a message goes to the disk. ``_lock`` guards all other fields and is held for a few assignments,
    never while the agent works. What was said is in the log, under the log's own lock.
    """

    def __init__(
        self,
        info: SessionInfo,
        make_agent: MakeAgent,
        keeper: Keeper,
        clock: Clock,
        turn_limit: float,
    ) -> None:
        """Goes on where the keeper's lines end."""
        self.id = info.session_id
        self._state = State()
        self._log = EventLog(keeper, self._state, clock)
        self._agent = make_agent(self._hear, _conversation(self._state))
        self._clock = clock
        self._turn_limit = turn_limit
        self._speaking = threading.Lock()
        self._lock = threading.Lock()
        self._info = info
        self._touched = clock.monotonic()
        self._turns = TurnQueue(self._take, f"turns {self.id[:8]}")
        self._said: list[str] = []  # by the agent in the running turn
        self._aside: list[str] | None = None  # the same, of what is no part of the conversation
        self._last_turn: str | None = None
        self._ended_by: JanusError | None = None
        for turn_id in self._state.unanswered:
            self._fail(
                turn_id, AgentFailed("Janus was stopped before it answered this. Ask again.")
            )

    @property
    def info(self) -> SessionInfo:
        state = self._state
        status, attention, total = self._log.look(
            lambda: (state.status, state.attention, state.total)
        )
        with self._lock:
            return replace(self._info, status=status, attention=attention, message_count=total)

    @property
    def begun(self) -> bool:
        """Whether anything was ever said."""
        return self._log.seq > 0

    def state(self) -> dict[str, Any]:
        """The state of the conversation, as JSON."""
        agent = {"name": self._info.agent, "asks": self._agent.asks}
        return {"session_id": self.id, **self._log.state(), "agent": agent}

    def follow(self, seq: int, heartbeat: float) -> Iterator[Event | None]:
        """What happens after event *seq*; see ``EventLog.follow``."""
        return self._log.follow(seq, heartbeat)

    def conversation(self) -> list[Message]:
        """Everything that was said, in order."""
        return [message for event in self._log.all() if (message := Message.of(event))]

    def touch(self) -> None:
        """Somebody is there. Raises SessionNotFound when it is ending."""
        with self._lock:
            if self._ended_by:
                raise self._is_ending()
            self._touch()

    def say(self, text: str, message_id: str | None = None) -> Turn:
        """Queue a message; it is on the disk when this returns.

        The same *message_id* again gives the same turn, also after a restart. Raises QueueFull,
        StorageFailed, and SessionNotFound when the session is ending.
        """
        with self._speaking:
            if message_id and (turn := self._accepted(message_id)):
                return turn
            self.touch()
            if len(self._turns) >= QUEUE_LIMIT:
                raise QueueFull(f"{QUEUE_LIMIT} messages wait already. Let the agent catch up.")
            turn = Turn(str(uuid.uuid4()), text)
            data = {"turn_id": turn.id, "content": text, "message_id": message_id}
            self._log.append("user_message", data, promised=True)
            self._put(turn)
        return turn

    def note(self, text: str) -> None:
        """Tell the agent something that the user did not say: now, or with its next turn."""
        with self._speaking:
            self.touch()
            turn = None if self._turns.busy else Turn(str(uuid.uuid4()), "")
            data = {"id": str(uuid.uuid4()), "content": text, "turn_id": turn and turn.id}
            self._log.append("system_message", data, promised=True)
            if turn:
                self._put(turn)

    def withdraw(self, message_id: str) -> None:
        """Take a message back that still waits. Raises MessageNotFound."""
        turn_id = self._log.look(lambda: self._state.accepted.get(message_id, message_id))
        turn = self._turns.withdraw(turn_id)
        if turn is None:
            raise MessageNotFound("This message does not wait: it is being answered, or gone.")
        self._record("status", {"status": "active", "turn": "withdrawn", "turn_id": turn.id})
        turn.answer.set_exception(MessageNotFound("This message was withdrawn."))

    def interrupt(self) -> None:
        """Stop the running turn, if there is one; the session stays usable."""
        with self._lock:
            self._touch()
        if turn := self._turns.running:
            turn.cancelled.set()
            self._agent.interrupt()

    def answer(
        self, request_id: str, option_id: str, answers: dict[str, Any] | None = None
    ) -> None:
        """Answer what the agent asked; see ``Agent.answer``."""
        self.touch()
        self._agent.answer(request_id, option_id, answers)

    def choose(self, option_id: str, value: str) -> None:
        """Choose one of the agent's options; see ``Agent.choose``."""
        self.touch()
        self._agent.choose(option_id, value)

    def partial(self, turn: Turn) -> str:
        """What the agent has said so far in *turn*."""
        if self._turns.running is not turn:
            return ""
        with self._lock:
            return "".join(self._said)

    def begin_end(self, why: JanusError, idle_for: float | None = None) -> bool:
        """Refuse new messages from now on, and fail the waiting ones with *why*.

        True for one caller only, who must then call ``finish_end``. With *idle_for*, only if
        nobody has used the session for more than that many seconds; a turn is use.
        """
        with self._lock:
            if self._ended_by or (idle_for is not None and self._idle() <= idle_for):
                return False
            self._ended_by = why
        for turn in self._turns.close():
            self._failed(turn, why)
        return True

    def finish_end(self, summary_timeout: float) -> Summary | None:
        """End the turn, ask the agent for a summary, end the agent, close the log.

        Takes about *summary_timeout* seconds at most. None if nothing was said.
        """
        summary = None
        try:
            self._end_turn()
            summary = self._summarize(summary_timeout)
        finally:
            self._agent.stop()
            if summary:
                data = {"content": summary.text, "by_agent": summary.by_agent}
                self._record("summary", data, promised=True)
                self._record("session_ended", {"reason": str(self._ended_by)}, promised=True)
            self._log.close()
        return summary

    def _accepted(self, message_id: str) -> Turn | None:
        """The turn of a message that was accepted before."""
        turn_id = self._log.look(lambda: self._state.accepted.get(message_id))
        if turn_id is None:
            return None
        if turn := self._turns.find(turn_id):
            return turn
        answered = Turn(turn_id, "")
        said = [m for m in self.conversation() if m.turn_id == turn_id and m.role != "user"]
        if said and said[-1].role == "assistant":
            last = said[-1]
            answered.answer.set_result(Answer(last.content, turn_id, "end_turn", last.timestamp))
        elif said:
            answered.answer.set_exception(AgentFailed(said[-1].content))
        else:
            answered.answer.set_exception(MessageNotFound("This message was withdrawn."))
        return answered

    def _put(self, turn: Turn) -> None:
        try:
            self._turns.put(turn)
        except Closed:
            raise self._is_ending() from None

    # The turn thread.

    def _take(self, turn: Turn) -> None:
        with self._lock:
            self._said = []
        notes = self._log.look(lambda: [*self._state.notes])
        self._record("status", {"status": "active", "turn": "started", "turn_id": turn.id})
        log.info("Session %s: turn %s started", self.id, turn.id)
        prompt = "\n\n".join([*(f"[Note: {note}]" for note in notes), turn.text]).strip()
        try:
            reason = self._agent.prompt(prompt, self._turn_limit, turn.cancelled)
            if reason == "cancelled" and self._ended_by:
                raise self._ended_by
        except JanusError as error:
            self._failed(turn, error)
        except Exception:
            log.exception("Session %s: the agent could not be driven", self.id)
            self._failed(turn, JanusError("Janus made a mistake. Its log says more. Ask again."))
        else:
            self._answered(turn, reason)

    def _answered(self, turn: Turn, reason: str) -> None:
        text = self.partial(turn)
        data = {"turn_id": turn.id, "content": text, "stop_reason": reason}
        event = self._record("assistant_message", data, promised=True)
        log.info("Session %s: turn %s finished (%s)", self.id, turn.id, reason)
        with self._lock:
            self._touch()
        turn.answer.set_result(Answer(text, turn.id, reason, timestamp(event.at)))

    def _failed(self, turn: Turn, error: JanusError) -> None:
        """Keep what had been said, then say what happened."""
        text = self.partial(turn)
        if text:
            data = {"turn_id": turn.id, "content": text, "stop_reason": "failed"}
            self._record("assistant_message", data, promised=True)
        self._fail(turn.id, error)
        with self._lock:
            self._touch()
        own = copy.copy(error)  # the same one may fail several turns
        own.details = {**error.details, "turn_id": turn.id, "partial": text}
        turn.answer.set_exception(own)

    def _fail(self, turn_id: str, error: JanusError) -> None:
        data = {"turn_id": turn_id, "code": error.code, "message": str(error)}
        self._record("error", data, promised=True)
        log.warning("Session %s: turn %s failed: %s", self.id, turn_id, error.code)

    # The agent's threads.

    def _hear(self, kind: str, data: dict[str, Any]) -> None:
        """What the agent does, in a turn or outside of one."""
        turn = self._turns.running
        with self._lock:
            if turn:
                self._last_turn = turn.id
            turn_id = self._last_turn  # an agent may have something to add to what it said
            if kind == "assistant_delta":
                (self._said if self._aside is None else self._aside).append(data["text"])
            if self._aside is not None:
                return
        match kind:
            case "conversation":
                data = {
                    "status": "active" if turn else "waiting",
                    "agent": self._info.agent,
                    "protocol": data["protocol"],
                    "conversation_id": data["id"],
                    "model": data["model"],
                }
            case "status" | "options":
                data = {"status": "active" if turn else "waiting", **data}
            case "died":
                log.warning("Session %s: the agent died: %s", self.id, data["message"])
                data = {"status": "error", "detail": data["message"]}
        # On the disk before the answer is shown: without it the agent forgets everything.
        promised = kind == "conversation"
        kind = "status" if kind in ("conversation", "options", "died") else kind
        self._record(kind, {"turn_id": turn_id, **data}, promised)

    def _record(self, kind: str, data: dict[str, Any], promised: bool = False) -> Event:
        """Log what happened; on a full disk it is kept in memory until there is room again."""
        try:
            return self._log.append(kind, data, promised=promised)
        except StorageFailed:
            return self._log.append(kind, data)

    # Whoever ends the session.

    def _end_turn(self) -> None:
        self.interrupt()
        if not self._turns.join(INTERRUPT_TIMEOUT):
            self._agent.stop()
            self._turns.join(INTERRUPT_TIMEOUT)

    def _summarize(self, timeout: float) -> Summary | None:
        conversation = tuple(self.conversation())
        if not conversation:
            return None
        # An agent that just failed would most likely fail again, and make everybody wait for it.
        failed = self.info.status == "error"
        text = "" if failed or timeout <= 0 else self._ask_for_summary(timeout)
        return Summary(text or plain_summary(conversation), bool(text), conversation)

    def _ask_for_summary(self, timeout: float) -> str:
        """The agent's own summary; nothing if it fails or takes too long."""
        said: list[str] = []
        with self._lock:
            self._aside = said
        try:
            self._agent.prompt(SUMMARY_PROMPT, timeout, threading.Event())
        except AgentFailed as failure:
            log.warning("Session %s: no summary by the agent: %s", self.id, failure)
            return ""
        return "".join(said).strip()

    def _is_ending(self) -> SessionNotFound:
        return SessionNotFound(f"Session {self.id} is ending.")

    # With _lock held.

    def _touch(self) -> None:
        self._touched = self._clock.monotonic()
        self._info = replace(self._info, last_activity=self._clock.time())

    def _idle(self) -> float:
        return 0.0 if self._turns.busy else self._clock.monotonic() - self._touched


def _conversation(state: State) -> Conversation | None:
    """The conversation that an agent had before, as the log has it."""
    match state.conversation:
        case {"agent": str(agent), "protocol": str(protocol), "conversation_id": str(id)}:
            return Conversation(agent, protocol, id)
    return None
