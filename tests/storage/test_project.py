"""Where the state of a workspace is kept, and what is taken over from the first house."""

import json
import os

import pytest
from conftest import git

from janus.errors import CannotServe
from janus.storage.lock import WorkspaceLock
from janus.storage.project import (
    check_outside,
    load_project,
    project_folder,
    save_project,
    take_over_devices,
)
from janus.storage.store import Store
from janus.storage.takeover import take_over

ID = "3f1b2c9e-0000-4000-8000-000000000001"


def event(seq, kind="user_message", **data):
    return json.dumps({"seq": seq, "kind": kind, "data": data, "at": 1_800_000_000.0}) + "\n"


LOG = event(1, content="one") + event(2, "status", status="idle", conversation_id="c-1", agent="x")


def untracked(_):
    return set()


@pytest.fixture
def store(kept):
    return Store(kept)


@pytest.fixture
def old(workspace):
    """What the first house left: two conversations, a list, a lock, summaries."""
    folder = workspace / ".janus"
    (folder / "logs").mkdir(parents=True)
    (folder / "logs" / f"{ID}.jsonl").write_text(LOG)
    (folder / "logs" / "page-2.jsonl").write_text(LOG)
    (folder / "sessions.json").write_text('{"version": "1.0", "sessions": []}\n')
    (folder / "lock").write_text('{"pid": 1}')
    (folder / "conversation-summaries").mkdir()
    (folder / "conversation-summaries" / "a.md").write_text("a")
    return folder


def files(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


# --- where


def test_each_workspace_has_a_folder_of_its_own(tmp_path):
    one, two = (project_folder(tmp_path / name, tmp_path) for name in "ab")

    assert one != two and one == project_folder(tmp_path / "a", tmp_path)
    assert one.parent == tmp_path / "projects" and len(one.name) == 16


def test_it_says_which_workspace_it_belongs_to(store, workspace):
    save_project(store, workspace, load_project(store))

    found = json.loads((store.folder / "project.json").read_text())

    assert (found["path"], found["inode"]) == (str(workspace), workspace.stat().st_ino)
    assert load_project(store).token == found["token"]


@pytest.mark.parametrize("text", ["", "[]", "[" * 100_000, '{"token": "../../x"}', '{"token": 1}'])
def test_a_damaged_description_is_written_anew(text, store, workspace):
    store.replace("project.json", text.encode())

    token = load_project(store).token

    assert len(token) == 32 and int(token, 16)


@pytest.mark.parametrize("below", [".", "state", "a/b/state"])
def test_state_in_the_workspace_is_refused(below, workspace):
    with pytest.raises(CannotServe, match=r"lies inside the workspace .* Set JANUS_STATE_DIR"):
        check_outside(workspace, workspace / below)


def test_state_that_a_link_leads_into_the_workspace_is_refused(workspace, tmp_path):
    (tmp_path / "link").symlink_to(workspace)

    with pytest.raises(CannotServe):
        check_outside(workspace, tmp_path / "link" / "state")
    check_outside(workspace, tmp_path / "state")


# --- devices


@pytest.mark.parametrize("kind", ["projects", "workspaces"])
def test_devices_of_earlier_versions_are_merged_once(kind, tmp_path):
    folders = [tmp_path / kind / name for name in ("one", "two")]
    for folder in folders:
        folder.mkdir(parents=True)
        device = {"id": f"of-{folder.name}"}
        (folder / "devices.json").write_text(json.dumps({"version": "1.0", "devices": [device]}))
        (folder / "owner-token").write_text("secret")

    for _ in range(2):
        take_over_devices(tmp_path)

    merged = json.loads((tmp_path / "devices.json").read_text())["devices"]
    assert [it["id"] for it in merged] == ["of-one", "of-two"]
    assert [*folders[0].iterdir()] == [*folders[1].iterdir()] == []


@pytest.mark.parametrize("damage", ["{", "[]", '{"devices": 7}', '{"devices": [{}]}', "link"])
def test_a_strange_list_of_devices_is_not_taken_over(damage, tmp_path, caplog):
    old = tmp_path / "projects" / "one"
    old.mkdir(parents=True)
    if damage == "link":
        (tmp_path / "other").write_text('{"devices": []}')
        (old / "devices.json").symlink_to(tmp_path / "other")
    else:
        (old / "devices.json").write_text(damage)

    take_over_devices(tmp_path)

    assert not (tmp_path / "devices.json").exists()
    assert "pair again" in caplog.text


# --- conversations


def test_what_is_plainly_ours_is_moved(store, workspace, old):
    assert sorted(take_over(store, workspace, untracked)) == [ID, "page-2"]

    for id in (ID, "page-2"):
        assert (store.folder / "logs" / f"{id}.jsonl").read_text() == LOG
    assert (store.folder / "sessions.json").exists()
    assert files(old) == ["conversation-summaries/a.md", "lock"]


def test_it_happens_once(store, workspace, old):
    take_over(store, workspace, untracked)
    (old / "logs" / "later.jsonl").write_text(LOG)

    assert take_over(store, workspace, untracked) == []
    assert (old / "logs" / "later.jsonl").exists() and len(store.logs()) == 2


def test_where_there_was_nothing_nothing_is_taken_over_later(store, workspace):
    take_over(store, workspace, untracked)
    (workspace / ".janus" / "logs").mkdir(parents=True)
    (workspace / ".janus" / "logs" / f"{ID}.jsonl").write_text(LOG)

    assert take_over(store, workspace, untracked) == [] and store.logs() == []


def test_what_is_published_is_never_read_back(store, workspace, old):
    (old / "logs" / f"{ID}.jsonl").unlink()
    (old / "logs" / "page-2.jsonl").unlink()
    (old / "logs").rmdir()

    take_over(store, workspace, untracked)

    assert store.read("sessions.json") is None


def test_what_git_tracks_is_left_alone(store, workspace, old, caplog):
    before = files(old)

    assert take_over(store, workspace, lambda _: {"logs/x.jsonl"}) == []

    assert files(old) == before and store.logs() == []
    assert "is left alone: git tracks .janus/logs/x.jsonl" in caplog.text


def link_outside(old, outside):
    (old / "logs" / f"{ID}.jsonl").unlink()
    (old / "logs" / f"{ID}.jsonl").symlink_to(outside)


def second_name(old, outside):
    (old / "logs" / f"{ID}.jsonl").unlink()
    os.link(outside, old / "logs" / f"{ID}.jsonl")


def fifo(old, outside):
    (old / "logs" / f"{ID}.jsonl").unlink()
    os.mkfifo(old / "logs" / f"{ID}.jsonl")


def strange_id(old, outside):
    (old / "logs" / f"{ID}.jsonl").rename(old / "logs" / "-rf.jsonl")


def device(old, outside):
    (old / "logs" / f"{ID}.jsonl").unlink()
    (old / "logs" / f"{ID}.jsonl").symlink_to("/dev/zero")


@pytest.mark.parametrize(
    "make", [link_outside, second_name, fifo, strange_id, device], ids=lambda make: make.__name__
)
def test_what_is_strange_is_left_alone_and_costs_no_other(
    make, store, workspace, old, tmp_path, caplog
):
    outside = tmp_path / "precious"
    outside.write_text(LOG)
    make(old, outside)

    assert take_over(store, workspace, untracked) == ["page-2"]

    assert store.logs() == ["page-2"] and outside.read_text() == LOG
    assert len([*(old / "logs").iterdir()]) == 1
    assert "is left alone" in caplog.text


@pytest.mark.parametrize("name", [".janus", ".janus/logs"])
def test_a_link_in_the_place_of_a_folder_is_left_alone(
    name, store, workspace, old, tmp_path, caplog
):
    moved = (workspace / name).rename(tmp_path / "elsewhere")
    (workspace / name).symlink_to(moved)
    before = files(moved)

    assert take_over(store, workspace, untracked) == []

    assert files(moved) == before and store.logs() == []
    assert "is left alone" in caplog.text


@pytest.mark.parametrize(
    "data",
    [
        {"conversation_id": "--force"}, {"conversation_id": "a b"}, {"conversation_id": ["x"]},
        {"agent": "$(touch pwned)"}, {"session": {"agent": "-x"}},
        {"session": {"conversation_id": "--force"}},
    ],
    ids=str,
)  # fmt: skip
def test_a_name_that_could_be_an_option_or_a_command_is_not_believed(data, store, workspace, old):
    (old / "logs" / f"{ID}.jsonl").write_text(LOG + event(3, "status", **data))

    take_over(store, workspace, untracked)

    assert (store.folder / "logs" / f"{ID}.jsonl").read_text() == LOG


def test_damaged_lines_are_kept_for_whoever_reads_them(store, workspace, old):
    damaged = LOG.encode() + b"[" * 100_000 + b"\n\xff\n" + event(4, content="four").encode()
    (old / "logs" / f"{ID}.jsonl").write_bytes(damaged)

    take_over(store, workspace, untracked)

    assert (store.folder / "logs" / f"{ID}.jsonl").read_bytes() == damaged


@pytest.mark.parametrize("call", ["rename", "unlink"])
@pytest.mark.parametrize("number", [1, 2, 3])
def test_after_a_crash_the_next_start_goes_on(call, number, store, workspace, old, monkeypatch):
    class Killed(BaseException):
        pass

    calls, real = [], getattr(os, call)

    def kill(*args, **kwargs):
        calls.append(args)
        if len(calls) == number:
            raise Killed
        return real(*args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(os, call, kill)
        with pytest.raises(Killed):
            take_over(store, workspace, untracked)
    store.sweep()
    take_over(store, workspace, untracked)

    for id in (ID, "page-2"):
        assert (store.folder / "logs" / f"{id}.jsonl").read_text() == LOG
    assert (store.folder / "sessions.json").exists()
    assert files(old) == ["conversation-summaries/a.md", "lock"]


def test_another_log_of_that_name_is_not_overwritten(store, workspace, old):
    file = store.open_log(ID)
    file.append(b"newer\n", True)
    file.close()

    take_over(store, workspace, untracked)

    assert (store.folder / "logs" / f"{ID}.jsonl").read_bytes() == b"newer\n"
    assert (old / "logs" / f"{ID}.jsonl").read_text() == LOG


def test_while_an_older_janus_serves_nothing_is_taken_over(store, workspace, old):
    older = WorkspaceLock(old)
    older.acquire()
    before = files(old)

    with pytest.raises(CannotServe, match="older Janus serves"):
        take_over(store, workspace, untracked)

    assert files(old) == before
    older.release()
    assert len(take_over(store, workspace, untracked)) == 2


def test_the_whole_house_takes_over_conversations_and_worktrees(make_manager, settings, store):
    before = make_manager(settings)
    info = before.create("fix")
    before.ask(info.session_id, "Where is ShoppingCart?")
    before.stop()
    old = settings.workspace / ".janus"
    for path in (store.folder / "logs", store.folder / "sessions.json"):
        target = old / path.name
        target.unlink(missing_ok=True)
        path.rename(target)
    for note in (store.folder / "worktrees").iterdir():
        note.unlink()

    after = make_manager(settings)
    after.workspace.adopt(take_over(store, settings.workspace, after.workspace.published.tracked))
    after.prepare()

    assert len(after.conversation(info.session_id)) == 2
    assert after.end(info.session_id, cleanup=True, force=True).worktree_path is None
    assert "feature/fix" in git(settings.workspace, "branch", "--list")
