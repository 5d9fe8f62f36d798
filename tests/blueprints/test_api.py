"""The views through Flask's test client, with real demo agents behind; and wrong requests."""

import gzip
import json
import re
import threading
from dataclasses import replace

import pytest
from conftest import wait_for

from janus.app import create_app
from janus.blueprints import frontend

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


@pytest.fixture
def started(client):
    return client.post("/api/session/start").json["session_id"]


@pytest.fixture
def cursor_client(cursor):
    """A client of an app whose agent is the fake cursor-agent."""
    app = create_app(cursor, start=False)
    yield app.test_client()
    app.extensions["janus"].stop()


def error(response, status, code):
    """The error's message, after checking that it has the shape of all errors."""
    assert response.status_code == status, response.text
    assert response.json.keys() == {"error", "request_id"}
    assert response.json["error"]["code"] == code
    assert response.json["request_id"] == response.headers["X-Request-ID"]
    return response.json["error"]["message"]


def test_a_session_is_started_asked_and_ended(client):
    response = client.post("/api/session/start", json={})
    assert response.status_code == 201
    session = response.json
    assert UUID.fullmatch(session["session_id"])
    assert TIME.fullmatch(session["created_at"]) and TIME.fullmatch(session["last_activity"])
    assert session["agent"] == "janus-demo-agent"

    id = session["session_id"]
    answer = client.post(f"/api/ask?session_id={id}", json={"question": "Where is ShoppingCart?"})
    assert answer.status_code == 200
    assert "cart.py" in answer.json["answer"] and "secret.txt" not in answer.json["answer"]
    assert answer.json["session_id"] == id
    assert answer.json["stop_reason"] == "end_turn"
    assert UUID.fullmatch(answer.json["turn_id"]) and TIME.fullmatch(answer.json["timestamp"])

    shown = client.get(f"/api/session?session_id={id}").json
    assert [message["role"] for message in shown["conversation"]] == ["user", "assistant"]
    assert shown["conversation"][1]["content"] == answer.json["answer"]
    assert shown["message_count"] == 2 and shown["status"] == "waiting"

    ended = client.post(f"/api/session/end?session_id={id}").json
    assert ended["status"] == "ended" and ended["summary_saved"]
    assert "ShoppingCart" in ended["summary"]
    error(client.get(f"/api/session?session_id={id}"), 404, "SESSION_NOT_FOUND")


def test_a_named_session_keeps_its_name(client):
    assert client.post("/api/session/start", json={"name": "fix-1"}).json["name"] == "fix-1"


def test_a_heartbeat_tells_the_last_activity(client, started):
    beat = client.post(f"/api/heartbeat?session_id={started}").json

    assert beat.keys() == {"session_id", "last_activity", "status"}
    assert TIME.fullmatch(beat["last_activity"])


def test_the_sessions_are_listed(client, started):
    assert [s["session_id"] for s in client.get("/api/sessions").json["sessions"]] == [started]


def test_health_counts_the_sessions_and_says_plainly_that_a_demo_answers(client, started):
    health = client.get("/api/health").json

    assert health["status"] == "ok" and health["active_sessions"] == 1
    assert health["max_sessions"] == 100 and health["uptime_seconds"] >= 0
    assert health["storage"] == {"ok": True}
    assert health["agent"]["name"] == "janus-demo-agent" and health["agent"]["available"]
    assert health["agent"]["demo"] and "demo agent" in health["agent"]["message"]
    assert client.get("/health").text == "OK"


def test_a_real_agent_is_named_in_health(cursor_client):
    agent = cursor_client.get("/api/health").json["agent"]

    assert agent == {
        "name": "cursor-agent",
        "available": True,
        "version": "2026.10.01-e373342",
        "demo": False,
    }


def test_an_agent_that_is_not_installed_is_said_at_once(settings, home):
    environ = {"HOME": str(home), "PATH": "/usr/bin:/bin"}
    app = create_app(replace(settings, agent="cursor-agent", environ=environ), start=False)
    client = app.test_client()

    message = error(client.post("/api/session/start"), 502, "AGENT_NOT_FOUND")
    assert "agent login" in message
    health = client.get("/api/health").json
    assert health["status"] == "degraded" and not health["agent"]["available"]
    assert client.post("/api/session/start", json={"agent": "demo"}).status_code == 201
    app.extensions["janus"].stop()


def test_a_full_house_is_refused_in_the_agreed_words(settings):
    app = create_app(replace(settings, max_sessions=4), start=False)
    client = app.test_client()
    for name in ("one", "two", "three", None):
        last = client.post("/api/session/start", json={"name": name, "isolated": False}).json

    message = error(client.post("/api/session/start"), 409, "MAX_SESSIONS")

    assert message == (
        "Maximum 4 sessions supported. Destroy a session to create a new one. "
        f"Open: “one”, “two”, “three”, “{last['session_id'][:8]}”."
    )
    app.extensions["janus"].stop()


def test_an_agent_that_dies_fails_the_question_and_not_the_session(cursor_client):
    id = cursor_client.post("/api/session/start").json["session_id"]

    response = cursor_client.post(f"/api/ask?session_id={id}", json={"question": "die 3"})
    message = error(response, 502, "AGENT_FAILED")

    assert message == "Cursor stopped before it had finished (exit code 3). Ask again."
    assert response.json["error"]["partial"] == "Half an answer "
    again = cursor_client.post(f"/api/ask?session_id={id}", json={"question": "recall"})
    assert again.json["answer"] == "1 turns before "


@pytest.mark.others_slow
@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("Authentication required", "AGENT_LOGIN_REQUIRED"),
        ("You've hit your usage limit", "AGENT_RATE_LIMITED"),
    ],
)
def test_what_the_agent_needs_from_its_owner_has_a_code(words, code, cursor_client):
    id = cursor_client.post("/api/session/start").json["session_id"]

    question = {"question": f"complain {words}"}
    error(cursor_client.post(f"/api/ask?session_id={id}", json=question), 502, code)


def test_no_answer_in_time_is_said_and_the_turn_goes_on(cursor_client, tmp_path):
    id = cursor_client.post("/api/session/start").json["session_id"]
    manager = cursor_client.application.extensions["janus"].manager
    manager._ask_timeout = 0.5

    question = {"question": f"until {tmp_path / 'go'}"}
    response = cursor_client.post(f"/api/ask?session_id={id}", json=question)
    error(response, 504, "ASK_TIMEOUT")
    assert UUID.fullmatch(response.json["error"]["turn_id"])
    (tmp_path / "go").touch()

    def conversation():
        return cursor_client.get(f"/api/session?session_id={id}").json["conversation"]

    wait_for(lambda: len(conversation()) == 2)
    assert conversation()[1]["turn_id"] == response.json["error"]["turn_id"]


def test_a_waiting_question_keeps_no_other_session_waiting(cursor_client, tmp_path):
    slow, quick = (cursor_client.post("/api/session/start").json["session_id"] for _ in range(2))
    question = {"question": f"until {tmp_path / 'go'}"}
    thread = threading.Thread(
        target=cursor_client.post, args=(f"/api/ask?session_id={slow}",), kwargs={"json": question}
    )
    thread.start()

    answer = cursor_client.post(f"/api/ask?session_id={quick}", json={"question": "say hello"})

    assert answer.json["answer"] == "hello "
    (tmp_path / "go").touch()
    thread.join()


# Knocking wrongly.

NEED_A_SESSION = [
    ("POST", "/api/ask"),
    ("POST", "/api/heartbeat"),
    ("POST", "/api/session/end"),
    ("GET", "/api/session"),
]


@pytest.mark.parametrize(("method", "path"), NEED_A_SESSION)
def test_a_session_id_must_be_given_well_formed_and_known(method, path, client):
    def knock(query):
        body = {"question": "?"} if path == "/api/ask" else None
        return client.open(path + query, method=method, json=body)

    assert "session_id is missing" in error(knock(""), 400, "INVALID_REQUEST")
    assert "session_id is missing" in error(knock("?session_id="), 400, "INVALID_REQUEST")
    for malformed in ("a b", "../etc", "-x", "a" * 65, "%00", "ü"):
        error(knock(f"?session_id={malformed}"), 400, "INVALID_SESSION_ID")
    unknown = "11111111-1111-4111-8111-111111111111"
    assert unknown in error(knock(f"?session_id={unknown}"), 404, "SESSION_NOT_FOUND")


WRONG_BODIES = [
    (b"", "application/json", 400, "INVALID_REQUEST", "question is missing"),
    (b"{}", "application/json", 400, "INVALID_REQUEST", "question is missing"),
    (b'{"question": null}', "application/json", 400, "INVALID_REQUEST", "question is missing"),
    (b'{"question": 7}', "application/json", 400, "INVALID_REQUEST", "question must be a string"),
    (b'{"question": ["a"]}', "application/json", 400, "INVALID_REQUEST", "must be a string"),
    (b'{"question": "  \\n"}', "application/json", 400, "INVALID_REQUEST", "question is empty"),
    (b'{"question": "\\u0000"}', "application/json", 400, "INVALID_REQUEST", "question is empty"),
    (
        b'{"question": "a", "message_id": {}}',
        "application/json",
        400,
        "INVALID_REQUEST",
        "message_id must be",
    ),
    (
        b'{"question": "a", "message_id": "%s"}' % (b"x" * 201),
        "application/json",
        400,
        "INVALID_REQUEST",
        "message_id is too long",
    ),
    (b"[]", "application/json", 400, "INVALID_REQUEST", "JSON object"),
    (b'"question"', "application/json", 400, "INVALID_REQUEST", "JSON object"),
    (b"question=a", "application/json", 400, "INVALID_REQUEST", "not JSON"),
    (b'{"question": "a"', "application/json", 400, "INVALID_REQUEST", "not JSON"),
    (b"\xff\xfe", "application/json", 400, "INVALID_REQUEST", "not JSON"),
    (b"[" * 100_000, "application/json", 400, "INVALID_REQUEST", "not JSON"),
    (b"1" * 100_000, "application/json", 400, "INVALID_REQUEST", "not JSON"),
    (b"question=a", "application/x-www-form-urlencoded", 415, "UNSUPPORTED_MEDIA_TYPE", "JSON"),
    (b'{"question": "a"}', "text/plain", 415, "UNSUPPORTED_MEDIA_TYPE", "JSON"),
    (b"x" * (2 << 20), "application/json", 413, "PAYLOAD_TOO_LARGE", "1 MiB"),
    (b"x" * ((1 << 20) + 1), "application/json", 413, "PAYLOAD_TOO_LARGE", "1 MiB"),
]


@pytest.mark.parametrize(
    ("body", "type", "status", "code", "words"), WRONG_BODIES, ids=lambda value: str(value)[:30]
)
def test_a_wrong_body_is_refused_and_costs_nothing(
    body, type, status, code, words, client, started
):
    response = client.post(f"/api/ask?session_id={started}", data=body, content_type=type)

    assert words in error(response, status, code)
    session = client.get(f"/api/session?session_id={started}").json
    assert session["status"] == "idle" and session["conversation"] == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"name": "a b"}, "INVALID_NAME"),
        ({"name": ""}, "INVALID_NAME"),
        ({"name": 7}, "INVALID_REQUEST"),
        ({"agent": "hal"}, "INVALID_REQUEST"),
        ({"agent": "auto; rm -rf /"}, "INVALID_REQUEST"),
        ({"isolated": "yes"}, "INVALID_REQUEST"),
        ({"isolate": True}, "INVALID_REQUEST"),
        ({"session_id": "../x"}, "INVALID_SESSION_ID"),
        ({"isolated": False, "branch": "main"}, "INVALID_REQUEST"),
        ({"branch": "nowhere"}, "INVALID_REQUEST"),
        ({"branch": "--force"}, "INVALID_REQUEST"),
    ],
    ids=str,
)
def test_a_session_cannot_be_started_wrongly(body, code, client):
    error(client.post("/api/session/start", json=body), 400, code)
    assert client.get("/api/sessions").json == {"sessions": []}


@pytest.mark.parametrize(
    ("path", "body", "words"),
    [
        ("/api/session/start", {"isolate": True}, "isolate: there is no such field; did you mean"),
        ("/api/session/start", {"Branch": "main"}, "did you mean branch?"),
        ("/api/session/start", {"x": None, "y": 1}, "y: there is no such field; there are session"),
        ("/api/ask?session_id=x", {"question": "?", "messageId": "m"}, "did you mean message_id?"),
        ("/api/session/end?session_id=x", {"clean_up": True}, "did you mean cleanup?"),
        ("/api/permission", {"session": "x"}, "did you mean session_id?"),
        ("/api/tokens", {"name": "ci", "scopes": "read"}, "did you mean scope?"),
        ("/api/pair/new", {"scope": "all"}, "scope must be full or read."),
        ("/api/pair/new", {"scope": ["read"]}, "scope must be full or read."),
        ("/api/mcp-command", {"session_id": "x", "command": "list", "args": "a"}, "args must be a"),
        ("/api/queue", {"session_id": "x", "action": "stop"}, "action must be send."),
        ("/api/queue", {"session_id": "x"}, "action is missing."),
    ],
    ids=str,
)
def test_a_field_that_does_not_fit_is_named_with_what_does(path, body, words, client):
    message = error(client.post(path, json=body), 400, "INVALID_REQUEST")

    assert words in message


def test_a_field_is_named_shortly_whatever_it_is_called(client):
    message = error(client.post("/api/pair/new", json={"x" * 100_000: 1}), 400, "INVALID_REQUEST")

    assert len(message) < 300


@pytest.mark.others_slow
@pytest.mark.parametrize("path", ["/api/chat", "/api/interrupt", "/api/system"])
def test_the_calls_of_the_chat_ignore_what_they_do_not_know(path, client):
    body = {"message": "Where is ShoppingCart?", "session_id": "page"}
    client.post("/api/chat", json=body)

    assert client.post(path, json={**body, "client": "7.1"}).status_code == 200


def test_half_a_surrogate_pair_does_no_harm(client, started):
    body = b'{"question": "Where is ShoppingCart? \\ud83d"}'
    url = f"/api/ask?session_id={started}"

    assert client.post(url, data=body, content_type="application/json").status_code == 200


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
@pytest.mark.parametrize("path", ["/api/nothing", "/api", "/api/session/", "/api/ask/x"])
def test_an_unknown_path_is_not_found_whatever_the_method(method, path, client):
    response = client.open(path, method=method)

    if path == "/api" and method != "GET":  # a path of the page
        error(response, 405, "METHOD_NOT_ALLOWED")
    else:
        error(response, 404, "NOT_FOUND")


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/api/ask"), ("PUT", "/api/session"), ("POST", "/api/health")]
)
def test_a_wrong_method_says_which_are_right(method, path, client):
    response = client.open(path, method=method)

    error(response, 405, "METHOD_NOT_ALLOWED")
    assert "OPTIONS" in response.headers["Allow"]


def test_a_bug_tells_the_client_nothing_of_it(client, app, monkeypatch, caplog):
    def broken(*_):
        raise RuntimeError("a secret of the inside")

    # Undone at once: the app's own end asks for the sessions too.
    with monkeypatch.context() as patch:
        patch.setattr(app.extensions["janus"].manager, "all", broken)
        response = client.get("/api/sessions")

    error(response, 500, "INTERNAL_ERROR")
    assert "secret" not in response.text
    assert "a secret of the inside" in caplog.text


def test_a_request_id_is_the_callers_if_it_is_sane(client):
    def named(id):
        return client.get("/health", headers={"X-Request-ID": id}).headers["X-Request-ID"]

    assert named("ride-42") == "ride-42"
    assert UUID.fullmatch(named("a b")) and UUID.fullmatch(named("x" * 65))


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.nip.io", "localhost.evil.example", "192.168.1.2", "[", "0"]
)
def test_a_foreign_name_for_this_machine_is_refused(host, client):
    error(client.get("/api/health", headers={"Host": host}), 403, "FORBIDDEN")


@pytest.mark.parametrize("host", ["localhost", "localhost:80", "127.0.0.1:80", "[::1]"])
def test_its_own_names_are_let_in(host, client):
    assert client.get("/api/health", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost:8080"])
def test_a_page_from_elsewhere_is_refused(origin, client):
    response = client.post("/api/session/start", headers={"Origin": origin})

    error(response, 403, "FORBIDDEN")
    assert client.get("/api/sessions").json == {"sessions": []}


def test_its_own_page_and_development_pages_are_let_in(settings):
    origin = "http://localhost:5173"
    app = create_app(replace(settings, cors_origins=(origin,)), start=False)

    response = app.test_client().get("/api/health", headers={"Origin": origin})
    own = app.test_client().get("/api/health", headers={"Origin": "http://localhost"})

    assert response.headers["Access-Control-Allow-Origin"] == origin
    app.extensions["janus"].stop()
    assert own.status_code == 200
    assert "Access-Control-Allow-Origin" not in own.headers


def test_the_page_is_served_under_a_strict_policy(client):
    with client.get("/") as page:
        assert page.status_code == 200 and page.mimetype == "text/html"
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert page.headers["X-Frame-Options"] == "DENY"
    assert page.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", ["/../setup.cfg", "/%2e%2e/setup.cfg", "/nothing.js", "/.env"])
def test_nothing_but_the_page_is_served(path, client):
    error(client.get(path), 404, "NOT_FOUND")


def test_text_is_sent_compressed_to_who_takes_it_so(client):
    with client.get("/", headers={"Accept-Encoding": "br, gzip"}) as page:
        assert page.headers["Content-Encoding"] == "gzip" and "Accept-Encoding" in page.vary
        with client.get("/") as plain:
            assert gzip.decompress(page.data) == plain.data
            assert "Content-Encoding" not in plain.headers and "Accept-Encoding" in plain.vary
        known = {"Accept-Encoding": "gzip", "If-None-Match": page.headers["ETag"]}
    with client.get("/", headers=known) as again:
        assert again.status_code == 304 and again.data == b""

    described = client.get("/api/openapi.json", headers={"Accept-Encoding": "gzip"})
    assert json.loads(gzip.decompress(described.data))["info"]["title"] == "Janus"
    refused = {"Accept-Encoding": "gzip;q=0"}
    assert "Content-Encoding" not in client.get("/api/openapi.json", headers=refused).headers
    short = client.get("/api/sessions", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in short.headers
    with client.head("/", headers={"Accept-Encoding": "gzip"}) as head:
        assert head.status_code == 200 and head.data == b""


def test_only_what_has_a_hash_in_its_name_is_kept_for_good(client, monkeypatch, tmp_path):
    monkeypatch.setattr(frontend, "_FOLDER", tmp_path)
    for name in ("index.html", "sw.js", "assets/index-1a2b.js"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")

    def kept(path):
        with client.get(path) as answer:
            return answer.headers["Cache-Control"]

    assert kept("/") == kept("/sw.js") == "no-cache"
    assert kept("/assets/index-1a2b.js") == "public, max-age=31536000, immutable"
    assert client.get("/assets/index-old.js").headers["Cache-Control"] == "no-store"


def test_no_code_is_compiled_for_addresses_that_nobody_builds(settings, monkeypatch):
    monkeypatch.setattr("werkzeug.routing.rules.ast.parse", None)

    create_app(settings, start=False).extensions["janus"].stop()
