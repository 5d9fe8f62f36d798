"""A session: one conversation with one agent in one folder.

    ask() ──> queue ──> turn thread ──> agent.prompt() ──emit──> log

Turns run one at a time, in order. The turn thread exists while there are turns and is gone when
the queue is empty. What callers get (``SessionInfo``, ``Turn``, ``Answer``) is frozen.
"""

from __future__ import annotations

import logging
import re
import threading
import uuid
from collections import OrderedDict, deque
from dataclasses import asdict, dataclass, replace
from typing import Any

from janus.agents import Agent
from janus.errors import (
    InvalidName,
    InvalidSessionId,
    JanusError,
    QueueFull,
    SessionNotFound,
    StorageFailed,
)
from janus.events import Clock, Event, EventLog, Message, timestamp
from janus.summary import Summary, ask_for_summary, plain_summary
from janus.turn import Answer, Turn

log = logging.getLogger(__name__)

QUEUE_LIMIT = 20
#: Seconds a turn gets to end when its session does, first after Ctrl-C, then after being stopped.
INTERRUPT_TIMEOUT = 10.0
_MESSAGE_IDS = 1000
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_NAME = re.compile(r"[a-zA-Z0-9-]{1,50}")


@dataclass(frozen=True, slots=True)
class SessionInfo:
    """A session at one moment. Times are in seconds since 1970."""

    session_id: str
    name: str | None
    status: str
    agent: str
    created_at: float
    last_activity: float
    message_count: int = 0
    attention: str | None = None
    branch: str | None = None
    worktree_path: str | None = None

    def to_json(self) -> dict[str, object]:
        times = {key: timestamp(getattr(self, key)) for key in ("created_at", "last_activity")}
        return {**asdict(self), **times}


def check_id(session_id: str) -> str:
    """*session_id* itself if it is well-formed, else InvalidSessionId."""
    if not _ID.fullmatch(session_id):
        raise InvalidSessionId(
            "A session id has 1 to 64 letters, digits, dashes or underscores, "
            "the first a letter or digit."
        )
    return session_id


def check_name(name: str) -> str:
    """*name* itself if it is well-formed, else InvalidName."""
    if not _NAME.fullmatch(name):
        raise InvalidName("A session name has 1 to 50 letters, digits or dashes.")
    return name


class Session:
    """One conversation.

    ``_speaking`` keeps the messages in the same order in the log and in the queue; it is held while
    a message goes to the disk. ``_lock`` guards all other fields and is held for a few assignments,
    never while the agent works.
    """

    def __init__(
        self, info: SessionInfo, agent: Agent, log: EventLog, clock: Clock, turn_limit: float
    ) -> None:
        self.id = info.session_id
        self._agent = agent
        self._log = log
        self._clock = clock
        self._turn_limit = turn_limit
        self._speaking = threading.Lock()
        self._lock = threading.Lock()
        self._info = info
        self._touched = clock.monotonic()
        self._queue: deque[Turn] = deque()
        self._running: Turn | None = None
        self._runner: threading.Thread | None = None
        self._said: list[str] = []  # by the agent in the running turn
        self._asked: OrderedDict[str, Turn] = OrderedDict()  # by the client's message id
        self._ended_by: JanusError | None = None

    @property
    def info(self) -> SessionInfo:
        with self._lock:
            return self._info

    def conversation(self) -> list[Message]:
        """Everything that was said, in order."""
        return [message for event in self._log.after(0) if (message := Message.of(event))]

    def touch(self) -> SessionInfo:
        """Somebody is there. Raises SessionNotFound when it is ending."""
        with self._lock:
            self._refuse_if_ending()
            self._touch()
            return self._info

    def ask(self, text: str, message_id: str | None = None) -> Turn:
        """Queue a message; it is on the disk when this returns.

        The same *message_id* again gives the same turn. Raises QueueFull, StorageFailed, and
        SessionNotFound when the session is ending.
        """
        with self._speaking:
            with self._lock:
                self._refuse_if_ending()
                if message_id and message_id in self._asked:
                    return self._asked[message_id]
                if len(self._queue) >= QUEUE_LIMIT:
                    raise QueueFull(f"{QUEUE_LIMIT} messages wait already. Let the agent catch up.")
            turn = Turn(str(uuid.uuid4()), text)
            data = {"turn_id": turn.id, "content": text, "message_id": message_id}
            self._count(self._log.append("user_message", data, promised=True))
            with self._lock:
                self._refuse_if_ending()
                self._remember(message_id, turn)
                self._queue.append(turn)
                self._touch()
                if self._runner is None:
                    self._runner = self._new_runner()
                    self._runner.start()
        return turn

    def partial(self, turn: Turn) -> str:
        """What the agent has said so far in *turn*."""
        with self._lock:
            return "".join(self._said) if self._running is turn else ""

    def begin_end(self, why: JanusError, idle_for: float | None = None) -> bool:
        """Refuse new messages from now on, and fail the waiting ones with *why*.

        True for one caller only, who must then call ``finish_end``. With *idle_for*, only if
        nobody has used the session for more than that many seconds; a turn is use.
        """
        with self._lock:
            if self._ended_by or (idle_for is not None and self._idle() <= idle_for):
                return False
            self._ended_by = why
            waiting = [*self._queue]
            self._queue.clear()
        for turn in waiting:
            turn.answer.set_exception(why)
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
            self._set_status("stopped")
            if summary:
                data = {"content": summary.text, "by_agent": summary.by_agent}
                self._record("summary", data, promised=True)
                self._record("session_ended", {"reason": str(self._ended_by)}, promised=True)
            self._log.close()
        return summary

    # What follows runs on the turn thread, but for _end_turn, _summarize and what says otherwise.

    def _new_runner(self) -> threading.Thread:
        return threading.Thread(target=self._run_turns, name=f"turns {self.id[:8]}", daemon=True)

    def _run_turns(self) -> None:
        while turn := self._next_turn():
            try:
                self._take(turn)
            except Exception as bug:
                log.exception("Session %s: a turn failed", self.id)
                if not turn.answer.done():
                    turn.answer.set_exception(bug)

    def _next_turn(self) -> Turn | None:
        with self._lock:
            self._running = self._queue.popleft() if self._queue else None
            self._said = []
            if self._running is None:
                self._runner = None
            return self._running

    def _take(self, turn: Turn) -> None:
        self._set_status("active")
        log.info("Session %s: turn %s started", self.id, turn.id)

        def hear(kind: str, data: dict[str, Any]) -> None:
            self._hear(turn, kind, data)

        try:
            reason = self._agent.prompt(turn.text, hear, self._turn_limit, turn.cancelled)
            if reason == "cancelled" and self._ended_by:
                raise self._ended_by
        except JanusError as error:
            self._failed(turn, error)
        except Exception:
            log.exception("Session %s: the agent could not be driven", self.id)
            self._failed(turn, JanusError("Janus made a mistake. Its log says more. Ask again."))
        else:
            self._answered(turn, reason)

    def _hear(self, turn: Turn, kind: str, data: dict[str, Any]) -> None:
        match kind:
            case "assistant_delta":
                with self._lock:
                    self._said.append(data["text"])
            case "conversation":
                # On the disk before the answer is shown: without it the agent forgets everything.
                model = data["model"]
                kind = "status"
                data = {"status": "active", "conversation_id": data["id"], "model": model}
            case "status":
                data = {"status": "active", **data}
        self._record(kind, {"turn_id": turn.id, **data}, promised="conversation_id" in data)

    def _answered(self, turn: Turn, reason: str) -> None:
        text = self.partial(turn)
        data = {"turn_id": turn.id, "content": text, "stop_reason": reason}
        event = self._record("assistant_message", data, promised=True)
        log.info("Session %s: turn %s finished (%s)", self.id, turn.id, reason)
        self._set_status("waiting")
        turn.answer.set_result(Answer(text, turn.id, reason, timestamp(event.at)))

    def _failed(self, turn: Turn, error: JanusError) -> None:
        """Keep what had been said, then say what happened."""
        text = self.partial(turn)
        if text:
            data = {"turn_id": turn.id, "content": text, "stop_reason": "failed"}
            self._record("assistant_message", data, promised=True)
        data = {"turn_id": turn.id, "code": error.code, "message": str(error)}
        self._record("error", data, promised=True)
        log.warning("Session %s: turn %s failed: %s", self.id, turn.id, error.code)
        self._set_status("error")
        error.details.update(turn_id=turn.id, partial=text)
        turn.answer.set_exception(error)

    def _record(self, kind: str, data: dict[str, Any], promised: bool = False) -> Event:
        """Log what happened; on a full disk it is kept in memory until there is room again."""
        try:
            event = self._log.append(kind, data, promised=promised)
        except StorageFailed:
            event = self._log.append(kind, data)
        self._count(event)
        return event

    def _count(self, event: Event) -> None:
        if Message.of(event):
            with self._lock:
                self._info = replace(self._info, message_count=self._info.message_count + 1)

    def _set_status(self, status: str) -> None:
        attention = "error" if status == "error" else None
        with self._lock:
            self._info = replace(self._info, status=status, attention=attention)
            self._touch()

    def _end_turn(self) -> None:
        """Called by whoever ends the session."""
        with self._lock:
            turn, runner = self._running, self._runner
        if turn:
            turn.cancelled.set()
            self._agent.interrupt()
        if runner:
            runner.join(INTERRUPT_TIMEOUT)
            if runner.is_alive():
                self._agent.stop()
                runner.join(INTERRUPT_TIMEOUT)

    def _summarize(self, timeout: float) -> Summary | None:
        """Called by whoever ends the session."""
        conversation = tuple(self.conversation())
        if not conversation:
            return None
        # An agent that just failed would most likely fail again, and make everybody wait for it.
        failed = self.info.status == "error"
        text = "" if failed else ask_for_summary(self._agent, timeout)
        return Summary(text or plain_summary(conversation), bool(text), conversation)

    # The rest is called with _lock held.

    def _refuse_if_ending(self) -> None:
        if self._ended_by:
            raise SessionNotFound(f"Session {self.id} is ending.")

    def _remember(self, message_id: str | None, turn: Turn) -> None:
        if message_id:
            self._asked[message_id] = turn
            if len(self._asked) > _MESSAGE_IDS:
                self._asked.popitem(last=False)

    def _touch(self) -> None:
        self._touched = self._clock.monotonic()
        self._info = replace(self._info, last_activity=self._clock.time())

    def _idle(self) -> float:
        busy = self._running or self._queue
        return 0.0 if busy else self._clock.monotonic() - self._touched
