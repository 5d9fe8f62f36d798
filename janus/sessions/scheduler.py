"""Messages that are sent later: at a time, or when the agent's limit is reset.

What is to be sent is in the log of its session, where it survives everything. Here are the clock
that sends it, once, and a list of the sessions that have something: they may have ended.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import uuid
from collections.abc import Callable
from functools import partial

import msgspec

from janus.clock import Clock
from janus.conversation.event_log import LogClosed
from janus.conversation.snapshot import Scheduled
from janus.errors import InvalidRequest, JanusError, MessageNotFound
from janus.logs import about
from janus.model import is_id
from janus.model.events import Attachment, SendCancelled, SendMissed, SendScheduled, UserMessage
from janus.sessions.session import Session
from janus.storage.store import Store

log = logging.getLogger(__name__)

#: How many may wait in a session, and how far ahead, in seconds.
MOST, FURTHEST = 20, 366 * 86400.0
#: Seconds after its time in which a message still goes by itself, and between two looks at the
#: clock: a computer may have slept.
LATE, LOOK = 60.0, 10.0
_LIST = "scheduled.json"


class Scheduler:
    """Sends what is due; ``_lock`` guards ``_sessions``, and is held while the list is written."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        look: Callable[[str], Session | None],
        use: Callable[[str], Session],
    ) -> None:
        """*look* gives a session, open or not; *use* one in which somebody speaks now."""
        self._store = store
        self._clock = clock
        self._look = look
        self._use = use
        self._lock = threading.Lock()
        #: How often something was scheduled in each.
        self._sessions: dict[str, int] = {}
        self._woken = threading.Event()
        self._stopping = False
        self._thread: threading.Thread | None = None

    def add(
        self, session: Session, text: str, at: float | None, id: str | None = None,
        attachments: tuple[Attachment, ...] = (),
    ) -> None:  # fmt: skip
        """Send *text* at a time; at the reset of the agent's limit if *at* is None.

        The same *id* again is the same message. Raises InvalidRequest, StorageFailed.
        """
        after_limit, now = at is None, self._clock.time()
        at = session.log.snapshot.resets_at if at is None else at
        if at is None:
            raise InvalidRequest("The agent has not said when its limit is reset. Choose a time.")
        if not after_limit and not now < at <= now + FURTHEST:
            raise InvalidRequest("at: a time to come, and no more than a year ahead.")
        event = SendScheduled(id or str(uuid.uuid4()), text, at, after_limit, attachments)

        def check() -> None:
            session.touch()
            session.describe(promised=False)  # on the disk with what is said
            if len(session.log.snapshot.scheduled) >= MOST:
                raise InvalidRequest(f"{MOST} messages wait for their time already.")

        self._keep(session.id)  # first: what is not looked for is not sent
        if id is None or not (session.log.turn_of(id) or _entry(session, id)):
            session.turns.record(event, check)
            self._keep(session.id)  # a look at the clock in between found nothing
        self._start()

    def cancel(self, session: Session, id: str) -> None:
        """Do not send a message. Raises MessageNotFound where it does not wait, or has gone."""
        session.turns.record(SendCancelled(id), partial(_check, session, id))

    def start(self) -> None:
        """Look for what the last run left."""
        with contextlib.suppress(OSError, msgspec.MsgspecError, RecursionError, UnicodeError):
            left = msgspec.json.decode(self._store.read(_LIST) or b"[]", type=list[str])
            with self._lock:
                self._sessions.update((it, 0) for it in left if is_id(it))
        if self._sessions:
            self._start()

    def stop(self, timeout: float = 5.0) -> None:
        """May be called twice."""
        self._stopping = True
        self._woken.set()
        if self._thread:
            self._thread.join(timeout)

    def tick(self) -> float | None:
        """Send what is due; seconds until the next may be, None if nothing waits."""
        with self._lock:
            sessions = [*self._sessions.items()]
        waits = []
        for id, times in sessions:
            try:
                session = self._look(id)
                left = [self._settle(session, it) for it in _waiting(session)] if session else []
            except (JanusError, LogClosed) as failure:
                log.warning("Session %s: nothing is sent: %s", id, failure, extra=about(id))
                left = [1.0]
            found = [wait for wait in left if wait is not None]
            waits += found
            if not found:
                self._forget(id, times)
        return min(waits, default=None)

    def _settle(self, session: Session, entry: Scheduled) -> float | None:
        """Send a message if it is due; seconds until it may be, None if it does not wait."""
        wait = entry.at - self._clock.time()
        if wait > 0:
            return wait
        check = partial(_check, session, entry.id)
        with contextlib.suppress(MessageNotFound):  # cancelled, or sent, meanwhile
            if -wait > LATE:
                session.turns.record(SendMissed(entry.id), check)
                return None
            self._send(entry, session.id)
        return None

    def _send(self, entry: Scheduled, session_id: str) -> None:
        session = self._use(session_id)

        def check() -> None:
            _check(session, entry.id)
            session.touch()
            session.describe(promised=False)

        # Accepted once, under its own id, whatever happens now.
        said = UserMessage("", entry.content, entry.id, attachments=entry.attachments)
        session.turns.say(said, check)
        log.info("Session %s: sent what was due", session_id, extra=about(session_id, "sent"))

    def _keep(self, session_id: str) -> None:
        with self._lock:
            self._sessions[session_id] = self._sessions.get(session_id, 0) + 1
            self._save()

    def _forget(self, session_id: str, times: int) -> None:
        """Look no more into a session, unless something was scheduled in it meanwhile."""
        with self._lock:
            if self._sessions.get(session_id) == times:
                del self._sessions[session_id]
                self._save()

    def _save(self) -> None:
        self._store.replace(_LIST, msgspec.json.encode(sorted(self._sessions)))

    def _start(self) -> None:
        with self._lock:
            if self._thread is None and not self._stopping:
                self._thread = threading.Thread(target=self._run, name="janus-later", daemon=True)
                self._thread.start()
        self._woken.set()

    def _run(self) -> None:
        while not self._stopping:
            self._woken.clear()
            try:
                wait = self.tick()
            except Exception:
                log.exception("What is due could not be sent; trying again")
                wait = LOOK
            self._woken.wait(LOOK if wait is None else min(max(wait, 0.05), LOOK))


def _waiting(session: Session) -> list[Scheduled]:
    return [it for it in session.log.snapshot.scheduled if not it.missed]


def _entry(session: Session, id: str) -> Scheduled | None:
    return next((it for it in session.log.snapshot.scheduled if it.id == id), None)


def _check(session: Session, id: str) -> None:
    if _entry(session, id) is None:
        raise MessageNotFound("This message does not wait: it has been sent, or cancelled.")
