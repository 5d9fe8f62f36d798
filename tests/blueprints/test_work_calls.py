"""What changed and how it is undone, over HTTP, with an agent that changes files."""

import base64

import pytest
from conftest import wait_for
from described import described


@pytest.fixture
def app(cursor):
    with described(cursor) as app:
        yield app


@pytest.fixture
def id(client):
    return client.post("/api/session/start", json={}).json["session_id"]


def ask(client, id, question):
    """The turn of it."""
    return client.post(f"/api/ask?session_id={id}", json={"question": question}).json["turn_id"]


def undo(client, id, **more):
    return client.post("/api/undo", json={"session_id": id, **more})


def changes(client, id, **more):
    query = "".join(f"&{name}={value}" for name, value in more.items())
    return client.get(f"/api/changes?session_id={id}{query}")


def test_changes_are_shown_and_undone(client, id, workspace):
    first = ask(client, id, "write new.txt hello")
    second = ask(client, id, "write cart.py # more")

    found = changes(client, id).json
    assert {it["path"]: it["by"] for it in found["files"]} == {
        "cart.py": "agent", "new.txt": "agent",
    }  # fmt: skip
    assert [it["path"] for it in changes(client, id, turn_id=first).json["files"]] == ["new.txt"]
    lines = client.get(f"/api/changes/file?session_id={id}&path=cart.py&functions=true").json
    assert lines["hunks"][0]["lines"][-1] == {
        "kind": "added", "old": None, "new": 9, "text": "# more",
    }  # fmt: skip
    assert client.get(f"/api/changes/file?session_id={id}&path=none").status_code == 404

    shown = undo(client, id, turn_id=second, dry_run=True).json
    assert shown["files"] == [{"path": "cart.py", "status": "modified", "kept": ""}]
    assert shown["undo_id"] is None and "# more" in (workspace / "cart.py").read_text()
    undone = undo(client, id, turn_id=second, tree=shown["tree"]).json
    assert "# more" not in (workspace / "cart.py").read_text()
    assert undo(client, id, undo_id=undone["undo_id"]).status_code == 200
    assert "# more" in (workspace / "cart.py").read_text()
    assert "new.txt" not in {it["path"] for it in undone["files"]}


@pytest.mark.slow
def test_lists_and_answers_tell_how_much_changed(client, id, workspace):
    def listed():
        [info] = client.get("/api/sessions").json["sessions"]
        return info["changed"]

    assert listed() is None
    ask(client, id, "say nothing changed")
    assert listed() is None
    ask(client, id, "write new.txt hello")
    turn = ask(client, id, "write cart.py # more")
    one, two = ({"files": files, "added": files, "removed": 0} for files in (1, 2))
    wait_for(lambda: listed() == two)
    said = client.get(f"/api/state?session_id={id}").json["messages"]

    assert said[-1]["changed"] == one
    shown = undo(client, id, turn_id=turn, dry_run=True).json
    assert undo(client, id, turn_id=turn, tree=shown["tree"]).status_code == 200
    assert listed() == one


@pytest.mark.slow
def test_the_agent_is_told_with_the_next_message(client, id):
    turn = ask(client, id, "write new.txt hello")
    undo(client, id, turn_id=turn)

    said = client.post(f"/api/ask?session_id={id}", json={"question": "say hello"}).json["answer"]
    assert said.startswith("You said: [Note: The user undid changes to these files: new.txt]")


@pytest.mark.slow
def test_nothing_is_undone_while_an_agent_works_in_the_folder(client, id, workspace, tmp_path):
    turn = ask(client, id, "write new.txt hello")
    other = client.post("/api/session/start", json={}).json["session_id"]
    client.post("/api/chat", json={"session_id": other, "message": f"until {tmp_path / 'go'}"})
    wait_for(lambda: client.get(f"/api/state?session_id={other}").json["running_turn_id"])

    assert undo(client, id, turn_id=turn).json["error"]["code"] == "SESSION_BUSY"
    assert undo(client, id, turn_id=turn, dry_run=True).status_code == 200
    (tmp_path / "go").touch()
    wait_for(lambda: undo(client, id, turn_id=turn).status_code == 200)
    assert not (workspace / "new.txt").exists()


@pytest.mark.slow
def test_what_changed_meanwhile_is_named(client, id, workspace):
    turn = ask(client, id, "write cart.py # more")
    (workspace / "cart.py").write_text("mine\n")

    error = undo(client, id, turn_id=turn).json["error"]
    assert (error["code"], error["files"]) == ("CHANGED_MEANWHILE", ["cart.py"])
    assert (workspace / "cart.py").read_text() == "mine\n"


def test_wrong_calls_are_refused(client, id):
    for body in ({}, {"turn_id": "a", "undo_id": "b"}, {"turn_id": "a", "tree": "x"},
                 {"turn_id": "a", "paths": []}):  # fmt: skip
        assert undo(client, id, **body).json["error"]["code"] == "INVALID_REQUEST", body
    assert undo(client, id, turn_id="none").status_code == 404
    assert changes(client, id, turn_id="none").status_code == 404
    assert changes(client, id, turn_id="a", commit="abcdefab").status_code == 400
    assert changes(client, id, commit="--all").status_code == 400
    assert changes(client, "none").status_code == 404


def test_an_ended_session_shows_what_it_left(client, id, workspace):
    ask(client, id, "write new.txt hello")
    client.post(f"/api/session/end?session_id={id}")
    (workspace / "later.txt").write_text("not its\n")

    assert [it["path"] for it in changes(client, id).json["files"]] == ["new.txt"]
    client.delete(f"/api/session?session_id={id}")
    assert changes(client, id).status_code == 404


def test_a_turn_goes_on_without_a_snapshot_and_says_so_once(client, id, monkeypatch):
    from janus.errors import GitFailed
    from janus.workspace.snapshots.snapshots import SessionSnapshots

    def fail(*_):
        raise GitFailed("The disk is full.")

    monkeypatch.setattr(SessionSnapshots, "record", fail)
    ask(client, id, "say one")
    turn = ask(client, id, "say two")

    said = client.get(f"/api/session?session_id={id}").json["conversation"]
    words = [it["content"] for it in said if it["role"] == "system"]
    assert words == ["This turn cannot be undone, because no snapshot was taken. The disk is full."]
    assert undo(client, id, turn_id=turn).status_code == 404


@pytest.mark.slow
def test_a_picture_is_told_as_it_was_and_as_it_is(client, id, workspace):
    pictures = [b"\x89PNG\r\n\x1a\n" + it for it in (b"one\n", b"two\xff\n")]
    (workspace / "logo.png").write_bytes(pictures[0])
    (workspace / "fake.png").write_bytes(b"\0no picture")
    ask(client, id, "say begun")
    (workspace / "logo.png").write_bytes(pictures[1])
    (workspace / "fake.png").write_bytes(b"\0none still")

    def told(path):
        found = client.get(f"/api/changes/file?session_id={id}&path={path}").json
        both = found.get("before"), found.get("after")
        return [it and base64.b64decode(it["data"]) for it in both]

    assert told("logo.png") == pictures and told("fake.png") == [None, None]
    (workspace / "logo.png").unlink()
    assert told("logo.png") == [pictures[0], None]


def test_files_are_found_and_read(client, id, workspace):
    (workspace / "pic.gif").write_bytes(b"GIF89a...")

    def get(what, **more):
        return client.get(f"/api/{what}", query_string={"session_id": id, **more})

    assert get("files", q="crt").json["paths"] == ["cart.py"]
    assert len(get("files", limit=2).json["paths"]) == 2
    assert get("file", path="cart.py").json["language"] == "python"
    assert get("file", path="pic.gif").json["data"] == "R0lGODlhLi4u"
    for path in ("../x", "/etc/passwd", "none"):
        assert get("file", path=path).status_code == 404
    assert get("file").status_code == 400
