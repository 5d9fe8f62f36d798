"""A session: one conversation with one agent in one folder.

    turns.say() ──> log ──> turn thread ──> agent.prompt() ──emit──> log ──> snapshot, streams

What is known of the conversation is in its log. Here is what has a life: agent, turns, ending.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from pathlib import Path

from msgspec.structs import replace

from janus.agents.agent import Agent, Recap
from janus.clock import Clock
from janus.conversation.event_log import EventLog
from janus.conversation.shown import State
from janus.conversation.transcript import recap_of
from janus.errors import AgentFailed, JanusError, ServerStopping, SessionNotFound
from janus.model import Conversation, SessionInfo, events
from janus.sessions.description import Seen, described, info_now, listed
from janus.sessions.turn import Promised, Turn
from janus.sessions.turn_queue import TurnQueue
from janus.sessions.turn_runner import TurnRunner, log_failure
from janus.text import sanitize

Files = tuple[events.Attachment, ...]
_STOPPED = "Janus was stopped before it answered this. Ask again."
#: Makes a session's agent, given where to tell what it does, which conversation it had, and how to
#: remind it of that.
MakeAgent = Callable[[events.Emit, Conversation | None, Recap], Agent]


class Session:
    """One conversation.

    ``_lock`` guards ``_info``, ``_touched``, ``_used`` and ``_ended_by``, for moments. What was
    said is in ``log``, what is to be said goes through ``turns``; both have locks of their own.
    """

    def __init__(
        self,
        info: SessionInfo,
        folder: Path,
        make_agent: MakeAgent,
        log: EventLog,
        clock: Clock,
        turn_limit: float,
        check_place: Callable[[SessionInfo], None] = lambda info: None,
        branch_now: Callable[[], str | None] = lambda: None,
    ) -> None:
        """Continue where the *log* ends.

        *check_place* raises JanusError where the agent must not work any more. *branch_now* tells
        the branch of its worktree: empty if it is on none, None if that is unknown.
        """
        self.id = info.session_id
        self.folder = folder
        self.log = log
        self.runner = TurnRunner(self.id, self.log, clock, turn_limit, self.check_place)
        self.turns = TurnQueue(self.log, self._run, f"turns {self.id[:8]}")
        self._info = info
        self.agent = self.runner.agent = make_agent(
            self.runner.receive, self._conversation(), lambda: recap_of(self.log)
        )
        self._branch_now, self._check_place = branch_now, check_place
        self._clock = clock
        self._turn_limit = turn_limit
        self._lock = threading.Lock()
        self._known: tuple[Seen, SessionInfo] | None = None
        #: When somebody was there last: for measuring, and for people (0 if nobody was yet).
        self._touched, self._used = clock.monotonic(), 0.0
        self._ended_by: JanusError | None = None
        #: Why it ends, for lists: ``ended``, ``idle``, ``crashed`` or ``limit``.
        self.end_reason = "ended"
        self.come_back()

    @property
    def info(self) -> SessionInfo:
        """The session as it is now."""
        now, branch = self.log.snapshot, self._branch_now()
        total, pid = self.log.total, self.agent.pid
        with self._lock:
            active = max(self.runner.last_activity, self._used)
            # Lists of all sessions are made with every change of one: most of them are as before.
            seen = self._info, now, branch, active, total, pid
            if self._known is None or self._known[0][1] is not now or self._known[0] != seen:
                self._known = seen, info_now(*seen)
            return self._known[1]

    def state(self) -> State:
        """The state of the conversation."""
        return replace(self.log.state(self.id), agent=self._info.agent, asks=self.agent.asks)

    def check_place(self) -> None:
        """Raises JanusError where its agent cannot work, because its folder is gone."""
        self._check_place(self.info)

    @property
    def is_working(self) -> bool:
        """Whether a turn or its agent runs."""
        return self.turns.busy or self.agent.pid is not None

    def come_back(self) -> None:
        """After a restart: say what was not answered. What had not begun still waits; where lines
        of the log are damaged, nobody knows whether it had, and it is held.
        """
        now = self.log.snapshot
        if now.turn:
            text = self.log.partial(now.turn)
            log_failure(self.log, self.id, now.turn, AgentFailed(_STOPPED), text)
        left = now.turn or now.questions or now.running_tools
        if left or now.status not in ("idle", "stopped"):
            self.log.record(events.AgentStopped())
        if self.log.doubtful and now.next:
            self.log.record(events.QueueHeld())

    def ask_what_waits(self) -> None:
        """Run what was accepted before a restart and had not begun."""
        if self.log.snapshot.next:
            self.turns.wake()

    def describe(self, *, promised: bool = True) -> None:
        """Log which session this is, unless the log says so: it may be all that is left of it.

        On the disk at once if *promised*, or else with the next promise.
        """
        now, told = self.log.snapshot, described(self.info)
        if now.ended or now.session != told:
            self.log.record(told) if promised else self.log.append(told)

    def record_end(self, why: str) -> None:
        """Log that it ended, and what lists show of it from now on."""
        self.runner.meter.ended(self.end_reason)
        self.log.record(events.SessionEnded(why, self.end_reason, listed(self.info)))

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
                self._used = self._clock.time()
                return
            ended_by = self._ended_by
        if isinstance(ended_by, ServerStopping):
            raise ServerStopping(str(ended_by))  # it will be back
        raise SessionNotFound(f"Session {self.id} is ending.")

    def say(
        self, text: str, message_id: str | None = None, voice: bool = False, files: Files = ()
    ) -> Promised:
        """Accept a message; see ``TurnQueue.say``."""
        return self.turns.say(events.UserMessage("", text, message_id, voice, files), self._use)

    def note(self, text: str) -> None:
        """Tell the agent something that the user did not say; see ``TurnQueue.note``."""
        self.turns.note(text, self._use)

    def _use(self) -> None:
        self.touch()
        self.describe(promised=False)  # on the disk with what is said

    def tell(self, text: str) -> None:
        """Say something in the conversation; the agent gets it with the next message."""
        self.log.record(events.Note(str(uuid.uuid4()), sanitize(text)))

    def stop(self) -> None:
        """End all that runs for it. May be called twice."""
        if self.runner.setup:
            self.runner.setup.stop()
        self.agent.stop()

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

    def begin_end(
        self, why: JanusError, idle_for: float | None = None, reason: str = "ended"
    ) -> bool:
        """Refuse new messages from now on, with *why*; *reason* is what lists say.

        True for one caller only, who must then end it. With *idle_for*, only if nobody has used the
        session for more than that many seconds.
        """
        with self._lock:
            if self._ended_by or (idle_for is not None and self._idle() <= idle_for):
                return False
            self._ended_by = self.runner.ended_by = why
            self.end_reason = reason
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

    def _run(self, turn: Turn) -> None:
        self.runner.run(turn)
        if self.ended_by is None:
            self.describe()  # the agent may have switched to another branch

    def _conversation(self) -> Conversation | None:
        now = self.log.snapshot
        if (opened := now.conversation) is not None:
            return Conversation(opened.agent, opened.protocol, opened.id, now.options, now.chosen)
        return Conversation(self._info.agent, None, None, (), now.chosen) if now.chosen else None

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
