"""The index is only a cache: whatever happens to it costs search alone."""

import os
import random
import resource
import shutil
import sqlite3

import pytest
import remembered
from conftest import wait_for
from remembered import found, say, turn, whole

from janus.errors import SearchUnavailable
from janus.memory.history import History
from janus.storage import database
from janus.storage.store import Store

open_history, history, store = remembered.open_history, remembered.history, remembered.store


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """A state folder of 30 sessions, and their index."""
    store = Store(tmp_path_factory.mktemp("template") / "state")
    for number in range(30):
        say(store, f"s{number}", *turn("t", f"apple {number} {random.Random(number).random()}"))
    history = History(store)
    history.start()
    assert len(found(history, "apple", limit=100)) == 30
    history.stop()
    return store.folder


@pytest.fixture
def index(template, store):
    """The file of an index with 30 sessions in it that nobody has open."""
    shutil.copytree(template, store.folder)
    return store.folder / "history.db"


def is_whole_again(history):
    """Start anew, and see."""
    history.start()
    return len(found(history, "apple", limit=100)) == 30


def overwrite(share):
    def damage(path):
        with path.open("r+b") as file:
            size = path.stat().st_size
            file.seek(int(size * share))
            file.write(os.urandom(min(3000, size)))

    return damage


def sql(*statements):
    def damage(path):
        with sqlite3.connect(path) as db:
            for statement in statements:
                db.execute(statement)
        db.close()

    return damage


def replace_with(make):
    def damage(path):
        path.unlink()
        make(path)

    return damage


DAMAGES = {
    "removed": lambda path: path.unlink(),
    "empty": lambda path: path.write_bytes(b""),
    "no database": lambda path: path.write_text("no database at all " * 1000),
    "cut": lambda path: os.truncate(path, path.stat().st_size // 2 // 4096 * 4096),
    "cut in a page": lambda path: os.truncate(path, path.stat().st_size - 100),
    "head": overwrite(0),
    **{f"overwritten at {share}": overwrite(share) for share in (0.2, 0.4, 0.6, 0.8)},
    "another version": sql("PRAGMA user_version = 999"),
    "tables missing": sql("DROP TABLE said"),
    "search missing": sql("DROP TABLE words"),
    "part of the search missing": sql("DELETE FROM words_data WHERE id > 10"),
    "another table": sql("DROP TABLE said", "CREATE TABLE said (x)"),
    "another database": replace_with(sql("CREATE TABLE x (y)")),
    "a folder": replace_with(lambda path: path.mkdir()),
    "a FIFO": replace_with(os.mkfifo),
    "a link": replace_with(lambda path: path.symlink_to("/etc/passwd")),
    "a link to nothing": replace_with(lambda path: path.symlink_to("nothing")),
    "a WAL of somebody else": lambda path: (path.parent / "history.db-wal").write_text("x" * 9000),
    "a WAL that is a link": lambda path: (path.parent / "history.db-wal").symlink_to("/dev/zero"),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_a_damaged_index_is_made_anew_at_the_next_start(damage, index, open_history):
    damage(index)

    assert is_whole_again(open_history())


@pytest.mark.parametrize(
    "damage",
    [DAMAGES[it] for it in ("removed", "no database", "tables missing", "a FIFO", "a folder")],
)
def test_a_damage_while_it_is_used_costs_search_for_a_moment(damage, index, open_history):
    history = open_history()
    history.start()
    whole(history)
    damage(index)

    def has_all():
        history.changed("s1")
        try:
            return len(history.search("apple", 100).hits) == 30
        except SearchUnavailable as why:
            assert why.retry_after and "again" in str(why)

    wait_for(has_all)


def test_no_link_is_written_through_and_nothing_of_others_is_removed(
    index, store, tmp_path, open_history
):
    mine = tmp_path / "mine"
    mine.write_text("mine")
    index.unlink()
    index.symlink_to(mine)
    (store.folder / "history.db-shm").mkdir()

    assert is_whole_again(open_history())

    assert mine.read_text() == "mine"
    assert len([*store.folder.glob("history.db*.corrupt-*")]) == 2


def test_a_locked_index_waits_and_catches_up(history, store):
    say(store, "s1", *turn("t", "apple"))
    history.start()
    whole(history)
    other = sqlite3.connect(store.folder / "history.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    say(store, "s2", *turn("t", "banana"))
    history.changed("s2")
    wait_for(lambda: history.problem)

    assert "locked" in history.problem and history.pending == 1
    assert history.search("apple", 20).hits  # reading goes on
    other.execute("ROLLBACK")
    other.close()
    wait_for(lambda: history.pending == 0)
    assert found(history, "banana")


@pytest.mark.slow
def test_a_reader_that_is_stuck_does_not_fill_the_disk(history, store, monkeypatch):
    monkeypatch.setattr(database, "_LARGEST_WAL", 200_000)
    say(store, "s0", *turn("t", "apple"))
    history.start()
    whole(history)
    wal = store.folder / "history.db-wal"
    stuck = sqlite3.connect(store.folder / "history.db", isolation_level=None)
    stuck.execute("BEGIN")
    stuck.execute("SELECT count(*) FROM said").fetchall()

    for number in range(1, 12):
        words = " ".join(os.urandom(9).hex() for _ in range(1500))
        say(store, f"s{number}", *turn("t", f"apple {words}"))
        history.changed(f"s{number}")
    wait_for(lambda: history.problem)

    assert wal.stat().st_size < 2_000_000 and history.search("apple", 1).hits
    stuck.close()
    wait_for(lambda: history.pending == 0)
    assert len(found(history, "apple", limit=100)) == 12
    assert wal.stat().st_size < 2_000_000


@pytest.mark.slow
def test_a_full_disk_costs_search_alone(history, store):
    say(store, "s1", *turn("t", "apple"))
    history.start()
    whole(history)
    say(store, "s2", *turn("t", f"banana {os.urandom(300_000).hex()}"))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, limits[1]))
    try:
        history.changed("s2")
        wait_for(lambda: history.problem)
        assert history.search("apple", 20).hits
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)

    wait_for(lambda: history.pending == 0)
    assert found(history, "banana")


def test_a_log_that_is_none_is_left_out(index, store, open_history):
    (store.folder / "logs" / "s3.jsonl").unlink()
    (store.folder / "logs" / "s3.jsonl").mkdir()
    history = open_history()

    history.rebuild()

    assert len(found(history, "apple", limit=100)) == 29
