"""Disks that are slow, that cannot sync folders, or that fail for other reasons than being full."""

import errno
import os
import stat
import threading
from pathlib import Path

import pytest
from conftest import wait_for

from janus.errors import StorageFailed
from janus.sessions import factory as session_factory
from janus.storage import disk, folder, log_file
from janus.storage.store import Store


class Syncing:
    """Stands in for the kernel where something is synced."""

    def __init__(self, fsync):
        self.fsync = fsync

    def __getattr__(self, name):
        return getattr(os, name)


@pytest.fixture
def syncing(monkeypatch):
    def syncing(fsync):
        for module in (folder, log_file):
            monkeypatch.setattr(module, "os", Syncing(fsync))

    monkeypatch.setattr(disk, "_said", set())
    return syncing


def is_folder(fd):
    return stat.S_ISDIR(os.fstat(fd).st_mode)


@pytest.mark.parametrize("number", sorted(disk.CANNOT), ids=errno.errorcode.get)
def test_a_disk_that_cannot_sync_folders_works_and_that_is_said_once(
    number, syncing, tmp_path, caplog
):
    def fsync(fd):
        if is_folder(fd):
            raise OSError(number, os.strerror(number))

    syncing(fsync)
    store = Store(tmp_path / "new" / "state")
    for id in ("one", "two"):
        file = store.open_log(id)
        file.append(b"said\n", promised=True)
        file.close()

    assert store.replace("a.json", b"{}") and store.problem is None
    assert [*store.open_log("one").lines()] == [b"said\n"]
    assert caplog.text.count("cannot sync folders") == 1


@pytest.mark.parametrize("number", [errno.EIO, errno.EROFS, errno.EACCES, errno.ENOSPC])
def test_only_a_full_disk_wants_space(number, syncing, tmp_path):
    def fsync(fd):
        raise OSError(number, os.strerror(number))

    file = Store(tmp_path).open_log("one")
    file.append(b"said\n", promised=True)
    if number in disk.CANNOT:  # of a folder that is weak; of a file it is a failure
        fsync_file = fsync
        fsync = lambda fd: None if is_folder(fd) else fsync_file(fd)  # noqa: E731
    syncing(fsync)

    with pytest.raises(StorageFailed) as failed:
        file.append(b"more\n", promised=True)
    file.close()

    assert ("free some space" in str(failed.value)) == (number == errno.ENOSPC)
    assert os.strerror(number) in str(failed.value)


class Silent:
    """Stands in for an agent."""

    asks, pid = False, None

    def prompt(self, turn_id, text, limit, cancelled, attached=()):
        return "end_turn"

    def interrupt(self):
        pass

    def stop(self):
        pass


def test_a_message_waits_for_the_disk_once_and_who_reads_not_at_all(
    settings, syncing, make_manager, monkeypatch
):
    monkeypatch.setattr(session_factory, "make_agent", lambda *args, **_: Silent())
    manager = make_manager(settings)
    manager.prepare()
    manager.say("page", "first, with all that is new", "m0")
    wait_for(lambda: not manager.state("page").now.unanswered)
    waiting, gates = [], threading.Condition()
    open_gates = set()

    def fsync(fd):
        with gates:
            number = len(waiting)
            waiting.append(Path(f"/proc/self/fd/{fd}").readlink().name)
            gates.wait_for(lambda: number in open_gates or None in open_gates)

    def release(numbers):
        with gates:
            open_gates.update(numbers)
            gates.notify_all()

    syncing(fsync)
    saying = threading.Thread(target=manager.say, args=("new", "hello", "m1"))
    saying.start()
    try:
        # The log and its name, at the same time; the list of sessions has time.
        wait_for(lambda: {"logs", "new.jsonl"} <= {*waiting})
        assert manager.state("new").messages == ()
        release([waiting.index("logs"), waiting.index("new.jsonl")])
        wait_for(lambda: not saying.is_alive())
        # The start of its turn is there with it. That waits for other files, and no reader does.
        state = manager.state("new")
        assert state.messages and state.now.turn and waiting.count("new.jsonl") == 1
    finally:
        release([None])
        saying.join()
    wait_for(lambda: not manager.state("new").now.unanswered)
