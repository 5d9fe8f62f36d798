"""What a terminal began, over HTTP."""

from dataclasses import replace

import pytest
from conftest import fake_path, wait_for
from described import described
from kit.stored import BEGAN, conversation, cursor_begins, cursor_chat

ID = conversation(1)


@pytest.fixture
def settings(settings, tmp_path, home):
    environ = {"HOME": str(home), "PATH": fake_path(tmp_path, "agent")}
    return replace(settings, agent="cursor-agent", environ=environ)


@pytest.fixture
def app(settings):
    with described(settings) as app:
        yield app


@pytest.fixture
def begun(home, workspace):
    meta = {"cwd": str(workspace), "updatedAtMs": BEGAN * 1000}
    cursor_begins(home / ".cursor", workspace, ID, ("what is here?", "a.txt"), meta=meta).close()


def test_they_are_listed_and_continued(client, begun, workspace):
    listed = client.get("/api/agents/conversations").json
    body = {"agent": "cursor-agent", "conversation_id": ID}
    adopted = client.post("/api/session/adopt", json=body)
    again = client.post("/api/session/adopt", json=body)

    assert listed == {
        "conversations": [
            {
                "agent": "cursor-agent",
                "conversation_id": ID,
                "title": "what is here?",
                "updated_at": "2026-09-21T14:13:20.000Z",
                "running": False,
                "driver": None,
            }
        ],
        "problems": [],
    }
    assert adopted.status_code == again.status_code == 201
    assert adopted.json["session_id"] == again.json["session_id"]
    assert adopted.json["title"] == "what is here?"
    command = f"cd {workspace} && cursor-agent --resume {ID}"
    assert adopted.json["resume_command"] == command
    [session] = client.get("/api/sessions").json["sessions"]
    assert session["resume_command"] == command
    assert client.get("/api/agents/conversations").json["conversations"] == []
    state = client.get(f"/api/state?session_id={session['session_id']}").json
    said = [(it["sender"], it["content"]) for it in state["messages"]]
    assert said[:2] == [("user", "what is here?"), ("assistant", "a.txt")]
    assert state["messages"][0]["timestamp"] == "2026-09-21T14:13:20.000Z"


def test_what_was_said_there_is_found_by_search(client, begun):
    body = {"agent": "cursor", "conversation_id": ID}
    id = client.post("/api/session/adopt", json=body).json["session_id"]

    def hits():
        return client.get("/api/history?q=here").json["hits"]

    assert [hit["session_id"] for hit in wait_for(hits)] == [id]


def test_what_cannot_be_read_is_told(client, begun, home, workspace):
    (cursor_chat(home / ".cursor", workspace, ID) / "meta.json").unlink()
    (cursor_chat(home / ".cursor", workspace, ID) / "store.db").write_bytes(b"?" * 5000)

    listed = client.get("/api/agents/conversations").json

    assert listed["conversations"] == [] and "Cursor" in listed["problems"][0]
    body = {"agent": "cursor-agent", "conversation_id": ID}
    refused = client.post("/api/session/adopt", json=body)
    assert (refused.status_code, refused.json["error"]["code"]) == (502, "AGENT_FAILED")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"agent": "cursor-agent", "conversation_id": "gone"}, 404, "NOT_FOUND"),
        ({"agent": "cursor-agent", "conversation_id": "../x"}, 400, "INVALID_REQUEST"),
        ({"agent": "nobody", "conversation_id": "x"}, 400, "INVALID_REQUEST"),
        ({"agent": "codex", "conversation_id": "x"}, 502, "AGENT_NOT_FOUND"),
        ({"agent": "cursor", "conversation_id": "x", "project_id": "no"}, 404, "NOT_FOUND"),
        ({"agent": "cursor-agent"}, 400, "INVALID_REQUEST"),
    ],
)
def test_what_cannot_be_continued_is_refused(client, body, status, code):
    refused = client.post("/api/session/adopt", json=body)

    assert (refused.status_code, refused.json["error"]["code"]) == (status, code)


def test_an_unknown_project_is_told(client):
    assert client.get("/api/agents/conversations?project_id=no").status_code == 404
