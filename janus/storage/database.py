"""A SQLite file in the state folder that is only a cache: it may be lost at any time.

    <name>, <name>-wal, <name>-shm

What is deleted in it is overwritten, but only ``scrub`` leaves nothing of it in any of the files.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import stat
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

from janus.storage.folder import Folder, NotOurs

#: Seconds to wait for another program that has the file locked.
_PATIENCE = 1.0
#: Bytes of the WAL: it grows for as long as another program reads, and is cut when it can be.
_LARGEST_WAL = 16 << 20
_TABLES = "SELECT sql FROM sqlite_master ORDER BY name"
_SUFFIXES = ("", "-wal", "-shm", "-journal")
#: What passes, or is for the owner to mend, as is a SQLite without FTS5. Anything else means that
#: the file is damaged.
_PASSING = {
    sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_PROTOCOL, sqlite3.SQLITE_INTERRUPT, sqlite3.SQLITE_NOLFS, sqlite3.SQLITE_AUTH,
}  # fmt: skip


class Unavailable(Exception):
    """The file cannot be used now: it is locked, the disk is full, or something is in its place."""


class Damaged(Exception):
    """The file is not what was written; it is to be discarded."""


class Database:
    """The file. Not thread-safe but for ``reading``, which any thread may use meanwhile."""

    def __init__(self, folder: Path, name: str, version: int, schema: str) -> None:
        """A file of another *version*, or with other tables, counts as damaged."""
        self._folder = folder
        self._name = name
        self._version = version
        self._schema = schema
        self._connection: sqlite3.Connection | None = None
        self._opened: os.stat_result | None = None
        #: Whether it was made, empty; for whoever fills it to put back.
        self.made = False

    @contextlib.contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """The connection that writes, in a transaction. Raises Unavailable, Damaged."""
        with _translated():
            connection = self._writer()
            self._bound_wal(connection)
            try:
                connection.execute("BEGIN IMMEDIATE")
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                with contextlib.suppress(sqlite3.Error):  # it may be over already
                    connection.execute("ROLLBACK")
                raise

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection | None]:
        """A connection that reads, or None where there is no file yet. Raises as ``writing``."""
        with _translated():
            if not self._is_there():
                yield None
                return
            with contextlib.closing(self._connect("ro")) as connection:
                connection.execute("PRAGMA query_only = on")
                yield connection if self._has_tables(connection) else None

    def check(self) -> None:
        """Read all of the file. Raises Damaged, Unavailable."""
        with _translated():
            found = self._writer().execute("PRAGMA quick_check(1)").fetchone()
            if found != ("ok",):
                raise Damaged(str(found))

    def scrub(self) -> None:
        """Leave nothing of what was deleted. Raises Unavailable where another program reads."""
        with _translated():
            busy, *_ = self._writer().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if busy:
                raise Unavailable("another program reads it")

    def discard(self) -> None:
        """Remove the file, whoever has it open. Raises Unavailable if that is not possible."""
        self.close()
        with _translated(), self._made() as folder:
            for suffix in _SUFFIXES:
                if folder.stat(self._name + suffix):
                    _clear(folder, self._name + suffix)
            folder.sync()

    def close(self) -> None:
        """Give the file back. May be called twice."""
        connection, self._connection = self._connection, None
        if connection:
            with contextlib.suppress(sqlite3.Error):
                connection.close()

    def exists(self) -> bool:
        """Whether anything is there."""
        try:
            with Folder.open(self._folder) as folder:
                return any(folder.stat(self._name + suffix) for suffix in _SUFFIXES)
        except OSError:
            return False

    def _writer(self) -> sqlite3.Connection:
        """The open connection, made anew where the file was removed or replaced."""
        with self._made() as folder:
            found = folder.stat(self._name)
            if (
                self._connection
                and found
                and self._opened
                and os.path.samestat(found, self._opened)
            ):
                return self._connection
            self.close()
            for suffix in _SUFFIXES:
                info = folder.stat(self._name + suffix)
                if info and (not _is_plain(info) or not found):  # without its file it is nobody's
                    _clear(folder, self._name + suffix)
            if not found or not _is_plain(found):
                # Only then: to close a file of one's own takes the locks of whoever reads it.
                os.close(folder.file(self._name, os.O_RDWR | os.O_CREAT))
            self._opened = folder.stat(self._name)
        self._connection = self._prepared(self._connect("rw"))
        return self._connection

    def _prepared(self, connection: sqlite3.Connection) -> sqlite3.Connection:
        try:
            new = not self._has_tables(connection)
            connection.execute("PRAGMA secure_delete = on")
            connection.execute("PRAGMA temp_store = memory")
            connection.execute("PRAGMA journal_mode = wal")  # where the disk cannot, it stays as is
            connection.execute("PRAGMA synchronous = normal")
            connection.execute(f"PRAGMA journal_size_limit = {_LARGEST_WAL}")
            if new:
                connection.executescript(
                    f"BEGIN; {self._schema}; PRAGMA user_version = {self._version}; COMMIT;"
                )
                self.made = True
        except BaseException:
            connection.close()
            raise
        return connection

    def _bound_wal(self, connection: sqlite3.Connection) -> None:
        with Folder.open(self._folder) as folder:
            wal = folder.stat(f"{self._name}-wal")
        if wal and wal.st_size > _LARGEST_WAL:
            busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if busy:
                raise Unavailable("another program has been reading it for long")

    def _connect(self, mode: str) -> sqlite3.Connection:
        uri = f"file:{quote(os.fsencode(self._folder / self._name))}?mode={mode}"
        # Whoever owns this object takes care that one thread at a time uses it.
        return sqlite3.connect(
            uri, _PATIENCE, uri=True, isolation_level=None, check_same_thread=False
        )

    def _is_there(self) -> bool:
        """Whether the file is there, and nothing strange in place of any. Raises NotOurs."""
        try:
            folder = Folder.open(self._folder)
        except FileNotFoundError:
            return False
        with folder:
            found = [folder.stat(self._name + suffix) for suffix in _SUFFIXES]
        if not all(_is_plain(info) for info in found if info):
            raise NotOurs(f"{self._folder / self._name} is no plain file")
        return found[0] is not None

    def _has_tables(self, connection: sqlite3.Connection) -> bool:
        """Whether the tables are there; not if it is empty. Raises Damaged if it has others."""
        found = connection.execute(_TABLES).fetchall()
        if not found:
            return False
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version != self._version or found != self._tables:
            raise Damaged("it is of another version, or another program wrote it")
        return True

    @cached_property
    def _tables(self) -> list[tuple[str]]:
        with contextlib.closing(sqlite3.connect(":memory:")) as memory:
            memory.executescript(self._schema)
            return memory.execute(_TABLES).fetchall()

    def _made(self) -> Folder:
        return Folder.make(self._folder)


def _is_plain(info: os.stat_result) -> bool:
    return stat.S_ISREG(info.st_mode) and info.st_uid == os.geteuid()


def _clear(folder: Folder, name: str) -> None:
    """Remove a file of ours; what is none gets another name. Raises OSError."""
    info = folder.stat(name)
    if info and _is_plain(info):
        os.unlink(name, dir_fd=folder.fd)
    elif info:
        folder.put_aside(name)


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as failure:
        code = getattr(failure, "sqlite_errorcode", None)  # Python's own have none
        if "no such module" in str(failure) or (code is not None and code & 0xFF in _PASSING):
            raise Unavailable(str(failure)) from failure
        raise Damaged(str(failure)) from failure
    except OSError as failure:
        raise Unavailable(failure.strerror or str(failure)) from failure
