"""A database of another program, read without it noticing: with its log, and whatever is in it."""

import contextlib
import random
import shutil
import sqlite3

import pytest

from janus.storage.visited import VisitedFolder
from janus.storage.visited_database import NoDatabase, visited_database


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "store").mkdir()
    return tmp_path / "store"


@pytest.fixture
def writer(folder):
    """The program that has it open, and has written only to the log since the first row."""
    connection = sqlite3.connect(folder / "store.db")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("CREATE TABLE t (x)")
    connection.execute("INSERT INTO t VALUES (0)")
    connection.commit()
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.execute("PRAGMA wal_autocheckpoint = 0")
    yield connection
    connection.close()


def rows(folder):
    with VisitedFolder.open(folder) as place, visited_database(place, "store.db") as database:
        return [x for (x,) in database.execute("SELECT x FROM t ORDER BY rowid")]


def test_what_is_in_the_log_only_is_read(folder, writer):
    for x in range(1, 500):
        writer.execute("INSERT INTO t VALUES (?)", ("x" * x,))
        writer.commit()
    assert len(rows(folder)) == 500
    writer.execute("DELETE FROM t WHERE rowid > 2")
    writer.commit()
    writer.execute("VACUUM")
    assert rows(folder) == [0, "x"]


def test_what_is_not_committed_is_not(folder, writer):
    writer.execute("PRAGMA cache_size = 1")
    writer.execute("INSERT INTO t VALUES (1)")
    writer.commit()
    for _ in range(500):  # more than the cache holds: it spills into the log
        writer.execute("INSERT INTO t VALUES (?)", ("y" * 1000,))

    assert rows(folder) == [0, 1]


def test_a_log_that_starts_anew_over_an_old_one_is_read_to_its_end(folder, writer):
    for _x in range(200):
        writer.execute("INSERT INTO t VALUES (?)", ("x" * 1000,))
    writer.commit()
    writer.execute("PRAGMA wal_checkpoint(RESTART)")
    writer.execute("UPDATE t SET x = 'new' WHERE rowid = 1")
    writer.commit()

    assert rows(folder)[0] == "new" and len(rows(folder)) == 201


@pytest.mark.parametrize("seed", range(40))
def test_damage_is_told_or_harmless(folder, writer, seed):
    writer.executemany("INSERT INTO t VALUES (?)", [("z" * 100,)] * 200)
    writer.commit()
    copy = folder.with_name("copy")
    shutil.copytree(folder, copy)
    chance = random.Random(seed)
    for name in ("store.db", "store.db-wal"):
        data = bytearray((copy / name).read_bytes())
        for _ in range(chance.choice((1, 20, 400))):
            data[chance.randrange(len(data))] = chance.randrange(256)
        (copy / name).write_bytes(data[: chance.choice((len(data), chance.randrange(len(data))))])

    with contextlib.suppress(NoDatabase):
        rows(copy)


def test_what_is_no_database_is_told(folder):
    for data in (b"", b"?" * 5000, b"SQLite format 3\0"):
        (folder / "store.db").write_bytes(data)
        with pytest.raises(NoDatabase):
            rows(folder)


def test_links_and_pipes_are_not_opened(folder, tmp_path):
    import os

    os.mkfifo(folder / "store.db")
    with pytest.raises(OSError):
        rows(folder)
    (folder / "store.db").unlink()
    (tmp_path / "real.db").write_bytes(b"?" * 5000)
    (folder / "store.db").symlink_to(tmp_path / "real.db")
    with pytest.raises(OSError):
        rows(folder)
