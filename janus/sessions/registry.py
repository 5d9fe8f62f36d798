"""Which sessions are open, and which of them take a place under MAX_SESSIONS."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator

from janus.errors import (
    Conflict,
    ServerStopping,
    SessionExists,
    SessionNotFound,
    TooManySessions,
)
from janus.model import check_id, check_name
from janus.sessions.archive import Archive
from janus.sessions.factory import Resting
from janus.sessions.session import Session

#: Conversations that are only looked at; the one not used for the longest time makes room.
_LOOKED_AT = 100
#: How many open sessions a refusal names, the one not used for the longest time first.
_NAMED = 8
_ABSENT = object()


class Registry:
    """The open sessions by their ids.

    A session takes a place from the moment somebody speaks in it; one that ended and is only looked
    at takes none. ``_lock``, which is the manager's, guards all fields; it is never held while a
    program is started, git is asked, or a file read or written.
    """

    def __init__(self, lock: threading.RLock, limit: int, archive: Archive) -> None:
        """Those that go on are no longer in the *archive*; its deleted ones are never entered."""
        self._lock = lock
        self._limit = limit
        self._archive = archive
        self._appeared = threading.Condition(lock)
        self._sessions: dict[str, Session] = {}
        #: The names of those that take a place; some are being made.
        self._places: dict[str, str | None] = {}
        #: Those of the last time that are not read yet; they take places too.
        self._resting: dict[str, Resting] = {}
        #: Reads one of these; set by the opener.
        self.wake: Callable[[str], Session | None] = lambda session_id: None
        self._stopping = False

    def find(self, session_id: str) -> Session:
        """The open session. Raises InvalidSessionId, SessionNotFound, ServerStopping."""
        session = self.get(session_id)
        if session is None and self.at_rest(session_id):
            session = self.wake(session_id)
        if session is None:
            self.refuse_stopping()  # it may only rest
            if self.is_being_made(session_id):
                raise SessionNotFound(f"Session {session_id} is still being made. Try again soon.")
            raise SessionNotFound(f"No session {session_id}: it ended or never existed.")
        return session

    def find_living(self, session_id: str) -> Session:
        """The same, but none that ended and is only looked at."""
        session = self.find(session_id)
        if session.log.snapshot.ended:
            raise SessionNotFound(f"Session {session_id} has ended. Open it again first.")
        return session

    def get(self, session_id: str) -> Session | None:
        """The open session, if there is one. Raises InvalidSessionId."""
        check_id(session_id)
        with self._lock:
            return self._sessions.get(session_id)

    def is_being_made(self, session_id: str) -> bool:
        with self._lock:
            return session_id in self._places

    def knows(self, session_id: str) -> bool:
        """Whether it is open, being made, ended or deleted."""
        with self._lock:
            if session_id in self._sessions or session_id in self._places:
                return True
        return self._archive.knows(session_id)

    def await_session(self, session_id: str, timeout: float) -> Session | None:
        """The open session; one that is not open is waited for, *timeout* seconds at most."""
        with self._lock:
            self._appeared.wait_for(lambda: session_id in self._sessions or self._stopping, timeout)
            return self._sessions.get(session_id)

    def begun(self) -> list[Session]:
        """Those that take a place, the oldest first."""
        with self._lock:
            return [s for s in self._sessions.values() if s.id in self._places]

    @property
    def count(self) -> int:
        """How many take a place, also those that rest; not those that are still being made."""
        with self._lock:
            return sum(id in self._sessions or id in self._resting for id in self._places)

    def all(self) -> list[Session]:
        """Every open session."""
        with self._lock:
            return [*self._sessions.values()]

    def add(self, session: Session) -> Session | None:
        """Enter a session; one that was only looked at and has to make room is returned."""
        with self._lock:
            self.refuse_stopping()
            self._resting.pop(session.id, None)
            self._sessions[session.id] = session
            self._appeared.notify_all()
            if session.id in self._places:  # so no more are looked at than before
                return None
            looked_at = [s for s in self._sessions.values() if s.id not in self._places]
            if len(looked_at) <= _LOOKED_AT:
                return None
            oldest = min(looked_at[:-1], key=lambda s: s.last_used)
            return self._sessions.pop(oldest.id)

    @contextlib.contextmanager
    def place(
        self, id: str, name: str | None, default: Callable[[], str | None]
    ) -> Iterator[str | None]:
        """A place for a new session, and its name; given back if what follows fails.

        *default* names it where *name* is None. Raises SessionExists, TooManySessions, InvalidName.
        """
        if name is not None:
            check_name(name)
        with self._lock:
            self._archive.refuse_deleted(id)
            if id in self._sessions or id in self._places:
                raise SessionExists(f"There is a session {id} already.")
            self._refuse_too_many()
            name = default() if name is None else name
            self._places[id] = name
        try:
            yield name
        except BaseException:
            self.forget(id)
            raise
        self._archive.discard(id)

    def take_place(self, session: Session) -> bool | None:
        """Give a session a place; False if it has one, None if it had to make room meanwhile.

        Raises TooManySessions.
        """
        with self._lock:
            if self._sessions.get(session.id) is not session:
                return None
            if session.id in self._places:
                return False
            self._archive.refuse_deleted(session.id)
            self._refuse_too_many()
            self._places[session.id] = session.info.name
        self._archive.discard(session.id)
        return True

    def rest(self, session: Resting) -> None:
        """Enter a session of the last time, whatever the limit is now."""
        with self._lock:
            self._resting[session.info.session_id] = session
            self._places[session.info.session_id] = session.info.name

    def at_rest(self, session_id: str) -> Resting | None:
        """A session of the last time that is not read yet, if it is one."""
        with self._lock:
            return self._resting.get(session_id)

    def resting(self) -> list[Resting]:
        """All of them."""
        with self._lock:
            return [*self._resting.values()]

    def rename(self, session_id: str, name: str) -> None:
        """Remember another name of a session that takes a place."""
        with self._lock:
            self._places[session_id] = name

    def names(self) -> list[str | None]:
        """The names of all that take a place."""
        with self._lock:
            return [*self._places.values()]

    def forget(self, session_id: str) -> bool:
        """Remove a session; whether it took a place."""
        with self._lock:
            self._sessions.pop(session_id, None)
            self._resting.pop(session_id, None)
            return self._places.pop(session_id, _ABSENT) is not _ABSENT

    def retire(self, session_id: str) -> Session | None:
        """Let nobody open a session any more; the one that is looked at, if it is.

        Raises Conflict where it takes a place.
        """
        with self._lock:
            if session_id in self._places:
                raise Conflict("This session is open. End it first, then delete it.")
            self._archive.bar(session_id)
            return self._sessions.pop(session_id, None)

    def stop(self) -> list[Session]:
        """Take no more sessions; those that are open."""
        with self._lock:
            self._stopping = True
            self._appeared.notify_all()
            return [*self._sessions.values()]

    def clear(self) -> None:
        """Forget all sessions."""
        with self._lock:
            self._sessions.clear()
            self._resting.clear()
            self._places.clear()

    @property
    def stopping(self) -> bool:
        """Whether ``stop`` was called."""
        with self._lock:
            return self._stopping

    def refuse_stopping(self) -> None:
        """Raises ServerStopping once ``stop`` was called."""
        if self._stopping:
            raise ServerStopping("Janus is shutting down.")

    def _refuse_too_many(self) -> None:
        self.refuse_stopping()
        if len(self._places) < self._limit:
            return
        open_ones = {id: s.info for id, s in self._sessions.items() if id in self._places}
        open_ones |= {id: resting.info for id, resting in self._resting.items()}
        infos = sorted(open_ones.values(), key=lambda info: info.last_activity)
        named = [f"“{it.name or it.title or it.session_id[:8]}”" for it in infos[:_NAMED]]
        more = len(infos) - len(named)
        told = ", ".join(named) + (f" and {more} more" if more else "")
        raise TooManySessions(
            f"Maximum {self._limit} sessions supported. Destroy a session to create a new one."
            + (f" Open: {told}." if told else ""),
            sessions=[
                {"session_id": it.session_id, "title": it.name or it.title, "status": it.status}
                for it in infos
            ],
        )
