"""The description of the API is true: held against code, papers, and what every door answers."""

import errno
import json
import os
import re
import threading
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode

import pytest
from conftest import OwnersClient, git, wait_for
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from test_docs import API, OWN_ERRORS

import janus
from janus.access.devices import EXPIRES, MOST
from janus.agents import mcp as command
from janus.agents.cursor.print_agent import PrintAgent
from janus.agents.known import names
from janus.app import create_app
from janus.blueprints import sse
from janus.blueprints.gate import KEY, PUBLIC, cookie_name
from janus.errors import (
    AgentFailed,
    AgentLoginRequired,
    AgentRateLimited,
    AlreadyAnswered,
    SessionNotFound,
)
from janus.sessions import manager, session

DESCRIPTION = json.loads((Path(janus.__file__).parent / "openapi.json").read_text())


def resolved(node):
    """What a reference stands for, or the node itself."""
    while "$ref" in node:
        _, *path = node["$ref"].split("/")
        node = DESCRIPTION
        for step in path:
            node = node[step]
    return node


DOORS = {
    f"{method.upper()} {path}": operation
    for path, methods in DESCRIPTION["paths"].items()
    for method, operation in methods.items()
}
#: Which doors tell the owner's side of things in HTML, and so are none of the API.
PAGES = ("frontend.", "setup.")
CODES = dict(re.findall(r"^\| `([A-Z_]+)` \| (\d{3}) \|", API, re.MULTILINE))


def codes(response):
    """The error codes that a described response may carry."""
    match resolved(response)["content"]:
        case {"application/json": {"schema": {"properties": {"error": {"properties": error}}}}}:
            return error["code"].get("enum") or [error["code"]["const"]]
    return []


def body_of(operation):
    """The schema of what a door reads, if it reads anything."""
    body = operation.get("requestBody")
    return body["content"]["application/json"]["schema"] if body else {}


def strict(node):
    """The same schemas, but nothing may be answered that is not described."""
    if isinstance(node, list):
        return [strict(item) for item in node]
    if not isinstance(node, dict):
        return node
    found = {key: strict(value) for key, value in node.items()}
    for place in ("schema", "items"):
        if place in found:
            found[place] = _closed(found[place])
    if "properties" in found:
        found["properties"] = {key: _closed(it) for key, it in found["properties"].items()}
    return found


def _closed(schema):
    whole = schema.keys() & {"$ref", "allOf"} or schema.keys() >= {"type", "properties"}
    return {**schema, "unevaluatedProperties": False} if whole else schema


STRICT = strict(DESCRIPTION)


def validate(value, schema):
    Draft202012Validator({**schema, "components": STRICT["components"]}).validate(value)


def check(response):
    """The answer is one that the description has for this door."""
    request = response.request
    door = DOORS.get(f"{request.method} {request.path}")
    if door is None:
        name = {401: "Unauthorized", 404: "NotFound", 405: "MethodNotAllowed"}[response.status_code]
        described = DESCRIPTION["components"]["responses"][name]
    else:
        assert str(response.status_code) in door["responses"], response.text
        described = resolved(door["responses"][str(response.status_code)])
    for name in described["headers"]:
        header = resolved(described["headers"][name])["schema"]
        value = response.headers[name]
        validate(int(value) if header["type"] == "integer" else value, header)
    assert response.mimetype in described["content"]
    if response.mimetype != "text/event-stream":
        schema = _closed(strict(described["content"][response.mimetype]["schema"]))
        validate(response.json if response.is_json else response.text, schema)
        if response.status_code >= 400:
            assert str(response.status_code) == CODES[response.json["error"]["code"]]


class DescribedClient(OwnersClient):
    """A program that was let in, and lets no answer pass which is not described."""

    def open(self, *args, **more):
        response = super().open(*args, **more)
        check(response)
        return response


@contextmanager
def described(settings):
    app = create_app(settings, start=False)
    app.test_client_class = DescribedClient
    try:
        yield app
    finally:
        app.extensions["janus"].stop()


@pytest.fixture
def app(settings):
    with described(settings) as app:
        yield app


@pytest.fixture
def cursor_app(cursor):
    with described(cursor) as app:
        yield app


# The description by itself, and beside the code and the papers.


def test_it_is_valid_and_carries_the_version_of_this_janus(client):
    served = client.get("/api/openapi.json").json

    OpenAPIV31SpecValidator(served).validate()
    assert served["openapi"].startswith("3.1.")
    assert served.pop("info") == {**DESCRIPTION["info"], "version": janus.__version__}
    assert served == {key: value for key, value in DESCRIPTION.items() if key != "info"}


def test_every_door_is_described_and_nothing_else(app):
    doors = {
        f"{method} {rule.rule}"
        for rule in app.url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
        if not rule.endpoint.startswith(PAGES)
    }

    assert set(DOORS) == doors


def security(operation):
    """The ways in: each the names of what has to be shown together."""
    return [{*way} for way in operation.get("security", DESCRIPTION["security"])]


def test_who_may_come_in_at_which_door_is_described_as_it_is(app):
    for rule in app.url_map.iter_rules():
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            if rule.endpoint.startswith(PAGES):
                continue
            door = DOORS[f"{method} {rule.rule}"]
            public = rule.endpoint in PUBLIC
            page = {"cookie"} if method == "GET" else {"cookie", "key"}
            assert ("401" in door["responses"]) != public, rule
            ways = [way for way in security(door) if way]
            assert ways == [{"token"}, page] or (public and not ways), rule
            assert public == (set() in security(door) or not security(door)), rule


def test_what_lets_in_is_called_as_the_gate_calls_it(app):
    schemes = DESCRIPTION["components"]["securitySchemes"]
    with app.test_request_context(base_url="http://localhost:3000"):
        name = cookie_name()

    assert schemes["token"]["scheme"] == "bearer"
    assert (schemes["cookie"]["name"], schemes["key"]["name"]) == (name, KEY)


def test_everything_in_it_is_used():
    text = json.dumps(DESCRIPTION)
    parts = DESCRIPTION["components"]
    shown = set().union(*(way for door in DOORS.values() for way in security(door)))
    unused = {
        name
        for kind in parts
        for name in parts[kind]
        if f'"#/components/{kind}/{name}"' not in text and name not in shown
    }

    assert shown == {*parts["securitySchemes"]}
    assert unused == {"NotFound", "MethodNotAllowed", "StreamEvents"}


def test_every_error_is_described_where_it_is_given_with_its_status():
    given = set()
    for response in [
        *(response for door in DOORS.values() for response in door["responses"].items()),
        ("404", DESCRIPTION["components"]["responses"]["NotFound"]),
        ("405", DESCRIPTION["components"]["responses"]["MethodNotAllowed"]),
    ]:
        status, described = response
        assert int(status) < 400 or codes(described), described
        for code in codes(described):
            assert CODES[code] == status, code
            given.add(code)

    listed = DESCRIPTION["components"]["schemas"]["ErrorCode"]["enum"]
    assert listed == [*CODES]
    assert {error.code for error in OWN_ERRORS} | {"METHOD_NOT_ALLOWED"} == set(listed)
    assert set(listed) - given == {"SESSION_BUSY", "SESSION_EXISTS"}


def test_the_table_of_calls_in_the_api_says_the_same():
    rows = re.findall(r"^\| `([A-Z]+ /[^`]+)` \|(.*?)\| (.+?) \|$", API, re.MULTILINE)
    assert {row[0].partition("?")[0] for row in rows} == set(DOORS)
    for call, takes, gives in rows:
        name, _, query = call.partition("?")
        door = DOORS[name]
        parameters = [resolved(parameter) for parameter in door.get("parameters", [])]
        required = {found["name"] for found in parameters if found.get("required")}
        assert required == set(re.findall(r"\w+", query)), call
        for found in parameters:
            assert found["name"] in call + takes, call
        body = body_of(door)
        fields = re.findall(r"(\w+)(\??)", takes) if "{" in takes else []
        assert {field for field, _ in fields} == body.get("properties", {}).keys(), call
        assert {field for field, maybe in fields if not maybe} == {*body.get("required", [])}, call
        success = resolved(next(it for status, it in door["responses"].items() if status < "300"))
        [media] = success["content"].values()
        if words := re.fullmatch(r"`([a-z_ ]+)`", gives):
            assert words[1].split() == [*resolved(media["schema"])["properties"]], call
        for word, schema in (("the state", "State"), ("the session", "Session")):
            assert (word in gives) == (media["schema"].get("$ref", "").endswith(f"/{schema}")), call


def test_the_agents_it_names_are_those_janus_knows():
    known = body_of(DOORS["POST /api/session/start"])["properties"]["agent"]["enum"]

    assert known[:2] == [None, "auto"]
    assert sorted(known[2:]) == sorted(names())


def test_the_events_of_the_stream_have_the_same_names_everywhere():
    schemas = DESCRIPTION["components"]["schemas"]
    kinds = schemas["ServerSentEvent"]["properties"]["event"]["enum"]
    listed = re.search(r"numbered by `id`: `([a-z_\s]+)`", API)[1].split()

    assert kinds == ["message", *schemas["StreamEvents"]["properties"]]
    assert kinds == ["message", *listed, "ping"]


# What every door answers.


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
        with client.get("/api/chat/stream?session_id=page", buffered=False) as response:
            for chunk in response.response:
                lines = chunk.decode().strip().split("\n")
                heard.append(dict(line.split(": ", 1) for line in lines))

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
        validate(json.loads(event["data"]), _closed(kinds[kind]))
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


def test_the_figures_in_it_are_those_of_the_code():
    text = json.dumps(DESCRIPTION)

    assert f"{MOST} devices are in already" in text
    assert f"Unused for {EXPIRES / 86400:.0f} days" in text


PAGE = {"session_id": "page"}
#: A right knock at each door that takes something: its query, and its body.
KNOCKS = {
    "POST /api/session/start": ({}, {"name": "fix-1", "isolated": True, "branch": None}),
    "POST /api/ask": (PAGE, {"question": "say hello"}),
    "POST /api/heartbeat": (PAGE, None),
    "POST /api/session/resume": (PAGE, None),
    "POST /api/session/rename": (PAGE, {"name": "fix-1"}),
    "POST /api/session/end": (PAGE, {"summary": False, "cleanup": True, "force": None}),
    "GET /api/session": (PAGE, None),
    "POST /api/chat": ({}, {"message": "say hello", **PAGE}),
    "GET /api/state": (PAGE, None),
    "GET /api/chat/stream": (PAGE, None),
    "POST /api/interrupt": ({}, PAGE),
    "POST /api/system": ({}, {"message": "a note", **PAGE}),
    "POST /api/permission": ({}, {"request_id": "r", "option_id": "o", **PAGE}),
    "POST /api/options": ({}, {"option_id": "mode", "value": "plan", **PAGE}),
    "DELETE /api/queue": ({**PAGE, "message_id": "m"}, None),
    "POST /api/mcp-command": ({}, {"command": "list", **PAGE}),
    "POST /api/pair": ({}, {"code": "WRONG-WRONG", "name": "a phone"}),
    "POST /api/pair/new": ({}, {"scope": "read"}),
    "POST /api/tokens": ({}, {"name": "ci", "scope": "read"}),
    "DELETE /api/devices": ({"device_id": "nobody"}, None),
}


class Trouble:
    """One door, and everything that can go wrong at it."""

    def __init__(self, door, app, monkeypatch):
        self.method, self.path = door.split(" ")
        self.query, self.body = KNOCKS.get(door, ({}, None))
        self.app = app
        self.manager = app.extensions["janus"].manager
        self.patch = monkeypatch.setattr

    def knock(self, query=None, body=None, **more):
        if "data" not in more and self.body is not None:
            more["json"] = {**self.body, **(body or {})}
        query = urlencode({**self.query, **(query or {})})
        return self.app.test_client().open(f"{self.path}?{query}", method=self.method, **more)

    def session(self):
        return self.manager.chat("page")

    def ask_meanwhile(self, trouble):
        """Knock while something else happens: once the session works."""
        session = self.session()

        def wait():
            wait_for(lambda: session.info.status == "active")
            trouble()

        thread = threading.Thread(target=wait)
        thread.start()
        try:
            return self.knock()
        finally:
            thread.join()

    def INVALID_REQUEST(self):
        if self.body is not None:
            return self.knock(data=b"[1", content_type="application/json")
        self.query = {}
        return self.knock()

    def INVALID_SESSION_ID(self):
        wrong = {"session_id": "../x"}
        return self.knock(wrong) if "session_id" in self.query else self.knock(body=wrong)

    def INVALID_NAME(self):
        self.session()
        return self.knock(body={"name": "a b"})

    def UNAUTHORIZED(self):
        return self.knock(headers={"Authorization": "Bearer nobody"})

    def FORBIDDEN(self):
        if self.path == "/api/pair":  # the code is wrong
            return self.knock()
        return self.knock(headers={"Host": "evil.example"})

    def NOT_FOUND(self):
        return self.knock()

    def TOO_MANY_DEVICES(self):
        janus = self.app.extensions["janus"]
        self.app.test_client().get("/health")  # now the client itself is in
        self.body["code"] = janus.pairing.open().shown
        while len(janus.devices.all()) < MOST:
            janus.devices.register("one more", "read", page=False)
        return self.knock()

    def RATE_LIMITED(self):
        while (response := self.knock()).status_code == 403:
            continue
        return response

    def SESSION_NOT_FOUND(self):
        if self.path == "/api/session":  # it is shown until it has ended
            return self.knock()
        session = self.session()
        session.begin_end(SessionNotFound("It ends."))
        try:
            return self.knock()
        finally:
            session.finish_end(0)

    def MESSAGE_NOT_FOUND(self):
        if self.path == "/api/queue":
            return self.knock()
        self.body = {"question": "say hello", "message_id": "m"}
        session = self.session()
        session.say("hang")
        thread = threading.Thread(target=lambda: wait_for(self.queued) and session.withdraw("m"))
        thread.start()
        try:
            return self.knock()
        finally:
            thread.join()

    def queued(self):
        return [entry for entry in self.session().state()["queue"] if entry["message_id"] == "m"]

    def PERMISSION_NOT_FOUND(self):
        return self.knock()

    def ALREADY_ANSWERED(self):
        def answer(*_):
            raise AlreadyAnswered("Somebody was quicker.")

        self.patch(PrintAgent, "answer", answer)
        return self.knock()

    def MAX_SESSIONS(self):
        if self.path in ("/api/ask", "/api/session/resume", "/api/session/rename"):
            self.session()  # in which nobody spoke yet
        self.patch(manager, "_UNBEGUN", 0)
        self.manager._settings = replace(self.manager._settings, max_sessions=0)
        return self.knock()

    def PAYLOAD_TOO_LARGE(self):
        return self.knock(data=b" " * (1 << 20) + b"{}", content_type="application/json")

    def UNSUPPORTED_MEDIA_TYPE(self):
        return self.knock(data=b"{}", content_type="text/plain")

    def QUEUE_FULL(self):
        self.session()
        self.patch(session, "QUEUE_LIMIT", 0)
        return self.knock()

    def INTERNAL_ERROR(self):
        def mistake(**_):
            raise RuntimeError

        self.app.view_functions = dict.fromkeys(self.app.view_functions, mistake)
        return self.knock()

    def isolated(self):
        """A session with a worktree, at whose door we knock from now on."""
        info = self.manager.create("fix-1")
        self.query = {"session_id": info.session_id}
        return Path(info.worktree_path)

    def BRANCH_IN_USE(self):
        branch = git(self.manager._settings.workspace, "symbolic-ref", "--short", "HEAD").strip()
        return self.knock(body={"branch": branch})

    def WORKTREE_DIRTY(self):
        (self.isolated() / "new.txt").touch()
        response = self.knock()
        assert response.json["error"]["files"] == ["new.txt"]
        self.knock(body={"force": True})
        return response

    def GIT_FAILED(self):
        if self.path == "/api/session/start":
            hook = self.manager._settings.workspace / ".git" / "hooks" / "post-checkout"
            hook.write_text("#!/bin/sh\necho no luck >&2\nexit 1\n")
            hook.chmod(0o755)
            return self.knock()
        self.isolated()
        (self.manager._settings.workspace / ".git" / "config").write_text("[not closed\n")
        return self.knock()

    def AGENT_NOT_FOUND(self):
        if self.path in ("/api/ask", "/api/session/resume"):  # it was there the last time
            self.session().say("say hello").answer.result()
            self.manager.end("page", summary=False)
            self.manager.agents._found.clear()
            self.session()
        agents = self.manager.agents
        agents._computer = replace(agents._computer, environ={"PATH": ""})
        return self.knock()

    def AGENT_FAILED(self):
        self.patch(command, "TIMEOUT", 0)
        return self.agent_fails(AgentFailed, "die 3")

    def AGENT_LOGIN_REQUIRED(self):
        return self.agent_fails(AgentLoginRequired, "complain Authentication required")

    def AGENT_RATE_LIMITED(self):
        return self.agent_fails(AgentRateLimited, "complain usage limit")

    def agent_fails(self, error, question):
        def refuse(*_):
            raise error("It does not want to.")

        self.patch(PrintAgent, "choose", refuse)
        self.patch(PrintAgent, "start", refuse)
        self.session()
        return self.knock(body={"question": question})

    def SERVER_STOPPING(self):
        if self.path == "/api/ask":
            self.body = {"question": "hang"}
            return self.ask_meanwhile(self.manager.stop)
        if self.path == "/api/session/rename":
            self.session()
            self.manager._stopping = True
            return self.knock()
        if self.path == "/api/session/resume":
            self.session().begin()
        self.manager.stop()
        return self.knock()

    def TOO_MANY_STREAMS(self):
        while self.app.extensions["janus"].streams.acquire(blocking=False):
            pass
        return self.knock()

    def ASK_TIMEOUT(self):
        self.session()
        self.manager._settings = replace(self.manager._settings, ask_timeout=0.01)
        self.patch(PrintAgent, "start", lambda agent, cancelled: cancelled.wait())
        return self.knock(body={"question": "hang"})

    def STORAGE_FAILED(self):
        def full(_):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        self.session()
        self.patch(os, "fsync", full)
        return self.knock()


TROUBLES = [
    (door, code)
    for door, operation in DOORS.items()
    for response in operation["responses"].values()
    for code in codes(response)
]


@pytest.mark.parametrize(("door", "code"), TROUBLES)
def test_every_error_of_every_door_is_given_as_described(door, code, cursor_app, monkeypatch):
    trouble = Trouble(door, cursor_app, monkeypatch)

    response = getattr(trouble, code)()

    assert response.json["error"]["code"] == code
    monkeypatch.undo()


def test_what_is_not_described_is_refused_as_described(client):
    client.get("/api/nothing")
    client.get("/nothing.js")
    client.put("/api/chat")


def test_an_emoji_that_is_newer_than_python_is_something_to_say(cursor_app):
    body = {"message": "\U0001fae9", "session_id": "page"}

    assert cursor_app.test_client().post("/api/chat", json=body).status_code == 200


def test_a_question_that_was_taken_back_stays_so_when_it_is_sent_again(cursor_app, monkeypatch):
    trouble = Trouble("POST /api/ask", cursor_app, monkeypatch)

    for response in (trouble.MESSAGE_NOT_FOUND(), trouble.knock()):
        assert response.json["error"]["code"] == "MESSAGE_NOT_FOUND"
