"""The index of a project: ``history.db`` in its state folder, beside the logs."""

from __future__ import annotations

import sqlite3
import threading
from dataclasses import dataclass
from itertools import islice

from janus.clock import timestamp
from janus.conversation.title import title_of
from janus.memory.history.query import Query, Span
from janus.memory.history.tables import SCHEMA, VERSION, SessionRows
from janus.storage.database import Damaged, Database, Unavailable
from janus.storage.store import Store

NAME = "history.db"
#: Lines of a log that are read in one transaction.
_LINES = 500
_CALLED = "SELECT text FROM said WHERE session = ? AND key = 'title'"
_BEGAN = (
    "SELECT substr(text, 1, 4000) FROM said "
    "WHERE session = ? AND +role = 'user' AND found ORDER BY id LIMIT 1"
)


@dataclass(frozen=True, slots=True)
class Hit:
    """Something that was found. ``role`` is ``user``, ``assistant``, ``summary`` or ``title``.

    ``marks`` say where in the snippet it is, in characters. ``message_id`` is None for what is no
    message. The newest has the highest ``order``; names have a higher one.
    """

    session_id: str
    title: str
    role: str
    message_id: str | None
    timestamp: str
    snippet: str
    marks: tuple[Span, ...]
    order: int


class LogUnreadable(Exception):
    """The log of a session is there, and cannot be read."""


class Index:
    """The index of one project.

    ``_lock`` guards the connection that writes; it is held while some lines are taken in, or the
    words of a session removed. Nothing but this room waits for it.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._database = Database(store.folder, NAME, VERSION, SCHEMA)
        self._lock = threading.Lock()

    def search(self, query: Query, limit: int) -> list[Hit] | None:
        """What has all of *query*, names first, then the newest; None where there is no index.

        Raises Unavailable, Damaged.
        """
        if not query.pieces:
            return []
        with self._database.reading() as db:
            if db is None:
                return None
            rows = db.execute(
                "SELECT id, session, role, message, at, text FROM said WHERE id IN "
                "(SELECT rowid FROM words WHERE words MATCH ? ORDER BY rowid DESC LIMIT ?) "
                "ORDER BY id DESC",
                (query.match(), limit),
            ).fetchall()
            gone = {id for id in {row[1] for row in rows} if not self._store.has_log(id)}
            return [_hit(db, query, *row) for row in rows if row[1] not in gone]

    def feed(self, session_id: str) -> bool:
        """Take in some lines of a session's log; whether there are more.

        Without a log, nothing is left of the session. Raises LogUnreadable, Unavailable, Damaged.
        """
        with self._lock:
            if not self._store.has_log(session_id):
                self._remove([session_id])
                return False
            with self._database.writing() as db:
                session = SessionRows(db, session_id)
                try:
                    reading = session.reading(self._store)
                    lines = self._store.lines(session_id, reading.offset)
                    count = sum(reading.take(line) for line in islice(lines, _LINES))
                except OSError as failure:
                    raise LogUnreadable(failure.strerror) from failure
                if count:
                    session.save(reading)
            return count == _LINES

    def was_made(self) -> bool:
        """Whether the index was made, empty, since this was asked last."""
        with self._lock:
            made, self._database.made = self._database.made, False
            return made

    def check(self) -> None:
        """Look for damage. Raises Unavailable, Damaged."""
        with self._lock:
            self._database.check()
            with self._database.writing() as db:
                db.execute("INSERT INTO words(words) VALUES ('integrity-check')")

    def forgotten(self) -> None:
        """Remove what is left of sessions that have no log. Raises Unavailable, Damaged."""
        with self._lock:
            with self._database.writing() as db:
                known = [id for (id,) in db.execute("SELECT id FROM session")]
            self._remove([id for id in known if not self._store.has_log(id)])

    def forget(self, session_id: str) -> bool:
        """Leave nothing of a session; False if the whole index had to go. Raises Unavailable."""
        with self._lock:
            if not self._database.exists():
                return True
            try:
                self._remove([session_id])
            except (Unavailable, Damaged):
                self._database.discard()
                return False
            return True

    def discard(self) -> None:
        """Remove the whole index. Raises Unavailable."""
        with self._lock:
            self._database.discard()

    def close(self) -> None:
        """Give the files back. May be called twice."""
        with self._lock:
            self._database.close()

    def _remove(self, session_ids: list[str]) -> None:
        with self._database.writing() as db:
            gone = [SessionRows(db, id).remove() for id in session_ids]
            if any(gone):
                # Until then the terms are only crossed out: this writes the whole index anew.
                db.execute("INSERT INTO words(words) VALUES ('optimize')")
        if any(gone):
            self._database.scrub()


def _hit(
    db: sqlite3.Connection, query: Query, order: int, session: str, role: str,
    message: str | None, at: float, text: str,
) -> Hit:  # fmt: skip
    snippet, marks = query.snippet(text)
    name = db.execute(_CALLED, (session,)).fetchone()
    began = None if name else db.execute(_BEGAN, (session,)).fetchone()
    title = name[0] if name else title_of(began[0]) if began else ""
    return Hit(session, title, role, message, timestamp(at), snippet, tuple(marks), order)
