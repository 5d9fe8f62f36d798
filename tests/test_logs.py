"""The log for programs: each line an object that says what it is about, never what was said."""

import ast
import json
import os
import re
import signal
import urllib.request
from datetime import datetime
from functools import cache
from pathlib import Path

import pytest
from conftest import FAKE_AGENTS, fake_path, wait_for

import janus
from janus.logs import FIELDS, about

CODE = Path(janus.__file__).parent
CANARY = "canary-7f3a"


@pytest.fixture
def talk(serve, tmp_path):
    """A server whose agent does what it is told, and whose log is for programs."""

    def talk(**more):
        environ = {"JANUS_LOG": "json", "JANUS_AGENT": "custom", **more}
        command = str(FAKE_AGENTS / "acp-agent")
        return serve(path=fake_path(tmp_path), JANUS_AGENT_COMMAND=command, **environ)

    return talk


def entries(server):
    return [json.loads(line) for line in server.lines]


def events(server, id):
    """What a session went through, as its lines say."""
    about = [entry for entry in entries(server) if entry.get("session_id") == id]
    return [entry["event"] for entry in about if "event" in entry]


def happened(server, event):
    return wait_for(lambda: [it for it in entries(server) if it.get("event") == event])


@pytest.mark.quick
def test_every_line_is_an_object_that_says_when_and_how_bad(talk):
    server = talk(LOG_LEVEL="debug")
    server.ask(server.start(), f"fail 1 {CANARY}")
    server.call("GET", "/nothing")
    server.stop()

    for entry in entries(server):
        assert entry.keys() >= {"at", "level", "logger", "message"}
        assert entry.keys() <= {"at", "level", "logger", "message", "error", *FIELDS}
        assert datetime.fromisoformat(entry["at"]).utcoffset().total_seconds() == 0
        assert entry["level"] in ("debug", "info", "warning", "error")
    assert len(server.lines) > 10


def test_the_life_of_a_session_can_be_followed_by_its_id(talk):
    server = talk()
    other, id = server.start(), server.start()
    server.ask(id, "say hello")
    server.ask(id, "fail 1 no luck")
    pid = int(server.ask(id, "pid")[1]["answer"])
    os.kill(pid, signal.SIGKILL)
    happened(server, "crashed")
    server.stop()
    again = talk()
    again.call("GET", "/api/health")
    again.call("POST", f"/api/session/end?session_id={id}")
    again.stop()

    assert events(server, id) == [
        "created", "turn_started", "spawned", "turn_finished", "turn_started", "turn_failed",
        "turn_started", "turn_finished", "crashed", "suspended",
    ]  # fmt: skip
    assert events(server, other) == ["created", "suspended"]
    assert events(again, id) == ["restored", "ended"]
    assert [entry["pid"] for entry in happened(server, "spawned")] == [pid]
    turns = [entry["turn_id"] for entry in entries(server) if "turn_id" in entry]
    assert turns[::2] == turns[1::2] and len({*turns}) == 3


def test_a_session_that_nobody_uses_is_said_to_be_evicted(talk):
    server = talk(SESSION_TIMEOUT="100ms", CLEANUP_INTERVAL="50ms")
    id = server.start()

    happened(server, "ended")

    assert events(server, id) == ["created", "evicted", "ended"]


def test_what_was_rebuilt_is_said(talk, kept):
    server = talk()
    id = server.start()
    server.stop()
    (kept / "sessions.json").write_text("{")

    again = talk()
    again.call("GET", "/api/health")

    assert events(again, id) == ["state_rebuilt", "restored"]
    assert len(happened(again, "state_rebuilt")) == 2  # the file, and what was in it


def test_a_line_says_which_request_it_belongs_to(talk):
    server = talk()
    for name in ("mine-1", "mine-2"):
        headers = {"X-Request-ID": name, "Authorization": f"Bearer {server.token}"}
        request = urllib.request.Request(
            f"{server.url}/api/session/start", b"", headers, method="POST"
        )
        with urllib.request.urlopen(request) as response:
            assert response.headers["X-Request-ID"] == name
    server.ask(server.start(), "say hello")
    server.stop()

    created = [entry["request_id"] for entry in happened(server, "created")]
    assert created[:2] == ["mine-1", "mine-2"] and len({*created}) == 3
    for event in ("turn_started", "spawned", "suspended"):  # on threads of their own
        assert all("request_id" not in entry for entry in happened(server, event))


@pytest.mark.parametrize("level", ["debug", "info"])
def test_what_was_said_is_never_in_it(level, talk):
    server = talk(LOG_LEVEL=level)
    id = server.start()
    for question in (
        f"say {CANARY}", f"fail 1 {CANARY}", f"fail -32000 {CANARY}", f"ask-{CANARY}",
        f"updates [{CANARY}", f"request {CANARY} {{}}", f"quit {CANARY}",
    ):  # fmt: skip
        server.ask(id, question)
    for path, body in (
        ("/api/chat", {"message": CANARY, "message_id": CANARY}),
        ("/api/system", {"message": CANARY}),
        ("/api/chat", {"message": [CANARY]}),
        ("/api/options", {"option_id": CANARY, "value": CANARY}),
        ("/api/permission", {"request_id": CANARY, "option_id": CANARY, "answers": {"a": CANARY}}),
        ("/api/mcp-command", {"command": "list", "args": [CANARY]}),
    ):
        server.call("POST", path, {"session_id": id, **body})
    server.call("POST", f"/api/session/end?session_id={id}")
    server.stop()

    assert happened(server, "turn_failed")
    assert [line for line in server.lines if CANARY in line] == []


@pytest.mark.quick
def test_threat_23_no_code_token_or_cookie_is_in_it(talk):
    server = talk(LOG_LEVEL="debug")
    code = server.call("POST", "/api/pair/new")[1]["code"]
    token = server.call("POST", "/api/tokens", {"name": CANARY})[1]["token"]
    body = json.dumps({"code": code, "name": CANARY}).encode()
    request = urllib.request.Request(
        f"{server.url}/api/pair", body, {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request) as response:
        key = json.load(response)["key"]
        cookie = response.headers["Set-Cookie"].partition("=")[2].partition(";")[0]
    owner = server.token
    assert server.call("POST", "/api/pair", {"code": code})[0] == 403  # it was used
    assert server.call("POST", "/api/tokens", {"name": [token]})[0] == 400
    query = f"session_id=x{token}&token={token}"  # no id begins with what a token may begin with
    assert server.call("GET", f"/api/state?{query}")[0] == 200
    server.call("DELETE", "/api/devices?device_id=all")
    server.stop()

    assert len({code, token, key, cookie, owner}) == 5
    for secret in (code, code.replace("-", ""), key, cookie, owner, CANARY, "Bearer"):
        assert secret not in server.log
    assert f"&token={token}" not in server.log  # a session may be called anything


def test_a_message_of_several_lines_is_one_line(talk, kept):
    kept.mkdir(parents=True)
    (kept / "sessions.json").write_text('{"a\nb": ')
    server = talk()

    assert happened(server, "state_rebuilt")[0]["level"] == "warning"


# What the code gives, and what ``janus.logs`` lists.


def words(node):
    """The strings that an expression may be."""
    if isinstance(node, ast.IfExp):
        return words(node.body) | words(node.orelse)
    return {node.value} if isinstance(node, ast.Constant) and isinstance(node.value, str) else set()


@cache
def nodes():
    """All calls and dicts of the code, read once."""
    trees = [ast.parse(path.read_text()) for path in CODE.rglob("*.py")]
    return [it for tree in trees for it in ast.walk(tree) if isinstance(it, ast.Call | ast.Dict)]


def abouts():
    """Every call of ``session_info.about``, which makes what most lines carry."""
    for node in nodes():
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "about":
            yield node


def given():
    """Every literal dict that a line carries, whether it is written there or named before."""
    for node in nodes():
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") != "Meta":
            for word in node.keywords:  # of msgspec's Meta, what it says is of the wire
                if word.arg == "extra" and isinstance(word.value, ast.Dict):
                    yield word.value
        elif isinstance(node, ast.Dict) and any(words(key) == {"event"} for key in node.keys):
            yield node


@pytest.mark.slow
def test_all_that_a_line_carries_is_one_of_the_fields():
    keys = [words(key) for found in given() for key in found.keys]
    keys += [{*about("id", "event", "turn")}]

    assert len([*abouts()]) > 15
    assert {word for found in keys for word in found} == {*FIELDS} - {"request_id"}


@pytest.mark.slow
def test_the_events_are_those_that_are_listed():
    told = {
        word
        for found in given()
        for key, value in zip(found.keys, found.values, strict=True)
        if words(key) == {"event"}
        for word in words(value)
    }
    told |= {word for call in abouts() for arg in call.args[1:2] for word in words(arg)}

    text = re.sub(r"\n#: ?", " ", (CODE / "logs.py").read_text())
    listed = re.search(r"``event`` is one of: ([a-z_, ]+)\.", text)[1].split(", ")
    assert told == {*listed}
