"""The lock, without servers: what holds when its file is removed, replaced, or strange."""

import json
import os
import shutil

import pytest

from janus.errors import CannotServe
from janus.storage.lock import WorkspaceLock, check_free, serving


@pytest.fixture
def workspace(tmp_path):
    path = tmp_path / "shop"
    path.mkdir()
    return path


@pytest.fixture
def make(tmp_path, workspace):
    """Makes locks of the workspace, in one state folder or another; all are free at the end."""
    made = []

    def make(state="state"):
        made.append(WorkspaceLock(tmp_path / state, workspace))
        return made[-1]

    yield make
    for lock in made:
        lock.release()
        lock.release()


@pytest.fixture
def held(make):
    lock = make()
    lock.acquire()
    lock.sign()
    return lock


def file_gone(folder):
    (folder / "lock").unlink()


def folder_gone(folder):
    shutil.rmtree(folder)


def replaced(folder):
    (folder / "lock").unlink()
    (folder / "lock").write_text("")


GONE = [file_gone, folder_gone, replaced]


@pytest.mark.parametrize("way", GONE, ids=lambda way: way.__name__)
def test_who_removes_the_lock_lets_no_second_janus_in(way, held, make, tmp_path, workspace):
    way(tmp_path / "state")

    with pytest.raises(CannotServe, match="another Janus serves"):
        make().acquire()
    with pytest.raises(CannotServe, match="another Janus serves"):
        check_free(tmp_path / "state", workspace)

    held.release()
    make().acquire()


def test_another_state_folder_lets_no_second_janus_in(held, make):
    with pytest.raises(CannotServe, match="another Janus serves"):
        make("other").acquire()


@pytest.mark.parametrize("way", GONE, ids=lambda way: way.__name__)
def test_a_lock_that_was_removed_is_made_anew(way, held, tmp_path, caplog):
    held.announce("http://127.0.0.1:4000", 1)
    way(tmp_path / "state")

    held.mend()

    assert serving(tmp_path / "state") == held.serving and held.problem is None
    assert "made anew" in caplog.text
    held.mend()


def test_a_lock_that_cannot_be_made_anew_is_a_problem(held, tmp_path):
    shutil.rmtree(tmp_path / "state")
    (tmp_path / "state").write_text("in the way")

    held.mend()
    assert "is gone" in held.problem

    (tmp_path / "state").unlink()
    held.mend()
    assert held.problem is None


def test_a_lock_that_somebody_else_took_is_a_problem(held, tmp_path):
    (tmp_path / "state" / "lock").unlink()
    other = WorkspaceLock(tmp_path / "state")
    other.acquire()

    held.mend()
    assert "Another Janus" in held.problem

    other.release()
    held.mend()
    assert held.problem is None


@pytest.mark.parametrize("kind", ["link", "dangling", "fifo", "folder", "/dev/zero"])
def test_what_is_no_lock_is_put_aside(kind, make, tmp_path):
    (tmp_path / "key").write_text("precious")
    (tmp_path / "state").mkdir()
    path = tmp_path / "state" / "lock"
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    else:
        named = {"link": tmp_path / "key", "dangling": tmp_path / "none"}
        path.symlink_to(named.get(kind, kind))

    assert serving(tmp_path / "state") is None
    assert make().acquire() is None

    assert len([*(tmp_path / "state").glob("lock.corrupt-*")]) == 1
    with pytest.raises(CannotServe, match="another Janus serves"):
        make().acquire()
    assert (tmp_path / "key").read_text() == "precious" and not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    "text",
    ["[" * 100_000, "{}", '{"pid": "x", "master": "y", "run": 3}', "9" * 10_000, "\0"],
    ids=lambda text: text[:20],
)
def test_what_a_lock_says_is_not_believed(text, make, tmp_path):
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "lock").write_text(text)

    assert make().acquire() is None


def test_what_it_says_is_for_its_owner_alone(held, tmp_path):
    file = tmp_path / "state" / "lock"

    assert file.stat().st_mode & 0o777 == 0o600
    assert json.loads(file.read_text())["run"] == held.serving.run


def test_a_state_folder_that_is_none_is_a_sentence(make, tmp_path):
    (tmp_path / "state").write_text("in the way")

    with pytest.raises(CannotServe, match=r"state is no real folder\. Move it away"):
        make().acquire()
