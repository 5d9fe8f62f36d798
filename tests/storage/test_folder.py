"""Files and folders are opened as what they are: no link, no FIFO, nothing of anybody else's."""

import errno
import os
import stat
from pathlib import Path

import pytest

from janus.storage.folder import Folder, NotOurs
from janus.storage.store import Store

STRANGE = ["link", "dangling", "fifo", "folder", "/dev/zero", "/dev/tty"]


def put(kind, path, outside):
    """Something strange in the place of a file."""
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    else:
        path.symlink_to({"link": outside, "dangling": outside.with_name("none")}.get(kind, kind))


@pytest.fixture
def outside(tmp_path):
    """A file that nobody may touch."""
    path = tmp_path / "precious"
    path.write_text("precious")
    yield path
    assert path.read_text() == "precious"
    assert not path.with_name("none").exists()


@pytest.fixture
def folder(tmp_path):
    with Folder.make(tmp_path / "ours") as folder:
        yield folder


@pytest.mark.parametrize("kind", STRANGE)
def test_what_is_no_plain_file_is_never_opened(kind, folder, outside):
    put(kind, folder.path / "name", outside)

    for flags in (os.O_RDONLY, os.O_RDWR, os.O_RDWR | os.O_CREAT):
        with pytest.raises(NotOurs, match="name is no plain file"):
            folder.file("name", flags)
    with pytest.raises(NotOurs):
        folder.read("name")


@pytest.mark.parametrize("kind", STRANGE)
def test_a_whole_file_takes_the_place_of_a_link_and_leaves_what_it_leads_to(kind, folder, outside):
    put(kind, folder.path / "name", outside)

    if kind == "folder":
        with pytest.raises(OSError, match="directory"):
            folder.replace("name", b"new")
    else:
        folder.replace("name", b"new")
        assert folder.read("name") == b"new"
    assert folder.names() == ["name"]


def test_a_link_is_no_folder(folder, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (folder.path / "name").symlink_to(tmp_path / "elsewhere")

    for make in (False, True):
        with pytest.raises(NotOurs, match="no real folder"):
            folder.folder("name", make=make)
    with pytest.raises(NotOurs):
        Folder.open(folder.path / "name")
    with pytest.raises(NotOurs):
        Folder.make(folder.path / "name")


def test_names_are_looked_up_in_the_open_folder_wherever_it_is_by_now(folder, tmp_path):
    folder.path.rename(tmp_path / "moved")
    (tmp_path / "ours").symlink_to("/")

    folder.replace("name", b"here")

    assert (tmp_path / "moved" / "name").read_bytes() == b"here"


def test_a_file_of_another_user_is_refused(folder, monkeypatch):
    folder.replace("name", b"theirs")
    monkeypatch.setattr(os, "geteuid", lambda: 12345)

    with pytest.raises(NotOurs, match="belongs to another user"):
        folder.read("name")


def test_a_file_that_is_too_large_is_not_read(folder):
    folder.replace("name", b"12345")

    with pytest.raises(OSError, match="large"):
        folder.read("name", most=4)


def test_new_folders_are_durable_before_anything_in_them_is_acknowledged(tmp_path, monkeypatch):
    order = []

    def note(name, real):
        def call(*args, **kwargs):
            what = args[0] if isinstance(args[0], int) else None
            shown = args[0] if what is None else Path(f"/proc/self/fd/{what}").readlink()
            order.append((name, Path(shown).name))
            return real(*args, **kwargs)

        return call

    for name in ("mkdir", "fsync"):
        monkeypatch.setattr(os, name, note(name, getattr(os, name)))
    file = Store(tmp_path / "state" / "id").open_log("s")
    file.append(b"1\n", True)
    file.close()

    base = tmp_path.name
    assert order[:6] == [
        ("mkdir", "state"), ("fsync", base), ("mkdir", "id"), ("fsync", "state"),
        ("mkdir", "logs"), ("fsync", "id"),
    ]  # fmt: skip
    assert sorted(order[6:]) == [("fsync", "logs"), ("fsync", "s.jsonl")]  # at the same time


@pytest.mark.parametrize("number", [errno.EINVAL, errno.ENOTSUP])
def test_a_disk_that_cannot_sync_folders_is_weaker_not_full(number, tmp_path, monkeypatch):
    real = os.fsync

    def weak(fd):
        if stat.S_ISDIR(os.fstat(fd).st_mode):
            raise OSError(number, os.strerror(number))
        real(fd)

    monkeypatch.setattr(os, "fsync", weak)
    store = Store(tmp_path / "state")
    file = store.open_log("s")

    file.append(b"1\n", True)
    with Folder.make(tmp_path / "state" / "notes") as notes:
        assert store.replace("name", b"data") and notes.save_new("a.md", b"text") == "a.md"

    assert [*file.lines()] == [b"1\n"] and store.problem is None
    file.close()


def test_folders_that_were_open_to_others_are_not_any_more(tmp_path):
    (tmp_path / "state").mkdir(mode=0o755)

    assert Store(tmp_path / "state").replace("name", b"data")

    assert (tmp_path / "state").stat().st_mode & 0o777 == 0o700
