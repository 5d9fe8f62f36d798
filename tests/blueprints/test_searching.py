"""Search over HTTP, with real demo agents; every answer is as described."""

import sqlite3

import pytest
from conftest import state_of, wait_for
from described import described
from flask.testing import FlaskClient

from janus.storage import database

NEEDLE = "Where is the needle_in_haystack of Größe?"


@pytest.fixture
def app(settings):
    with described(settings) as app:
        yield app


@pytest.fixture
def asked(client):
    """A session in which something was asked, and that is in the index."""
    id = client.post("/api/session/start", json={"name": "fix-login", "isolated": False}).json[
        "session_id"
    ]
    body = {"question": NEEDLE, "message_id": "m-1"}
    assert client.post(f"/api/ask?session_id={id}", json=body).status_code == 200
    wait_for(lambda: client.get("/api/history/index").json == {"pending": 0, "problem": None})
    return id


def search(client, q, **more):
    return client.get("/api/history", query_string={"q": q, **more})


def test_a_question_is_found_after_its_turn(client, asked):
    found = search(client, "haystack groesse").json
    assert found["hits"] == []

    [hit] = search(client, "haystack GROSSE where").json["hits"]

    assert (hit["session_id"], hit["title"], hit["role"]) == (asked, "fix-login", "user")
    assert hit["message_id"] == "m-1" and hit["snippet"] == NEEDLE
    assert [NEEDLE[start:end] for start, end in hit["marks"]] == ["Where", "haystack", "Größe"]
    messages = client.get(f"/api/state?session_id={asked}").json["messages"]
    assert hit["message_id"] in {message["id"] for message in messages}


def test_the_name_is_found_also_after_it_was_changed(client, asked):
    [hit] = search(client, "login").json["hits"]
    assert (hit["role"], hit["message_id"], hit["marks"]) == ("title", None, [[4, 9]])

    client.post(f"/api/session/rename?session_id={asked}", json={"name": "fix-logout"})

    wait_for(lambda: search(client, "logout").json["hits"])
    assert search(client, "login").json["hits"] == []


def test_an_ended_session_is_found_with_its_summary(client, asked):
    summary = client.post(f"/api/session/end?session_id={asked}").json["summary"]

    word = next(word for word in summary.split() if word.isalpha() and len(word) > 5)
    wait_for(
        lambda: any(it["role"] == "summary" for it in search(client, word, limit=100).json["hits"])
    )
    assert search(client, "haystack").json["hits"]


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ({}, "q is missing: add ?q=… to the address."),
        ({"q": ""}, "q is missing: add ?q=… to the address."),
        ({"q": " \t"}, "q is empty."),
        ({"q": "x" * 1001}, "q is too long: 1000 characters at most."),
        ({"q": "x", "limit": "0"}, "limit must be a number from 1 to 100."),
        ({"q": "x", "limit": "101"}, "limit must be a number from 1 to 100."),
        ({"q": "x", "limit": "many"}, "limit must be a number from 1 to 100."),
    ],
)
def test_a_search_that_cannot_be_is_refused_with_the_reason(query, why, client):
    answer = client.get("/api/history", query_string=query)

    assert answer.status_code == 400 and answer.json["error"]["message"] == why


def test_whatever_is_typed_is_text(client, asked):
    for q in ('"', "NEAR(", "a OR", "*", "%00", "((", "''", "-x", "col:x", "🎉"):
        assert search(client, q).status_code == 200, q


def test_the_limit_is_kept(client, asked):
    assert len(search(client, "haystack", limit=1).json["hits"]) == 1


def test_an_index_that_is_locked_costs_search_alone(client, asked, settings, monkeypatch):
    monkeypatch.setattr(database, "_PATIENCE", 0.05)
    locked = sqlite3.connect(state_of(settings) / "history.db", isolation_level=None)
    locked.execute("PRAGMA locking_mode = exclusive")
    [project] = client.application.extensions["janus"].projects.all()
    project.history.stop()  # or it could not be locked like this
    locked.execute("BEGIN EXCLUSIVE")

    refused = search(client, "haystack")

    assert (refused.status_code, refused.json["error"]["code"]) == (503, "SEARCH_UNAVAILABLE")
    assert refused.headers["Retry-After"] == "5" and "locked" in refused.json["error"]["message"]
    again = client.post(f"/api/ask?session_id={asked}", json={"question": "Still there?"})
    assert again.status_code == 200 and client.get("/api/health").json["status"] == "ok"
    locked.close()


def test_who_may_only_look_searches_and_rebuilds_nothing(client, asked, app):
    token = client.post("/api/tokens", json={"name": "ci", "scope": "read"}).json["token"]
    program = FlaskClient(app, app.response_class)
    headers = {"Authorization": f"Bearer {token}"}

    assert program.get("/api/history?q=haystack", headers=headers).json["hits"]
    assert program.get("/api/history/index", headers=headers).status_code == 200
    assert program.post("/api/history/rebuild", headers=headers).status_code == 403
    assert program.get("/api/history?q=haystack").status_code == 401


def test_a_rebuild_finds_the_same(client, asked):
    before = search(client, "haystack").json["hits"]

    assert client.post("/api/history/rebuild").json["pending"] >= 1

    wait_for(lambda: client.get("/api/history/index").json["pending"] == 0)
    assert search(client, "haystack").json["hits"] == before
