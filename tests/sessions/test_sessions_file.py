"""The list of sessions on the disk: whole, damaged in every way, of another version."""

import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from janus.errors import CannotServe
from janus.model import SessionInfo
from janus.sessions.sessions_file import NAME, SessionsFile
from janus.storage.store import Store

ID = "11111111-1111-4111-8111-111111111111"
ONE = SessionInfo(
    ID, "fix-it", "idle", "cursor-agent",
    1_800_000_000.0, 1_800_000_060.5, branch="feature/fix", worktree_path=f"/w/.worktrees/{ID}",
)  # fmt: skip
SHOP = Path("/w")
TWO = SessionInfo("page_2", None, "idle", "", 1_800_000_001.0, 1_800_000_001.0)


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "state")


@pytest.fixture
def path(store):
    SessionsFile(store, SHOP).save([ONE, TWO])
    return store.folder / NAME


def load(store):
    return SessionsFile(store, SHOP).load()


def kept_aside(store):
    return [file for file in store.folder.iterdir() if ".corrupt-" in file.name]


def test_what_was_saved_is_loaded(store, path):
    assert load(store) == [ONE, TWO]
    assert path.stat().st_mode & 0o777 == 0o600


def test_it_has_the_agreed_shape(store, path):
    SessionsFile(store, SHOP).save(
        [replace(ONE, status="waiting", pid=7, conversation_id="c", protocol="acp")]
    )

    assert json.loads(path.read_text()) == {
        "version": "1.0",
        "sessions": [
            {
                "id": ONE.session_id,
                "name": "fix-it",
                "status": "waiting",
                "branch": "feature/fix",
                "worktreePath": "/w/.worktrees/11111111-1111-4111-8111-111111111111",
                "ptyPid": 7,
                "createdAt": "2027-01-15T08:00:00.000Z",
                "lastActivity": "2027-01-15T08:01:00.500Z",
                "agent": "cursor-agent",
                "metadata": {"conversationId": "c", "protocol": "acp"},
            }
        ],
    }


def test_a_file_cut_anywhere_is_put_aside(store, path):
    whole = path.read_bytes()
    for size in range(len(whole) - 1):  # without the last newline nothing is missing
        path.write_bytes(whole[:size])

        assert load(store) is None, size
        [aside] = kept_aside(store)
        assert aside.read_bytes() == whole[:size]
        aside.unlink()


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x00" * 500, b"\xff\xfe{", b"[]", b"null", b'"1.0"', b"[" * 100_000, b"{}",
        b'{"version": "1.0"}', b'{"version": 1.0, "sessions": []}',
        b'{"version": "one", "sessions": []}', b'{"version": "1.0", "sessions": {}}',
    ],
    ids=lambda text: text[:30].decode("latin-1").replace("\0", "0"),
)  # fmt: skip
def test_garbage_is_put_aside(garbage, store, path, caplog):
    path.write_bytes(garbage)

    assert load(store) is None
    assert [file.read_bytes() for file in kept_aside(store)] == [garbage]
    assert "is damaged" in caplog.text


def test_a_folder_in_its_place_is_put_aside(store, path):
    path.unlink()
    path.mkdir()
    (path / "precious").write_text("x")

    assert load(store) is None
    assert [(folder / "precious").read_text() for folder in kept_aside(store)] == ["x"]
    assert SessionsFile(store, SHOP).save([ONE]) and load(store) == [ONE]


def test_one_that_cannot_be_read_is_put_aside(store, path, monkeypatch):
    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr("janus.storage.folder.Folder.read", refuse)
        assert load(store) is None

    assert len(kept_aside(store)) == 1


def test_without_a_file_nothing_is_put_aside(store):
    assert load(store) is None
    assert not store.folder.exists()


@pytest.mark.parametrize(
    "strange",
    [
        7, None, [], {}, {"id": "../../etc"}, {"id": "a", "name": "a b"}, {"id": "a", "name": 7},
        {"id": "a", "name": None, "createdAt": "yesterday", "lastActivity": "today"},
        {"id": "a", "name": None, "createdAt": 5, "lastActivity": 5},
        {"id": "page_2", "name": None, "createdAt": "2026-01-01T00:00:00Z",
         "lastActivity": "2026-01-01T00:00:00Z"},
        {"id": "a", "name": None, "branch": 5, "createdAt": "2026-01-01T00:00:00Z",
         "lastActivity": "2026-01-01T00:00:00Z"},
    ],
    ids=str,
)  # fmt: skip
def test_an_entry_that_is_not_understood_is_kept_and_costs_no_other(strange, store, path):
    whole = json.loads(path.read_text())
    path.write_text(json.dumps({**whole, "sessions": [*whole["sessions"], strange]}))
    file = SessionsFile(store, SHOP)

    found = file.load()
    assert found == [ONE, TWO]

    file.save(found)
    assert json.loads(path.read_text())["sessions"][-1] == strange


def test_what_others_wrote_into_it_stays(store, path):
    whole = json.loads(path.read_text())
    whole["note"] = "mine"
    whole["sessions"][0]["currentPhase"] = "review"
    whole["sessions"][0]["metadata"]["colour"] = "red"
    path.write_text(json.dumps(whole))
    file = SessionsFile(store, SHOP)

    file.save([replace(info, status="error") for info in file.load()])

    after = json.loads(path.read_text())
    assert after["note"] == "mine"
    assert after["sessions"][0]["currentPhase"] == "review"
    assert after["sessions"][0]["metadata"]["colour"] == "red"
    assert after["sessions"][0]["status"] == "error"


@pytest.mark.parametrize("version", ["1.1", "2.0", "10.0"])
def test_a_newer_version_is_refused_untouched(version, store, path):
    path.write_text(json.dumps({"version": version, "sessions": "of a new kind"}))
    before = path.read_bytes()

    with pytest.raises(CannotServe, match=f"is of version {version}"):
        load(store)

    assert path.read_bytes() == before and [*store.folder.iterdir()] == [path]
