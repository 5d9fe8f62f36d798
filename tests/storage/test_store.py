import errno
import os
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from janus.errors import StorageFailed
from janus.storage.folder import Folder
from janus.storage.store import Store


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "janus")


@pytest.fixture
def file(store):
    file = store.open_log("s")
    yield file
    file.close()


def path(store):
    return store.folder / "logs" / "s.jsonl"


def event(seq, text="x"):
    return f"{seq} {text}\n".encode()


def lines(store):
    file = store.open_log("s")
    try:
        return list(file.lines())
    finally:
        file.close()


@pytest.fixture
def disk(monkeypatch):
    """A disk whose next calls of a function fail: ``disk("write", ENOSPC)``."""

    def fail(name, number, half=False):
        real = getattr(os, name)

        def broken(fd, *args, **kwargs):
            monkeypatch.setattr(os, name, real)
            if half:
                real(fd, args[0][: len(args[0]) // 2])
            raise OSError(number, os.strerror(number))

        monkeypatch.setattr(os, name, broken)

    return fail


def save_new(store, name, text="text"):
    with Folder.make(store.folder / "notes") as folder:
        return folder.save_new(name, text.encode())


def test_nothing_is_created_until_something_happens(store, file):
    assert list(file.lines()) == []
    assert not store.folder.exists()


def test_what_was_written_is_read_again(store, file):
    events = [event(n, "ü" * n) for n in range(1, 5)]
    for n, each in enumerate(events):
        file.append(each, n % 2 == 0)

    assert lines(store) == list(file.lines()) == events


def test_a_promised_event_is_synced_and_others_are_not(file, monkeypatch):
    synced = []
    real = os.fsync
    file.append(event(1), True)
    monkeypatch.setattr(os, "fsync", lambda fd: (synced.append(fd), real(fd)))

    file.append(event(2), False)
    assert synced == []
    file.append(event(3), True)
    assert len(synced) == 1


@pytest.mark.parametrize("cut", range(1, 4))
def test_a_torn_last_line_is_cut_off_before_the_next_is_written(cut, store, file):
    file.append(event(1), True)
    file.append(event(2), True)
    file.close()
    os.truncate(path(store), path(store).stat().st_size - cut)

    torn = store.open_log("s")
    assert list(torn.lines()) == [event(1)]
    torn.append(event(2), True)
    torn.close()

    assert lines(store) == [event(1), event(2)]


def test_a_file_of_one_torn_line_begins_anew(store, file, monkeypatch):
    monkeypatch.setattr("janus.storage.lines.BLOCK", 7)
    file.append(b"x" * 100, True)
    file.close()
    assert lines(store) == []

    again = store.open_log("s")
    again.append(event(1), True)
    again.close()

    assert path(store).read_bytes() == event(1)


@pytest.mark.parametrize("call", ["write", "fsync"])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EROFS])
def test_a_promise_that_cannot_be_kept_leaves_no_trace(call, number, store, file, disk):
    file.append(event(1), True)

    disk(call, number)
    with pytest.raises(StorageFailed, match="say it again"):
        file.append(event(2, "lost"), True)
    assert store.problem == os.strerror(number)

    file.append(event(2), True)
    assert store.problem is None
    assert lines(store) == [event(1), event(2)]


def test_half_a_line_on_a_full_disk_is_taken_back(store, file, disk):
    file.append(event(1), True)

    disk("write", errno.ENOSPC, half=True)
    with pytest.raises(StorageFailed):
        file.append(event(2), True)

    assert path(store).read_bytes() == event(1)


def test_what_was_not_promised_is_written_when_there_is_room_again(store, file, disk):
    file.append(event(1), True)

    disk("write", errno.ENOSPC)
    file.append(event(2), False)
    file.append(event(3), False)
    assert list(file.lines()) == [event(1), event(2), event(3)]
    assert path(store).read_bytes() == event(1)
    file.append(event(4), True)

    assert lines(store) == [event(n) for n in (1, 2, 3, 4)]


def test_files_are_for_their_owner_only(store, file):
    before = os.umask(0)
    try:
        file.append(event(1), True)
        name = save_new(store, "a.md")
    finally:
        os.umask(before)

    for each in (store.folder, path(store).parent, path(store), store.folder / "notes" / name):
        assert stat.S_IMODE(each.stat().st_mode) & 0o077 == 0, each


def test_a_new_file_takes_the_first_free_name(store):
    with ThreadPoolExecutor(8) as pool:
        names = list(pool.map(lambda n: save_new(store, "a.md", str(n)), range(8)))

    assert sorted(names) == sorted(["a.md", *(f"a-{n}.md" for n in range(2, 9))])
    texts = {(store.folder / "notes" / name).read_text() for name in names}
    assert texts == {str(n) for n in range(8)}


@pytest.mark.parametrize("call", ["fsync", "link"])
def test_a_new_file_is_whole_or_absent(call, store, disk):
    save_new(store, "a.md")

    disk(call, errno.ENOSPC)
    with pytest.raises(OSError, match="No space"):
        save_new(store, "b.md")

    assert [each.name for each in (store.folder / "notes").iterdir()] == ["a.md"]


def test_a_file_is_synced_before_its_name_is(store, monkeypatch):
    order = []
    for name in ("fsync", "link"):
        real = getattr(os, name)
        monkeypatch.setattr(
            os,
            name,
            lambda *args, real=real, name=name, **kwargs: (
                order.append(name),
                real(*args, **kwargs),
            )[1],
        )

    save_new(store, "a.md")

    assert order[-3:] == ["fsync", "link", "fsync"]
