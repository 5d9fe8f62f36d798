"""What sessions keep on the disk is measured, and snapshots are bounded."""

import logging
from dataclasses import replace

import pytest
from conftest import fake_path, git, wait_for

from janus.sessions.room import SessionRoom
from janus.workspace.snapshots.chain import REFS


@pytest.fixture
def manager(settings, make_manager, tmp_path, home):
    (home / ".gitconfig").write_text("[user]\n\tname = Owner\n\temail = owner@example.com\n")
    environ = {"HOME": str(home), "PATH": fake_path(tmp_path, "agent")}
    return make_manager(replace(settings, environ=environ))


@pytest.fixture
def room(manager):
    return room_of(manager, 1 << 30)


def room_of(manager, most):
    return SessionRoom(manager, manager.attachments._store, most)


def kept(workspace):
    refs = git(workspace, "for-each-ref", "--format=%(refname)", REFS)
    return [it.removeprefix(REFS) for it in refs.split()]


def ended(manager, clock, number, **how):
    """A session in which a file was written, and that has ended."""
    id = manager.create(session_id=f"s-{number}", **how).session_id
    folder = manager.workspace.path_of(id) if how else manager.workspace.folder
    (folder / "large.bin").write_bytes(str(number).encode() * 300_000)
    manager.ask(id, "say done")
    if how:
        git(folder, "add", ".")
        git(folder, "commit", "-qm", "Work")
        manager.ask(id, "say more")
        branch = git(folder, "branch", "--show-current").strip()
        git(folder, "checkout", "-q", "--detach", "HEAD~")
        git(folder, "branch", "-D", branch)
    clock.now += 60
    manager.end(id, summary=False)
    return id


@pytest.mark.slow
def test_the_oldest_that_ended_lose_their_snapshots_first(manager, room, clock, workspace, caplog):
    needed = ended(manager, clock, 0, isolated=True)  # nothing else has its commit
    ids = [ended(manager, clock, number) for number in (1, 2, 3)]
    opened = manager.create(session_id="open").session_id
    (workspace / "large.bin").write_bytes(b"x" * 300_000)
    manager.ask(opened, "say done")
    manager.attachments.take(opened, "f", "a.txt", 5, 0, b"notes")

    room.measure()
    assert sorted(kept(workspace)) == sorted([needed, *ids, opened])
    assert room.snapshots > 1200 and room.attachments > 5 and room.dropped == 0
    before = room.snapshots

    with caplog.at_level(logging.WARNING):
        less = room_of(manager, before - 100)
        less.measure()
    assert sorted(kept(workspace)) == sorted([needed, *ids[1:], opened])
    assert less.dropped == 1 and less.snapshots < before
    assert f"Session {ids[0]}: its snapshots were dropped" in caplog.text

    room_of(manager, 0).measure()
    assert sorted(kept(workspace)) == sorted([needed, opened])
    manager.say(ids[2], "say again")  # it goes on, with snapshots of its own
    wait_for(lambda: ids[2] in kept(workspace))


def test_it_is_looked_at_on_a_thread_of_its_own_and_stops(room):
    room.look()
    room.look()
    wait_for(lambda: room.snapshots or not room._thread.is_alive())
    room.stop()
    room.stop()
    room.look()
    assert not room._thread.is_alive()
