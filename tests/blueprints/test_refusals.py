"""Every error that is described for a view is given by it."""

import shutil
import threading
import time
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode

import pytest
from conftest import git, wait_for
from described import VIEWS, codes, described
from kit.stored import cursor_begins
from msgspec import convert
from push.browser import Browser

from janus.access.devices import MOST
from janus.agents import mcp as command
from janus.agents.cursor.print_agent import PrintAgent
from janus.agents.process.rivals import Rival, Rivals
from janus.agents.shelf import Shelf
from janus.conversation.event_log import EventLog
from janus.errors import (
    AgentFailed,
    AgentLoginRequired,
    AgentRateLimited,
    AlreadyAnswered,
    ChangedMeanwhile,
    Conflict,
    FleetFailed,
    GitFailed,
    MachineAway,
    MergeConflict,
    NotFound,
    SessionNotFound,
    StorageFailed,
)
from janus.fleet.fleet import Fleet
from janus.fleet.own_doorway import OwnDoorway
from janus.model.events import QuestionAsked, QuestionOption
from janus.push.calls import Call
from janus.push.news import News
from janus.sessions import turn_queue
from janus.sessions.landing import SessionLandings
from janus.sessions.reviews import Comment
from janus.sessions.work import SessionWork
from janus.storage.store import Store


@pytest.fixture
def cursor_app(cursor):
    with described(cursor) as app:
        yield app


PAGE = {"session_id": "page"}
#: A right call at each view that takes something: its query, and its body.
CALLS = {
    "POST /api/session/start": ({}, {"name": "fix-1", "isolated": True, "branch": None}),
    "POST /api/session/continue": ({}, PAGE),
    "POST /api/ask": (PAGE, {"question": "say hello"}),
    "POST /api/heartbeat": (PAGE, None),
    "POST /api/session/resume": (PAGE, None),
    "POST /api/session/rename": (PAGE, {"name": "fix-1"}),
    "POST /api/session/end": (PAGE, {"summary": False, "cleanup": True, "force": None}),
    "GET /api/session": (PAGE, None),
    "GET /api/messages": (PAGE, None),
    "GET /api/session/transcript": (PAGE, None),
    "DELETE /api/session": (PAGE, None),
    "POST /api/projects": ({}, {"path": "/nowhere"}),
    "DELETE /api/projects": ({"project_id": "nobody"}, None),
    "GET /api/folders": ({"path": "/nowhere"}, None),
    "POST /api/transcribe": ({**PAGE, "language": "en"}, None),
    "POST /api/speak": ({}, {"text": "hello", "language": "en"}),
    "GET /api/digest": ({"hours": "48"}, None),
    "GET /api/permission": ({**PAGE, "request_id": "r"}, None),
    "GET /api/history": ({"q": "hello", "limit": "5"}, None),
    "DELETE /api/memory": (PAGE, None),
    "GET /api/memory/context": (PAGE, None),
    "GET /api/recall/search": ({"q": "hello"}, None),
    "GET /api/recall/session": (PAGE, None),
    "POST /api/chat": ({}, {"message": "say hello", **PAGE}),
    "GET /api/state": (PAGE, None),
    "GET /api/chat/stream": (PAGE, None),
    "GET /api/image": ({**PAGE, "image_id": "i"}, None),
    "POST /api/attachments": ({**PAGE, "name": "a.txt", "attachment_id": "a"}, None),
    "GET /api/attachment": ({**PAGE, "attachment_id": "a"}, None),
    "DELETE /api/attachments": ({**PAGE, "attachment_id": "a"}, None),
    "POST /api/schedule": ({}, {"message": "go on", "at": "2027-06-01T08:00:00.000Z", **PAGE}),
    "DELETE /api/schedule": ({**PAGE, "message_id": "m"}, None),
    "POST /api/interrupt": ({}, PAGE),
    "POST /api/system": ({}, {"message": "a note", **PAGE}),
    "POST /api/permission": ({}, {"request_id": "r", "option_id": "o", **PAGE}),
    "POST /api/options": ({}, {"option_id": "mode", "value": "plan", **PAGE}),
    "POST /api/queue": ({}, {"action": "send", **PAGE}),
    "DELETE /api/queue": ({**PAGE, "message_id": "m"}, None),
    "POST /api/mcp-command": ({}, {"command": "list", **PAGE}),
    "POST /api/session/adopt": ({}, {"agent": "cursor-agent", "conversation_id": "c1"}),
    "POST /api/pair": ({}, {"code": "WRONG-WRONG", "name": "a phone"}),
    "POST /api/pair/new": ({}, {"scope": "read"}),
    "POST /api/tokens": ({}, {"name": "ci", "scope": "read"}),
    "DELETE /api/devices": ({"device_id": "nobody"}, None),
    "POST /api/fleet/invite": ({}, {"scope": "read", "name": "home"}),
    "POST /api/fleet/join": ({}, {"code": f"127.0.0.1:9/A/{'a' * 43}"}),
    "DELETE /api/fleet/doorways": ({"name": "home"}, None),
    "DELETE /api/fleet/machines": ({"name": "laptop"}, None),
    "POST /api/fleet/enter": (
        {},
        {"code": "WRONG-WRONG", "machine_id": "a" * 16, "name": "laptop", "key": "U" + "A" * 55},
    ),
    "POST /api/fleet/left": ({}, {"machine_id": "a" * 16, "proof": "none"}),
    "POST /api/push/subscription": (
        {},
        Browser("https://push.example.org/a").subscription(
            contact="mailto:me@my-domain.org", quiet=None
        ),
    ),
    "POST /api/push/answer": ({}, {"push_id": "made up", "digest": "d", "decision": "allow"}),
    "POST /api/push/receipt": ({}, {"push_id": "made up", "outcome": "seen"}),
    "GET /api/changes": ({**PAGE, "turn_id": "none"}, None),
    "GET /api/changes/file": ({**PAGE, "path": "a"}, None),
    "POST /api/undo": ({}, {**PAGE, "turn_id": "a"}),
    "POST /api/commit": ({}, {**PAGE, "tree": "0" * 40}),
    "POST /api/discard": ({}, {**PAGE, "tree": "0" * 40}),
    "POST /api/merge": ({}, {**PAGE, "tree": "0" * 40}),
    "POST /api/merge/resolve": ({}, PAGE),
    "GET /api/branches": (PAGE, None),
    "POST /api/push": ({}, PAGE),
    "POST /api/pull-request": ({}, PAGE),
    "GET /api/files": (PAGE, None),
    "GET /api/file": ({**PAGE, "path": "a"}, None),
    "GET /api/review": (PAGE, None),
    "PUT /api/review/comment": (
        {},
        {
            **PAGE,
            "comment_id": "c",
            "path": "a",
            "side": "new",
            "start": 1,
            "end": 2,
            "blob": "",
            "quote": "x",
            "text": "y",
        },
    ),
    "DELETE /api/review/comment": ({**PAGE, "comment_id": "c"}, None),
    "PUT /api/review/viewed": ({}, {**PAGE, "path": "a", "old_blob": "", "blob": ""}),
    "POST /api/review/send": ({}, {**PAGE, "comment_ids": ["c"]}),
}
#: The views whose errors come from the files of a session.
WORK = {
    "/api/changes", "/api/changes/file", "/api/undo", "/api/commit", "/api/discard", "/api/merge",
    "/api/push", "/api/pull-request", "/api/files", "/api/file", "/api/merge/resolve",
    "/api/branches",
}  # fmt: skip


class Trouble:
    """One view, and everything that can go wrong at it."""

    def __init__(self, view, app, monkeypatch):
        self.method, self.path = view.split(" ")
        self.query, self.body = CALLS.get(view, ({}, None))
        self.app = app
        self.manager = app.extensions["janus"].manager
        self.patch = monkeypatch.setattr
        if self.path == "/api/session/continue":
            given = {"said": "", "origin": "laptop", "agent": "cursor-agent", "branch": "fix-1"}
            self.elsewhere = app.extensions["janus"].elsewhere
            self.patch(self.elsewhere, "carried", lambda session_id: (given, ""))

    def call(self, query=None, body=None, **more):
        if "data" not in more and self.body is not None:
            more["json"] = {**self.body, **(body or {})}
        if self.path == "/api/transcribe":
            more.setdefault("data", b"RIFF")
        query = urlencode({**self.query, **(query or {})})
        if self.path.startswith("/api/recall/"):
            more.setdefault("headers", self.agents())
        return self.app.test_client().open(f"{self.path}?{query}", method=self.method, **more)

    def agents(self, project_id=None):
        """What the agent of another session shows."""
        if not self.manager.stopping:
            self.manager.get_or_create("asking")
        tokens = self.app.extensions["janus"].tokens
        token = tokens.issue(project_id or self.manager.project_id, "asking")
        return {"Authorization": f"Bearer {token}"}

    def session(self):
        """The session that is called, in which nobody has spoken."""
        self.manager.get_or_create("page")
        self.tell_of_a_question()
        return self.manager._registry.find("page")

    def tell_of_a_question(self):
        if self.path == "/api/push/answer":
            asked = News(session_id="page", about="r", kind="permission", title="May it?",
                         text="Run: ls", digest="d")  # fmt: skip
            self.app.extensions["janus"].notifier._calls.add(Call(asked, 0.0, "made up", ["push"]))

    def asked_about_its_work(self):
        """The session that is called, with something to be said of its work."""
        session = self.session()
        self.patch(SessionLandings, "conflict_text", lambda *_: "Resolve it.")
        comment = CALLS["PUT /api/review/comment"][1]
        self.manager.reviews.put("page", convert({**comment, "path": "a"}, Comment))
        return session

    def spoken(self):
        """The session that is called, with an agent that rests."""
        session = self.session()
        session.say("say hello").answer.result()
        return session

    def not_carried(self, error):
        """What is asked of another machine's session raises this; that it does is tested there."""

        def fail(session_id):
            raise error("It cannot be.")

        self.patch(self.elsewhere, "carried", fail)
        return self.call()

    def fleet_fails(self, error):
        """The fleet raises this; how, is tested elsewhere."""

        def fail(*_, **__):
            raise error("It cannot be.")

        for room in (Fleet, OwnDoorway):
            for name in ("invite", "join", "leave", "enter", "left", "revoke"):
                self.patch(room, name, fail, raising=False)
        return self.call()

    def FLEET_FAILED(self):
        return self.fleet_fails(FleetFailed)

    def INVALID_REQUEST(self):
        if self.body is not None:
            return self.call(data=b"[1", content_type="application/json")
        wrong = {
            "limit": "0",
            "before": "x" * 201,
            "project_id": "x" * 300,
            "hours": "0",
            "language": "all",
            "name": "x" * 201,
            "machine": "x" * 300,
        }
        self.query = {"path": "here"} if self.path == "/api/folders" else wrong
        if self.path in WORK and self.path != "/api/branches":
            self.query = {**PAGE, "commit": "--all", "path": "x" * 5000, "limit": "0"}
            self.session()
        return self.call()

    def INVALID_SESSION_ID(self):
        wrong = {"session_id": "../x"}
        return self.call(wrong) if "session_id" in self.query else self.call(body=wrong)

    def INVALID_NAME(self):
        self.session()
        return self.call(body={"name": "a\nb"})

    def UNAUTHORIZED(self):
        return self.call(headers={"Authorization": "Bearer nobody"})

    def FORBIDDEN(self):
        if self.path == "/api/pair":  # the code is wrong
            return self.call()
        return self.call(headers={"Host": "evil.example"})

    def files_fail(self, error):
        """What is done with the files of the session raises this; how, is tested elsewhere."""

        def fail(*_, **__):
            raise error("It cannot be.")

        self.session()
        for name in ("_snapshots_of", "files"):
            self.patch(SessionWork, name, fail)
        return self.call()

    def CHANGED_MEANWHILE(self):
        return self.files_fail(ChangedMeanwhile)

    def MERGE_CONFLICT(self):
        return self.files_fail(MergeConflict)

    def NOT_FOUND(self):
        if self.path == "/api/agents" or f"{self.method} {self.path}" == "GET /api/projects":
            return self.call({"machine": "nobody"})
        if self.path.startswith("/api/fleet/"):
            return self.fleet_fails(NotFound)
        if self.path in WORK or self.path == "/api/review/send":
            self.session()
        if self.path in ("/api/session/start", "/api/session/continue"):
            return self.call(body={"project_id": "nobody"})
        if self.path in ("/api/chat", "/api/ask", "/api/schedule"):
            self.session()
            return self.call(body={"attachments": ["nothing"]})
        if self.path.startswith("/api/recall/"):
            return self.call(headers=self.agents("nobody"))
        if self.path in (
            "/api/sessions", "/api/history", "/api/memory", "/api/agents/conversations",
        ):  # fmt: skip
            return self.call({"project_id": "nobody"})
        if self.path == "/api/projects" and self.body:
            home = self.home("moved")
            return self.call(body={"path": str(home), "project_id": "nobody"})
        if self.path == "/api/folders":
            return self.call({"path": str(self.home("x") / "missing")})
        return self.call()

    def TOO_MANY_DEVICES(self):
        janus = self.app.extensions["janus"]
        self.app.test_client().get("/health")  # now the client itself is in
        if self.path == "/api/pair":
            self.body["code"] = janus.pairing.open().shown
        while len(janus.devices.all()) < MOST:
            janus.devices.register("one more", "read", page=False)
        return self.call()

    def VOICE_FAILED(self):
        self.patch(self.app.extensions["janus"].voice, "speaker", None)
        return self.call()

    def RATE_LIMITED(self):
        if self.path in ("/api/transcribe", "/api/speak"):
            voice = self.app.extensions["janus"].voice
            voice.transcriber = voice.speaker = voice.speaker or object()
            self.patch(voice, "_waiting", {"hear": 4, "speak": 4})
            return self.call()
        while (response := self.call()).status_code == 403:
            continue
        return response

    def SEARCH_UNAVAILABLE(self):
        [project] = self.app.extensions["janus"].projects.all()
        (project.store.folder / "history.db").mkdir(parents=True)
        return self.call()

    def SESSION_NOT_FOUND(self):
        if self.path == "/api/session/continue":
            return self.not_carried(SessionNotFound)
        if self.path == "/api/attachments":
            self.manager._archive.bar("page")
            return self.call(data=b"a")
        makes = ("POST /api/chat", "POST /api/system", "POST /api/schedule")
        if f"{self.method} {self.path}" not in makes:
            return self.call()
        session = self.session()
        session.begin_end(SessionNotFound("It ends."))
        try:
            return self.call()
        finally:
            self.manager._finish_end(session, 0)

    def MESSAGE_NOT_FOUND(self):
        session = self.session()
        if self.path in ("/api/queue", "/api/schedule"):
            return self.call()
        if self.path in ("/api/messages", "/api/recall/session"):
            return self.call({"before": "nothing"})
        self.body = {"question": "say hello", "message_id": "m"}
        session.say("hang")

        def withdraw():
            wait_for(self.queued)
            self.manager.withdraw("page", "m")

        thread = threading.Thread(target=withdraw)
        thread.start()
        try:
            return self.call()
        finally:
            thread.join()

    def queued(self):
        return [it for it in self.manager.state("page").now.waiting if it.message_id == "m"]

    def PERMISSION_NOT_FOUND(self):
        self.session()
        return self.call()

    def CONSENT_UNCLEAR(self):
        yes = QuestionOption("o", "Allow", "allow_once")
        self.session().log.record(QuestionAsked("r", "permission", "Deploy?", (yes,)))
        return self.call(body={"spoken": "yes, go ahead"} if "permission" in self.path else None)

    def ALREADY_ANSWERED(self):
        def answer(*_):
            raise AlreadyAnswered("Somebody was quicker.")

        self.patch(PrintAgent, "answer", answer)
        self.spoken()
        return self.call()

    def MAX_SESSIONS(self):
        open = self.manager.create().session_id
        self.asked_about_its_work()  # nobody spoke in it yet
        self.manager._registry._limit = 0
        response = self.call()
        assert [it["session_id"] for it in response.json["error"]["sessions"]] == [open]
        return response

    def home(self, name):
        """A folder that may be looked into."""
        folder = Path(self.app.extensions["janus"].settings.environ["HOME"]) / name
        folder.mkdir()
        return folder

    def projects(self):
        """The projects, which are served from the first time on."""
        projects = self.app.extensions["janus"].projects
        if not hasattr(self.app, "tests_projects"):
            projects.start()
            self.app.tests_projects = projects
        return projects

    def PROJECT_MOVED(self):
        first = self.home("first")
        projects = self.projects()
        projects.remove(projects.add(first).project_id)
        return self.call(body={"path": str(first.rename(first.with_name("second")))})

    def SESSION_BUSY(self):
        if self.path == "/api/session/continue":
            return self.not_carried(Conflict)
        if self.path in WORK:
            return self.files_fail(Conflict)
        if self.path == "/api/attachments":
            self.manager.attachments.take("page", "a", "a.txt", 1, 0, b"a")
            self.manager.attachments.all("page", ["a"])
            return self.call(data=b"another")
        if self.path == "/api/projects":
            first = self.app.extensions["janus"].projects.all()[0].entry
            if self.method == "DELETE":
                return self.call({"project_id": first.project_id})
            return self.call(body={"path": str(self.home("x")), "project_id": first.project_id})
        if self.path == "/api/session/adopt":
            chat = self.home(".cursor"), self.manager._settings.workspace, "c1"
            cursor_begins(*chat, ("hello", "hi")).close()
            self.patch(Rivals, "find", lambda *_, **more: Rival(7, "claude"))
            response = self.call()
            assert response.json["error"]["program"] == "claude"
            return response
        self.manager.create(session_id="page")
        return self.call()

    def PAYLOAD_TOO_LARGE(self):
        return self.call(data=b" " * (1 << 20) + b"{}", content_type="application/json")

    def UNSUPPORTED_MEDIA_TYPE(self):
        photo = b"\0\0\0\x18ftypheic" if self.path == "/api/attachments" else b"{}"
        return self.call(data=photo, content_type="text/plain")

    def QUEUE_FULL(self):
        self.asked_about_its_work()
        self.patch(turn_queue, "QUEUE_LIMIT", 0)
        return self.call()

    def SESSION_EXISTS(self):
        if self.path == "/api/session/adopt":
            return self.call(body={"conversation_id": self.spoken().info.conversation_id})
        self.session()
        return self.call(body=PAGE)

    def INTERNAL_ERROR(self):
        def mistake(**_):
            raise RuntimeError

        self.patch(self.app, "view_functions", dict.fromkeys(self.app.view_functions, mistake))
        return self.call()

    def isolated(self):
        """A session with a worktree, which is called from now on."""
        info = self.manager.create("fix-1")
        self.query = {"session_id": info.session_id}
        if self.method == "DELETE":
            self.manager.end(info.session_id)
        return Path(info.worktree_path)

    def WORKTREE_GONE(self):
        shutil.rmtree(self.manager.create("fix-1", session_id="page").worktree_path)
        response = self.call()
        assert response.json["error"]["branch"] == "feature/fix-1"
        return response

    def BRANCH_IN_USE(self):
        if self.path == "/api/session/resume":
            assert self.WORKTREE_GONE().status_code == 409
            workspace = self.manager._settings.workspace
            git(workspace, "worktree", "prune")
            git(workspace, "switch", "-q", "feature/fix-1")
            return self.call({"anew": "true"})
        branch = git(self.manager._settings.workspace, "symbolic-ref", "--short", "HEAD").strip()
        return self.call(body={"branch": branch})

    def WORKTREE_DIRTY(self):
        (self.isolated() / "new.txt").touch()
        response = self.call()
        assert response.json["error"]["files"] == ["new.txt"]
        if self.body is not None:
            self.call(body={"force": True})
        return response

    def GIT_FAILED(self):
        if self.path in WORK and self.path != "/api/file":
            return self.files_fail(GitFailed)
        if self.path in WORK:
            self.session()
            (self.manager._settings.workspace / ".git" / "config").write_text("[not closed\n")
            return self.call()
        if self.path in ("/api/session/start", "/api/session/continue"):
            hook = self.manager._settings.workspace / ".git" / "hooks" / "post-checkout"
            hook.write_text("#!/bin/sh\nrm .git\n")  # nothing is left that is a worktree
            hook.chmod(0o755)
            return self.call()
        place = self.isolated()
        (self.manager._settings.workspace / ".git" / "config").write_text("[not closed\n")
        if self.path == "/api/session/resume":
            shutil.rmtree(place)
            return self.call({"anew": "true"})
        return self.call()

    def AGENT_NOT_FOUND(self):
        makes = (
            "/api/chat", "/api/system", "/api/session/start", "/api/session/continue",
            "/api/schedule",
        )  # fmt: skip
        if self.path not in makes:
            self.spoken()  # it was there the last time
            self.manager.end("page", summary=False)
            self.forget_agents()
            self.session()
        agents = self.manager.agents
        self.forget_agents()
        agents._path = replace(agents._path, environ={"PATH": ""})
        return self.call()

    def forget_agents(self):
        self.manager.agents._searches.clear()
        self.manager.agents._ended.clear()

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

        if self.path == "/api/options":
            self.spoken()
        self.patch(PrintAgent, "choose", refuse)
        self.patch(PrintAgent, "start", refuse)
        self.patch(Shelf, "take", refuse)
        self.session()
        return self.call(body={"question": question} if self.path == "/api/ask" else None)

    def MACHINE_AWAY(self):
        """The session is another machine's, which sleeps."""
        if self.path == "/api/session/continue":
            return self.not_carried(MachineAway)

        class Away:
            def __getattr__(self, name):
                raise MachineAway("That machine sleeps.")

        elsewhere = self.app.extensions["janus"].elsewhere
        self.patch(elsewhere, "manager", lambda session_id, asking=False: Away())
        self.patch(elsewhere, "on", lambda machine, project_id: Away())
        self.patch(elsewhere, "view_on", lambda machine: Away().view)
        if self.body is None and "session_id" not in self.query:
            return self.call({"machine": "laptop"})
        return self.call(body={"machine": "laptop"} if self.path == "/api/session/start" else None)

    def SERVER_STOPPING(self):
        if not self.manager.stopping:
            self.spoken()
            self.manager.stop()
        self.tell_of_a_question()
        return self.call()

    def TOO_MANY_STREAMS(self):
        while self.app.extensions["janus"].streams.acquire(blocking=False):
            pass
        return self.call()

    def ASK_TIMEOUT(self):
        self.session()
        self.manager._ask_timeout = 0.01
        self.patch(PrintAgent, "start", lambda agent, cancelled: cancelled.wait())
        return self.call(body={"question": "hang"} if self.path == "/api/ask" else None)

    def STORAGE_FAILED(self):
        """The workspace was moved away, or the disk is full."""
        if self.path.startswith("/api/fleet/"):
            return self.fleet_fails(StorageFailed)
        self.session()
        if self.path in WORK:
            return self.files_fail(StorageFailed)
        if self.path.startswith("/api/review"):

            def fail(*_):
                raise OSError("broken")

            self.patch(Store, "read", fail)
            return self.call()
        if self.path == "/api/projects":
            projects = self.projects()
            folder = self.home(self.method)
            if self.method == "DELETE":
                self.query = {"project_id": projects.add(folder).project_id}
            self.patch(Store, "replace", lambda *_: False)
            return self.call(body={"path": str(folder)} if self.body else None)
        if (self.method, self.path) == ("DELETE", "/api/push/subscription"):
            body = CALLS["POST /api/push/subscription"][1]
            self.app.test_client().post("/api/push/subscription", json=body)
        if self.path == "/api/schedule" and self.method == "DELETE":
            self.manager.schedule("page", "go on", time.time() + 600, "m")

            def full(*_, **__):
                raise StorageFailed("The disk is full.")

            self.patch(EventLog, "append", full)
            return self.call()
        if self.path == "/api/attachments":

            def fail(*_):
                raise OSError(28, "No space left on device")

            self.manager.attachments.take("page", "a", "a.txt", 1, 0, b"a")
            self.patch(Store, "replace", lambda *_: False)
            self.patch(Store, "remove", fail)
            return self.call(
                {"name": "b.txt", "attachment_id": "b" if self.method == "POST" else "a"}, data=b"b"
            )
        if self.method == "DELETE" or "/push/" in self.path:
            if self.path == "/api/memory":
                self.manager.memory.note(self.spoken())
            self.patch(Store, "replace", lambda *_: False)
            return self.call()
        workspace = self.manager._settings.workspace
        away = workspace.rename(workspace.with_name("away"))
        try:
            return self.call()
        finally:
            away.rename(workspace)


#: What leaves nothing behind that makes it another thing for the next view.
WITHOUT_A_TRACE = [
    "INTERNAL_ERROR", "FORBIDDEN", "UNAUTHORIZED", "INVALID_REQUEST", "INVALID_SESSION_ID",
    "UNSUPPORTED_MEDIA_TYPE", "PAYLOAD_TOO_LARGE", "MACHINE_AWAY", "SERVER_STOPPING", "NOT_FOUND",
    "SESSION_NOT_FOUND", "STORAGE_FAILED", "SESSION_BUSY", "FLEET_FAILED", "CHANGED_MEANWHILE",
    "AGENT_FAILED", "AGENT_LOGIN_REQUIRED", "AGENT_RATE_LIMITED", "QUEUE_FULL", "INVALID_NAME",
]  # fmt: skip
TROUBLES = [
    (view, code)
    for view, operation in VIEWS.items()
    for response in operation["responses"].values()
    for code in codes(response)
]


@pytest.mark.parametrize("code", WITHOUT_A_TRACE)
def test_every_view_gives_the_errors_without_a_trace_as_described(code, cursor_app, monkeypatch):
    for view in [view for view, it in TROUBLES if it == code]:
        with monkeypatch.context() as patch:
            response = getattr(Trouble(view, cursor_app, patch), code)()

            assert response.json["error"]["code"] == code, view


@pytest.mark.parametrize(("view", "code"), [it for it in TROUBLES if it[1] not in WITHOUT_A_TRACE])
def test_every_other_error_of_every_view_is_given_as_described(view, code, cursor_app, monkeypatch):
    trouble = Trouble(view, cursor_app, monkeypatch)

    response = getattr(trouble, code)()

    assert response.json["error"]["code"] == code
    monkeypatch.undo()


def test_a_question_that_was_taken_back_stays_so_when_it_is_sent_again(cursor_app, monkeypatch):
    trouble = Trouble("POST /api/ask", cursor_app, monkeypatch)

    for response in (trouble.MESSAGE_NOT_FOUND(), trouble.call()):
        assert response.json["error"]["code"] == "MESSAGE_NOT_FOUND"
