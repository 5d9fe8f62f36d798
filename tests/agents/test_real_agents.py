"""Real agent CLIs through Janus over HTTP, offline: they talk to a scripted model on loopback.

Runs where such a rig is: ``RIG`` names the folder with ``model_server.py`` and the launchers
``bin/opencode`` and ``bin/claude-acp``, ``RIG_AGENTS`` the folder the agents are installed in.
What the model does is in the words it is asked: ``say``, ``slow``, ``run``, ``recall``.
"""

import os
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import wait_for

RIG = Path(os.environ.get("RIG", "/nonexistent"))
AGENTS = {"opencode": ["acp"], "claude-acp": []}


@pytest.fixture
def model(tmp_path):
    """The port of a scripted model."""
    if not (RIG / "model_server.py").exists():
        pytest.skip("no rig of real agents here: RIG names no folder with model_server.py")
    command = [sys.executable, str(RIG / "model_server.py"), "--port", "0", "--quiet"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        yield re.search(r"=(\d+)", server.stdout.readline())[1]
        server.kill()


class Chat:
    """A session called ``ride``, spoken in over HTTP."""

    def __init__(self, server):
        self.server = server

    def say(self, message):
        self.server.call("POST", "/api/chat", {"session_id": "ride", "message": message})

    def state(self):
        return self.server.call("GET", "/api/state?session_id=ride")[1]

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
        body = {"session_id": "ride", "request_id": request["request_id"]}
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
    assert chat.ask("say hello there my friend how are you") == "hello there my friend how are you"

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


def test_a_long_answer_is_stopped_and_the_next_one_comes_at_once(chat):
    chat.say("slow 30")
    wait_for(lambda: "w1" in chat.state()["messages"][-1]["content"], 60)

    chat.server.call("POST", "/api/interrupt", {"session_id": "ride"})

    assert "w9" not in chat.wait()["messages"][-1]["content"]
    assert chat.ask("say next") == "next"


def test_a_killed_agent_goes_on_with_its_conversation(chat):
    chat.ask("say one")
    chat.ask("say two")

    os.kill(guardian_below(chat.server.process.pid), signal.SIGKILL)
    wait_for(lambda: chat.state()["status"] == "error")

    assert "turns=3" in chat.ask("recall")


def guardian_below(pid):
    """The one guardian that a server has started."""
    [worker] = children(pid)
    [guardian] = [child for child in children(worker) if b"import guardian" in cmdline(child)]
    return guardian


def children(pid):
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return [int(child) for task in tasks for child in (task / "children").read_text().split()]


def cmdline(pid):
    return Path(f"/proc/{pid}/cmdline").read_bytes()
