"""A promise holds for the file that has the name now, whatever somebody did to it."""

import errno
import os
import shutil
from contextlib import suppress
from pathlib import Path

import pytest

from janus.errors import StorageFailed
from janus.storage.folder import Folder
from janus.storage.store import Store


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "state")


@pytest.fixture
def file(store):
    """The log of a conversation that goes on."""
    file = store.open_log("s")
    for number in (1, 2, 3):
        file.append(line(number), True)
    yield file
    file.close()


def line(number):
    return f"{number}\n".encode()


def path(store):
    return store.folder / "logs" / "s.jsonl"


def on_disk(store):
    return path(store).read_bytes().splitlines(keepends=True)


def is_open(store):
    """Whether this process has the log open, of whatever name it is by now."""
    for held in Path("/proc/self/fd").iterdir():
        with suppress(OSError):  # that of this listing
            if str(held.readlink()).startswith(str(path(store))):
                return True
    return False


def full(*_, **__):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def emptied(store):
    os.truncate(path(store), 0)


def unlinked(store):
    path(store).unlink()


def logs_gone(store):
    shutil.rmtree(store.folder / "logs")


def all_gone(store):
    shutil.rmtree(store.folder)


def moved_away(store):
    store.folder.rename(store.folder.with_name("elsewhere"))


def replaced(store):
    other = path(store).with_name("other")
    other.write_bytes(b"not ours\n")
    other.rename(path(store))


def moved_and_replaced(store):
    path(store).rename(path(store).with_name("kept.jsonl"))
    path(store).write_bytes(b"not ours\n")


def replaced_by_one_as_long(store):
    path(store).unlink()  # the next file may get its inode
    path(store).write_bytes(b"7\n8\n9\n")


WAYS = [unlinked, logs_gone, all_gone, moved_away, replaced, moved_and_replaced]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_what_is_promised_is_in_the_file_of_this_name(way, store, file, caplog):
    way(store)

    file.append(line(4), True)

    assert on_disk(store) == [*file.lines()] == [line(n) for n in (1, 2, 3, 4)]
    assert store.problem is None and "written anew" in caplog.text
    file.append(line(5), True)
    assert on_disk(store)[-1] == line(5)
    asides = [*path(store).parent.glob("*.corrupt-*")]
    assert [aside.read_bytes() for aside in asides] == (
        [b"not ours\n"] if way in (replaced, moved_and_replaced) else []
    )


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_what_came_back_from_the_last_time_is_not_lost_either(way, store, file):
    file.close()
    again = store.open_log("s")
    assert [*again.lines()] == [line(n) for n in (1, 2, 3)]

    way(store)
    again.append(line(4), True)

    assert on_disk(store) == [line(n) for n in (1, 2, 3, 4)]
    again.close()


@pytest.mark.parametrize(
    "way", [*WAYS, replaced_by_one_as_long, emptied], ids=lambda it: it.__name__
)
def test_what_is_lost_while_it_rests_is_written_anew_and_whole(way, store, file, caplog):
    file.rest(lambda: [line(n) for n in (1, 2, 3)])
    assert not is_open(store)
    way(store)

    assert [*file.lines()] == [line(n) for n in (1, 2, 3)]
    file.append(line(4), way is not unlinked)

    assert on_disk(store) == [*file.lines()] == [line(n) for n in (1, 2, 3, 4)]
    assert store.problem is None and "written anew" in caplog.text
    file.append(line(5), True)
    assert on_disk(store)[-1] == line(5)


def test_what_rests_is_opened_once_more_by_its_next_line_only(store, file, caplog):
    for number in (4, 5):
        known = [line(n) for n in range(1, number)]
        file.rest(lambda known=known: known)
        assert [*file.lines()] == known and not is_open(store)
        with path(store).open("ab") as log:
            log.write(b"torn")  # as by a crash
        file.append(line(number), True)

        assert on_disk(store) == [*known, line(number)] and is_open(store)
    assert "written anew" not in caplog.text


def test_what_could_not_be_written_does_not_rest(store, file, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        file.append(line(4), False)
    file.rest(lambda: [])

    assert is_open(store)
    assert [*file.lines()] == [line(n) for n in (1, 2, 3, 4)]
    file.flush()
    assert on_disk(store) == [line(n) for n in (1, 2, 3, 4)]


def test_one_that_cannot_be_opened_after_its_rest_refuses_and_tries_again(store, file, monkeypatch):
    file.rest(lambda: [line(n) for n in (1, 2, 3)])
    with monkeypatch.context() as patch:
        patch.setattr(os, "open", full)
        with pytest.raises(StorageFailed, match="No space left"):
            file.append(line(4), True)
        assert store.problem

    file.append(line(4), True)
    assert on_disk(store) == [line(n) for n in (1, 2, 3, 4)] and store.problem is None


def test_what_is_not_promised_does_not_go_into_a_file_without_a_name(store, file):
    unlinked(store)

    file.append(line(4), False)

    assert on_disk(store) == [line(n) for n in (1, 2, 3, 4)]


def test_what_cannot_be_written_anew_is_refused(store, file, monkeypatch):
    unlinked(store)
    with monkeypatch.context() as patch:
        patch.setattr(Folder, "copy", full)
        with pytest.raises(StorageFailed, match="No space left"):
            file.append(line(4), True)
        assert store.problem

    assert [*file.lines()] == [line(n) for n in (1, 2, 3)]
    file.append(line(4), True)
    assert on_disk(store) == [line(n) for n in (1, 2, 3, 4)] and store.problem is None


@pytest.mark.parametrize("rests", [False, True])
@pytest.mark.parametrize("kind", ["link", "fifo", "folder"])
def test_something_strange_in_its_place_is_put_aside(kind, rests, store, file, tmp_path):
    if rests:
        file.rest(lambda: [line(n) for n in (1, 2, 3)])
    (tmp_path / "precious").write_text("precious")
    path(store).unlink()
    if kind == "link":
        path(store).symlink_to(tmp_path / "precious")
    elif kind == "fifo":
        os.mkfifo(path(store))
    else:
        path(store).mkdir()

    file.append(line(4), True)

    assert on_disk(store) == [line(n) for n in (1, 2, 3, 4)]
    assert (tmp_path / "precious").read_text() == "precious"
    assert len([*path(store).parent.glob("*.corrupt-*")]) == 1


@pytest.mark.parametrize("kind", ["link", "fifo", "folder"])
def test_something_strange_from_the_beginning_is_refused(kind, store, tmp_path):
    (tmp_path / "precious").write_text("precious")
    path(store).parent.mkdir(parents=True)
    if kind == "link":
        path(store).symlink_to(tmp_path / "precious")
    elif kind == "fifo":
        os.mkfifo(path(store))
    else:
        path(store).mkdir()
    file = store.open_log("s")

    with pytest.raises(OSError, match="no plain file"):
        [*file.lines()]
    with pytest.raises(StorageFailed, match="no plain file"):
        file.append(line(1), True)

    assert store.last_line("s") == b""
    assert (tmp_path / "precious").read_text() == "precious"
    file.close()
    path(store).rmdir() if kind == "folder" else path(store).unlink()
    store.flush()


def test_after_somebody_emptied_it_what_is_promised_can_still_be_read(store, file):
    os.truncate(path(store), 3)  # in the middle of the second line

    file.append(line(4), True)

    assert on_disk(store) == [line(1), line(4)]


def test_a_line_that_is_too_long_to_be_ours_costs_itself_only(store, file, monkeypatch):
    monkeypatch.setattr("janus.storage.lines.LONGEST", 1000)
    monkeypatch.setattr("janus.storage.lines.BLOCK", 100)
    with path(store).open("ab") as log:
        log.write(b"x" * 5000 + b"\n" + line(4))

    assert [*file.lines()] == [line(1), line(2), line(3), b"\n", line(4)]


def test_a_log_that_may_only_be_read_is_read(store, file, monkeypatch):
    real = os.open

    def read_only(name, flags, *args, **kwargs):
        if flags & (os.O_WRONLY | os.O_RDWR):
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))
        return real(name, flags, *args, **kwargs)

    file.close()
    again = store.open_log("s")
    with monkeypatch.context() as patch:
        patch.setattr(os, "open", read_only)
        assert [*again.lines()] == [line(n) for n in (1, 2, 3)]
        with pytest.raises(StorageFailed, match="Read-only"):
            again.append(line(4), True)

    again.append(line(4), True)
    assert on_disk(store) == [line(n) for n in (1, 2, 3, 4)]
    again.close()
