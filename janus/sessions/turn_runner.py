"""One turn: prompt the agent, log what it does, answer or fail."""

from __future__ import annotations

import copy
import logging
import threading
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from janus.agents.agent import Agent
from janus.agents.attached import Attached
from janus.clock import Clock, seconds, timestamp
from janus.conversation.event_log import EventLog
from janus.conversation.quoting import own_words
from janus.errors import AgentFailed, JanusError
from janus.logs import about
from janus.model import Answer, events
from janus.sessions.crash_loop import CrashLoopGuard
from janus.sessions.meter import UNMETERED, SessionMeter
from janus.sessions.setup import SetUp
from janus.sessions.snapshots import TurnSnapshots
from janus.sessions.turn import Turn
from janus.text import sanitize

log = logging.getLogger(__name__)

SUMMARY_PROMPT = (
    "Please summarize this conversation in 2-3 concise bullet points focusing on key topics "
    "discussed, decisions made, and any follow-up items."
)
_BUG = "Janus made a mistake. Its log says more. Ask again."


class TurnRunner:
    """Drives the agent of one session.

    ``run`` is called on the turn thread; ``receive`` on the agent's threads, whatever runs by then:
    each event says itself which turn it belongs to. ``_lock`` guards ``_summary``, what the agent
    says that is no part of the conversation.
    """

    def __init__(
        self,
        session_id: str,
        event_log: EventLog,
        clock: Clock,
        turn_limit: float,
        check_folder: Callable[[], None],
    ) -> None:
        """*check_folder* raises JanusError where the agent must not work any more."""
        self.agent: Agent  # set once, by the session: it needs ``receive`` to be made
        #: What has to be over before the first prompt.
        self.setup: SetUp | None = None
        #: What the agent is told ahead of the words of a turn; nothing, most of the time.
        self.context: Callable[[Turn], str] = lambda turn: ""
        #: What is attached to a turn, as agents are given it.
        self.attached: Callable[[Sequence[events.Attachment]], Sequence[Attached]] = lambda it: ()
        #: Raises JanusError where somebody else works on the agent's conversation.
        self.check_alone: Callable[[], None] = lambda: None
        #: Keeps the files as they are before and after a turn, once it is set.
        self.snapshots: TurnSnapshots | None = None
        self.crashes = CrashLoopGuard(clock)
        self.meter: SessionMeter = UNMETERED
        #: When the agent last did something: for measuring, and for people (0 if it never did).
        self.last_heard, self.last_activity = clock.monotonic(), 0.0
        #: Why the session takes no more messages, once it does not.
        self.ended_by: JanusError | None = None
        self._id = session_id
        self._events = event_log
        self._clock = clock
        self._turn_limit = turn_limit
        self._check_folder = check_folder
        self._lock = threading.Lock()
        self._summary: tuple[str, list[str]] | None = None

    def run(self, turn: Turn) -> None:
        """Run a turn to its end and keep its promise."""
        try:
            if turn.only_starts:
                self._check_folder()
                self.check_alone()
                self._start(turn)
                return
            log.info(
                "Session %s: turn %s started", self._id, turn.id,
                extra=about(self._id, "turn_started", turn.id),
            )  # fmt: skip
            self.meter.began(turn.id)
            self._check_folder()
            self.crashes.check()
            reason = "cancelled"
            if self.setup is None or self.setup.wait(turn.cancelled):
                reason = self._prompt(turn)
            if reason == "cancelled" and self.ended_by:
                raise self.ended_by
        except JanusError as error:
            self.fail(turn, error)
        except Exception:
            log.exception(
                "Session %s: the agent could not be driven", self._id, extra=about(self._id)
            )
            self.fail(turn, JanusError(_BUG))
        else:
            self._finish(turn, reason)
        if self.snapshots:
            self.snapshots.settle()

    def receive(self, event: events.AnyEvent) -> None:
        """Log what the agent does, in a turn or outside of one."""
        event = sanitize(event)
        if self._is_summary(event):
            return
        self._note_activity()
        if self.meter.silent:
            self.meter.noticed(event)
        match event:
            case events.ConversationOpened() if not self._is_known(event):
                # On the disk before the first prompt: without it the agent forgets everything.
                self._events.record(event)
            case events.AgentDied(message=words):
                log.warning(
                    "Session %s: the agent died: %s", self._id, words,
                    extra=about(self._id, "crashed"),
                )  # fmt: skip
                self.crashes.add(words)
                self.meter.died(event.exit_code, event.signal)
                self._events.append(event)
            case _:
                self._events.append(event)

    def summarize(self, timeout: float) -> str:
        """The agent's own summary; nothing if it fails or takes too long."""
        turn_id, said = f"summary-{uuid.uuid4()}", list[str]()
        with self._lock:
            self._summary = turn_id, said
        try:
            self.agent.prompt(turn_id, SUMMARY_PROMPT, timeout, threading.Event())
        except AgentFailed as failure:
            log.warning(
                "Session %s: no summary by the agent: %s", self._id, failure, extra=about(self._id)
            )
            return ""
        return own_words("".join(said)).strip()

    def fail(self, turn: Turn, error: JanusError) -> None:
        """Keep what had been said, then say what happened."""
        if _is_death(error):
            self.crashes.add(str(error))
            self.meter.died(error.details.get("exit_code"), error.details.get("signal"))
        self.meter.finished("failed", error.code)  # before anybody can see that it is over
        self._note_activity()
        text = self._events.partial(turn.id)
        log_failure(self._events, self._id, turn.id, error, text)
        own = copy.copy(error)  # the same one may fail several turns
        own.details = {**error.details, "turn_id": turn.id, "partial": text}
        if not turn.answer.done():
            turn.answer.set_exception(own)

    def _start(self, turn: Turn) -> None:
        self._events.append(events.AgentStarting())
        self.agent.start(turn.cancelled)
        self._events.append(events.AgentReady())
        at = timestamp(self._clock.time())
        turn.answer.set_result(Answer("", turn.id, "end_turn", at))

    def _prompt(self, turn: Turn) -> str:
        """Give the agent the words, between two snapshots of its files; why it stopped.

        The second one is before the end is told: what its owner does then is not the agent's.
        """
        self.check_alone()
        attached, snapshots = self.attached(turn.attachments), self.snapshots
        try:
            prompt = self._context_beside(turn, snapshots) + turn.prompt
            return self.agent.prompt(turn.id, prompt, self._turn_limit, turn.cancelled, attached)
        finally:
            if snapshots:
                snapshots.after(turn.id)

    def _context_beside(self, turn: Turn, snapshots: TurnSnapshots | None) -> str:
        """What the agent is told ahead, looked up while the first snapshot is taken."""
        if snapshots is None:
            return self.context(turn)
        if self._events.snapshot.answered:  # there is next to nothing: a thread would cost more
            snapshots.before(turn.id)
            return self.context(turn)
        with ThreadPoolExecutor(1, f"before {self._id[:8]}") as beside:
            taken = beside.submit(snapshots.before, turn.id)
            context = self.context(turn)
            taken.result()
            return context

    def _finish(self, turn: Turn, reason: str) -> None:
        self.crashes.forget()
        self.meter.finished(reason)
        self._note_activity()
        text = self._events.partial(turn.id)
        record = self._events.record(events.TurnFinished(turn.id, text, reason))
        log.info(
            "Session %s: turn %s finished (%s)", self._id, turn.id, reason,
            extra=about(self._id, "turn_finished", turn.id),
        )  # fmt: skip
        turn.answer.set_result(Answer(text, turn.id, reason, timestamp(record.at)))

    def _note_activity(self) -> None:
        if self.ended_by is None:
            self.last_heard, self.last_activity = self._clock.monotonic(), self._clock.time()

    def _is_known(self, opened: events.ConversationOpened) -> bool:
        """Whether it is the conversation that is in the log already; print mode tells each turn."""
        known = self._events.snapshot.conversation
        told = opened.agent, opened.protocol, opened.id
        return known is not None and (known.agent, known.protocol, known.id) == told

    def _is_summary(self, event: events.AnyEvent) -> bool:
        """Whether the event belongs to the turn in which the agent sums up; its text is kept."""
        with self._lock:
            if self._summary is None or getattr(event, "turn_id", None) != self._summary[0]:
                return False
            if isinstance(event, events.Text):
                self._summary[1].append(event.text)
        # Even then the conversation may be another one from now on.
        return not isinstance(event, events.ConversationOpened)


def log_failure(
    event_log: EventLog, session_id: str, turn_id: str, error: JanusError, text: str
) -> None:
    """Log that a turn failed, after what had been said in it."""
    if text:
        event_log.record(events.TurnFinished(turn_id, text, "failed"))
    told = error.details.get("resets_at")
    resets_at = seconds(told) if isinstance(told, str) else None
    event_log.record(events.TurnFailed(turn_id, error.code, sanitize(str(error)), resets_at))
    log.warning(
        "Session %s: turn %s failed: %s", session_id, turn_id, error.code,
        extra=about(session_id, "turn_failed", turn_id),
    )  # fmt: skip


def _is_death(error: JanusError) -> bool:
    """Whether the agent's process ended, and not for a reason that its owner can mend."""
    how = (error.details.get("exit_code"), error.details.get("signal"))
    return type(error) is AgentFailed and how != (None, None)
