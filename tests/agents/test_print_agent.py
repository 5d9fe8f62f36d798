"""The driver against a fake cursor-agent: a real process on a real pty."""

import json
import os
import shutil
import signal
import threading
import time
from pathlib import Path
from threading import Event

import pytest
from conftest import fake_path, wait_for

from janus.agents.cursor import print_agent as print_mode
from janus.agents.detection import SearchPath, find
from janus.agents.factory import make_agent
from janus.agents.known import CURSOR
from janus.errors import AgentFailed, AgentLoginRequired, AgentNotFound, AgentRateLimited
from janus.model import Conversation

DATA = Path(__file__).parents[1] / "data" / "cursor-agent"


class Heard(list):
    """An emit that remembers."""

    def __call__(self, kind, data):
        self.append((kind, data))

    @property
    def text(self):
        return "".join(data["text"] for kind, data in self if kind == "assistant_delta")


@pytest.fixture
def heard():
    return Heard()


@pytest.fixture
def record(tmp_path):
    """What the fake agent was called with, a call a line."""
    return tmp_path / "calls"


@pytest.fixture
def environ(tmp_path, home, record):
    return {
        "HOME": str(home),
        "PATH": fake_path(tmp_path, "agent"),
        "CURSOR_FAKE_LOG": str(record),
    }


@pytest.fixture
def make(environ, tmp_path, heard):
    """Makes an agent that tells ``heard``; all are stopped at the end."""
    made = []

    def make(conversation=None, recap=lambda: "", **more):
        found = find("cursor-agent", SearchPath({**environ, **more}))
        made.append(make_agent(found, tmp_path, "test", heard, conversation, recap=recap))
        return made[-1]

    yield make
    for agent in made:
        agent.stop()


def calls(record):
    return [json.loads(line) for line in record.read_text().splitlines()]


def ask_aside(agent, prompt, heard):
    """Run a turn on a thread; returns what cancels it, the thread, and what came of the turn."""
    outcome, cancelled = [], Event()

    def run():
        try:
            outcome.append(agent.prompt(prompt, 60, cancelled))
        except AgentFailed as error:
            outcome.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    return cancelled, thread, outcome


@pytest.mark.parametrize("recording", sorted(DATA.glob("*.ndjson")), ids=lambda path: path.stem)
def test_a_recording_replayed_comes_out_as_its_events(recording, make, heard):
    partial = "partial" in recording.stem and "nopartial" not in recording.stem
    agent = make(CURSOR_FAKE_UNKNOWN="" if partial else "--stream-partial-output")

    if "fatal" in recording.stem:
        with pytest.raises(AgentFailed, match="cannot reach its service"):
            agent.prompt(f"replay {recording.stem}", 60, Event())
    else:
        assert agent.prompt(f"replay {recording.stem}", 60, Event()) == "end_turn"

    expected = json.loads(recording.with_suffix(".events.json").read_text())
    assert [list(event) for event in heard] == expected


def test_the_command_is_the_one_cursor_documents(make, heard, record):
    make().prompt("say hello", 60, Event())

    assert calls(record)[0]["argv"] == [
        "-p",
        "--output-format",
        "stream-json",
        "--stream-partial-output",
        "--trust",
        "--",
        "say hello",
    ]
    assert heard.text == "hello "


def test_a_conversation_goes_on(make, heard, record):
    agent = make()
    agent.prompt("say one", 60, Event())
    agent.prompt("recall", 60, Event())

    assert heard.text.endswith("1 turns before ")
    assert calls(record)[1]["argv"][5:7] == ["--resume", agent.conversation]


def test_a_conversation_goes_on_in_another_agent(make, heard):
    first = make()
    first.prompt("say one", 60, Event())
    second = make(Conversation("cursor-agent", "print", first.conversation))
    first.stop()
    second.prompt("recall", 60, Event())

    assert heard.text.endswith("1 turns before ")


OLD = Conversation("cursor-agent", "print", "22222222-2222-4222-a222-222222222222")


@pytest.fixture
def store(home):
    """Where cursor-agent keeps its conversations; another one is there already."""
    path = home / ".cursor" / "chats"
    (path / "d41d8cd98f00b204e9800998ecf8427e" / "another").mkdir(parents=True)
    return path


def resumed(record):
    return [call["argv"][5:7] == ["--resume", OLD.id] for call in calls(record)]


def test_a_conversation_the_store_does_not_have_is_begun_anew(make, heard, record, store):
    agent = make(OLD, recap=lambda: "say so far")
    agent.prompt("say one", 60, Event())
    agent.prompt("say two", 60, Event())

    (kind, said), (also, begun) = heard[:2]
    assert kind == "status" and said["detail"].startswith("The agent does not remember")
    assert said["detail"].endswith("and Janus gave it what was said so far.")
    assert also == "conversation" and begun["forgotten"] is True and begun["id"] != OLD.id
    first, second = calls(record)
    assert "--resume" not in first["argv"] and first["prompt"] == "say so far\n\nsay one"
    assert second["argv"][5:7] == ["--resume", agent.conversation] == ["--resume", begun["id"]]
    assert second["prompt"] == "say two"
    assert [data.get("forgotten") for kind, data in heard if kind == "conversation"] == [True, None]


def test_without_a_recap_only_the_forgetting_is_said(make, heard, record, store):
    make(OLD).prompt("say one", 60, Event())

    assert heard[0][1]["detail"].endswith("It begins a new one.")
    assert calls(record)[0]["prompt"] == "say one"


def test_a_recap_that_was_not_answered_is_given_again(make, heard, record, store):
    agent = make(OLD, recap=lambda: "die 1")
    for _ in range(2):
        with pytest.raises(AgentFailed):
            agent.prompt("say one", 60, Event())

    assert [call["prompt"] for call in calls(record)] == ["die 1\n\nsay one"] * 2


def test_a_conversation_in_the_store_goes_on(make, heard, record, store):
    (store / "of another workspace" / OLD.id).mkdir(parents=True)
    make(OLD).prompt("say one", 60, Event())

    assert resumed(record) == [True] and heard[0][0] == "conversation"


@pytest.mark.parametrize("there", ["nothing", "a file"])
def test_without_a_store_a_conversation_goes_on_as_far_as_anybody_knows(
    make, heard, record, home, there
):
    if there == "a file":
        (home / ".cursor").mkdir()
        (home / ".cursor" / "chats").write_text("")
    make(OLD).prompt("say one", 60, Event())

    assert resumed(record) == [True] and heard[0][0] == "conversation"


@pytest.mark.parametrize(
    ("variable", "folder"), [("CURSOR_CONFIG_DIR", "own"), ("XDG_CONFIG_HOME", "own/cursor")]
)
def test_the_store_is_where_the_owner_has_put_it(make, record, store, tmp_path, variable, folder):
    (tmp_path / folder / "chats" / "w" / OLD.id).mkdir(parents=True)
    make(OLD, **{variable: str(tmp_path / "own")}).prompt("say one", 60, Event())

    assert resumed(record) == [True]


def test_a_build_that_keeps_its_conversations_elsewhere_forgets_nothing(
    make, heard, record, store, home
):
    agent = make()
    agent.prompt("say one", 60, Event())
    shutil.rmtree(store / "of this workspace")  # as if it had never been there
    agent.prompt("recall", 60, Event())

    assert heard.text.endswith("1 turns before ") and "--resume" in calls(record)[1]["argv"]


def test_a_conversation_that_is_deleted_meanwhile_is_missed(make, heard, record, store):
    agent = make()
    agent.prompt("say one", 60, Event())
    agent.prompt("say two", 60, Event())
    shutil.rmtree(store / "of this workspace")
    agent.prompt("recall", 60, Event())

    assert heard.text.endswith("0 turns before ")
    assert [call["argv"].count("--resume") for call in calls(record)] == [0, 1, 0]


def test_the_conversation_is_known_before_the_answer(make, heard):
    make().prompt("say hello", 60, Event())

    assert heard[0][0] == "conversation"


@pytest.mark.parametrize(
    "prompt",
    [
        "--force",
        "-p",
        "--",
        "quotes \" and ' and $HOME and `id`",
        "two\nlines\tand a tab",
        "ünïcode 🚗",
        "x" * 119_999,
        "x" * 200_000,
        "long\n" * 40_000,
    ],
    ids=lambda prompt: repr(prompt[:12]) + str(len(prompt)),
)
def test_a_prompt_arrives_to_the_letter(prompt, make, heard, record):
    make().prompt(prompt, 60, Event())

    assert calls(record)[0]["prompt"] == prompt.strip()


def test_control_characters_do_not_reach_the_agent(make, heard, record):
    make().prompt("say a\0b\x03c\x1b[31md\x9b\x7f", 60, Event())

    assert calls(record)[0]["prompt"] == "say abcd"


@pytest.mark.parametrize(
    ("words", "error", "message"),
    [
        (
            "Error: Authentication required. Please run 'agent login' first",
            AgentLoginRequired,
            "Cursor is not logged in. On your computer, run agent login, then ask again.",
        ),
        (
            "\x1b[33m⚠ Warning: The provided API key is invalid.\x1b[0m",
            AgentLoginRequired,
            "not logged in",
        ),
        ("ActionRequiredError: You've hit your usage limit", AgentRateLimited, "usage limit"),
        ("RetriableError: [resource_exhausted] Error", AgentRateLimited, "usage limit"),
        ("RetriableError: [unavailable] connect ECONNREFUSED", AgentFailed, "internet connection"),
        ("Cannot use this model: gpt-9. Available models: auto", AgentFailed, "model"),
        ("Persistent-session chat ID must be a UUID", AgentFailed, "cannot continue"),
        (
            "Segmentation fault",
            AgentFailed,
            "finished (exit code 1, last words: Segmentation fault)",
        ),
    ],
)
def test_a_failure_says_what_to_do(words, error, message, make, heard):
    with pytest.raises(AgentFailed) as caught:
        make().prompt(f"complain {words}", 60, Event())

    assert type(caught.value) is error
    assert message in str(caught.value)
    assert caught.value.details["exit_code"] == 1
    assert "\x1b" not in caught.value.details["output"]


def test_a_folder_that_is_not_trusted_is_explained(make, heard):
    """A build that neither knows --trust nor trusts the folder."""
    words = (DATA / "hcn-trust-01.stderr.txt").read_text()

    with pytest.raises(AgentFailed, match="does not trust this folder"):
        make().prompt(f"complain {words}", 60, Event())


@pytest.mark.parametrize("code", [0, 1, 7])
def test_an_exit_without_a_result_is_a_failure_whatever_its_code(code, make, heard):
    agent = make()
    with pytest.raises(AgentFailed, match="before it had finished") as caught:
        agent.prompt(f"die {code}", 60, Event())

    assert caught.value.details["exit_code"] == code
    assert heard.text == "Half an answer "
    agent.prompt("recall", 60, Event())
    assert heard.text.endswith("1 turns before ")


def test_a_death_in_the_middle_of_a_line_is_a_failure(make, heard):
    agent = make()
    with pytest.raises(AgentFailed, match="signal 9") as caught:
        agent.prompt("kill", 60, Event())

    assert caught.value.details["signal"] == signal.SIGKILL
    assert agent.prompt("say again", 60, Event()) == "end_turn"


def test_a_result_that_says_it_failed_is_a_failure(make, heard):
    with pytest.raises(AgentRateLimited):
        make().prompt("refuse You've hit your usage limit", 60, Event())


def test_the_result_ends_the_turn_and_not_the_exit(make, heard, record, monkeypatch):
    monkeypatch.setattr(print_mode, "LINGER", 0.1)
    agent = make()

    assert agent.prompt("linger done", 60, Event()) == "end_turn"

    # The next turn waits until the one that never exits has been ended.
    agent.prompt("say next", 60, Event())
    with pytest.raises(ProcessLookupError):
        os.kill(calls(record)[0]["pid"], 0)


@pytest.mark.parametrize(
    "options", ["--trust", "--stream-partial-output", "--trust,--stream-partial-output"]
)
def test_an_older_build_is_spared_the_options_it_does_not_know(options, make, heard, record):
    agent = make(CURSOR_FAKE_UNKNOWN=options)

    agent.prompt("say hello", 60, Event())
    agent.prompt("say again", 60, Event())

    assert heard.text.replace(" ", "") == "helloagain"
    assert len(calls(record)) == 2
    assert not set(options.split(",")) & set(calls(record)[1]["argv"])


def test_ctrl_c_cancels_the_turn_and_the_conversation_goes_on(make, heard):
    agent = make()
    cancelled, thread, outcome = ask_aside(agent, "hang", heard)
    wait_for(lambda: heard.text)

    cancelled.set()
    agent.interrupt()
    thread.join(10)

    assert outcome == ["cancelled"]
    assert agent.prompt("recall", 60, Event()) == "end_turn"
    assert heard.text.endswith("1 turns before ")


def test_an_agent_that_ignores_ctrl_c_is_ended(make, heard, monkeypatch):
    monkeypatch.setattr(print_mode, "OBEY", 0.05)
    monkeypatch.setattr("janus.agents.process.process.GRACE", 0.05)
    agent = make()
    cancelled, thread, outcome = ask_aside(agent, "stubborn", heard)
    wait_for(lambda: heard.text)

    cancelled.set()
    agent.interrupt()
    thread.join(10)

    assert outcome == ["cancelled"]


def test_an_interrupt_without_a_turn_does_nothing(make, heard):
    agent = make()
    agent.interrupt()
    agent.prompt("say hello", 60, Event())
    agent.interrupt()

    assert agent.prompt("recall", 60, Event()) == "end_turn"


def test_a_turn_cancelled_before_its_process_runs_ends_at_once(make, heard):
    cancelled = Event()
    cancelled.set()

    assert make().prompt("hang", 60, cancelled) == "cancelled"


def test_stop_ends_a_turn_from_another_thread_and_twice(make, heard):
    agent = make()
    _, thread, outcome = ask_aside(agent, "hang", heard)
    wait_for(lambda: heard.text)

    agent.stop()
    agent.stop()
    thread.join(10)

    assert isinstance(outcome[0], AgentFailed)
    with pytest.raises(AgentFailed):
        agent.prompt("say more", 60, Event())


def test_a_turn_over_its_limit_is_stopped(make, heard, monkeypatch):
    """Its hour is over when it has said something, however long it took to start."""
    agent, now = make(), time.monotonic
    monkeypatch.setattr(time, "monotonic", lambda: now() + (3600 if heard.text else 0))

    with pytest.raises(AgentFailed, match="took longer than"):
        agent.prompt("hang", 60, Event())


def test_an_agent_without_a_sign_of_life_is_stopped(make, heard, monkeypatch):
    monkeypatch.setattr(print_mode, "TIMEOUT", 0.3)

    with pytest.raises(AgentFailed, match="no sign of life"):
        make().prompt("silent", 60, Event())


def test_only_its_own_variables_reach_the_agent(make, heard):
    make(
        CURSOR_API_KEY="k", LC_ALL="C.UTF-8", ANTHROPIC_API_KEY="s", JANUS_LOG="json", PORT="1"
    ).prompt("environment", 60, Event())

    names = set(heard.text.split())
    assert {"HOME", "PATH", "CURSOR_API_KEY", "LC_ALL", "TERM"} <= names
    assert not {"ANTHROPIC_API_KEY", "JANUS_LOG", "PORT"} & names


def test_agent_is_preferred_if_its_version_is_cursors(tmp_path, environ):
    path = fake_path(tmp_path, "cursor-agent")

    found = find("cursor-agent", SearchPath({**environ, "PATH": path}))

    assert Path(found.program[0]).name == "agent"
    assert found.version == "2026.10.01-e373342"


@pytest.mark.parametrize(
    "script", ["echo 1.2.3", "exit 1", "echo 2026.10.01-e373342 beta", "kill -9 $$"]
)
def test_another_program_called_agent_is_left_alone(script, tmp_path, home):
    path = fake_path(tmp_path, "cursor-agent")
    other = tmp_path / "bin" / "agent"
    other.write_text(f"#!/bin/sh\n{script}\n")
    other.chmod(0o755)

    found = find("cursor-agent", SearchPath({"HOME": str(home), "PATH": path}))

    assert Path(found.program[0]).name == "cursor-agent"


def test_an_agent_is_found_where_its_installer_puts_it(home):
    folder = home / ".local" / "bin"
    folder.mkdir(parents=True)
    (folder / "agent").symlink_to(Path(__file__).parents[1] / "fake_agents" / "cursor-agent")

    assert find("auto", SearchPath({"HOME": str(home), "PATH": "/usr/bin:/bin"})).spec is CURSOR


def test_without_a_real_agent_auto_is_the_demo(home):
    assert find("auto", SearchPath({"HOME": str(home), "PATH": "/usr/bin:/bin"})).is_demo


def test_an_agent_that_is_not_installed_says_how_to_install_it(home):
    with pytest.raises(AgentNotFound, match="agent login"):
        find("cursor", SearchPath({"HOME": str(home), "PATH": "/usr/bin:/bin"}))
