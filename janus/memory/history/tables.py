"""The tables of the index, and what they have of one session.

    session     how far the log of each session was read
    said        what is found, and shown: the words as they were said
    words       FTS5 over their terms; it has no text of its own

Numbers of ``said`` grow with time, so that the newest comes first without any sorting; names of
sessions come before everything else.
"""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from unicodedata import unidata_version

from janus.memory.history.reading import Reading, Row
from janus.memory.history.words import terms
from janus.storage.store import Store

#: The first is to be raised when the tables change, or the terms that are made of a text. Those
#: change with Python's Unicode, too, and a row is removed from the index by its terms.
VERSION = 2_000_000 + int("".join(f"{int(it):02}" for it in unidata_version.split(".")))
SCHEMA = """
CREATE TABLE session (
    id TEXT PRIMARY KEY, offset INTEGER, seq INTEGER, turn TEXT, saying TEXT
) WITHOUT ROWID;
CREATE TABLE said (
    id INTEGER PRIMARY KEY, session TEXT, key TEXT, role TEXT, message TEXT, at REAL, text TEXT,
    found INTEGER
);
CREATE UNIQUE INDEX said_key ON said (session, key);
CREATE INDEX said_session ON said (session);
CREATE VIRTUAL TABLE words USING fts5(
    parts, wholes, content='', columnsize=0, tokenize='ascii', prefix='1 2 3'
)"""
#: What is added to the numbers of names.
_FIRST = 4 * 10**18
_ROW = "SELECT id, key, role, message, at, text, found FROM said"


class SessionRows:
    """What the tables have of one session, within a transaction."""

    def __init__(self, db: sqlite3.Connection, session_id: str) -> None:
        self._db = db
        self._id = session_id

    def reading(self, store: Store) -> Reading:
        """Where to go on in the log; from its beginning where it is another one by now."""
        known = self._db.execute(
            "SELECT offset, seq, turn, saying FROM session WHERE id = ?", (self._id,)
        ).fetchone()
        if known and not store.is_line_end(self._id, known[0]):
            self.remove()
            known = None
        return Reading(*known) if known else Reading()

    def save(self, reading: Reading) -> None:
        """Take in what was read."""
        for change in reading.changes:
            before = self._row(change.key)
            if row := change.after(before and before[1]):
                self._put(before[0] if before else None, before and before[1], row)
            elif before:
                self._delete(*before)
        self._db.execute(
            "INSERT OR REPLACE INTO session VALUES (?, ?, ?, ?, ?)",
            (self._id, reading.offset, reading.seq, reading.turn, reading.saying),
        )

    def remove(self) -> bool:
        """Remove all of it; whether there was anything."""
        rows = self._db.execute(
            "SELECT id, key, role, message, at, text, found FROM said WHERE session = ?",
            (self._id,),
        ).fetchall()
        for id, *fields in rows:
            self._delete(id, Row(*fields))
        gone = self._db.execute("DELETE FROM session WHERE id = ?", (self._id,)).rowcount
        return bool(rows or gone)

    def _row(self, key: str) -> tuple[int, Row] | None:
        found = self._db.execute(
            f"{_ROW} WHERE session = ? AND key = ?", (self._id, key)
        ).fetchone()
        return (found[0], Row(*found[1:])) if found else None

    def _put(self, id: int | None, before: Row | None, row: Row) -> None:
        row = row.clean()
        if id is not None and before:
            if before == replace(row, at=before.at):  # said again, as names are at each start
                return
            self._delete(id, before)
        id = self._free(int(row.at * 1e6) + (_FIRST if row.role == "title" else 0))
        self._db.execute(
            "INSERT INTO said VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (id, self._id, row.key, row.role, row.message, row.at, row.text, row.found),
        )
        if row.found:
            self._db.execute("INSERT INTO words(rowid, parts, wholes) VALUES (?, ?, ?)",
                             (id, *terms(row.text)))  # fmt: skip

    def _delete(self, id: int, row: Row) -> None:
        if row.found:
            self._db.execute(
                "INSERT INTO words(words, rowid, parts, wholes) VALUES ('delete', ?, ?, ?)",
                (id, *terms(row.text)),
            )
        self._db.execute("DELETE FROM said WHERE id = ?", (id,))

    def _free(self, id: int) -> int:
        """The first free number from *id*, or just after what was said within the same second."""
        if self._db.execute("SELECT 1 FROM said WHERE id = ?", (id,)).fetchone() is None:
            return id
        last: int = self._db.execute(
            "SELECT max(id) FROM said WHERE id BETWEEN ? AND ?", (id, id + 10**6)
        ).fetchone()[0]
        return last + 1
