"""A session: one conversation with one agent in one folder.

    say() ──> queue ──> turn thread ──> agent.prompt() ──emit──> transcript ──> state, streams

Turns run one at a time, in order. The turn thread exists while there are turns and is gone when
the queue is empty. What is known of the conversation is what its transcript says; here is only what
has a life: the queue, the agent, the ending.
"""

from __future__ import annotations

import copy
import logging
import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from janus.agents.agent import Agent, Emit
from janus.clock import Clock, timestamp
from janus.conversation.event import Event
from janus.conversation.event_log import EventStore
from janus.conversation.summary import Summary, plain_summary
from janus.conversation.transcript import Transcript
from janus.conversation.turn import Turn
from janus.errors import (
    AgentFailed,
    JanusError,
    MessageNotFound,
    QueueFull,
    ServerStopping,
    SessionNotFound,
)
from janus.logs import about
from janus.model import Answer, Conversation, Message, SessionInfo
from janus.sessions.crash_loop import CrashLoopGuard
from janus.sessions.turn_queue import Closed, TurnQueue
from janus.text import sanitize

log = logging.getLogger(__name__)

SUMMARY_PROMPT = (
    "Please summarize this conversation in 2-3 concise bullet points focusing on key topics "
    "discussed, decisions made, and any follow-up items."
)
QUEUE_LIMIT = 20
#: Seconds a turn gets to end when its session does, first after Ctrl-C, then after being stopped.
INTERRUPT_TIMEOUT = 10.0
_BUG = "Janus made a mistake. Its log says more. Ask again."

#: Makes a session's agent, given where to tell what it does, what it called the conversation, and
#: how to remind it of that.
MakeAgent = Callable[[Emit, Conversation | None, Callable[[], str]], Agent]


class Session:
    """One conversation.

    ``_speaking`` keeps the messages in the same order in the log and in the queue; it is held while
    a message is written to the disk. ``_lock`` guards ``_info``, ``_touched``, ``_aside``,
    ``_last_turn`` and ``_ended_by``, for a few assignments, never while the agent works. What was
    said is in the transcript, which has its own lock.
    """

    def __init__(
        self,
        info: SessionInfo,
        folder: Path,
        make_agent: MakeAgent,
        keeper: EventStore,
        clock: Clock,
        turn_limit: float,
        changed: Callable[[], object] = lambda: None,
    ) -> None:
        """Goes on where the keeper's lines end. *changed* is called when ``info`` did."""
        self.id = info.session_id
        self.folder = folder
        self._changed = changed
        self._transcript = Transcript(keeper, clock, changed)
        self._agent = make_agent(self._hear, self._transcript.conversation, self._transcript.recap)
        self._clock = clock
        self._turn_limit = turn_limit
        self._speaking = threading.Lock()
        self._lock = threading.Lock()
        self._info = info
        self._touched = clock.monotonic()
        self._turns = TurnQueue(self._take, f"turns {self.id[:8]}")
        self._deaths = CrashLoopGuard(clock)
        self._aside: list[str] | None = None  # what the agent says that is no conversation
        self._last_turn: str | None = None
        self._ended_by: JanusError | None = None
        self._transcript.come_back()

    @property
    def info(self) -> SessionInfo:
        known = self._transcript.known()
        with self._lock:
            return replace(self._info, pid=self._agent.pid, **known)

    def begin(self) -> None:
        """Write down which session this is: it is more than an open page."""
        with self._lock:
            info = self._info
        self._transcript.describe(info.identity())

    def rename(self, name: str) -> None:
        """Call it something else; its branch keeps its name."""
        self.touch()
        with self._lock:
            self._info = replace(self._info, name=name)
        self.begin()

    def state(self) -> dict[str, Any]:
        """The state of the conversation, as JSON."""
        agent = {"name": self._info.agent, "asks": self._agent.asks}
        return {"session_id": self.id, **self._transcript.state(), "agent": agent}

    def follow(self, seq: int, heartbeat: float) -> Iterator[Event | None]:
        """What happens after event *seq*; see ``EventLog.follow``."""
        return self._transcript.follow(seq, heartbeat)

    def conversation(self) -> list[Message]:
        """Everything that was said, in order."""
        return self._transcript.messages()

    def flush(self) -> None:
        """Try again to write what could not be written."""
        self._transcript.flush()

    def touch(self) -> None:
        """Somebody is there. Raises SessionNotFound when it is ending, or ServerStopping."""
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
            self._transcript.promise("user_message", data)
            self.begin()
            self._put(turn)
        return turn

    def note(self, text: str) -> None:
        """Tell the agent something that the user did not say: now, or with its next turn."""
        with self._speaking:
            self.touch()
            turn = None if self._turns.busy else Turn(str(uuid.uuid4()), "")
            data = {"id": str(uuid.uuid4()), "content": text, "turn_id": turn and turn.id}
            self._transcript.promise("system_message", data)
            self.begin()
            if turn:
                self._put(turn)

    def resume(self) -> Turn:
        """Get the agent ready, as the next message would; the turn ends when it is."""
        with self._speaking:
            self.touch()
            self.begin()
            self._deaths.forget()
            turn = Turn(str(uuid.uuid4()), "", wakes=True)
            self._put(turn)
        return turn

    def withdraw(self, message_id: str) -> None:
        """Take a message back that still waits. Raises MessageNotFound."""
        with self._speaking:  # what is accepted is in the queue
            turn = self._turns.withdraw(self._transcript.turn_of(message_id) or message_id)
        if turn is None:
            raise MessageNotFound("This message does not wait: it is being answered, or gone.")
        data = {"status": self.info.status, "turn": "withdrawn", "turn_id": turn.id}
        self._transcript.record("status", data)
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
        return self._transcript.partial(turn.id)

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

    def finish_end(self, summary_timeout: float, *, for_good: bool = True) -> Summary | None:
        """End the turn, ask the agent for a summary, end the agent, close the log.

        Takes about *summary_timeout* seconds at most. None if nothing was said. Without *for_good*
        the session is to come back at the next start.
        """
        summary = None
        try:
            self._end_turn()
            summary = self._summarize(summary_timeout)
        finally:
            self._agent.stop()
            if summary and summary.new:
                data = {"content": summary.text, "by_agent": summary.by_agent}
                self._transcript.record("summary", data, promised=True)
            if not for_good:
                self._transcript.come_back()
            elif not self._transcript.ended and (self._transcript.session or summary):
                data = {"reason": str(self._ended_by)}
                self._transcript.record("session_ended", data, promised=True)
            self._transcript.close()
        return summary

    def _accepted(self, message_id: str) -> Turn | None:
        """The turn of a message that was accepted before."""
        turn_id = self._transcript.turn_of(message_id)
        if turn_id is None:
            return None
        return self._turns.find(turn_id) or self._transcript.answered(turn_id)

    def _put(self, turn: Turn) -> None:
        try:
            self._turns.put(turn)
        except Closed:
            raise self._is_ending() from None

    # The turn thread.

    def _take(self, turn: Turn) -> None:
        try:
            if turn.wakes:
                self._wake(turn)
                return
            reason = self._prompt(turn)
            if reason == "cancelled" and self._ended_by:
                raise self._ended_by
        except JanusError as error:
            self._failed(turn, error)
        except Exception:
            log.exception(
                "Session %s: the agent could not be driven", self.id, extra=about(self.id)
            )
            self._failed(turn, JanusError(_BUG))
        else:
            self._answered(turn, reason)

    def _wake(self, turn: Turn) -> None:
        self._transcript.record("status", {"status": "active", "loading": True})
        self._agent.start(turn.cancelled)
        self._transcript.record("status", {"status": "waiting", "loading": False})
        turn.answer.set_result(Answer("", turn.id, "end_turn", timestamp(self._clock.time())))

    def _prompt(self, turn: Turn) -> str:
        notes = self._transcript.notes
        data = {"status": "active", "turn": "started", "turn_id": turn.id}
        self._transcript.record("status", data)
        log.info(
            "Session %s: turn %s started",
            self.id,
            turn.id,
            extra=about(self.id, "turn_started", turn.id),
        )
        self._deaths.check()
        prompt = "\n\n".join([*(f"[Note: {note}]" for note in notes), turn.text]).strip()
        return self._agent.prompt(prompt, self._turn_limit, turn.cancelled)

    def _answered(self, turn: Turn, reason: str) -> None:
        self._deaths.forget()
        answer = self._transcript.finish(turn.id, self.partial(turn), reason)
        log.info(
            "Session %s: turn %s finished (%s)", self.id, turn.id, reason,
            extra=about(self.id, "turn_finished", turn.id),
        )  # fmt: skip
        with self._lock:
            self._touch()
        turn.answer.set_result(answer)

    def _failed(self, turn: Turn, error: JanusError) -> None:
        """Keep what had been said, then say what happened."""
        if _is_death(error):
            self._deaths.add(str(error))
        text = self.partial(turn)
        self._transcript.fail(turn.id, error, text)
        log.warning(
            "Session %s: turn %s failed: %s", self.id, turn.id, error.code,
            extra=about(self.id, "turn_failed", turn.id),
        )  # fmt: skip
        with self._lock:
            self._touch()
        own = copy.copy(error)  # the same one may fail several turns
        own.details = {**error.details, "turn_id": turn.id, "partial": text}
        turn.answer.set_exception(own)

    # The agent's threads.

    def _hear(self, kind: str, data: dict[str, Any]) -> None:
        """What the agent does, in a turn or outside of one."""
        data = sanitize(data)
        turn = self._turns.running
        with self._lock:
            if turn and not turn.wakes:
                self._last_turn = turn.id
            turn_id = self._last_turn  # an agent may have something to add to what it said
            if self._aside is not None:
                if kind == "assistant_delta":
                    self._aside.append(data["text"])
                return
        if kind == "died":
            words, more = data["message"], about(self.id, "crashed")
            log.warning("Session %s: the agent died: %s", self.id, words, extra=more)
            self._deaths.add(words)
        self._transcript.hear(kind, data, turn_id, self._info.agent, working=turn is not None)

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
        if made := self._transcript.summary:
            return Summary(made["content"], made["by_agent"], conversation, new=False)
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
            log.warning(
                "Session %s: no summary by the agent: %s", self.id, failure, extra=about(self.id)
            )
            return ""
        return "".join(said).strip()

    def _is_ending(self) -> JanusError:
        if isinstance(self._ended_by, ServerStopping):
            return ServerStopping(str(self._ended_by))  # it will be back
        return SessionNotFound(f"Session {self.id} is ending.")

    # With _lock held.

    def _touch(self) -> None:
        self._touched = self._clock.monotonic()
        self._info = replace(self._info, last_activity=self._clock.time())

    def _idle(self) -> float:
        return 0.0 if self._turns.busy else self._clock.monotonic() - self._touched


def _is_death(error: JanusError) -> bool:
    """Whether the agent's process ended, and not for a reason that its owner can mend."""
    how = (error.details.get("exit_code"), error.details.get("signal"))
    return type(error) is AgentFailed and how != (None, None)
