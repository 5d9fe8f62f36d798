"""The messages of one session, a turn at a time, in order.

What waits, and whether it is held, is in the log's snapshot and nowhere else. Here are only the
thread that runs turns, which exists while there are any, and the promises of their answers.
"""

from __future__ import annotations

import logging
import threading
import uuid
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future

from msgspec.structs import replace

from janus.conversation.event_log import EventLog
from janus.conversation.snapshot import Snapshot, Waiting
from janus.conversation.transcript import answer_of
from janus.errors import JanusError, MessageNotFound, QueueFull
from janus.model import Answer, events
from janus.sessions.turn import Promised, Turn, over

log = logging.getLogger(__name__)

QUEUE_LIMIT = 20


class TurnQueue:
    """Accepts messages, and gives each turn to *run*, which answers it, however long that takes.

    ``_order`` keeps what is accepted, started, withdrawn and held in the same order in the log as
    it happens; it is held while a message is written to the disk. ``_lock`` guards all fields, for
    a few assignments. The order is ``_order``, ``_lock``, then the log's own lock.
    """

    def __init__(self, event_log: EventLog, run: Callable[[Turn], None], name: str) -> None:
        self._events = event_log
        self._run = run
        self._name = name
        self._order = threading.Lock()
        self._lock = threading.Lock()
        self._running: Turn | None = None
        self._begun: Turn | None = None  # the same, until the thread has it
        self._starts: deque[Turn] = deque()  # in which nothing is said; they are in no log
        self._answers: dict[str, Future[Answer]] = {}
        self._thread: threading.Thread | None = None
        self._closed = False

    @property
    def running(self) -> Turn | None:
        """The turn that runs."""
        with self._lock:
            return self._running

    @property
    def busy(self) -> bool:
        """Whether a turn runs or is about to."""
        with self._lock:
            return self._thread is not None

    def say(self, said: events.UserMessage, check_open: Callable[[], None]) -> Promised:
        """Accept a message; it is on the disk when this returns, and its answer is promised.

        Its turn is chosen here. The same message_id again gives the same answer, also after a
        restart. Raises QueueFull, StorageFailed, and what *check_open* raises.
        """
        with self._order:
            turn_id = self._events.turn_of(said.message_id) if said.message_id else None
            if turn_id is None:
                check_open()
                if len(self._now.waiting) >= QUEUE_LIMIT:
                    raise QueueFull(f"{QUEUE_LIMIT} messages wait already. Let the agent catch up.")
                turn_id = str(uuid.uuid4())
                self._accept(replace(said, turn_id=turn_id))
            promise = self._promise(turn_id)  # before it can be over: the log has fewer details
        self.wake()
        return Promised(turn_id, promise or over(lambda: answer_of(self._events, turn_id)))

    def note(self, text: str, check_open: Callable[[], None]) -> None:
        """Accept a note: with the next turn, or as a turn of its own if the agent is free."""
        with self._order:
            check_open()
            turn_id = None if self.busy else str(uuid.uuid4())
            self._events.append(events.Note(str(uuid.uuid4()), text, turn_id), promised=True)
        self.wake()

    def record(self, event: events.AnyEvent, check: Callable[[], None]) -> None:
        """Keep what is about a message that is said later, unless *check* raises.

        In order with all that is said. Raises StorageFailed.
        """
        with self._order:
            check()
            self._events.append(event, promised=True)

    def start_agent(self) -> Promised:
        """Queue a turn in which the agent only gets ready."""
        turn = Turn(str(uuid.uuid4()), "", only_starts=True)
        with self._lock:
            self._starts.append(turn)
        self.wake()
        return Promised(turn.id, turn.answer)

    def wake(self) -> None:
        """Run what waits, unless it is held."""
        with self._lock:
            self._start()

    def _start(self) -> None:
        if self._thread is None and not self._closed:
            self._thread = threading.Thread(target=self._work, name=self._name, daemon=True)
            self._thread.start()

    def withdraw(self, message_id: str | None) -> None:
        """Take a message back that waits, or all of them. Raises MessageNotFound."""
        with self._order:
            entries = [
                e for e in self._now.waiting if message_id in (None, e.message_id, e.turn_id)
            ]
            if message_id is not None and not entries:
                raise MessageNotFound("This message does not wait: it is being answered, or gone.")
            for entry in entries:
                self._events.record(events.TurnWithdrawn(entry.turn_id))
        for entry in entries:
            self._break(entry.turn_id, MessageNotFound("This message was withdrawn."))

    def release(self) -> None:
        """Send what was held."""
        with self._order:
            if self._now.held:
                self._events.record(events.QueueReleased())
        self.wake()

    def interrupt(self, turn_id: str | None, *, send_queue: bool) -> bool:
        """Cancel the turn that runs, if it is *turn_id* or that is None; whether there was one.

        What waits is then held until the user says so, unless *send_queue*; what was held before
        stays so.
        """
        with self._order:
            turn = self.running
            if turn is None or turn_id not in (None, turn.id):
                return False
            if not send_queue and self._now.next:
                self._events.record(events.QueueHeld())
            turn.cancelled.set()
        return True

    def close(self) -> tuple[Waiting, ...]:
        """Start no more turns, and tell which messages wait; the one that runs goes on."""
        with self._order:
            with self._lock:
                self._closed = True
            return self._now.waiting

    def give_up(self, why: JanusError) -> None:
        """Nobody will be answered here any more but who asked in the turn that runs."""
        with self._lock:
            running = self._running.id if self._running else None
            left = [id for id in self._answers if id != running]
            starts = [*self._starts]
            self._starts.clear()
        for turn_id in left:
            self._break(turn_id, why)
        for turn in starts:
            turn.answer.set_exception(why)

    def join(self, timeout: float) -> bool:
        """Wait until nothing runs; False if that takes longer."""
        with self._lock:
            thread = self._thread
        if thread:
            thread.join(timeout)
        return thread is None or not thread.is_alive()

    @property
    def _now(self) -> Snapshot:
        return self._events.snapshot

    def _accept(self, said: events.UserMessage) -> None:
        """Have it on the disk, with the start of its turn if that is now. With ``_order`` held."""
        notes, waiting = self._now.notes, self._now.waiting
        with self._lock:
            idle = not (self._thread or self._closed or self._starts or waiting)
        begins = [events.TurnStarted(said.turn_id)] if idle else []
        self._events.append(said, *begins, promised=True)  # one wait for the disk, not two
        if idle:
            with self._lock:
                answer = self._answers.setdefault(said.turn_id, Future())
                self._running = self._begun = Turn.of(said, notes, answer)
                self._start()  # before anybody can close this: what has begun is run

    def _promise(self, turn_id: str) -> Future[Answer] | None:
        """The promise of an answer that is still to come; None if the turn is over."""
        with self._lock:
            if turn_id in self._answers:
                return self._answers[turn_id]
            if turn_id not in self._now.unanswered:
                return None
            return self._answers.setdefault(turn_id, Future())

    def _break(self, turn_id: str, why: JanusError) -> None:
        with self._lock:
            promise = self._answers.pop(turn_id, None)
        if promise and not promise.done():
            promise.set_exception(why)

    def _work(self) -> None:
        with self._events.in_use():
            while turn := self._next():
                try:
                    self._run(turn)
                except Exception as bug:
                    log.exception("%s: a turn failed", self._name)
                    if not turn.answer.done():
                        turn.answer.set_exception(bug)

    def _next(self) -> Turn | None:
        with self._order:
            notes = self._now.notes
            with self._lock:
                if begun := self._begun:  # its start is on the disk already
                    self._begun = None
                    return begun
                if self._running:
                    self._answers.pop(self._running.id, None)
                self._running = turn = self._choose(notes)
                if turn is None:
                    self._thread = None
            if turn and not turn.only_starts:
                # On the disk first: a turn that may have had effects is never run again.
                self._events.record(events.TurnStarted(turn.id))
        return turn

    def _choose(self, notes: tuple[str, ...]) -> Turn | None:
        """With both locks held."""
        if self._closed:
            return None
        if self._starts:
            return self._starts.popleft()
        entry = self._now.next
        if entry is None:
            return None
        return Turn.of(entry, notes, self._answers.setdefault(entry.turn_id, Future()))
