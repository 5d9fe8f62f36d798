"""A session: one conversation with one agent in one folder.

    turns.say() ──> log ──> turn thread ──> agent.prompt() ──emit──> log ──> snapshot, streams

What is known of the conversation is in its log, the queue included. Here is what has a life: the
agent, the turns, the ending.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from msgspec.structs import replace as changed_struct

from janus.agents.agent import Agent, Recap
from janus.clock import Clock, timestamp
from janus.conversation.event_log import EventLog, EventStore
from janus.conversation.shown import State
from janus.conversation.transcript import recap_of
from janus.errors import AgentFailed, JanusError, ServerStopping, SessionNotFound
from janus.events import AgentStopped, Emit, QueueHeld, SessionDescribed
from janus.model import Conversation, SessionInfo
from janus.sessions.turn import Promised
from janus.sessions.turn_queue import TurnQueue
from janus.sessions.turn_runner import TurnRunner, log_failure

_STOPPED = "Janus was stopped before it answered this. Ask again."
#: Makes a session's agent, given where to tell what it does, which conversation it had, and how to
#: remind it of that.
MakeAgent = Callable[[Emit, Conversation | None, Recap], Agent]


class Session:
    """One conversation.

    ``_lock`` guards ``_info``, ``_touched`` and ``_ended_by``, for a few assignments. What was said
    is in ``log``, what is to be said goes through ``turns``; both have locks of their own.
    """

    def __init__(
        self,
        info: SessionInfo,
        folder: Path,
        make_agent: MakeAgent,
        store: EventStore,
        clock: Clock,
        turn_limit: float,
        changed: Callable[[], object] = lambda: None,
        check_folder: Callable[[], None] = lambda: None,
    ) -> None:
        """Continue where the store's lines end. *changed* is called when ``info`` did.

        *check_folder* raises JanusError where the agent must not work any more.
        """
        self.id = info.session_id
        self.folder = folder
        self.log = EventLog(store, clock, changed)
        self.runner = TurnRunner(self.id, self.log, clock, turn_limit, check_folder)
        self.turns = TurnQueue(self.log, self.runner.run, f"turns {self.id[:8]}")
        self.agent = self.runner.agent = make_agent(
            self.runner.receive, self._conversation(), lambda: recap_of(self.log)
        )
        self._clock = clock
        self._turn_limit = turn_limit
        self._lock = threading.Lock()
        self._info = info
        self._touched = clock.monotonic()
        self._ended_by: JanusError | None = None
        self.come_back()

    @property
    def info(self) -> SessionInfo:
        """The session as it is now."""
        now = self.log.snapshot
        opened = now.conversation
        with self._lock:
            return replace(
                self._info,
                status=now.status,
                last_activity=max(self._info.last_activity, self.runner.last_activity),
                attention=now.attention,
                message_count=self.log.total,
                pid=self.agent.pid,
                conversation_id=opened.id if opened else None,
                protocol=opened.protocol if opened else None,
            )

    def state(self) -> State:
        """The state of the conversation."""
        state = self.log.state(self.id)
        return changed_struct(state, agent=self._info.agent, asks=self.agent.asks)

    def come_back(self) -> None:
        """After a restart: say what was not answered, and that no agent is there.

        What had not begun still waits. Where lines of the log are damaged nobody knows whether it
        had: then it is held until the user says so.
        """
        now = self.log.snapshot
        if now.turn:
            text = self.log.partial(now.turn)
            log_failure(self.log, self.id, now.turn, AgentFailed(_STOPPED), text)
        left = now.turn or now.questions or now.running_tools
        if left or now.status not in ("idle", "stopped"):
            self.log.record(AgentStopped())
        if self.log.doubtful and now.next:
            self.log.record(QueueHeld())

    def describe(self) -> None:
        """Log which session this is, unless the log says so: it may be all that is left of it."""
        with self._lock:
            info = self._info
        described = SessionDescribed(
            info.name, info.agent, info.branch, info.worktree_path, timestamp(info.created_at)
        )
        if self.log.snapshot.ended or self.log.snapshot.session != described:
            self.log.record(described)

    def rename(self, name: str) -> None:
        """Give it another name; its branch keeps its own."""
        self.touch()
        with self._lock:
            self._info = replace(self._info, name=name)
        self.describe()

    def touch(self) -> None:
        """Somebody is there. Raises SessionNotFound when it is ending, or ServerStopping."""
        with self._lock:
            if self._ended_by is None:
                self._touched = self._clock.monotonic()
                self._info = replace(self._info, last_activity=self._clock.time())
                return
            ended_by = self._ended_by
        if isinstance(ended_by, ServerStopping):
            raise ServerStopping(str(ended_by))  # it will be back
        raise SessionNotFound(f"Session {self.id} is ending.")

    def say(self, text: str, message_id: str | None = None) -> Promised:
        """Accept a message; see ``TurnQueue.say``."""
        promised = self.turns.say(text, message_id, self.touch)
        self.describe()
        return promised

    def note(self, text: str) -> None:
        """Tell the agent something that the user did not say; see ``TurnQueue.note``."""
        self.turns.note(text, self.touch)
        self.describe()

    def start_agent(self) -> Promised:
        """Get the agent ready, as the next message would."""
        self.touch()
        self.describe()
        self.runner.crashes.forget()
        return self.turns.start_agent()

    def interrupt(self, turn_id: str | None, *, send_queue: bool) -> None:
        """Stop the running turn, if it is that one; the session stays usable."""
        self.touch()
        if self.turns.interrupt(turn_id, send_queue=send_queue):
            self.agent.interrupt()

    def begin_end(self, why: JanusError, idle_for: float | None = None) -> bool:
        """Refuse new messages from now on, with *why*.

        True for one caller only, who must then end it. With *idle_for*, only if nobody has used the
        session for more than that many seconds.
        """
        with self._lock:
            if self._ended_by or (idle_for is not None and self._idle() <= idle_for):
                return False
            self._ended_by = self.runner.ended_by = why
        return True

    @property
    def last_used(self) -> float:
        """When somebody used it last, by the monotonic clock."""
        with self._lock:
            return self._touched

    @property
    def ended_by(self) -> JanusError | None:
        """Why it takes no more messages, once it does not."""
        with self._lock:
            return self._ended_by

    def _conversation(self) -> Conversation | None:
        opened = self.log.snapshot.conversation
        return Conversation(opened.agent, opened.protocol, opened.id) if opened else None

    def _idle(self) -> float:
        """Seconds since it was used. With ``_lock`` held.

        A turn is use; so is what the agent does or asks outside of one, for as long as a turn may
        take.
        """
        if self.turns.busy:
            return 0.0
        now, clock = self.log.snapshot, self._clock.monotonic()
        quiet = clock - self.runner.last_heard
        if (now.questions or now.running_tools) and quiet <= self._turn_limit:
            return 0.0
        return min(clock - self._touched, quiet)
