"""The sessions that ended: listed by the last line of each log, until their owner deletes them."""

from __future__ import annotations

import contextlib
import logging
import threading
from bisect import bisect_left, insort
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice

import msgspec
from msgspec import Struct

from janus.errors import SessionNotFound, StorageFailed
from janus.model import SessionInfo, is_conversation_id, is_id
from janus.storage.store import Store

log = logging.getLogger(__name__)

_DELETED = "deleted.json"


@dataclass(frozen=True, slots=True)
class Page:
    """Ended sessions, the newest first, and the cursor of those that follow, if any do."""

    sessions: list[SessionInfo]
    next: str | None


class Deleted(Struct, frozen=True):
    """The ids of what was deleted; earlier versions wrote those of sessions only, as a list."""

    sessions: list[str]
    conversations: list[str] = []


class Archive:
    """What ended and what was deleted.

    ``_lock`` guards all fields; ``_order`` has the cursors of what ended, sorted. The ids of
    deleted sessions are kept, with those that their agents gave the conversations, and nothing else
    of them: what comes late, an unsent message of a phone or a conversation in its agent's store,
    must not make them anew. ``_barred`` are those that somebody tries to delete. ``_writing`` is
    held while the list is written, so that the last one written has all.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._ended: dict[str, SessionInfo] = {}
        self._order: list[str] = []
        self._unread: set[str] = set()
        self._deleted: set[str] = set()
        self._conversations: set[str] = set()
        self._barred: set[str] = set()
        self._writing = threading.Lock()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def load_deleted(self) -> set[str]:
        """Read which sessions were deleted; those of which a crash left the log."""
        try:
            told = msgspec.json.decode(
                self._store.read(_DELETED) or b"[]", type=Deleted | list[str]
            )
        except (OSError, msgspec.MsgspecError, RecursionError, UnicodeError) as damage:
            log.warning("%s cannot be read (%s); it is put aside", _DELETED, damage)
            with contextlib.suppress(OSError):
                self._store.put_aside(_DELETED)
            told = []
        told = Deleted(told) if isinstance(told, list) else told
        found = {id for id in told.sessions if is_id(id)}
        with self._lock:
            self._deleted |= found
            self._conversations.update(filter(is_conversation_id, told.conversations))
        return found.intersection(self._store.logs())

    def add(self, info: SessionInfo) -> None:
        """A session ended."""
        with self._lock:
            if info.session_id not in self._deleted:
                self._remove(info.session_id)
                self._ended[info.session_id] = info
                insort(self._order, cursor_of(info))

    def discard(self, session_id: str) -> None:
        """A session goes on, if it had ended."""
        with self._lock:
            self._remove(session_id)

    def _remove(self, session_id: str) -> None:
        if info := self._ended.pop(session_id, None):
            del self._order[bisect_left(self._order, cursor_of(info))]

    def get(self, session_id: str) -> SessionInfo | None:
        """The session, if it ended."""
        with self._lock:
            return self._ended.get(session_id)

    def knows(self, session_id: str) -> bool:
        """Whether the session ended, or was deleted."""
        with self._lock:
            known = (self._ended, self._unread, self._deleted, self._barred)
            return any(session_id in ids for ids in known)

    def refuse_deleted(self, session_id: str) -> None:
        """Raises SessionNotFound for a session that was deleted."""
        with self._lock:
            if session_id in self._deleted or session_id in self._barred:
                raise SessionNotFound(f"Session {session_id} was deleted.")

    def was_deleted(self, conversation_id: str) -> bool:
        """Whether a session with this conversation of its agent was deleted."""
        with self._lock:
            return conversation_id in self._conversations

    def bar(self, session_id: str) -> None:
        """Refuse this session from now on, as a deleted one."""
        with self._lock:
            self._barred.add(session_id)

    def unbar(self, session_id: str) -> None:
        """It was deleted, or could not be."""
        with self._lock:
            self._barred.discard(session_id)

    def delete(
        self,
        session_id: str,
        conversations: Iterable[str] = (),
        forget: Callable[[str], object] = lambda id: None,
    ) -> None:
        """Forget a session that is barred, for good. Raises StorageFailed where it cannot be.

        Its agent's own ids of the *conversations* in it are remembered. *forget* is called before
        its log goes: a crash in between is made up for while that is there.
        """
        with self._writing:
            deleted = self._deleted | {session_id}
            held = self._conversations.union(conversations)
            # First: if Janus is killed now, the next start removes the log.
            if not self._save(deleted, held):
                raise StorageFailed(f"This session cannot be deleted: {self._store.problem}.")
            try:
                forget(session_id)
                self._store.remove_log(session_id)
            except OSError as failure:
                # It is still there, also after the next start.
                self._save(self._deleted, self._conversations)
                raise StorageFailed(
                    f"The conversation of this session cannot be deleted: {failure.strerror}."
                ) from failure
            with self._lock:
                self._deleted, self._conversations = deleted, held
                self._remove(session_id)

    def _save(self, sessions: set[str], conversations: set[str]) -> bool:
        told = Deleted(sorted(sessions), sorted(conversations))
        return self._store.replace(_DELETED, msgspec.json.encode(told) + b"\n")

    def page(self, limit: int, before: str | None, start: str = "") -> Page:
        """At most *limit* sessions whose ids begin with *start*, from the cursor *before* on.

        A cursor is a place in the order, so that what ends or is renamed meanwhile moves nothing.
        """
        with self._lock:
            end = len(self._order) if before is None else bisect_left(self._order, before)
            older = (_id_of(self._order[place]) for place in reversed(range(end)))
            fitting = (self._ended[id] for id in older if id.startswith(start))
            found = [*islice(fitting, limit + 1)]
        more = len(found) > limit
        return Page(found[:limit], cursor_of(found[limit - 1]) if more else None)

    def read_later(self, ids: list[str], recall: Callable[[str], SessionInfo | None]) -> None:
        """Read the logs of *ids*, which earlier versions ended, on a thread of its own."""

        def run() -> None:
            for id in ids:
                if self._stopping.is_set():
                    return
                if info := recall(id):
                    self.add(info)
                with self._lock:
                    self._unread.discard(id)

        with self._lock:
            self._unread = {*ids}
        if ids:
            self._thread = threading.Thread(target=run, name="janus-archive", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """May be called twice."""
        self._stopping.set()
        if self._thread:
            self._thread.join()


def newest_first(ended: Iterable[SessionInfo]) -> list[SessionInfo]:
    """The order of all lists of what ended."""
    return sorted(ended, key=cursor_of, reverse=True)


def cursor_of(info: SessionInfo) -> str:
    """The place of a session in that order: when it ended, in milliseconds, and its id."""
    return f"{round((info.ended_at or 0.0) * 1000):015d}.{info.session_id}"


def _id_of(cursor: str) -> str:
    return cursor.partition(".")[2]
