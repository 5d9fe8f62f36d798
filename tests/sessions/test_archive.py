"""What ended stays: listed, read, continued, and deleted only by its owner."""

import errno
import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import FAKE_AGENTS, state_of, wait_for
from msgspec.structs import replace as changed

from janus.conversation.record import Record
from janus.errors import (
    AgentFailed,
    Conflict,
    MessageNotFound,
    SessionNotFound,
    StorageFailed,
    WorktreeDirty,
)
from janus.model import SessionInfo
from janus.model.events import Listed, SessionDescribed, SessionEnded
from janus.sessions.archive import Archive
from janus.storage.store import Store


@pytest.fixture
def start(make_manager, cursor):
    """Starts Janus in the workspace; stopping it is ``stop()``."""

    def start(settings=cursor):
        manager = make_manager(settings)
        manager.prepare()
        return manager

    return start


@pytest.fixture
def janus(start):
    return start()


def ended(janus, limit=50, before=None, **more):
    return janus.ended(limit, before, **more).sessions


def said_and_ended(janus, words="say hello", **more):
    id = janus.create().session_id
    janus.ask(id, words)
    janus.end(id, summary=False, **more)
    return id


def everything_under(folder):
    return b"".join(file.read_bytes() for file in Path(folder).rglob("*") if file.is_file())


def test_an_ended_session_is_listed_with_what_it_was_about(janus):
    id = said_and_ended(janus)

    [it] = ended(janus)

    assert (it.session_id, it.status, it.end_reason) == (id, "stopped", "ended")
    assert (it.title, it.preview, it.message_count) == ("say hello", "hello", 2)
    assert "say hello" in it.summary and it.ended_at >= it.last_activity
    assert janus.all() == []


def test_it_is_listed_the_same_after_a_restart_without_reading_its_log(start, monkeypatch):
    before = start()
    said_and_ended(before)
    known = ended(before)
    before.stop()
    monkeypatch.setattr("janus.sessions.recovery.from_log", None)

    assert known == ended(start()) and known[0].conversation_id


def test_one_that_an_earlier_version_ended_is_listed_too(start, cursor):
    before = start()
    id = said_and_ended(before)
    [known] = ended(before)
    before.stop()
    log = state_of(cursor) / "logs" / f"{id}.jsonl"
    *lines, last = log.read_bytes().splitlines(keepends=True)
    end = Record.from_line(last)
    old = replace_event(end, SessionEnded(end.event.reason))
    log.write_bytes(b"".join([*lines, old.line()]))

    after = start()

    [found] = wait_for(lambda: ended(after))
    same = ("title", "preview", "message_count", "summary", "end_reason", "last_activity")
    assert all(getattr(found, name) == getattr(known, name) for name in same)


def replace_event(record, event):
    return Record(record.seq, record.at, event)


def test_one_that_made_room_says_so(janus):
    said_and_ended(janus, reason="limit")

    assert [it.end_reason for it in ended(janus)] == ["limit"]


def test_idle_and_crashed_sessions_end_as_such(make_manager, cursor, clock):
    janus = make_manager(cursor)
    idle, crashed = (janus.create().session_id for _ in range(2))
    janus.ask(idle, "say hello")
    with pytest.raises(AgentFailed):
        janus.ask(crashed, "die 3")
    clock.now += cursor.session_timeout + 1

    assert sorted(janus.end_idle()) == sorted([idle, crashed])

    wait_for(lambda: len(ended(janus)) == 2)
    reasons = {it.session_id: it.end_reason for it in ended(janus)}
    assert reasons == {idle: "idle", crashed: "crashed"}


@pytest.mark.slow
def test_the_title_is_that_of_the_first_words_and_a_withdrawn_message_gives_none(start, cursor):
    command = (str(FAKE_AGENTS / "acp-agent"),)  # one process for all of them
    janus = start(replace(cursor, agent="custom", agent_command=command))
    id = janus.create().session_id
    janus.ask(id, "# say *hello*\nand more")
    for number in range(120):
        janus.ask(id, f"say {number}")

    assert (janus.get(id).title, janus.get(id).preview) == ("say hello", "119")


def test_who_speaks_goes_on_under_the_same_id(janus):
    id = said_and_ended(janus)

    janus.say(id, "say more")

    assert ended(janus) == [] and [it.session_id for it in janus.all()] == [id]
    assert janus.state(id).now.ended_at is None


@pytest.mark.others_slow
@pytest.mark.parametrize("looked_at", [False, True])
def test_renaming_opens_none_whoever_looks_at_it(janus, looked_at):
    id = said_and_ended(janus)
    if looked_at:
        janus.state(id)

    with pytest.raises(SessionNotFound):
        janus.rename(id, "another")

    assert [it.session_id for it in ended(janus)] == [id] and janus.all() == []


def test_a_stop_of_the_server_is_no_activity(start, clock, make_manager, cursor):
    before = make_manager(cursor)
    before.prepare()
    id = before.create().session_id
    before.ask(id, "say hello")
    at = before.get(id).last_activity
    clock.now += 5000
    before.stop()
    after = make_manager(cursor)
    after.prepare()

    assert after.get(id).last_activity == at


def info(number, at):
    return SessionInfo(f"s{number:04}", None, "stopped", "demo", 0.0, at, ended_at=at)


def walk(archive, limit, between=lambda: None):
    before = None
    while True:
        page = archive.page(limit, before)
        yield from (it.session_id for it in page.sessions)
        if page.next is None:
            return
        before = page.next
        between()


@pytest.fixture
def archive(tmp_path):
    return Archive(Store(tmp_path / "state"))


@pytest.mark.parametrize("limit", [1, 7, 25])
def test_each_is_on_one_page_also_at_equal_times(archive, limit):
    for number in range(25):
        archive.add(info(number, 1000.0 + number // 10))

    found = [*walk(archive, limit)]

    assert found == sorted(found, reverse=True) and len(set(found)) == 25


def test_what_ends_or_is_renamed_between_pages_moves_nothing(archive):
    for number in range(20):
        archive.add(info(number, 1000.0))
    new = iter(range(100, 200))

    def between():
        archive.add(info(next(new), 2000.0))
        archive.add(changed(info(3, 1000.0), name="renamed"))

    assert len([*walk(archive, 4, between)]) == 20


def test_two_thousand_are_listed_without_a_look_at_any_file(start, cursor, monkeypatch):
    described = SessionDescribed(None, "demo", None, None, "2026-11-30T08:00:00.000Z")
    listed = Listed(described, "say hello", "hello", "", 1.0, 2)
    logs = state_of(cursor) / "logs"
    logs.mkdir(parents=True)
    for number in range(2000):
        end = Record(1, 1000.0 + number, SessionEnded("over", listed=listed))
        (logs / f"s{number:04}.jsonl").write_bytes(end.line())
    janus = start()

    def refuse(path, *_, **__):
        raise AssertionError(f"a list opens {path}")

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", refuse)
        first = janus.ended(50, None)
        found = [first.sessions, janus.ended(50, first.next).sessions]

    ids = [it.session_id for page in found for it in page]
    assert ids == [f"s{number:04}" for number in range(1999, 1899, -1)]


def test_older_messages_are_read_in_pages_with_their_steps(janus):
    id = janus.create().session_id
    for number in range(6):
        janus.ask(id, f"say {number}")
    janus.end(id, summary=False)

    found, more = janus.older(id, None, 5)
    pages = [found]
    while more:
        found, more = janus.older(id, found[0].id, 5)
        pages.insert(0, found)

    assert [len(page) for page in pages] == [2, 5, 5]
    said = [it.content.strip() for page in pages for it in page]
    assert said == [words for number in range(6) for words in (f"say {number}", str(number))]
    with pytest.raises(MessageNotFound):
        janus.older(id, "nothing", 5)


def test_deleted_is_deleted_to_the_byte(start, cursor):
    janus = start()
    id = said_and_ended(janus, "say xylophone")
    places = (state_of(cursor), cursor.workspace / ".janus")
    assert any(b"xylophone" in everything_under(place) for place in places)

    assert janus.delete(id) == "cursor-agent"  # which keeps its own

    assert not any(b"xylophone" in everything_under(place) for place in places)
    assert ended(janus) == [] and janus.state(id).total == 0
    for late in (janus.say, janus.ask):
        with pytest.raises(SessionNotFound, match=r"deleted|never existed"):
            late(id, "say again")
    with pytest.raises(SessionNotFound, match="deleted"):
        janus.create(session_id=id, once=True)
    janus.stop()
    again = start()
    assert ended(again) == [] and again.all() == []
    with pytest.raises(SessionNotFound, match="deleted"):
        again.say(id, "say again")


def test_a_kill_between_is_finished_by_the_next_start(start, cursor):
    janus = start()
    id = said_and_ended(janus, "say xylophone")
    janus.stop()
    (state_of(cursor) / "deleted.json").write_text(json.dumps([id]))

    after = start()

    assert ended(after) == [] and Store(state_of(cursor)).logs() == []
    assert b"xylophone" not in everything_under(cursor.workspace / ".janus")


def test_one_that_is_refused_is_not_deleted_by_another_deletion_meanwhile(start, cursor):
    janus = start()
    kept, gone = said_and_ended(janus), said_and_ended(janus)
    janus._archive.bar(kept)  # somebody tries, and will be refused
    janus.delete(gone)
    janus._archive.unbar(kept)
    janus.stop()

    assert [it.session_id for it in ended(start())] == [kept]


def test_one_whose_log_cannot_be_removed_is_still_there_after_a_restart(start, cursor, monkeypatch):
    janus = start()
    id = said_and_ended(janus)

    def refuse(*_):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(Store, "remove_log", refuse)
    with pytest.raises(StorageFailed, match="Read-only"):
        janus.delete(id)
    monkeypatch.undo()
    janus.stop()

    assert [it.session_id for it in ended(start())] == [id]


@pytest.mark.others_slow
@pytest.mark.parametrize("damage", [b"{", b'{"a": 1}', b"[[]]", b"7"])
def test_a_damaged_list_of_deleted_ones_costs_nothing_else(start, cursor, damage):
    janus = start()
    said_and_ended(janus)
    janus.stop()
    (state_of(cursor) / "deleted.json").write_bytes(damage)

    assert len(ended(start())) == 1
    [aside] = state_of(cursor).glob("deleted.json.corrupt-*")
    assert aside.read_bytes() == damage


@pytest.mark.slow
def test_open_ones_and_work_that_is_nowhere_else_are_not_deleted(janus):
    made = janus.create("fix-1")
    with pytest.raises(Conflict, match="End it first"):
        janus.delete(made.session_id)
    (Path(made.worktree_path) / "new.txt").write_text("work")
    janus.ask(made.session_id, "say hello")
    janus.end(made.session_id, summary=False)

    with pytest.raises(WorktreeDirty):
        janus.delete(made.session_id)

    assert len(ended(janus)) == 1
    (Path(made.worktree_path) / "new.txt").unlink()
    janus.delete(made.session_id)
    assert ended(janus) == [] and not Path(made.worktree_path).exists()


def test_on_a_full_disk_it_is_still_there(janus, monkeypatch):
    id = said_and_ended(janus)
    monkeypatch.setattr(Store, "replace", lambda *_: False)

    with pytest.raises(StorageFailed):
        janus.delete(id)

    assert len(ended(janus)) == 1 and janus.state(id).total == 2
    monkeypatch.undo()
    janus.say(id, "say more")


def test_its_folder_may_be_gone(janus):
    made = janus.create("fix-1")
    janus.ask(made.session_id, "say hello")
    janus.end(made.session_id, summary=False, cleanup=True, force=True)

    assert janus.older(made.session_id, None, 10)[0]
    janus.delete(made.session_id)
    assert ended(janus) == []
