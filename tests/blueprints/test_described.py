"""Every view answers as it is described."""

import json
import threading

import pytest
from conftest import wait_for
from described import STRICT, closed, described, validate

from janus.blueprints import sse


@pytest.fixture
def app(settings):
    with described(settings) as app:
        yield app


@pytest.fixture
def cursor_app(cursor):
    with described(cursor) as app:
        yield app


def test_a_session_with_the_demo_agent_answers_as_described(client):
    id = client.post("/api/session/start", json={"name": "fix-1"}).json["session_id"]

    client.post(f"/api/ask?session_id={id}", json={"question": "Where is ShoppingCart?"})
    client.post(f"/api/heartbeat?session_id={id}")
    renamed = client.post(f"/api/session/rename?session_id={id}", json={"name": "fix-2"}).json
    assert (renamed["name"], renamed["branch"]) == ("fix-2", "feature/fix-1")
    for path in ("/api/sessions", "/api/health", "/api/agents", "/health", "/api/openapi.json"):
        assert client.get(path).status_code == 200
    assert len(client.get(f"/api/session?session_id={id}").json["conversation"]) == 2
    assert client.get(f"/api/state?session_id={id}").json["messages"]
    assert client.post(f"/api/session/end?session_id={id}").json["worktree_path"]
    assert client.post(f"/api/session/resume?session_id={id}").json["status"] == "waiting"
    ended = client.post(f"/api/session/end?session_id={id}", json={"cleanup": True}).json
    assert "ShoppingCart" in ended["summary"] and ended["worktree_path"] is None


@pytest.mark.others_slow
@pytest.mark.parametrize("more", [{"isolated": False}, {"name": None}, {"isolated": True}, {}])
def test_every_way_to_start_is_answered_as_described(more, client):
    started = client.post("/api/session/start", json={"name": "fix-1", **more}).json

    isolated = more.get("isolated", "name" not in more)
    assert (started["branch"] is not None) == (started["worktree_path"] is not None) == isolated
    resumed = client.post(f"/api/session/resume?session_id={started['session_id']}").json
    assert resumed["name"] == more.get("name", "fix-1")


def test_a_chat_answers_as_described(cursor_app, tmp_path):
    client = cursor_app.test_client()

    def chat(message, **more):
        body = {"message": message, "session_id": "page", **more}
        return client.post("/api/chat", json=body).json

    def state():
        return client.get("/api/state?session_id=page").json

    chat("say hello")
    wait_for(lambda: not state()["is_processing"])
    chat("die 3")
    wait_for(lambda: state()["attention"] == "error")
    chat(f"until {tmp_path / 'go'}")
    wait_for(lambda: state()["status"] == "active" and not state()["queue"])
    assert chat("say more", message_id="m-1")["queue"]
    client.post("/api/system", json={"message": "a note", "session_id": "page"})
    assert not client.delete("/api/queue?session_id=page&message_id=m-1").json["queue"]
    client.post("/api/interrupt", json={"session_id": "page"})
    mcp = {"command": "list", "args": None, "session_id": "page"}
    assert client.post("/api/mcp-command", json=mcp).json["success"] is False
    assert client.get("/api/sessions").json["sessions"][0]["session_id"] == "page"


def test_the_stream_tells_its_events_as_described(cursor_app, monkeypatch):
    monkeypatch.setattr(sse, "HEARTBEAT", 0.05)
    client = cursor_app.test_client()
    heard = []

    def listen():
        event = b""
        with client.get("/api/chat/stream?session_id=page", buffered=False) as response:
            for chunk in response.response:
                event += chunk
                if event.endswith(b"\n\n"):
                    lines = event.decode().strip().split("\n")
                    heard.append(dict(line.split(": ", 1) for line in lines))
                    event = b""

    thread = threading.Thread(target=listen)
    thread.start()
    wait_for(lambda: heard)
    for message in ("say hello", "die 3"):
        client.post("/api/chat", json={"message": message, "session_id": "page"})
    wait_for(lambda: not client.get("/api/state?session_id=page").json["is_processing"])
    client.post("/api/session/resume?session_id=page")
    client.post("/api/system", json={"message": "a note", "session_id": "page"})
    client.post("/api/session/end?session_id=page", json={"summary": False})
    thread.join()

    schemas = STRICT["components"]["schemas"]
    for event in heard:
        validate(event, schemas["ServerSentEvent"])
        kind = event.get("event", "message")
        kinds = {"message": schemas["State"], **schemas["StreamEvents"]["properties"]}
        validate(json.loads(event["data"]), closed(kinds[kind]))
    assert {event.get("event") for event in heard} >= {
        None, "user_message", "system_message", "status", "assistant_delta", "assistant_message",
        "error", "summary", "session_ended",
    }  # fmt: skip
    told = [json.loads(event["data"]) for event in heard if event.get("event") == "status"]
    assert {"session", "conversation_id", "forgotten", "loading"} <= {
        key for it in told for key in it
    }


def test_letting_in_is_answered_as_described(app):
    client = app.test_client()
    code = client.post("/api/pair/new", json={"scope": "read"}).json["code"]

    paired = client.post("/api/pair", json={"code": code, "name": None}).json
    token = client.post("/api/tokens", json={"name": "ci", "scope": None}).json

    assert (paired["scope"], paired["kind"]) == ("read", "page")
    assert (token["scope"], token["kind"]) == ("full", "token")
    found = client.get("/api/devices").json
    assert {*(it["device_id"] for it in found["devices"])} > {paired["device_id"]}
    assert found["this_device"] in {it["device_id"] for it in found["devices"]}
    query = f"device_id={paired['device_id']}"
    assert client.delete(f"/api/devices?{query}").json == {"revoked": 1}
    assert client.delete("/api/devices?device_id=all").json == {"revoked": 2}


def test_strangers_are_answered_as_described(app):
    client = app.test_client()
    nobody = {"Authorization": "Bearer nobody"}

    assert client.get("/api/health", headers=nobody).json == {"status": "ok"}
    assert client.get("/health", headers=nobody).status_code == 200
    for path in ("/api/nothing", "/api/chat"):
        assert client.get(path, headers=nobody).status_code == 401


def test_what_is_not_described_is_refused_as_described(client):
    client.get("/api/nothing")
    client.get("/nothing.js")
    client.put("/api/chat")


def test_an_emoji_that_is_newer_than_python_is_something_to_say(cursor_app):
    body = {"message": "\U0001fae9", "session_id": "page"}

    assert cursor_app.test_client().post("/api/chat", json=body).status_code == 200
