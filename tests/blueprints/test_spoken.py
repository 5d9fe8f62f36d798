"""Answers by voice: the server itself decides what they allow."""

import json
import re
import time
from dataclasses import replace

import pytest
from conftest import FAKE_AGENTS, fake_path, state_of, wait_for
from test_api import error

from janus.app import create_app
from janus.voice.voice import Voice

YES = "Yes, allow it once, please."
OPTIONS = [
    {"optionId": "once", "name": "Allow", "kind": "allow_once"},
    {"optionId": "ever", "name": "Always", "kind": "allow_always"},
    {"optionId": "never", "name": "Deny", "kind": "reject_once"},
]


@pytest.fixture
def app(settings, home, tmp_path):
    environ = {"HOME": str(home), "PATH": fake_path(tmp_path)}
    command = (str(FAKE_AGENTS / "acp-agent"),)
    app = create_app(
        replace(
            settings, agent="auto", agent_command=command, environ=environ,
            voice_commands=("npm test",),
        ),
        start=False,
    )  # fmt: skip
    yield app
    app.extensions["janus"].stop()


@pytest.fixture
def asks(client):
    """Has the agent ask for something; the session and the id of the request."""

    def asks(kind, title, **more):
        call = {"toolCallId": "c", "kind": kind, "title": title, **more}
        wanted = json.dumps({"toolCall": call, "options": OPTIONS})
        body = {"message": f"request session/request_permission {wanted}"}
        id = client.post("/api/chat", json=body).json["session_id"]
        return id, wait_for(lambda: open_in(client, id))[0]["request_id"]

    return asks


def open_in(client, id):
    return client.get(f"/api/state?session_id={id}").json["permissions"]


def answer_of(client, id):
    """What the agent was answered, once it has said so."""
    state = client.get(f"/api/state?session_id={id}").json
    return not state["is_processing"] and state["messages"][-1]["content"]


def say(client, asked, spoken, option="once", **more):
    body = {"session_id": asked[0], "request_id": asked[1], "option_id": option, "spoken": spoken}
    return client.post("/api/permission", json={**body, **more})


def read(client, asked):
    return client.get(f"/api/permission?session_id={asked[0]}&request_id={asked[1]}")


def heard(settings, asked):
    """What the session's log keeps of what was said to answer."""
    log = (state_of(settings) / "logs" / f"{asked[0]}.jsonl").read_text()
    return [tuple(it) for it in re.findall(r'"words":"(.+?)","taken":(true|false)', log)]


def test_a_yes_to_what_was_read_out_allows_it_once(client, asks, settings):
    asked = asks("read", "Read src/app.py")
    told = read(client, asked).json

    assert told["words"] == "The agent asks. Read: Read src/app.py" and told["option_id"] == "once"
    unclear = [
        say(client, asked, "yes"), say(client, asked, "Allow it once?", digest=told["digest"]),
        say(client, asked, YES, digest="of something else"), say(client, asked, YES, "ever"),
        say(client, asked, "Wait, allow it once"),
    ]  # fmt: skip
    for response in unclear:
        error(response, 409, "CONSENT_UNCLEAR")
    assert open_in(client, asked[0])  # a hand may still answer

    assert say(client, asked, YES, digest=told["digest"]).status_code == 200
    error(say(client, asked, YES, digest=told["digest"]), 409, "ALREADY_ANSWERED")
    error(read(client, asked), 404, "PERMISSION_NOT_FOUND")
    assert "once" in wait_for(lambda: answer_of(client, asked[0]))
    assert heard(settings, asked) == [
        ("yes", "false"), ("Allow it once?", "false"), (YES, "false"), (YES, "false"),
        ("Wait, allow it once", "false"), (YES, "true"),
    ]  # fmt: skip


@pytest.mark.others_slow
@pytest.mark.parametrize(
    ("kind", "title"),
    [
        ("execute", "rm -rf build"),
        ("edit", "Write x"),
        ("read", "Read /etc/passwd"),
        ("other", "X"),
    ],
)
def test_what_does_more_than_look_waits_for_a_hand(client, asks, kind, title):
    asked = asks(kind, title)

    error(read(client, asked), 409, "CONSENT_UNCLEAR")
    error(say(client, asked, YES), 409, "CONSENT_UNCLEAR")

    assert "needs your hands" in read(client, asked).json["error"]["message"]
    assert say(client, asked, "no, don't", option="never").status_code == 200


def test_the_commands_that_the_owner_named_can_be_allowed(client, asks):
    asked = asks("execute", "npm test")

    assert read(client, asked).json["words"] == "The agent asks. Run: npm test"
    assert say(client, asked, "permission granted").status_code == 200


def test_the_names_of_a_session_are_expected_to_be_said(app, client, tmp_path, settings):
    hears = tmp_path / "hears"
    hears.write_text('#!/bin/sh\ncat >/dev/null\necho "$JANUS_NAMES"\n')
    hears.chmod(0o755)
    voice = Voice(replace(settings, stt=str(hears)), app.extensions["janus"].settings.environ, time)
    app.extensions["janus"].voice = voice
    (settings.workspaces[0] / "src").mkdir()
    (settings.workspaces[0] / "src" / "cart.py").touch()
    body = {"message": "say It is `total_price()`, and `x = 1` is not.", "name": "fix-the-cart"}
    id = client.post("/api/chat", json=body).json["session_id"]
    wait_for(lambda: answer_of(client, id))

    told = client.post(
        f"/api/transcribe?session_id={id}", data=b"RIFF", content_type="application/octet-stream"
    )

    names = told.json["text"].split()
    assert {"total_price", "cart"} <= {*names} and "x" not in names


def test_the_digest_of_all_sessions_names_the_one_that_asks(client, asks):
    asked = asks("execute", "npm test")

    told = client.get("/api/digest").json

    assert [it["session_id"] for it in told["needs"]] == [asked[0]]
    assert told["text"].startswith("1 needs you: ") and told["finished"] == told["failed"] == []
    say(client, asked, "no", option="never")
    wait_for(lambda: client.get("/api/digest").json["finished"])
    assert client.get("/api/digest").json["text"].startswith("Nothing needs you. 1 is done: ")
