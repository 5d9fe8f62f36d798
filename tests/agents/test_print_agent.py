"""The driver against a fake cursor-agent: a real process on a real pty."""

import json
import os
import shutil
import signal
import time
from pathlib import Path
from threading import Event

import msgspec
import pytest
from conftest import fake_path, wait_for
from recorder import Recorder, ask, ask_in_background

from janus.agents.cursor import print_agent as print_mode
from janus.agents.detection import SearchPath, detect
from janus.agents.factory import make_agent
from janus.agents.joiner import run_together
from janus.agents.known import CURSOR
from janus.errors import AgentFailed, AgentLoginRequired, AgentNotFound, AgentRateLimited
from janus.model import Conversation
from janus.model.events import AgentNotice, AnyEvent, ConversationOpened, Remark

DATA = Path(__file__).parents[1] / "data" / "cursor-agent"


@pytest.fixture
def recorder():
    return Recorder()


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
def make(environ, tmp_path, recorder):
    """Makes an agent that tells ``recorder``; all are stopped at the end."""
    made = []

    def make(conversation=None, recap=lambda: "", **more):
        found = detect("cursor-agent", SearchPath({**environ, **more}))
        made.append(make_agent(found, tmp_path, "test", recorder, conversation, recap=recap))
        return made[-1]

    yield make
    for agent in made:
        agent.stop()


def calls(record):
    return [json.loads(line) for line in record.read_text().splitlines()]


@pytest.mark.others_slow
@pytest.mark.parametrize("recording", sorted(DATA.glob("*.ndjson")), ids=lambda path: path.stem)
def test_a_recording_replayed_comes_out_as_its_events(recording, make, recorder):
    partial = "partial" in recording.stem and "nopartial" not in recording.stem
    agent = make(CURSOR_FAKE_UNKNOWN="" if partial else "--stream-partial-output")

    if "fatal" in recording.stem:
        with pytest.raises(AgentFailed, match="cannot reach its service"):
            ask(agent, f"replay {recording.stem}")
    else:
        assert ask(agent, f"replay {recording.stem}") == "end_turn"

    expected = json.loads(recording.with_suffix(".events.json").read_text())
    stamps = {"conversation_opened": {"agent": "cursor-agent"}}
    told = [{**event, **stamps.get(event["type"], {}), "turn_id": "turn"} for event in expected]
    events = msgspec.convert(told, list[AnyEvent])
    assert [*run_together(recorder)] == [*run_together(events)]


def test_the_command_is_the_one_cursor_documents(make, recorder, record):
    ask(make(), "say hello")

    assert calls(record)[0]["argv"] == [
        "-p",
        "--output-format",
        "stream-json",
        "--stream-partial-output",
        "--trust",
        "--",
        "say hello",
    ]
    assert recorder.text == "hello "


def test_a_conversation_goes_on(make, recorder, record):
    agent = make()
    ask(agent, "say one")
    ask(agent, "recall")

    assert recorder.text.endswith("1 turns before ")
    assert calls(record)[1]["argv"][5] == f"--resume={agent.conversation}"


def test_a_conversation_goes_on_in_another_agent(make, recorder):
    first = make()
    ask(first, "say one")
    second = make(Conversation("cursor-agent", "print", first.conversation))
    first.stop()
    ask(second, "recall")

    assert recorder.text.endswith("1 turns before ")


OLD = Conversation("cursor-agent", "print", "22222222-2222-4222-a222-222222222222")


@pytest.fixture
def store(home):
    """Where cursor-agent keeps its conversations; another one is there already."""
    path = home / ".cursor" / "chats"
    (path / "d41d8cd98f00b204e9800998ecf8427e" / "another").mkdir(parents=True)
    return path


def continued(call):
    return [argument for argument in call["argv"] if argument.startswith("--resume")]


def resumed(record):
    return [call["argv"][5] == f"--resume={OLD.id}" for call in calls(record)]


def test_a_conversation_the_store_does_not_have_is_begun_anew(make, recorder, record, store):
    agent = make(OLD, recap=lambda: "say so far")
    ask(agent, "say one")
    ask(agent, "say two")

    notice, begun = recorder[:2]
    assert isinstance(notice, AgentNotice) and notice.turn_id == "turn"
    assert notice.detail.startswith("The agent does not remember")
    assert notice.detail.endswith("and Janus gave it what was said so far.")
    assert isinstance(begun, ConversationOpened) and begun.forgotten and begun.id != OLD.id
    first, second = calls(record)
    assert continued(first) == [] and first["prompt"] == "say so far\n\nsay one"
    assert continued(second) == [f"--resume={begun.id}"] and agent.conversation == begun.id
    assert second["prompt"] == "say two"
    assert [opened.forgotten for opened in recorder.all(ConversationOpened)] == [True, False]


def test_without_a_recap_only_the_forgetting_is_said(make, recorder, record, store):
    ask(make(OLD), "say one")

    assert recorder[0].detail.endswith("It begins a new one.")
    assert calls(record)[0]["prompt"] == "say one"


def test_a_recap_that_was_not_answered_is_given_again(make, recorder, record, store):
    agent = make(OLD, recap=lambda: "die 1")
    for _ in range(2):
        with pytest.raises(AgentFailed):
            ask(agent, "say one")

    assert [call["prompt"] for call in calls(record)] == ["die 1\n\nsay one"] * 2


def test_a_conversation_in_the_store_goes_on(make, recorder, record, store):
    (store / "of another workspace" / OLD.id).mkdir(parents=True)
    ask(make(OLD), "say one")

    assert resumed(record) == [True] and isinstance(recorder[0], ConversationOpened)


@pytest.mark.others_slow
@pytest.mark.parametrize("there", ["nothing", "a file"])
def test_without_a_store_a_conversation_goes_on_as_far_as_anybody_knows(
    make, recorder, record, home, there
):
    if there == "a file":
        (home / ".cursor").mkdir()
        (home / ".cursor" / "chats").write_text("")
    ask(make(OLD), "say one")

    assert resumed(record) == [True] and isinstance(recorder[0], ConversationOpened)


@pytest.mark.others_slow
@pytest.mark.parametrize(
    ("variable", "folder"), [("CURSOR_CONFIG_DIR", "own"), ("XDG_CONFIG_HOME", "own/cursor")]
)
def test_the_store_is_where_the_owner_has_put_it(make, record, store, tmp_path, variable, folder):
    (tmp_path / folder / "chats" / "w" / OLD.id).mkdir(parents=True)
    ask(make(OLD, **{variable: str(tmp_path / "own")}), "say one")

    assert resumed(record) == [True]


def test_a_build_that_keeps_its_conversations_elsewhere_forgets_nothing(
    make, recorder, record, store, home
):
    agent = make()
    ask(agent, "say one")
    shutil.rmtree(store / "of this workspace")  # as if it had never been there
    ask(agent, "recall")

    assert recorder.text.endswith("1 turns before ") and continued(calls(record)[1])


def test_a_conversation_that_is_deleted_meanwhile_is_missed(make, recorder, record, store):
    agent = make()
    ask(agent, "say one")
    ask(agent, "say two")
    shutil.rmtree(store / "of this workspace")
    ask(agent, "recall")

    assert recorder.text.endswith("0 turns before ")
    assert [len(continued(call)) for call in calls(record)] == [0, 1, 0]


@pytest.mark.others_slow
@pytest.mark.parametrize("id", ["--force", "-p", "", "../../etc", "a b", "a\n--force", "a" * 201])
def test_what_is_no_id_never_reaches_the_command_line(make, recorder, record, id):
    agent = make(Conversation("cursor-agent", "print", id))

    ask(agent, "say one")

    [call] = calls(record)
    assert continued(call) == [] and call["argv"][5:] == ["--", "say one"]
    assert recorder.all(ConversationOpened)[0].id == agent.conversation != id


def test_a_malformed_id_of_the_program_itself_is_not_used_again(make, recorder, record):
    agent = make()
    for _ in range(2):
        ask(agent, "name --force")

    assert [continued(call) for call in calls(record)] == [[], []]
    assert [opened.id for opened in recorder.all(ConversationOpened)] == ["", ""]


def test_a_call_that_is_left_open_ends_with_its_turn(make, recorder):
    agent = make()
    ask(agent, "tool end", "1")
    with pytest.raises(AgentFailed):
        ask(agent, "tool die", "2")
    cancelled, thread, _ = ask_in_background(agent, "tool hang", "3")
    wait_for(lambda: ("in_progress", "3") in recorder.statuses("c"))
    cancelled.set()
    agent.interrupt()
    thread.join(60)

    assert recorder.statuses("c") == [
        ("in_progress", "1"),
        ("completed", "1"),
        ("in_progress", "2"),
        ("failed", "2"),
        ("in_progress", "3"),
        ("cancelled", "3"),
    ]


def test_the_reason_of_the_end_is_passed_on(make):
    assert ask(make(), "stop max_tokens") == "max_tokens"


def test_the_conversation_is_known_before_the_answer(make, recorder):
    ask(make(), "say hello")

    assert isinstance(recorder[0], ConversationOpened)


@pytest.mark.others_slow
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
def test_a_prompt_arrives_to_the_letter(prompt, make, recorder, record):
    ask(make(), prompt)

    assert calls(record)[0]["prompt"] == prompt.strip()


def test_control_characters_do_not_reach_the_agent(make, recorder, record):
    ask(make(), "say a\0b\x03c\x1b[31md\x9b\x7f")

    assert calls(record)[0]["prompt"] == "say abcd"


@pytest.mark.others_slow
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
def test_a_failure_says_what_to_do(words, error, message, make, recorder):
    with pytest.raises(AgentFailed) as caught:
        ask(make(), f"complain {words}")

    assert type(caught.value) is error
    assert message in str(caught.value)
    assert caught.value.details["exit_code"] == 1
    assert "\x1b" not in caught.value.details["output"]


def test_a_folder_that_is_not_trusted_is_explained(make, recorder):
    """A build that neither knows --trust nor trusts the folder."""
    words = (DATA / "hcn-trust-01.stderr.txt").read_text()

    with pytest.raises(AgentFailed, match="does not trust this folder"):
        ask(make(), f"complain {words}")


@pytest.mark.others_slow
@pytest.mark.parametrize("code", [0, 1, 7])
def test_an_exit_without_a_result_is_a_failure_whatever_its_code(code, make, recorder):
    agent = make()
    with pytest.raises(AgentFailed, match="before it had finished") as caught:
        ask(agent, f"die {code}")

    assert caught.value.details["exit_code"] == code
    assert recorder.text == "Half an answer "
    ask(agent, "recall")
    assert recorder.text.endswith("1 turns before ")


def test_a_death_in_the_middle_of_a_line_is_a_failure(make, recorder):
    agent = make()
    with pytest.raises(AgentFailed, match="signal 9") as caught:
        ask(agent, "kill")

    assert caught.value.details["signal"] == signal.SIGKILL
    assert ask(agent, "say again") == "end_turn"


def test_a_result_that_says_it_failed_is_a_failure(make, recorder):
    with pytest.raises(AgentRateLimited):
        ask(make(), "refuse You've hit your usage limit")


def test_the_result_ends_the_turn_and_not_the_exit(make, recorder, record, monkeypatch):
    monkeypatch.setattr(print_mode, "LINGER", 0.1)
    agent = make()

    assert ask(agent, "linger done") == "end_turn"

    # The next turn waits until the one that never exits has been ended.
    ask(agent, "say next")
    with pytest.raises(ProcessLookupError):
        os.kill(calls(record)[0]["pid"], 0)


@pytest.mark.others_slow
@pytest.mark.parametrize(
    "options", ["--trust", "--stream-partial-output", "--trust,--stream-partial-output"]
)
def test_an_older_build_is_spared_the_options_it_does_not_know(options, make, recorder, record):
    agent = make(CURSOR_FAKE_UNKNOWN=options)

    ask(agent, "say hello")
    ask(agent, "say again")

    assert recorder.text.replace(" ", "") == "helloagain"
    assert len(calls(record)) == 2
    assert not set(options.split(",")) & set(calls(record)[1]["argv"])


def test_ctrl_c_cancels_the_turn_and_the_conversation_goes_on(make, recorder):
    agent = make()
    cancelled, thread, outcome = ask_in_background(agent, "hang")
    wait_for(lambda: recorder.text)

    cancelled.set()
    agent.interrupt()
    thread.join(60)

    assert outcome == ["cancelled"]
    assert ask(agent, "recall") == "end_turn"
    assert recorder.text.endswith("1 turns before ")


def test_an_agent_that_ignores_ctrl_c_is_ended(make, recorder, monkeypatch):
    monkeypatch.setattr(print_mode, "OBEY", 0.05)
    monkeypatch.setattr("janus.agents.process.process.GRACE", 0.05)
    agent = make()
    cancelled, thread, outcome = ask_in_background(agent, "stubborn")
    wait_for(lambda: recorder.text)

    cancelled.set()
    agent.interrupt()
    thread.join(60)

    assert outcome == ["cancelled"]
    [remark] = recorder.all(Remark)
    assert "did not react to Stop, so Janus ended it" in remark.content


def test_an_interrupt_without_a_turn_does_nothing(make, recorder):
    agent = make()
    agent.interrupt()
    ask(agent, "say hello")
    agent.interrupt()

    assert ask(agent, "recall") == "end_turn"


def test_a_turn_cancelled_before_its_process_runs_ends_at_once(make, recorder):
    cancelled = Event()
    cancelled.set()

    assert make().prompt("turn", "hang", 60, cancelled) == "cancelled"


def test_stop_ends_a_turn_from_another_thread_and_twice(make, recorder):
    agent = make()
    _, thread, outcome = ask_in_background(agent, "hang")
    wait_for(lambda: recorder.text)

    agent.stop()
    agent.stop()
    thread.join(60)

    assert isinstance(outcome[0], AgentFailed)
    with pytest.raises(AgentFailed):
        ask(agent, "say more")


def test_a_turn_over_its_limit_is_stopped(make, recorder, monkeypatch):
    """Its hour is over when it has said something, however long it took to start."""
    agent, now = make(), time.monotonic
    monkeypatch.setattr(time, "monotonic", lambda: now() + (3600 if recorder.text else 0))

    with pytest.raises(AgentFailed, match="took longer than"):
        agent.prompt("turn", "hang", 60, Event())


def test_an_agent_without_a_sign_of_life_is_stopped(make, recorder, monkeypatch):
    monkeypatch.setattr(print_mode, "TIMEOUT", 0.3)

    with pytest.raises(AgentFailed, match="no sign of life"):
        ask(make(), "silent")


def test_only_its_own_variables_reach_the_agent(make, recorder):
    ask(
        make(
            CURSOR_API_KEY="k", LC_ALL="C.UTF-8", ANTHROPIC_API_KEY="s", JANUS_LOG="json", PORT="1"
        ),
        "environment",
    )

    names = set(recorder.text.split())
    assert {"HOME", "PATH", "CURSOR_API_KEY", "LC_ALL", "TERM"} <= names
    assert not {"ANTHROPIC_API_KEY", "JANUS_LOG", "PORT"} & names


def test_agent_is_preferred_if_its_version_is_cursors(tmp_path, environ):
    path = fake_path(tmp_path, "cursor-agent")

    found = detect("cursor-agent", SearchPath({**environ, "PATH": path}))

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

    found = detect("cursor-agent", SearchPath({"HOME": str(home), "PATH": path}))

    assert Path(found.program[0]).name == "cursor-agent"


def test_an_agent_is_found_where_its_installer_puts_it(home):
    folder = home / ".local" / "bin"
    folder.mkdir(parents=True)
    (folder / "agent").symlink_to(Path(__file__).parents[1] / "fake_agents" / "cursor-agent")

    assert detect("auto", SearchPath({"HOME": str(home), "PATH": "/usr/bin:/bin"})).spec is CURSOR


def test_without_a_real_agent_auto_is_the_demo(home):
    assert detect("auto", SearchPath({"HOME": str(home), "PATH": "/usr/bin:/bin"})).is_demo


def test_an_agent_that_is_not_installed_says_how_to_install_it(home):
    with pytest.raises(AgentNotFound, match="agent login"):
        detect("cursor", SearchPath({"HOME": str(home), "PATH": "/usr/bin:/bin"}))
