"""Chat endpoints and streams, with a fake cursor-agent behind them."""

import json
import threading
import uuid
from dataclasses import replace
from itertools import product

import pytest
from conftest import state_of, wait_for
from test_api import error

from janus.app import create_app
from janus.blueprints import sse


@pytest.fixture
def app(cursor):
    app = create_app(cursor, start=False)
    yield app
    app.extensions["janus"].stop()


@pytest.fixture
def chat(client):
    """Says something in session ``page``, and returns the state."""

    def chat(message, **more):
        response = client.post("/api/chat", json={"message": message, "session_id": "page", **more})
        assert response.status_code == 200, response.text
        return response.json

    return chat


@pytest.fixture
def state(client):
    return lambda: client.get("/api/state?session_id=page").json


@pytest.fixture
def quiet(state):
    """Waits until nothing is being answered, and returns the state."""
    return lambda: wait_for(lambda: (now := state()) and not now["is_processing"] and now)


class Stream:
    """What a client is sent, event by event."""

    def __init__(self, client, last=None, by_header=True):
        query = "" if last is None or by_header else f"&last_event_id={last}"
        headers = {} if last is None or not by_header else {"Last-Event-ID": str(last)}
        self.response = client.get(
            f"/api/chat/stream?session_id=page{query}", headers=headers, buffered=False
        )
        self._chunks = iter(self.response.response)

    def next(self):
        event = b""
        while not event.endswith(b"\n\n"):
            event += next(self._chunks)
        lines = dict(line.split(": ", 1) for line in event.decode().strip().split("\n"))
        id = int(lines["id"]) if "id" in lines else None
        return id, lines.get("event"), json.loads(lines["data"])

    def until(self, kind):
        """The events up to and with the next of a kind; None is the state."""
        events = [self.next()]
        while events[-1][1] != kind:
            events.append(self.next())
        return events

    def close(self):
        self.response.close()


@pytest.fixture
def listen(client):
    made = []

    def listen(*args, **more):
        made.append(Stream(client, *args, **more))
        return made[-1]

    yield listen
    for stream in made:
        stream.close()


def senders(state):
    return [(message["sender"], message["content"].strip()) for message in state["messages"]]


def test_a_message_is_accepted_at_once_and_answered_in_the_state(chat, quiet):
    state = chat("say hello", message_id="m-1")

    assert state["session_id"] == "page" and state["is_processing"]
    assert state["messages"][0]["id"] == "m-1"
    done = quiet()
    assert senders(done) == [("user", "say hello"), ("assistant", "hello")]
    assert done["total_messages"] == 2 and done["status"] == "waiting"
    assert done["messages"][1]["is_streaming"] is False
    assert done["agent"] == {"name": "cursor-agent", "asks": False}
    assert done["plan"] == done["permissions"] == done["queue"] == []


def test_without_an_id_a_session_is_made_and_its_id_returned(client):
    state = client.post("/api/chat", json={"message": "say hello"}).json

    assert uuid.UUID(state["session_id"]).version == 4


def test_a_state_may_be_asked_of_a_session_nobody_spoke_in(state):
    empty = state()

    assert empty["messages"] == [] and empty["seq"] == 0 and not empty["is_processing"]
    assert empty["status"] == "idle" and empty["attention"] is None


def test_the_same_message_id_is_accepted_once(chat, quiet):
    for _ in range(3):
        chat("say hello", message_id="m-1")

    assert quiet()["total_messages"] == 2


def test_the_same_message_id_is_accepted_once_also_after_a_restart(chat, quiet, cursor):
    chat("say hello", message_id="m-1")
    before = quiet()
    again = create_app(cursor, start=False)
    client = again.test_client()

    body = {"message": "say hello", "message_id": "m-1", "session_id": "page"}
    after = client.post("/api/chat", json=body).json

    assert after["messages"] == before["messages"]
    again.extensions["janus"].stop()


@pytest.mark.slow
def test_a_conversation_goes_on_after_a_restart(chat, quiet, cursor):
    chat("say hello")
    quiet()
    again = create_app(cursor, start=False)
    client = again.test_client()
    client.post("/api/chat", json={"message": "recall", "session_id": "page"})

    def last():
        return client.get("/api/state?session_id=page").json["messages"][-1]["content"]

    wait_for(lambda: last() == "1 turns before ")
    again.extensions["janus"].stop()


def test_a_turn_that_a_crash_of_janus_cut_short_is_reported(chat, state, cursor):
    chat("hang")
    wait_for(lambda: senders(state())[1:] == [("assistant", "Wait for it")])
    again = create_app(cursor, start=False)

    found = again.test_client().get("/api/state?session_id=page").json

    assert senders(found) == [
        ("user", "hang"),
        ("assistant", "Wait for it"),
        ("system", "Janus was stopped before it answered this. Ask again."),
    ]
    assert not found["is_processing"] and found["attention"] == "error"
    again.extensions["janus"].stop()


def test_messages_wait_in_the_queue_and_can_be_taken_back(client, chat, state, quiet, tmp_path):
    chat(f"until {tmp_path / 'go'}")
    wait_for(lambda: state()["status"] == "active" and not state()["queue"])
    chat("say two", message_id="m-2")
    chat("say three", message_id="m-3")
    assert [entry["message_id"] for entry in state()["queue"]] == ["m-2", "m-3"]

    left = client.delete("/api/queue?session_id=page&message_id=m-2").json
    assert [entry["message_id"] for entry in left["queue"]] == ["m-3"]
    error(client.delete("/api/queue?session_id=page&message_id=m-2"), 404, "MESSAGE_NOT_FOUND")

    (tmp_path / "go").touch()
    assert [text for _, text in senders(quiet())][-1] == "three"
    assert "two" not in str(quiet()["messages"])


def test_the_running_turn_is_stopped_and_the_session_answers_again(client, chat, state, quiet):
    chat("hang")
    wait_for(lambda: state()["messages"][-1]["content"] == "Wait for it ")

    client.post("/api/interrupt", json={"session_id": "page"})
    assert senders(quiet())[-1] == ("assistant", "Wait for it")

    chat("say again")
    assert senders(quiet())[-1] == ("assistant", "again")


def test_a_note_reaches_a_free_agent_at_once_and_a_busy_one_with_its_next_turn(
    client, chat, state, quiet, tmp_path
):
    def note(text):
        return client.post("/api/system", json={"message": text, "session_id": "page"}).json

    note("the build is red")
    assert senders(quiet()) == [
        ("system", "the build is red"),
        ("assistant", "You said: [Note: the build is red]"),
    ]
    chat(f"until {tmp_path / 'go'}")
    wait_for(lambda: state()["messages"][-1]["content"] == "Working ")
    note("the build is green")
    (tmp_path / "go").touch()
    quiet()
    chat("what now?")
    said = senders(quiet())
    assert said[-1] == ("assistant", "You said: [Note: the build is green]\n\nwhat now?")
    assert len([text for sender, text in said if sender == "system"]) == 2


def test_an_agent_that_needs_a_login_says_so_in_the_state(chat, quiet):
    chat("complain Authentication required")

    state = quiet()
    assert state["missing_api_key"] and state["attention"] == "error"
    assert "agent login" in state["messages"][-1]["content"]

    chat("say hello")
    assert not quiet()["missing_api_key"]


def test_a_stream_begins_with_the_state_and_tells_every_event_in_order(chat, listen, quiet):
    stream = listen()
    id, kind, first = stream.next()
    assert (id, kind, first["messages"]) == (0, None, [])

    chat("say one two")
    events = stream.until("assistant_message")

    named = [(id, kind) for id, kind, _ in events if kind]
    assert [id for id, _ in named] == sorted({id for id, _ in named})
    assert [kind for _, kind in named[:2]] == ["status", "user_message"]
    text = "".join(data["text"] for _, kind, data in events if kind == "assistant_delta")
    assert text == events[-1][2]["content"] == "one two "
    assert any(kind is None and data["is_processing"] for _, kind, data in events)
    _, kind, last = stream.next()
    assert kind is None and last["messages"][-1]["content"] == "one two "


def test_a_client_that_comes_back_gets_exactly_what_it_missed(chat, quiet, listen):
    chat("say hello")
    newest = quiet()["seq"]

    for last, by_header in product(range(6), [True, False]):
        stream = listen(last, by_header=by_header)
        events = stream.until(None)

        covered = [id for id, kind, _ in events if kind]
        assert covered == sorted(set(covered)) and all(id > last for id in covered)
        assert events[-1][0] == newest
        if last < newest:
            assert covered[-1] == newest


def test_a_client_that_knows_more_than_the_log_gets_the_state(chat, quiet, listen):
    chat("say hello")
    newest = quiet()["seq"]

    id, kind, _ = listen(newest + 100).next()

    assert (id, kind) == (newest, None)


def test_quiet_is_told_by_a_ping(listen, monkeypatch):
    monkeypatch.setattr(sse, "HEARTBEAT", 0.001)
    stream = listen()
    stream.next()

    assert stream.next() == (None, "ping", {})


def test_a_stream_ends_when_its_session_does(client, chat, quiet, listen):
    chat("say hello")
    quiet()
    stream = listen()
    threading.Thread(target=client.post, args=("/api/session/end?session_id=page",)).start()

    events = stream.until("session_ended")

    assert [kind for _, kind, _ in events if kind][-2:] == ["summary", "session_ended"]
    stream.next()
    with pytest.raises(StopIteration):
        stream.next()


def test_streams_are_counted_and_given_back(client, listen, app):
    streams = [listen() for _ in range(64)]

    error(client.get("/api/chat/stream?session_id=page"), 503, "TOO_MANY_STREAMS")

    streams[0].close()
    with client.get("/api/chat/stream?session_id=page", buffered=False) as response:
        assert response.status_code == 200


@pytest.mark.parametrize("last", ["x", "-1", "1.5", "9" * 20, "٣"])
def test_a_last_event_id_that_is_no_number_is_refused(last, client):
    url = f"/api/chat/stream?session_id=page&last_event_id={last}"

    error(client.get(url), 400, "INVALID_REQUEST")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/chat", {}),
        ("/api/chat", {"message": ""}),
        ("/api/chat", {"message": 7}),
        ("/api/interrupt", {}),
        ("/api/system", {"session_id": "page"}),
        ("/api/permission", {"session_id": "page", "request_id": "r"}),
    ],
    ids=str,
)
def test_a_chat_call_without_what_it_needs_is_refused(path, body, client):
    error(client.post(path, json=body), 400, "INVALID_REQUEST")


@pytest.mark.parametrize("path", ["/api/chat", "/api/interrupt", "/api/system"])
def test_a_malformed_session_id_is_refused(path, client):
    body = {"message": "hi", "session_id": "../x"}

    error(client.post(path, json=body), 400, "INVALID_SESSION_ID")


def test_what_was_not_asked_cannot_be_answered(client, chat, quiet):
    chat("say hello")
    quiet()
    body = {"session_id": "page", "request_id": "r", "option_id": "o"}

    error(client.post("/api/permission", json=body), 404, "PERMISSION_NOT_FOUND")


@pytest.mark.slow
def test_two_pages_have_their_own_streams(client, cursor, listen, quiet, chat):
    other = client.post("/api/chat", json={"message": "say other", "session_id": "other"}).json
    chat("say mine")

    assert [message["content"] for message in quiet()["messages"]] == ["say mine", "mine "]
    assert other["messages"][0]["content"] == "say other"


def test_one_session_more_than_allowed_is_refused_when_somebody_speaks(cursor):
    app = create_app(replace(cursor, max_sessions=1), start=False)
    client = app.test_client()
    client.post("/api/chat", json={"message": "say hello", "session_id": "a"})
    client.get("/api/state?session_id=b")

    error(client.post("/api/chat", json={"message": "hi", "session_id": "b"}), 409, "MAX_SESSIONS")
    app.extensions["janus"].stop()


@pytest.mark.slow
def test_a_damaged_log_costs_the_damaged_events_only(chat, quiet, cursor):
    chat("say hello")
    quiet()
    log = state_of(cursor) / "logs" / "page.jsonl"
    lines = log.read_bytes().splitlines(keepends=True)
    odd = b'{"seq": 2, "kind": "user_message", "data": {"text": []}, "at": 1}\n'
    log.write_bytes(b"\x00\xff\n" + odd + b"".join(lines[1:]))
    again = create_app(cursor, start=False)

    found = again.test_client().get("/api/state?session_id=page")

    assert senders(found.json) == [("user", "say hello"), ("assistant", "hello")]
    again.extensions["janus"].stop()
