"""Every error that is described for a view is given by it."""

import threading
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode

import pytest
from conftest import git, wait_for
from described import VIEWS, codes, described

from janus.access.devices import MOST
from janus.agents import mcp as command
from janus.agents.cursor.print_agent import PrintAgent
from janus.errors import (
    AgentFailed,
    AgentLoginRequired,
    AgentRateLimited,
    AlreadyAnswered,
    SessionNotFound,
)
from janus.sessions import turn_queue


@pytest.fixture
def cursor_app(cursor):
    with described(cursor) as app:
        yield app


PAGE = {"session_id": "page"}
#: A right call at each view that takes something: its query, and its body.
CALLS = {
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
    "POST /api/queue": ({}, {"action": "send", **PAGE}),
    "DELETE /api/queue": ({**PAGE, "message_id": "m"}, None),
    "POST /api/mcp-command": ({}, {"command": "list", **PAGE}),
    "POST /api/pair": ({}, {"code": "WRONG-WRONG", "name": "a phone"}),
    "POST /api/pair/new": ({}, {"scope": "read"}),
    "POST /api/tokens": ({}, {"name": "ci", "scope": "read"}),
    "DELETE /api/devices": ({"device_id": "nobody"}, None),
}


class Trouble:
    """One view, and everything that can go wrong at it."""

    def __init__(self, view, app, monkeypatch):
        self.method, self.path = view.split(" ")
        self.query, self.body = CALLS.get(view, ({}, None))
        self.app = app
        self.manager = app.extensions["janus"].manager
        self.patch = monkeypatch.setattr

    def call(self, query=None, body=None, **more):
        if "data" not in more and self.body is not None:
            more["json"] = {**self.body, **(body or {})}
        query = urlencode({**self.query, **(query or {})})
        return self.app.test_client().open(f"{self.path}?{query}", method=self.method, **more)

    def session(self):
        """The session that is called, in which nobody has spoken."""
        self.manager.get_or_create("page")
        return self.manager._registry.find("page")

    def spoken(self):
        """The session that is called, with an agent that rests."""
        session = self.session()
        session.say("say hello").answer.result()
        return session

    def INVALID_REQUEST(self):
        if self.body is not None:
            return self.call(data=b"[1", content_type="application/json")
        self.query = {}
        return self.call()

    def INVALID_SESSION_ID(self):
        wrong = {"session_id": "../x"}
        return self.call(wrong) if "session_id" in self.query else self.call(body=wrong)

    def INVALID_NAME(self):
        self.session()
        return self.call(body={"name": "a b"})

    def UNAUTHORIZED(self):
        return self.call(headers={"Authorization": "Bearer nobody"})

    def FORBIDDEN(self):
        if self.path == "/api/pair":  # the code is wrong
            return self.call()
        return self.call(headers={"Host": "evil.example"})

    def NOT_FOUND(self):
        return self.call()

    def TOO_MANY_DEVICES(self):
        janus = self.app.extensions["janus"]
        self.app.test_client().get("/health")  # now the client itself is in
        if self.path == "/api/pair":
            self.body["code"] = janus.pairing.open().shown
        while len(janus.devices.all()) < MOST:
            janus.devices.register("one more", "read", page=False)
        return self.call()

    def RATE_LIMITED(self):
        while (response := self.call()).status_code == 403:
            continue
        return response

    def SESSION_NOT_FOUND(self):
        if self.path not in ("/api/chat", "/api/system"):  # they make it
            return self.call()
        session = self.session()
        session.begin_end(SessionNotFound("It ends."))
        try:
            return self.call()
        finally:
            self.manager._finish_end(session, 0)

    def MESSAGE_NOT_FOUND(self):
        session = self.session()
        if self.path == "/api/queue":
            return self.call()
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

    def ALREADY_ANSWERED(self):
        def answer(*_):
            raise AlreadyAnswered("Somebody was quicker.")

        self.patch(PrintAgent, "answer", answer)
        self.spoken()
        return self.call()

    def MAX_SESSIONS(self):
        self.session()  # in which nobody spoke yet
        self.manager._registry._limit = 0
        return self.call()

    def PAYLOAD_TOO_LARGE(self):
        return self.call(data=b" " * (1 << 20) + b"{}", content_type="application/json")

    def UNSUPPORTED_MEDIA_TYPE(self):
        return self.call(data=b"{}", content_type="text/plain")

    def QUEUE_FULL(self):
        self.session()
        self.patch(turn_queue, "QUEUE_LIMIT", 0)
        return self.call()

    def SESSION_EXISTS(self):
        self.session()
        return self.call(body=PAGE)

    def INTERNAL_ERROR(self):
        def mistake(**_):
            raise RuntimeError

        self.app.view_functions = dict.fromkeys(self.app.view_functions, mistake)
        return self.call()

    def isolated(self):
        """A session with a worktree, which is called from now on."""
        info = self.manager.create("fix-1")
        self.query = {"session_id": info.session_id}
        return Path(info.worktree_path)

    def BRANCH_IN_USE(self):
        branch = git(self.manager._settings.workspace, "symbolic-ref", "--short", "HEAD").strip()
        return self.call(body={"branch": branch})

    def WORKTREE_DIRTY(self):
        (self.isolated() / "new.txt").touch()
        response = self.call()
        assert response.json["error"]["files"] == ["new.txt"]
        self.call(body={"force": True})
        return response

    def GIT_FAILED(self):
        if self.path == "/api/session/start":
            hook = self.manager._settings.workspace / ".git" / "hooks" / "post-checkout"
            hook.write_text("#!/bin/sh\necho no luck >&2\nexit 1\n")
            hook.chmod(0o755)
            return self.call()
        self.isolated()
        (self.manager._settings.workspace / ".git" / "config").write_text("[not closed\n")
        return self.call()

    def AGENT_NOT_FOUND(self):
        if self.path not in ("/api/chat", "/api/system", "/api/session/start"):
            self.spoken()  # it was there the last time
            self.manager.end("page", summary=False)
            self.manager.agents._agents.clear()
            self.session()
        agents = self.manager.agents
        agents._agents.clear()
        agents._path = replace(agents._path, environ={"PATH": ""})
        return self.call()

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
        self.session()
        return self.call(body={"question": question} if self.path == "/api/ask" else None)

    def SERVER_STOPPING(self):
        self.spoken()
        self.manager.stop()
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
        """The workspace was moved away."""
        self.session()
        workspace = self.manager._settings.workspace
        away = workspace.rename(workspace.with_name("away"))
        try:
            return self.call()
        finally:
            away.rename(workspace)


TROUBLES = [
    (view, code)
    for view, operation in VIEWS.items()
    for response in operation["responses"].values()
    for code in codes(response)
]


@pytest.mark.parametrize(("view", "code"), TROUBLES)
def test_every_error_of_every_view_is_given_as_described(view, code, cursor_app, monkeypatch):
    trouble = Trouble(view, cursor_app, monkeypatch)

    response = getattr(trouble, code)()

    assert response.json["error"]["code"] == code
    monkeypatch.undo()


def test_a_question_that_was_taken_back_stays_so_when_it_is_sent_again(cursor_app, monkeypatch):
    trouble = Trouble("POST /api/ask", cursor_app, monkeypatch)

    for response in (trouble.MESSAGE_NOT_FOUND(), trouble.call()):
        assert response.json["error"]["code"] == "MESSAGE_NOT_FOUND"
