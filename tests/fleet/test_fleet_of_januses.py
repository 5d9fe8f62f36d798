"""Two Januses and a real server between them: what a phone at the doorway sees and does."""

# ruff: noqa: F401, F811 - a fixture is imported, and named again by who asks for it

import time
from dataclasses import replace

import pytest
from doorways import CLOUD, HOME, LAPTOP, doorways
from kit.waiting import wait_for
from kit.workspace import git

from janus.app import create_app
from janus.clock import timestamp
from janus.errors import SessionNotFound, StorageFailed
from janus.fleet.keys import public_key
from janus.fleet.membership import Doorway, FleetFiles, Member, Membership

SESSION = "5e5510a0-0000-4000-8000-000000000001"


class Janus:
    """One of them, without a port of its own."""

    def __init__(self, settings, folder, machine, name, doorway):
        self.settings = replace(settings, state_dir=folder / "state", workspaces=(folder / "work",))
        (folder / "work").mkdir(parents=True, exist_ok=True)
        (folder / "work" / "notes.md").write_text("The login checks the token.\n")
        self.machine, self.name, self.doorway = machine, name, doorway
        self.app = None
        self.start()

    def start(self):
        self.app = create_app(self.settings, start=False)
        self.janus, self.client = self.app.extensions["janus"], self.app.test_client()
        files = FleetFiles(self.janus.store)
        me = Membership(machine_id=self.machine, name=self.name)
        files.put(me, Doorway(
            id=HOME, name="home", page="https://home:3000", urls=(self.doorway.url,), ca="",
            seed=self.doorway.seeds[self.machine], scope="full",
        ))  # fmt: skip
        if self.machine == HOME:
            files.put_members(tuple(
                Member(id=id, name=f"m{id[:2]}", key=public_key(self.doorway.seeds[id]),
                       scope=scope, joined_at=0.0)
                for id, scope in self.doorway.scopes.items()
            ))  # fmt: skip
        self.janus.projects.start()
        self.janus.elsewhere.start()

    def get(self, path, **query):
        answer = self.client.get(path, query_string=query)
        assert answer.status_code == 200, answer.json
        return answer.json

    def post(self, path, status=200, query=None, **body):
        answer = self.client.post(path, query_string=query or {}, json=body)
        assert answer.status_code == status, answer.json
        return answer.json

    def sessions(self):
        return {it["session_id"]: it for it in self.get("/api/sessions")["sessions"]}

    def state(self):
        return self.get("/api/state", session_id=SESSION)

    def said(self):
        return [it["content"] for it in self.state()["messages"] if it["sender"] == "user"]

    def answered(self):
        state = self.state()
        return state if not state["is_processing"] and not state["queue"] else None

    def stop(self):
        self.janus.stop()


@pytest.fixture
def home(doorways, settings, tmp_path):
    home = Janus(settings, tmp_path / "home", HOME, "home", doorways(laptop="full"))
    yield home
    home.stop()


@pytest.fixture
def laptop(home, settings, tmp_path):
    laptop = Janus(settings, tmp_path / "laptop", LAPTOP, "laptop", home.doorway)
    yield laptop
    laptop.stop()


def test_a_session_of_another_machine_is_driven_as_ones_own(home, laptop):
    laptop.post("/api/chat", message="Where is the login?", session_id=SESSION)
    wait_for(laptop.answered)

    listed = wait_for(lambda: home.sessions().get(SESSION))
    assert listed["machine"] == LAPTOP and listed["project"] == "work"
    assert "machine" not in laptop.sessions()[SESSION]
    wait_for(lambda: home.state()["messages"] == laptop.state()["messages"])

    wait_for(lambda: home.get("/api/fleet")["machines"][0]["online"])
    state = home.post("/api/chat", message="And the token?", session_id=SESSION, message_id="m2")
    assert state["messages"][-1]["content"] == "And the token?" or state["queue"]
    wait_for(home.answered)
    assert laptop.said() == home.said() == ["Where is the login?", "And the token?"]
    asked = home.post("/api/ask", query={"session_id": SESSION}, question="Who checks it?")
    assert asked["answer"] == laptop.state()["messages"][-1]["content"]
    home.post("/api/session/rename", query={"session_id": SESSION}, name="login")
    assert laptop.sessions()[SESSION]["name"] == "login"
    ended = home.post("/api/session/end", query={"session_id": SESSION}, summary=False)
    assert ended["status"] == "ended"
    wait_for(lambda: SESSION not in home.sessions())
    page = wait_for(lambda: home.get("/api/sessions", ended="true")["sessions"])
    assert (page[0]["session_id"], page[0]["machine"]) == (SESSION, LAPTOP)


def test_a_permission_is_given_and_a_stream_followed_from_the_doorway(home, laptop):
    laptop.post("/api/chat", message="hello", session_id=SESSION)
    wait_for(laptop.answered)
    wait_for(lambda: SESSION in home.sessions())
    wait_for(lambda: home.get("/api/fleet")["machines"][0]["online"])

    stream = home.client.get("/api/chat/stream", query_string={"session_id": SESSION})
    frames = iter(stream.response)
    home.post("/api/chat", message="write notes.txt: remember the milk", session_id=SESSION)
    (asked,) = wait_for(lambda: home.sessions()[SESSION].get("permissions"))
    once = next(it["id"] for it in asked["options"] if it["name"] == "Allow once")
    answer = {"session_id": SESSION, "request_id": asked["request_id"], "option_id": once}
    home.post("/api/permission", **answer)

    wait_for(home.answered)
    text = b""
    while b"event: permission_resolved" not in text:
        text += next(frames)
    stream.close()
    assert text.index(b"event: permission_request") < text.index(b"event: permission_resolved")
    assert (laptop.settings.workspaces[0] / "notes.txt").read_text() == "remember the milk\n"
    assert not (home.settings.workspaces[0] / "notes.txt").exists()


def test_a_session_is_begun_on_another_machine(home, laptop):
    wait_for(lambda: home.get("/api/fleet")["machines"][0]["online"])

    begun = home.post("/api/session/start", 201, session_id=SESSION, machine=LAPTOP)

    assert begun["machine"] == LAPTOP
    assert laptop.sessions().keys() == {SESSION}
    refused = home.post("/api/session/start", 404, machine="nobody")
    assert refused["error"]["code"] == "NOT_FOUND"
    home.post("/api/chat", message="At once", session_id=SESSION)  # before it is listed
    wait_for(home.answered)
    assert laptop.said() == home.said() == ["At once"]
    assert [it["machine"] for it in home.sessions().values()] == [LAPTOP]
    answer = home.client.get("/api/changes", query_string={"session_id": SESSION})
    assert answer.json["error"]["code"] == "MACHINE_AWAY"


def test_what_is_said_to_a_machine_that_sleeps_three_days_arrives_once_and_in_order(
    home, laptop, monkeypatch
):
    laptop.post("/api/chat", message="first", session_id=SESSION)
    wait_for(laptop.answered)
    wait_for(lambda: SESSION in home.sessions() and home.said() == ["first"])
    laptop.stop()
    asleep = wait_for(lambda: home.get("/api/fleet")["machines"][0]["asleep_since"])
    assert asleep <= timestamp(time.time() + 5)

    for message in ("second", "third", "never"):
        home.post("/api/chat", message=message, session_id=SESSION, message_id=message)
    home.post("/api/chat", message="third", session_id=SESSION, message_id="third")  # a retry
    assert [it["content"] for it in home.state()["queue"]] == ["second", "third", "never"]
    answer = home.client.delete(
        "/api/queue", query_string={"session_id": SESSION, "message_id": "never"}
    )
    assert [it["held"] for it in answer.json["queue"]] == [False, False, True]  # not yet taken back
    assert home.said() == ["first"]
    interrupted = home.client.post("/api/interrupt", json={"session_id": SESSION})
    assert interrupted.status_code == 200  # nothing runs
    later = time.time() + 3 * 86400
    monkeypatch.setattr(time, "time", lambda: later)
    laptop.start()

    wait_for(lambda: home.said() == ["first", "second", "third"], 30)
    wait_for(home.answered, 30)
    assert laptop.said() == ["first", "second", "third"]


def test_a_doorway_that_begins_takes_no_session_of_another_machine_for_a_new_one(home, laptop):
    laptop.post("/api/chat", message="first", session_id=SESSION)
    wait_for(lambda: laptop.answered() and SESSION in home.sessions())
    home.stop()
    home.doorway.kill()

    home.start()  # and nothing can be heard of the laptop

    home.post("/api/chat", 503, message="second", session_id=SESSION, message_id="m2")
    assert home.get("/api/sessions")["sessions"] == []
    home.doorway.start()
    say = {"message": "second", "session_id": SESSION, "message_id": "m2"}
    wait_for(lambda: home.client.post("/api/chat", json=say).status_code == 200)
    wait_for(lambda: laptop.said() == ["first", "second"])
    assert [it["machine"] for it in home.sessions().values()] == [LAPTOP]


def test_what_is_said_to_a_session_whose_disk_is_away_waits_for_it(home, laptop):
    laptop.post("/api/chat", message="first", session_id=SESSION)
    wait_for(lambda: laptop.answered() and SESSION in home.sessions())
    laptop.stop()
    wait_for(lambda: home.get("/api/fleet")["machines"][0]["asleep_since"])
    home.post("/api/chat", message="second", session_id=SESSION, message_id="m2")
    work = laptop.settings.workspaces[0]
    unplugged = work.rename(work.with_name("unplugged"))
    other = work.with_name("other")
    other.mkdir()
    laptop.settings = replace(laptop.settings, workspaces=(other,))

    laptop.start()

    why = wait_for(lambda: home.get("/api/fleet")["machines"][0]["problem"])
    assert "is not there" in why
    assert [it["content"] for it in home.state()["queue"]] == ["second"]
    unplugged.rename(work)
    laptop.janus.projects.mend()
    wait_for(lambda: laptop.said() == ["first", "second"])
    wait_for(lambda: home.get("/api/fleet")["machines"][0]["problem"] is None)


def test_a_session_of_a_project_that_is_not_served_is_not_begun_in_another(home, laptop):
    laptop.post("/api/chat", message="first", session_id=SESSION)
    wait_for(laptop.answered)
    project, work = laptop.janus.projects.all()[0].entry, laptop.settings.workspaces[0]
    other = work.with_name("other")
    other.mkdir()
    laptop.janus.projects.add(other)
    laptop.janus.projects.remove(project.project_id)

    here = laptop.janus.elsewhere._here
    with pytest.raises(StorageFailed, match="is not served now"):
        here.owner(SESSION)
    with pytest.raises(SessionNotFound):
        here.owner("never-there")
