"""Real agent CLIs through Janus over HTTP, offline: they talk to a scripted model on loopback.

Runs where such a rig is: ``RIG`` names the folder with ``model_server.py`` and the launchers
``bin/opencode`` and ``bin/claude-acp``, ``RIG_AGENTS`` the folder the agents are installed in.
What the model does is in the words it is asked: ``say``, ``slow``, ``run``, ``recall``.
"""

import base64
import contextlib
import json
import os
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from conftest import wait_for
from kit.pictures import photo

RIG = Path(os.environ.get("RIG", "/nonexistent"))
AGENTS = {"opencode": ["acp"], "claude-acp": []}


@pytest.fixture
def model(tmp_path):
    """The port of a scripted model."""
    if not (RIG / "model_server.py").exists():
        pytest.skip("no rig of real agents here: RIG names no folder with model_server.py")
    command = [sys.executable, str(RIG / "model_server.py"), "--port", "0", "--quiet"]
    command += ["--log-dir", str(tmp_path / "model")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        yield re.search(r"=(\d+)", server.stdout.readline())[1]
        server.kill()


class Chat:
    """A session called ``ride``, spoken in over HTTP."""

    def __init__(self, server, id="ride"):
        self.server = server
        self.id = id

    def say(self, message):
        self.server.call("POST", "/api/chat", {"session_id": self.id, "message": message})

    def state(self):
        return self.server.call("GET", f"/api/state?session_id={self.id}")[1]

    def ask(self, message):
        """Say it, wait for the answer, and return it."""
        self.say(message)
        state = wait_for(lambda: (now := self.state()) and not now["is_processing"] and now, 90)
        assert state["messages"][-1]["sender"] == "assistant", state["messages"][-1]
        return state["messages"][-1]["content"]

    def decide(self, kind):
        """Wait for a permission to be asked, and choose the option of a kind."""
        [request] = wait_for(lambda: self.state()["permissions"], 60)
        option = next(option for option in request["options"] if option["kind"] == kind)
        body = {"session_id": self.id, "request_id": request["request_id"]}
        status, _ = self.server.call("POST", "/api/permission", {**body, "option_id": option["id"]})
        assert status == 200

    def wait(self):
        return wait_for(lambda: (now := self.state()) and not now["is_processing"] and now, 60)


@pytest.fixture(params=AGENTS)
def chat(request, serve, model, tmp_path):
    command = [str(RIG / "bin" / request.param), *AGENTS[request.param]]
    return Chat(
        serve(
            JANUS_AGENT="custom",
            JANUS_AGENT_COMMAND=shlex.join(command),
            JANUS_AGENT_ENV="RIG_*",
            RIG_MODEL_PORT=model,
            RIG_AGENTS=os.environ.get("RIG_AGENTS", ""),
            RIG_HOME_ROOT=str(tmp_path / "rig-homes"),
        )
    )


def test_an_answer_is_streamed_in_more_than_one_delta(chat, kept):
    words = " ".join(f"word {number}" for number in range(40))  # 20 ms each, of which Janus
    assert chat.ask(f"say {words}") == words  # makes one of those that come together

    log = (kept / "logs" / "ride.jsonl").read_text()
    assert log.count('"text":') > 1
    assert chat.state()["agent"] == {"name": "custom", "asks": True}


def test_a_command_runs_when_it_is_allowed_and_does_not_when_it_is_refused(chat, workspace):
    chat.say("run echo hi > allowed.txt")
    chat.decide("allow_once")
    assert chat.wait()["messages"][-1]["sender"] == "assistant"
    assert (workspace / "allowed.txt").read_text() == "hi\n"

    chat.say("run echo hi > refused.txt")
    chat.decide("reject_once")
    chat.wait()
    assert not (workspace / "refused.txt").exists()
    assert chat.ask("say still here") == "still here"


def test_a_picture_and_a_text_reach_the_model_byte_for_byte(chat, tmp_path):
    def send(id, name, content):
        query = f"session_id=ride&attachment_id={id}&name={name}"
        headers = {"Authorization": f"Bearer {chat.server.token}"}
        url = f"{chat.server.url}/api/attachments?{query}"
        urlopen(Request(url, content, headers, method="POST"), timeout=60).close()

    chat.ask("say hello")
    send("p", "photo.jpg", photo(3000, 2000, turned=True))
    send("t", "notes.txt", b"a canary sings in the notes")
    body = {"session_id": "ride", "message": "say seen", "attachments": ["p", "t"]}
    assert chat.server.call("POST", "/api/chat", body)[0] == 200
    assert chat.wait()["messages"][-1]["content"].strip() == "seen"

    url = f"{chat.server.url}/api/attachment?session_id=ride&attachment_id=p"
    headers = {"Authorization": f"Bearer {chat.server.token}"}
    with urlopen(Request(url, headers=headers), timeout=60) as kept:
        picture = base64.b64encode(kept.read()).decode()
    asked = [it.read_text() for it in (tmp_path / "model" / "bodies").iterdir()]
    assert any(picture in it and "a canary sings in the notes" in it for it in asked)
    assert "images=1" in chat.ask("recall")


def test_a_long_answer_is_stopped_and_the_next_one_comes_at_once(chat):
    chat.say("slow 30")
    wait_for(lambda: "w1" in chat.state()["messages"][-1]["content"], 60)

    chat.server.call("POST", "/api/interrupt", {"session_id": "ride"})

    assert "w30" not in chat.wait()["messages"][-1]["content"]
    assert chat.ask("say next") == "next"


def test_a_killed_agent_goes_on_with_its_conversation(chat):
    chat.ask("say one")
    chat.ask("say two")

    os.kill(guardian_below(chat.server.process.pid), signal.SIGKILL)
    wait_for(lambda: chat.state()["status"] == "error")

    assert "turns=3" in chat.ask("recall")


def guardian_below(pid):
    """The one guardian that a server has forked; what waits to become the next has no child."""
    [worker] = children(pid)
    [forks] = [child for child in children(worker) if b"import server" in cmdline(child)]
    [guardian] = [child for child in children(forks) if children(child)]
    return guardian


def children(pid):
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return [int(child) for task in tasks for child in (task / "children").read_text().split()]


def cmdline(pid):
    return Path(f"/proc/{pid}/cmdline").read_bytes()


def test_a_change_of_a_file_is_still_shown_when_it_is_made(chat, workspace):
    (workspace / "notes.txt").write_text("old line\nsame\n")
    chat.ask("read notes.txt")
    chat.say("edit notes.txt ;; old line ;; new line")
    chat.decide("allow_once")

    calls = chat.wait()["messages"][-1]["tool_calls"]

    assert (workspace / "notes.txt").read_text() == "new line\nsame\n"
    [edit] = [call for call in calls if call["kind"] == "edit"]
    assert edit["status"] == "completed"
    assert {"-old line", "+new line"} <= {*edit["output"].splitlines()}


@pytest.mark.parametrize("chat", ["opencode"], indirect=True)  # Claude has tasks, its model none
def test_todos_are_the_plan(chat):
    chat.say("todo Read it ;; Mend it")
    state = chat.wait()

    assert [entry["content"] for entry in state["plan"]] == ["Read it", "Mend it"]


def test_a_refused_command_is_rejected_and_what_one_printed_is_shown(chat):
    chat.say("run echo one two | tee printed.txt")
    chat.decide("allow_once")
    [allowed] = chat.wait()["messages"][-1]["tool_calls"]
    assert "echo one two" in allowed["title"] and "one two" in allowed["output"]

    chat.say("run echo three > refused.txt")
    [asked] = wait_for(lambda: chat.state()["permissions"], 60)
    assert "echo three" in asked["title"] + asked.get("text", "")
    chat.decide("reject_once")
    [refused] = chat.wait()["messages"][-1]["tool_calls"]
    assert refused["status"] == "rejected"


def test_a_command_that_failed_says_why(chat):
    chat.say("run echo broken | tee printed.txt; exit 3")
    chat.decide("allow_once")
    [failed] = chat.wait()["messages"][-1]["tool_calls"]

    assert "broken" in failed["output"] and "xit code 3" in failed["output"]


#: How to begin in a terminal what each of these says, and to go on; the last part is the question.
TERMINAL = {
    "opencode": (["opencode", "run"], ["opencode", "run", "--session"]),
    "claude-acp": (["claude", "-p"], ["claude", "-p", "--resume"]),
    "claude": (["claude", "-p"], ["claude", "-p", "--resume"]),
}
_CLAUDE = """#!/usr/bin/env bash
. "{rig}/bin/_common.sh"
rig_home claude-acp
. "{rig}/bin/_claude_env.sh"
exec "{agents}/claude-acp/node_modules/@anthropic-ai/claude-agent-sdk-linux-x64/claude" "$@"
"""


class Terminal:
    """Where a person uses the agent's own program, whose conversations Janus has, too."""

    def __init__(self, kind, serve, workspace, model, tmp_path):
        self.kind, self.workspace = kind, workspace
        self.begins, self.goes_on = TERMINAL[kind]
        agents, homes = os.environ.get("RIG_AGENTS", ""), tmp_path / "rig-homes"
        self.bin = tmp_path / "terminal"
        self.bin.mkdir()
        (self.bin / "opencode").symlink_to(RIG / "bin" / "opencode")
        (self.bin / "claude").write_text(_CLAUDE.format(rig=RIG, agents=agents))
        (self.bin / "claude").chmod(0o755)
        rig = {"RIG_MODEL_PORT": model, "RIG_AGENTS": agents, "RIG_HOME_ROOT": str(homes)}
        self.environ = {**os.environ, **rig}
        if kind == "claude":  # as itself, and its store is read
            adapter = self.bin / "claude-agent-acp"
            adapter.symlink_to(RIG / "bin" / "claude-acp")
            chosen = {
                "JANUS_AGENT": "claude",
                "CLAUDE_CONFIG_DIR": str(homes / "claude-acp" / ".claude"),
                "path": f"{self.bin}:{os.environ['PATH']}",
            }
        else:
            command = [str(RIG / "bin" / kind), *AGENTS[kind]]
            chosen = {"JANUS_AGENT": "custom", "JANUS_AGENT_COMMAND": shlex.join(command)}
        self.server = serve(JANUS_AGENT_ENV="RIG_*", **rig, **chosen)
        self.agent = chosen["JANUS_AGENT"]

    def run(self, *arguments):
        """What the program prints."""
        return subprocess.run(
            self._argv(arguments), cwd=self.workspace, env=self.environ, timeout=180,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, check=True,
        ).stdout  # fmt: skip

    @contextlib.contextmanager
    def running(self, *arguments):
        """The program at work."""
        work = {"cwd": self.workspace, "env": self.environ, "start_new_session": True}
        nothing = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL}
        with subprocess.Popen(self._argv(arguments), **work, **nothing) as process:
            try:
                yield process
            finally:
                os.killpg(process.pid, signal.SIGKILL)

    def _argv(self, arguments):
        return [str(self.bin / arguments[0]), *arguments[1:]]

    def listed(self):
        status, found = self.server.call("GET", "/api/agents/conversations")
        assert (status, found["problems"]) == (200, [])
        return found["conversations"]

    def adopt(self, id):
        body = {"agent": self.agent, "conversation_id": id}
        return self.server.call("POST", "/api/session/adopt", body)

    def ask(self, session_id, question):
        path = f"/api/ask?session_id={session_id}"
        return self.server.call("POST", path, {"question": question})


@pytest.fixture(params=TERMINAL)
def terminal(request, serve, workspace, model, tmp_path):
    return Terminal(request.param, serve, workspace, model, tmp_path)


def test_what_a_terminal_began_is_continued_here_and_there_again(terminal):
    terminal.run(*terminal.begins, "say hello there")
    [one] = terminal.listed()
    id = one["conversation_id"]
    assert (one["agent"], one["running"]) == (terminal.agent, False)

    with terminal.running(*terminal.goes_on, id, "slow 120"):
        wait_for(lambda: terminal.listed()[0]["running"], 60)
        status, refused = terminal.adopt(id)
    assert (status, refused["error"]["code"]) == (409, "SESSION_BUSY")

    [status, session] = terminal.adopt(id)
    assert status == 201, session
    said = terminal.server.call("GET", f"/api/state?session_id={session['session_id']}")[1]
    words = [(it["sender"], it["content"]) for it in said["messages"]]
    assert words[0][0] == "user" and "say hello there" in words[0][1]
    assert words[1] == ("assistant", "hello there")
    status, answer = terminal.ask(session["session_id"], "recall")
    assert status == 200, answer
    here = int(re.search(r"turns=(\d+)", answer["answer"])[1])
    assert here >= 2 and terminal.listed() == []

    terminal.server.call("POST", f"/api/session/end?session_id={session['session_id']}", {})
    there = terminal.run(*terminal.goes_on, id, "recall")
    assert int(re.search(r"turns=(\d+)", there)[1]) > here
    shown = terminal.server.call("GET", "/api/sessions?ended=true")[1]["sessions"][0]
    told = f"cd {terminal.workspace} && claude --resume {id}"
    assert shown["resume_command"] == (told if terminal.kind == "claude" else None)

    with terminal.running(*terminal.goes_on, id, "slow 120"):
        wait_for(lambda: is_at_work(id), 60)
        path = f"/api/session/resume?session_id={session['session_id']}"
        status, refused = terminal.server.call("POST", path, {})
    assert status == 502 and "works on this conversation" in refused["error"]["message"]
    assert terminal.adopt(id)[1]["session_id"] == session["session_id"]


def is_at_work(id):
    """Whether some program was told to go on with a conversation."""
    for place in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if place.name.isdigit() and id.encode() in cmdline(place.name).split(b"\0"):
                return True
    return False


def test_what_an_earlier_session_left_reaches_the_model_and_can_be_searched(chat, tmp_path):
    assert chat.ask("say the parrot is blue") == "the parrot is blue"
    chat.server.call("POST", "/api/session/end?session_id=ride", {"summary": False})
    wait_for(lambda: chat.server.call("GET", "/api/history?q=parrot")[1]["hits"])
    later = Chat(chat.server, "later")

    assert later.ask("say good morning") == "good morning"

    given = chat.server.call("GET", "/api/memory/context?session_id=later")[1]["text"]
    assert "done: say the parrot is blue" in given
    sent = [body for body in bodies(tmp_path) if "say good morning" in body]
    assert sent and all(quoted(given) in body for body in sent)

    later.say(f'tool {search_tool(sent[-1])} {{"query": "parrot"}}')
    wait_for(lambda: later.state()["permissions"] or not later.state()["is_processing"], 60)
    if later.state()["permissions"]:
        later.decide("allow_once")
    answer = later.wait()["messages"][-1]["content"]
    assert "the parrot is blue" in answer and "session ride" in answer


def bodies(tmp_path):
    """What agents have sent to the model, each as JSON."""
    return [path.read_text() for path in sorted((tmp_path / "model" / "bodies").iterdir())]


def quoted(text):
    """The text as it stands within JSON, a piece of it."""
    return json.dumps(text[:300], ensure_ascii=False)[1:-1]


def search_tool(body):
    """What the agent calls the tool that Janus has offered it."""
    return re.search(r"(mcp__)?janus_+search_history", body)[0]
