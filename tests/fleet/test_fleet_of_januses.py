"""Two Januses and a real server between them: what a phone at the doorway sees and does."""

# ruff: noqa: F401, F811 - a fixture is imported, and named again by who asks for it

import hashlib
import logging
import os
import subprocess
import time
from contextlib import suppress
from dataclasses import replace

import msgspec
import pytest
from doorways import CLOUD, HOME, LAPTOP, doorways
from flask import Response
from kit.waiting import wait_for
from kit.workspace import git

from janus.app import create_app
from janus.clock import timestamp
from janus.errors import SessionNotFound, StorageFailed
from janus.fleet import commands
from janus.fleet.branches import PART, bundle_of
from janus.fleet.failures import FleetFailure
from janus.fleet.keys import public_key
from janus.fleet.membership import Doorway, FleetFiles, Member, Membership
from janus.fleet.streams import info
from janus.fleet.subjects import branches

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

    def get(self, path, /, **query):
        answer = self.client.get(path, query_string=query)
        assert answer.status_code == 200, answer.json
        return answer.json

    def post(self, path, status=200, /, query=None, **body):
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
    home = Janus(settings, tmp_path / "home", HOME, "home", doorways(laptop="full", cloud="full"))
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


@pytest.mark.slow
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


@pytest.mark.slow
def test_a_session_is_begun_on_another_machine(home, laptop):
    wait_for(lambda: home.get("/api/fleet")["machines"][0]["online"])

    begun = home.post("/api/session/start", 201, session_id=SESSION, machine=LAPTOP)

    assert begun["machine"] == LAPTOP
    assert laptop.sessions().keys() == {SESSION}
    assert home.get("/api/projects", machine=LAPTOP) == laptop.get("/api/projects")
    assert home.get("/api/agents", machine=LAPTOP) == laptop.get("/api/agents")
    assert home.get("/api/projects", machine=HOME) == home.get("/api/projects")
    refused = home.post("/api/session/start", 404, machine="nobody")
    assert refused["error"]["code"] == "NOT_FOUND"
    home.post("/api/chat", message="At once", session_id=SESSION)  # before it is listed
    wait_for(home.answered)
    assert laptop.said() == home.said() == ["At once"]
    assert [it["machine"] for it in home.sessions().values()] == [LAPTOP]
    again = home.post("/api/session/start", 201, session_id=SESSION)  # it is what it was
    assert again["machine"] == LAPTOP
    other = home.post("/api/session/start", 409, session_id=SESSION, name="other")
    assert other["error"]["code"] == "SESSION_EXISTS"
    assert home.get("/api/review", session_id=SESSION) == laptop.get(
        "/api/review", session_id=SESSION
    )


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


@pytest.mark.slow
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


@pytest.mark.slow
def test_what_is_said_before_a_session_is_listed_begins_no_second_one(home, laptop, monkeypatch):
    new, gone = (f"5e5510a0-0000-4000-8000-00000000000{number}" for number in (2, 3))
    monkeypatch.setitem(commands._DEADLINES, "knows", 60.0)
    wait_for(lambda: home.get("/api/fleet")["machines"][0]["online"])
    [link] = laptop.janus.elsewhere._links.values()
    link.listing.stop()  # so that nobody hears of what begins now
    laptop.post("/api/chat", message="first", session_id=SESSION)
    wait_for(laptop.answered)
    laptop.post("/api/session/start", 201, session_id=gone)
    laptop.post("/api/session/end", query={"session_id": gone}, summary=False)

    again = home.post("/api/session/start", 201, session_id=SESSION)
    home.post("/api/chat", message="second", session_id=SESSION, message_id="m2")

    assert again["machine"] == LAPTOP
    wait_for(lambda: laptop.said() == ["first", "second"])
    home.post("/api/chat", 404, message="more", session_id=gone)  # it has ended there
    assert home.janus.projects.sessions() == []
    heard = []
    frozen = home.doorway.client(CLOUD, lambda it: it.on(f"cmd.{CLOUD}.>", heard.append))
    monkeypatch.setitem(commands._DEADLINES, "knows", 0.5)
    home.post("/api/chat", message="hello", session_id=new)  # nobody has it who answers
    assert [it.session_id for it in home.janus.projects.sessions()] == [new]
    assert heard and frozen.connected


@pytest.mark.slow
def test_what_is_said_to_a_session_whose_disk_is_away_waits_for_it_and_nothing_else_does(
    home, laptop
):
    work, there = laptop.settings.workspaces[0], "5e5510a0-0000-4000-8000-000000000002"
    other = work.with_name("other")
    other.mkdir()
    project = laptop.janus.projects.add(other).project_id
    laptop.post("/api/chat", message="first", session_id=SESSION)
    laptop.post("/api/session/start", 201, session_id=there, project_id=project)
    wait_for(lambda: laptop.answered() and {SESSION, there} <= {*home.sessions()})
    laptop.stop()
    wait_for(lambda: home.get("/api/fleet")["machines"][0]["asleep_since"])
    home.post("/api/chat", message="second", session_id=SESSION, message_id="m2")
    home.post("/api/chat", message="elsewhere", session_id=there, message_id="m3")
    unplugged = work.rename(work.with_name("unplugged"))
    laptop.settings = replace(laptop.settings, workspaces=(other,))

    laptop.start()

    why = wait_for(lambda: home.get("/api/fleet")["machines"][0]["problem"])
    assert "is not there" in why
    wait_for(lambda: laptop.get("/api/state", session_id=there)["messages"])
    assert [it["content"] for it in home.state()["queue"]] == ["second"]
    unplugged.rename(work)
    laptop.janus.projects.mend()
    wait_for(lambda: laptop.said() == ["first", "second"])
    wait_for(lambda: home.get("/api/fleet")["machines"][0]["problem"] is None)


@pytest.mark.slow
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


@pytest.fixture
def working(home, laptop):
    """The laptop, in a checkout, after a turn that wrote a file."""
    folder = laptop.settings.workspaces[0]
    git(folder, "init", "-q")
    git(folder, "add", ".")
    who = ["-c", "user.name=t", "-c", "user.email=t@example.com"]
    git(folder, *who, "commit", "-qm", "notes")
    laptop.post("/api/chat", message="write cart.txt: flowers", session_id=SESSION)
    (asked,) = wait_for(lambda: laptop.sessions()[SESSION].get("permissions"))
    once = next(it["id"] for it in asked["options"] if it["name"] == "Allow once")
    answer = {"session_id": SESSION, "request_id": asked["request_id"], "option_id": once}
    laptop.post("/api/permission", **answer)
    wait_for(laptop.answered)
    wait_for(lambda: SESSION in home.sessions())
    wait_for(lambda: home.get("/api/fleet")["machines"][0]["online"])
    return folder


@pytest.mark.slow
def test_the_work_of_another_machine_is_looked_at_and_undone_from_the_doorway(
    home, laptop, working, caplog
):
    caplog.set_level(logging.INFO, "janus.fleet.commands")
    which = {"session_id": SESSION}
    (working / "long.txt").write_text("A long line of text.\n" * 45_000)  # more than one message

    for path, query in [
        ("/api/changes", {}), ("/api/changes/file", {"path": "cart.txt"}), ("/api/files", {}),
        ("/api/file", {"path": "long.txt"}), ("/api/review", {}),
    ]:  # fmt: skip
        assert home.get(path, **which, **query) == laptop.get(path, **which, **query)
    refused = home.client.get("/api/file", query_string={**which, "path": "nothing.txt"})
    assert (refused.status_code, refused.json["error"]["code"]) == (404, "NOT_FOUND")

    comment = {
        "comment_id": "c1", "path": "cart.txt", "side": "new", "start": 1, "end": 1, "blob": "",
        "quote": "flowers", "text": "Which?",
    }  # fmt: skip
    kept = home.client.put("/api/review/comment", json={**which, **comment})
    assert kept.json == laptop.get("/api/review", **which)
    turn = laptop.state()["messages"][-1]["turn_id"]
    looked = home.post("/api/undo", **which, turn_id=turn, dry_run=True)
    assert [it["path"] for it in looked["files"]] == ["cart.txt"] and (
        working / "cart.txt"
    ).exists()
    home.post("/api/undo", **which, turn_id=turn, tree=looked["tree"])
    assert not (working / "cart.txt").exists()
    lines = [it.getMessage() for it in caplog.records if "work.undo" in it.getMessage()]
    device = lines[0].split()[1]
    assert lines[:2] == [
        f"Device {device} asks machine {LAPTOP} to call work.undo session {SESSION}",
        f"Device {device} of machine {HOME} asks to call work.undo session {SESSION}",
    ]

    laptop.stop()
    wait_for(lambda: not home.get("/api/fleet")["machines"][0]["online"])
    away = home.client.get("/api/changes", query_string=which)
    assert away.json["error"]["code"] == "MACHINE_AWAY"


@pytest.mark.slow
def test_threat_44_no_machine_makes_a_page_of_what_it_answers(home, laptop, working):
    """A stolen machine answers with a page, which would run in the doorway's own origin."""

    def hostile():
        page = Response("<script>alert(1)</script>", mimetype="text/html")
        page.headers["Content-Disposition"] = "inline; filename=x.html"
        return page

    for name in ("files.file", "attachments.given"):
        hostile.declared = laptop.app.view_functions[name].declared
        laptop.app.view_functions[name] = hostile
    which = {"session_id": SESSION, "path": "x", "attachment_id": "x"}

    for path in ("/api/file", "/api/attachment"):
        answer = home.client.get(path, query_string=which)
        assert (answer.status_code, answer.mimetype) == (503, "application/json")


@pytest.mark.slow
def test_files_go_with_a_message_to_another_machine_also_to_one_that_sleeps(home, laptop, working):
    content = b"\x00\x01" * 400_000
    which = {"session_id": SESSION}

    def attach(id):
        query = {**which, "attachment_id": id, "name": "data.bin"}
        sent = home.client.post("/api/attachments", query_string=query, data=content)
        assert sent.json["complete"], sent.json

    def here():
        return home.client.get("/api/attachment", query_string={**which, "attachment_id": "a2"})

    new = "5e5510a0-0000-4000-8000-000000000002"
    query = {"session_id": new, "attachment_id": "first", "name": "data.bin"}
    home.client.post("/api/attachments", query_string=query, data=content)  # it may begin anywhere
    home.post("/api/session/start", 201, session_id=new, machine=LAPTOP)
    home.post("/api/chat", message="Look", session_id=new, attachments=["first"])
    assert laptop.client.get("/api/attachment", query_string=query).data == content

    attach("a1")
    home.post("/api/chat", message="Look at it", **which, message_id="m1", attachments=["a1"])
    wait_for(home.answered)
    kept = laptop.client.get("/api/attachment", query_string={**which, "attachment_id": "a1"})
    given = home.client.get("/api/attachment", query_string={**which, "attachment_id": "a1"})
    assert kept.data == given.data == content
    assert kept.headers["Content-Disposition"] == given.headers["Content-Disposition"]

    laptop.stop()
    wait_for(lambda: not home.get("/api/fleet")["machines"][0]["online"])
    attach("a2")
    for _ in range(2):  # the second is a retry
        home.post("/api/chat", message="And that", **which, message_id="m2", attachments=["a2"])
    home.post("/api/chat", message="Thanks", **which, message_id="m3")
    missing = home.post("/api/chat", 404, message="Or this", **which, attachments=["nothing"])
    assert missing["error"]["code"] == "NOT_FOUND"
    laptop.start()

    wait_for(lambda: home.said()[-2:] == ["And that", "Thanks"], 60)
    wait_for(home.answered)
    said = next(it for it in laptop.state()["messages"] if it["content"] == "And that")
    assert [it["attachment_id"] for it in said["attachments"]] == ["a2"]
    assert here().data == content
    wait_for(lambda: not [*home.settings.state_dir.rglob("*.data")])  # handed over, and forgotten


@pytest.fixture
def shared(tmp_path):
    """A remote that both machines have as the origin of their project."""
    remote = tmp_path / "remote.git"
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", remote], check=True)
    return remote


def kept_at(home, commit):
    """The bundle of the session's branch that the doorway has, once that is of this commit."""
    found = None
    with suppress(FleetFailure):  # a server that was just started
        found = bundle_of(home.doorway.reader(), LAPTOP, SESSION)
    return found if found and found.commit == commit else None


def bring(client, machine, bundle):
    """Publish a bundle as that of a machine's session."""
    part = f"{bundle.commit} 0 {len(bundle.data)} {hashlib.sha256(bundle.data).hexdigest()}"
    client.publish(f"ev.{machine}.branch.{SESSION}", bundle.data, {PART: part})


@pytest.mark.slow
def test_a_session_of_a_machine_that_is_away_is_continued_elsewhere(home, laptop, shared):
    at_home, at_laptop = (it.settings.workspaces[0] for it in (home, laptop))
    who = ["-c", "user.name=t", "-c", "user.email=t@example.com"]
    git(at_laptop, "init", "-qb", "main")
    git(at_laptop, "add", "notes.md")
    git(at_laptop, *who, "commit", "-qm", "notes")
    git(at_laptop, "remote", "add", "origin", str(shared))
    git(at_laptop, "push", "-q", "origin", "main")
    (at_home / "notes.md").unlink()
    git(at_home, "init", "-qb", "main")
    git(at_home, "remote", "add", "origin", str(shared))
    git(at_home, "pull", "-q", "origin", "main")
    begun = laptop.post("/api/session/start", 201, session_id=SESSION, name="login")
    file = {"session_id": SESSION, "attachment_id": "plan", "name": "plan.bin"}
    laptop.client.post("/api/attachments", query_string=file, data=b"\x00\x01")
    folder = at_laptop / ".worktrees" / SESSION
    for name in ("pushed", "kept"):
        (folder / f"{name}.txt").write_text("came along\n")
        git(folder, "add", f"{name}.txt")
        git(folder, *who, "commit", "-qm", name)
        if name == "pushed":
            git(folder, "push", "-q", "origin", "HEAD")
    (folder / "left.txt").write_text("not committed\n")
    first = {"message": "Where is the login?", "attachments": ["plan"]}
    laptop.post("/api/chat", **first, session_id=SESSION)
    wait_for(laptop.answered)
    wait_for(lambda: SESSION in home.sessions() and home.said() == ["Where is the login?"])
    head = git(folder, "rev-parse", "HEAD").strip()
    kept = wait_for(lambda: kept_at(home, head))
    wait_for(lambda: home.get("/api/fleet")["machines"][0]["online"])
    wait_for(lambda: not home.state()["is_processing"])
    there = home.post("/api/session/continue", 409, session_id=SESSION)
    assert "go on in the session itself" in there["error"]["message"]
    laptop.stop()
    wait_for(lambda: not home.get("/api/fleet")["machines"][0]["online"])
    home.post("/api/chat", message="And the token?", session_id=SESSION)

    new = "5e5510a0-0000-4000-8000-000000000009"
    for _ in range(2):  # the second is a retry
        made = home.post("/api/session/continue", 201, session_id=SESSION, new_id=new)
    assert (made["session_id"], made["branch"]) == (new, begun["branch"])
    assert "machine" not in made
    there = at_home / ".worktrees" / new
    assert [(there / f"{it}.txt").is_file() for it in ("pushed", "kept", "left")] == [
        True,
        True,
        False,
    ]
    said = home.get("/api/state", session_id=new)["messages"]
    assert said[0]["content"] == "Where is the login?\n\n(Not here, but on laptop: plan.bin)"
    assert "attachments" not in said[0]
    told = said[-1]["content"]
    for words in (
        "was on laptop", f"Its branch {begun['branch']} came as it was when its agent was done",
        "with 1 commit that had not been pushed", "What was not committed is on laptop",
        "still said there when it wakes",
    ):  # fmt: skip
        assert words in told, told
    asked = home.post("/api/ask", query={"session_id": new}, question="What did I ask?")
    assert asked["answer"]
    now = home.get("/api/state", session_id=new)
    assert not now["is_processing"]
    assert "User: Where is the login?" in now["plan"][0]["content"]  # as its agent got it

    cloud = home.doorway.client(CLOUD)  # another machine says that it has it
    bring(cloud, CLOUD, kept)
    with pytest.raises(FleetFailure):
        bring(cloud, LAPTOP, kept)
    assert kept_at(home, head) == kept
    bring(home.doorway.client(LAPTOP), LAPTOP, msgspec.structs.replace(kept, data=b"nonsense"))
    again = home.post("/api/session/continue", 201, session_id=SESSION)
    told = home.get("/api/state", session_id=again["session_id"])["messages"][-1]["content"]
    assert "came from the remote, as it was pushed last" in told
    assert "did not come along: What came is no bundle of this branch." in told
    git(shared, "branch", "-D", begun["branch"])
    again = home.post("/api/session/continue", 201, session_id=SESSION)
    told = home.get("/api/state", session_id=again["session_id"])["messages"][-1]["content"]
    assert "it is not there. Its commits that were not pushed: What came" in told
    assert "did not come along" in told and "A new one begins here." in told
    own = home.post("/api/session/continue", 409, session_id=new)
    assert "no session of another machine" in own["error"]["message"]


@pytest.mark.slow
def test_it_is_continued_on_a_third_machine(home, laptop, settings, tmp_path):
    at_laptop, at_cloud = laptop.settings.workspaces[0], tmp_path / "cloud" / "work"
    who = ["-c", "user.name=t", "-c", "user.email=t@example.com"]
    git(at_laptop, "init", "-qb", "main")
    git(at_laptop, *who, "commit", "-q", "--allow-empty", "-m", "begin")
    git(tmp_path, "clone", "-q", str(at_laptop), str(at_cloud))  # and neither has a remote
    git(at_cloud, "remote", "remove", "origin")
    laptop.post("/api/session/start", 201, session_id=SESSION, name="login")
    folder = at_laptop / ".worktrees" / SESSION
    (folder / "large.bin").write_bytes(os.urandom(600_000))  # of several pieces
    git(folder, "add", "large.bin")
    git(folder, *who, "commit", "-qm", "large")
    laptop.post("/api/chat", message="Where is the login?", session_id=SESSION)
    wait_for(laptop.answered)
    wait_for(lambda: SESSION in home.sessions() and home.answered())
    head = git(folder, "rev-parse", "HEAD").strip()
    wait_for(lambda: kept_at(home, head))
    cloud = Janus(settings, tmp_path / "cloud", CLOUD, "cloud", home.doorway)
    try:
        laptop.stop()
        wait_for(
            lambda: [it["online"] for it in home.get("/api/fleet")["machines"]] == [False, True]
        )

        new = "5e5510a0-0000-4000-8000-000000000009"
        for _ in range(2):  # the second is a retry
            made = home.post(
                "/api/session/continue", 201, session_id=SESSION, new_id=new, machine=CLOUD
            )

        assert (made["session_id"], made["machine"], made["project"]) == (new, CLOUD, "work")
        wait_for(lambda: home.get("/api/state", session_id=new)["messages"])
        there = cloud.get("/api/state", session_id=new)["messages"]
        assert there[0]["content"] == "Where is the login?"
        assert "with 1 commit that had not been pushed" in there[-1]["content"]
        assert git(at_cloud, "rev-parse", made["branch"]).strip() == head
        assert not [*cloud.settings.state_dir.rglob("*.data")]  # what it came in is gone
    finally:
        cloud.stop()


@pytest.mark.slow(15)
def test_what_a_doorway_has_of_a_branch_is_replaced_and_goes_with_the_session(home, laptop):
    at = laptop.settings.workspaces[0]
    who = ["-c", "user.name=t", "-c", "user.email=t@example.com"]
    git(at, "init", "-qb", "main")
    git(at, *who, "commit", "-q", "--allow-empty", "-m", "begin")
    laptop.post("/api/session/start", 201, session_id=SESSION, name="login")
    folder, reader = at / ".worktrees" / SESSION, home.doorway.reader()

    def pieces():
        return info(reader, branches(LAPTOP)).state.messages

    for name in ("one", "two"):
        (folder / name).write_bytes(os.urandom(600_000))
        git(folder, "add", name)
        git(folder, *who, "commit", "-qm", name)
        laptop.post("/api/chat", message=name, session_id=SESSION)
        wait_for(laptop.answered)
        head = git(folder, "rev-parse", "HEAD").strip()
        wait_for(lambda head=head: kept_at(home, head))
    wait_for(lambda: pieces() == 5)  # 1.2 MB
    home.doorway.kill()
    home.doorway.empty()  # it lost what it had
    home.doorway.start()
    wait_for(lambda: kept_at(home, head))
    (folder / "three").write_bytes(os.urandom(9 << 20))
    git(folder, "add", "three")
    git(folder, *who, "commit", "-qm", "three")
    laptop.post("/api/chat", message="three", session_id=SESSION)
    large = wait_for(lambda: kept_at(home, git(folder, "rev-parse", "HEAD").strip()))
    assert (large.data, large.size > 9 << 20) == (b"", True)
    wait_for(laptop.answered)
    wait_for(lambda: SESSION in home.sessions() and home.answered())
    laptop.stop()
    wait_for(lambda: not home.get("/api/fleet")["machines"][0]["online"])
    (home.settings.workspaces[0] / "notes.md").unlink()
    new = home.post("/api/session/continue", 201, session_id=SESSION)["session_id"]
    told = home.get("/api/state", session_id=new)["messages"][-1]["content"]
    assert "not pushed are too much to come along: about 10 MB, of 8 at most" in told
    assert "did not come along" in told
    laptop.start()
    laptop.post(
        "/api/session/end", query={"session_id": SESSION}, summary=False, cleanup=True, force=True
    )
    gone = laptop.client.delete("/api/session", query_string={"session_id": SESSION})
    assert gone.status_code == 200, gone.json
    wait_for(lambda: not pieces())
