"""``janus ask``: one question, its answer, and every way it can end."""

import json
import os
import re
import signal
import subprocess
import sys

import pytest
import served
from conftest import fake_path, git, wait_for
from served import ended, sessions, state

from janus.cli.client import Client

serve, cursor_server = served.serve, served.cursor_server


ENDED = re.compile(r"\nTo continue: janus ask --session ([0-9a-f]{8}) \"…\"\n$")


@pytest.fixture
def execute(workspace, home):
    """Runs the program that a person starts, from its first line on."""

    def execute(*args):
        return subprocess.run(
            [sys.executable, "-m", "janus", *args], cwd=workspace,
            env={"HOME": str(home), "PATH": "/usr/bin:/bin"}, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=60,
        )  # fmt: skip

    return execute


@pytest.mark.quick
def test_ask_prints_the_answer_and_nothing_else(serve, execute):
    server = serve()

    done = execute("ask", "Where is ShoppingCart defined?")

    assert done.returncode == 0
    [session] = ended(server)
    _, asked = server.call("GET", f"/api/messages?session_id={session['session_id']}")
    assert done.stdout == asked["messages"][1]["content"].rstrip("\n") + "\n"
    assert "cart.py" in done.stdout
    assert ENDED.search(done.stderr)[1] == session["session_id"][:8]
    assert session["branch"] is None


def test_files_go_along(cursor_server, run, tmp_path, workspace):
    (tmp_path / "notes.txt").write_bytes(b"a line\n" * 300_000)

    done = run("ask", "say look", "--attach", str(tmp_path / "notes.txt"))

    place = re.search(r"\[Attached: notes.txt, in (.*?)\]", done.stdout)[1]
    assert (workspace / place).read_bytes() == (tmp_path / "notes.txt").read_bytes()
    assert git(workspace, "status", "--porcelain") == ""
    lost = run("ask", "say look", "--attach", str(tmp_path / "gone"))
    assert "gone cannot be read: No such file" in lost.stderr and lost.returncode


def test_ask_prints_while_the_agent_writes(cursor_server, begin, tmp_path):
    process = begin("ask", f"until {tmp_path / 'go'}")

    assert os.read(process.stdout, 7) == b"Working"

    (tmp_path / "go").touch()
    assert process.communicate(timeout=60)[0].split() == ["Done"]
    assert process.returncode == 0


def test_ask_prints_an_answer_that_came_at_once(serve, run, tmp_path):
    whole = {"CURSOR_FAKE_UNKNOWN": "--stream-partial-output"}
    serve(path=fake_path(tmp_path, "agent"), JANUS_AGENT_ENV=next(iter(whole)), **whole)

    assert run("ask", "say it whole").stdout == "it whole\n"


def test_ask_goes_on_in_a_session_by_the_beginning_of_its_id(cursor_server, run):
    first = run("ask", "say hello")
    id = ENDED.search(first.stderr)[1]

    second = run("ask", "--session", id, "recall")

    assert second.stdout == "1 turns before \n"
    assert second.stderr == ""
    assert len(sessions(cursor_server)) == 1  # it was asked to go on with it


def test_asking_in_a_loop_never_meets_the_limit(serve, run):
    server = serve(MAX_SESSIONS="1")

    asked = [run("ask", "Where is ShoppingCart?") for _ in range(3)]

    assert [done.returncode for done in asked] == [0, 0, 0]
    assert (len(sessions(server)), len(ended(server))) == (0, 3)
    assert run("ask", "--keep", "Where is ShoppingCart?").returncode == 0
    [kept] = sessions(server)
    refused = run("ask", "Where is ShoppingCart?")
    assert refused.returncode == 4 and refused.stdout == ""
    assert f"janus end {kept['session_id'][:8]}   ends Where is ShoppingCart?" in refused.stderr


def test_asking_in_a_loop_leaves_no_file_for_each_question(serve, run, workspace):
    server = serve()
    written = workspace / ".janus" / "conversation-summaries"
    for _ in range(3):
        run("ask", "Where is ShoppingCart?")
    assert not written.exists() or [*written.iterdir()] == []
    assert all("ShoppingCart" in it["summary"] for it in ended(server))  # they are still listed so

    id = ended(server)[0]["session_id"]
    run("ask", "--session", id[:8], "Who uses it?")
    run("end", "--no-summary", id[:8])

    assert len([*written.iterdir()]) == 1


def test_a_question_comes_from_stdin(cursor_server, run):
    assert run("ask", "-", input="say hello\nthere").stdout.split() == ["hello", "there"]
    for empty in ("", " \n"):
        assert run("ask", "-", input=empty).returncode == 2
    assert run("ask", "-", input="x" * 1_000_001).returncode == 2


def test_the_answer_as_json(cursor_server, run):
    answer = json.loads(run("ask", "--json", "say hello").stdout)

    assert (answer["answer"].strip(), answer["stop_reason"]) == ("hello", "end_turn")
    assert answer["session_id"] == ended(cursor_server)[0]["session_id"]
    failed = run("ask", "--json", "die 3")
    assert failed.returncode == 6
    assert json.loads(failed.stdout)["error"]["code"] == "AGENT_FAILED"


def test_who_waits_no_longer_stops_the_turn(cursor_server, run):
    done = run("ask", "--timeout", "500ms", "hang")

    assert done.returncode == 7 and "There was no answer in time." in done.stderr
    assert sessions(cursor_server) == [] and not state(cursor_server)["is_processing"]
    assert "duration such as" in run("ask", "--timeout", "soon", "x").stderr


@pytest.mark.parametrize(("answer", "written"), [("allow-once", True), ("reject", False)])
def test_a_permission_is_answered_as_the_options_say(answer, written, serve, run, workspace):
    serve()

    done = run("ask", "--on-permission", answer, "write notes.txt: remember the milk")

    assert done.returncode == 0
    assert (workspace / "notes.txt").exists() == written
    assert "[Write notes.txt: " in done.stderr


def test_what_is_no_permission_is_not_approved(serve, begin):
    server = serve()
    process = begin("ask", "--on-permission", "allow-once", "ask me something")
    told = b""
    while b"Answer it on the page" not in told:
        told += os.read(process.stderr, 1000) or pytest.fail("it ended")

    [asked] = state(server)["permissions"]  # it still waits
    process.send_signal(signal.SIGINT)

    assert asked["kind"] == "question" and process.wait(60) == 130


def test_a_name_makes_a_branch(serve, run, workspace):
    server = serve()

    done = run("ask", "--name", "fix-login", "Where is ShoppingCart?")

    assert done.returncode == 0
    [session] = ended(server)
    assert session["name"] == "fix-login"
    assert git(session["worktree_path"], "branch", "--show-current") == "feature/fix-login\n"


def test_an_agent_can_be_chosen(cursor_server, run):
    done = run("ask", "--agent", "demo", "Where is ShoppingCart?")

    assert "cart.py" in done.stdout
    assert ended(cursor_server)[0]["agent"] == "janus-demo-agent"
    wrong = run("ask", "--agent", "hal", "Where is ShoppingCart?")
    assert (wrong.returncode, wrong.stdout) == (4, "") and "Janus knows" in wrong.stderr


def test_a_failure_of_the_agent_is_told(cursor_server, run):
    done = run("ask", "die 3")

    assert done.returncode == 6
    assert done.stdout == "Half an answer \n"
    assert ENDED.sub("", done.stderr) == (
        "Cursor stopped before it had finished (exit code 3). Ask again.\n"
    )
    assert sessions(cursor_server) == []


def test_a_question_that_is_taken_back_elsewhere_ends_the_wait(cursor_server, begin):
    first = begin("ask", "hang")
    wait_for(lambda: sessions(cursor_server) and state(cursor_server)["status"] == "active")
    id = sessions(cursor_server)[0]["session_id"]
    second = begin("ask", "--session", id, "say hello")
    [waiting] = wait_for(lambda: state(cursor_server)["queue"])

    query = f"session_id={id}&message_id={waiting['message_id']}"
    cursor_server.call("DELETE", f"/api/queue?{query}")

    _, told = second.communicate(timeout=60)
    assert second.returncode == 1 and "withdrawn" in told
    cursor_server.call("POST", "/api/interrupt", {"session_id": id})
    _, told = first.communicate(timeout=60)
    assert first.returncode == 0 and "cancelled" in told


@pytest.mark.quick
def test_ctrl_c_stops_the_turn(cursor_server, begin):
    process = begin("ask", "hang")
    os.read(process.stdout, 1)

    process.send_signal(signal.SIGINT)

    _, told = process.communicate(timeout=60)
    assert process.returncode == 130
    assert told.startswith("Stopped.\n") and ENDED.search(told)
    wait_for(lambda: not state(cursor_server)["is_processing"])


def test_ctrl_c_takes_a_waiting_question_back_and_stops_no_other(cursor_server, begin):
    begin("ask", "hang")
    wait_for(lambda: sessions(cursor_server) and state(cursor_server)["status"] == "active")
    waiting = begin("ask", "--session", sessions(cursor_server)[0]["session_id"], "say hello")
    wait_for(lambda: state(cursor_server)["queue"])

    waiting.send_signal(signal.SIGINT)

    assert waiting.wait(60) == 130
    assert not state(cursor_server)["queue"] and state(cursor_server)["is_processing"]


@pytest.mark.parametrize("heard", [True, False], ids=["it has it", "it gets it later"])
def test_ctrl_c_before_janus_says_that_it_has_the_question(heard, cursor_server, run, monkeypatch):
    post, cut = Client.post, []

    def post_and_be_cut(self, path, body=None, **query):
        if path == "/api/chat" and not cut:
            cut.append(body)
            if heard:
                post(self, path, body)
            raise KeyboardInterrupt
        return post(self, path, body, **query)

    monkeypatch.setattr(Client, "post", post_and_be_cut)

    assert run("ask", "--keep", "hang").returncode == 130

    cursor_server.call("POST", "/api/chat", cut[0])
    wait_for(lambda: not state(cursor_server)["is_processing"])


def test_a_server_that_dies_meanwhile_is_told_of(cursor_server, begin):
    process = begin("ask", "hang")
    os.read(process.stdout, 1)

    os.killpg(cursor_server.process.pid, signal.SIGKILL)

    _, told = process.communicate(timeout=60)
    assert process.returncode == 3
    assert "The connection to Janus broke" in told and "Traceback" not in told
    cursor_server.wait()


def test_a_proxy_is_not_asked_for_the_way_to_this_machine(serve, run):
    serve()

    done = run("sessions", http_proxy="http://127.0.0.1:9", HTTP_PROXY="http://127.0.0.1:9")

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    "args",
    [
        ("ask", " "),
        ("ask", "--session", "1", "--name", "a", "x"),
        ("ask", "--keep", "--session", "", "x"),
    ],
)
def test_what_cannot_be_asked_is_refused_before_anything_begins(args, serve, run):
    server = serve()

    done = run(*args)

    assert done.returncode == 2 and "Usage: " in done.stderr
    assert sessions(server) == []


def test_a_conversation_goes_on_after_a_restart(serve, run, tmp_path):
    path = fake_path(tmp_path, "agent")
    server = serve(path=path)
    id = ENDED.search(run("ask", "say hello").stderr)[1]
    server.stop()
    serve(path=path)

    assert run("sessions", "--all").stdout.split()[:2] == [id, "ended"]
    assert run("ask", "--session", id, "recall").stdout == "1 turns before \n"
