"""The commands of a person at a terminal, against a real server."""

import contextlib
import json
import os
import pty
import re
import signal
import subprocess
import sys
import threading
import urllib.request

import pytest
from conftest import FAKE_AGENTS, fake_path, git, wait_for

ENDED = re.compile(r"\nTo go on: janus ask --session ([0-9a-f]{8}) \"…\"\n$")


@pytest.fixture
def serve(serve):
    """The same, but it answers by now: its address is known before its worker is."""

    def begin(**more):
        server = serve(**more)
        server.call("GET", "/api/health")
        return server

    return begin


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


@pytest.fixture
def cursor_server(serve, tmp_path):
    return serve(path=fake_path(tmp_path, "agent"))


def sessions(server):
    return server.call("GET", "/api/sessions")[1]["sessions"]


def state(server):
    [session] = sessions(server)
    return server.call("GET", f"/api/state?session_id={session['session_id']}")[1]


# --- ask


def test_ask_prints_the_answer_and_nothing_else(serve, execute):
    server = serve()

    done = execute("ask", "Where is ShoppingCart defined?")

    assert done.returncode == 0
    [session] = sessions(server)
    _, asked = server.call("GET", f"/api/session?session_id={session['session_id']}")
    assert done.stdout == asked["conversation"][1]["content"].rstrip("\n") + "\n"
    assert "cart.py" in done.stdout
    assert ENDED.search(done.stderr)[1] == session["session_id"][:8]
    assert session["branch"] is None


def test_ask_prints_while_the_agent_writes(cursor_server, begin, tmp_path):
    process = begin("ask", f"until {tmp_path / 'go'}")

    assert os.read(process.stdout, 7) == b"Working"

    (tmp_path / "go").touch()
    assert process.communicate(timeout=20)[0].split() == ["Done"]
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
    assert len(sessions(cursor_server)) == 1


def test_a_name_makes_a_branch(serve, run, workspace):
    server = serve()

    done = run("ask", "--name", "fix-login", "Where is ShoppingCart?")

    assert done.returncode == 0
    [session] = sessions(server)
    assert session["name"] == "fix-login"
    assert git(session["worktree_path"], "branch", "--show-current") == "feature/fix-login\n"


def test_an_agent_can_be_chosen(cursor_server, run):
    done = run("ask", "--agent", "demo", "Where is ShoppingCart?")

    assert "cart.py" in done.stdout
    assert sessions(cursor_server)[0]["agent"] == "janus-demo-agent"
    wrong = run("ask", "--agent", "hal", "Where is ShoppingCart?")
    assert (wrong.returncode, wrong.stdout) == (1, "") and "Janus knows" in wrong.stderr


def test_a_failure_of_the_agent_is_told_and_the_session_stays(cursor_server, run):
    done = run("ask", "die 3")

    assert done.returncode == 1
    assert done.stdout == "Half an answer \n"
    assert ENDED.sub("", done.stderr) == (
        "Cursor stopped before it had finished (exit code 3). Ask again.\n"
    )
    assert state(cursor_server)["status"] == "error"


def test_a_question_that_is_taken_back_elsewhere_ends_the_wait(cursor_server, begin):
    first = begin("ask", "hang")
    wait_for(lambda: sessions(cursor_server) and state(cursor_server)["status"] == "active")
    id = sessions(cursor_server)[0]["session_id"]
    second = begin("ask", "--session", id, "say hello")
    [waiting] = wait_for(lambda: state(cursor_server)["queue"])

    query = f"session_id={id}&message_id={waiting['message_id']}"
    cursor_server.call("DELETE", f"/api/queue?{query}")

    _, told = second.communicate(timeout=20)
    assert second.returncode == 1 and "taken back" in told
    cursor_server.call("POST", "/api/interrupt", {"session_id": id})
    _, told = first.communicate(timeout=20)
    assert first.returncode == 0 and "cancelled" in told


def test_ctrl_c_stops_the_turn(cursor_server, begin):
    process = begin("ask", "hang")
    os.read(process.stdout, 1)

    process.send_signal(signal.SIGINT)

    _, told = process.communicate(timeout=20)
    assert process.returncode == 130
    assert told.startswith("Stopped.\n") and ENDED.search(told)
    wait_for(lambda: not state(cursor_server)["is_processing"])


def test_ctrl_c_takes_a_waiting_question_back_and_stops_no_other(cursor_server, begin):
    begin("ask", "hang")
    wait_for(lambda: sessions(cursor_server) and state(cursor_server)["status"] == "active")
    waiting = begin("ask", "--session", sessions(cursor_server)[0]["session_id"], "say hello")
    wait_for(lambda: state(cursor_server)["queue"])

    waiting.send_signal(signal.SIGINT)

    assert waiting.wait(20) == 130
    assert not state(cursor_server)["queue"] and state(cursor_server)["is_processing"]


def test_a_server_that_dies_meanwhile_is_told_of(cursor_server, begin):
    process = begin("ask", "hang")
    os.read(process.stdout, 1)

    os.killpg(cursor_server.process.pid, signal.SIGKILL)

    _, told = process.communicate(timeout=20)
    assert process.returncode == 1
    assert "The connection to Janus broke" in told and "Traceback" not in told
    cursor_server.wait()


def test_a_proxy_is_not_asked_for_the_way_to_this_machine(serve, run):
    serve()

    done = run("sessions", http_proxy="http://127.0.0.1:9", HTTP_PROXY="http://127.0.0.1:9")

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("args", [("ask", " "), ("ask", "--session", "1", "--name", "a", "x")])
def test_what_cannot_be_asked_is_refused_before_anything_begins(args, serve, run):
    server = serve()

    done = run(*args)

    assert done.returncode == 2 and "Usage: " in done.stderr
    assert sessions(server) == []


# --- ask, at a terminal


class Terminal:
    """``janus`` with a terminal for its stdin and stderr."""

    def __init__(self, begin, *args):
        self.master, slave = pty.openpty()
        self.process = begin(*args, stdin=slave, stderr=slave)
        os.close(slave)
        self.shown = ""
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self):
        with contextlib.suppress(OSError):  # the last one has closed it
            while data := os.read(self.master, 1000):
                self.shown += data.decode()

    def type(self, text):
        os.write(self.master, text.encode())

    def wait(self):
        said = self.process.communicate(timeout=30)[0]
        self._reader.join()
        os.close(self.master)
        return said


def test_a_permission_is_asked_of_who_sits_there(serve, begin, workspace):
    serve()
    terminal = Terminal(begin, "ask", "write notes.txt: remember the milk")
    wait_for(lambda: "Your choice" in terminal.shown)
    assert "The agent asks:" in terminal.shown and "remember the milk" in terminal.shown
    allow = re.search(r"^  (\d)  Allow", terminal.shown, re.MULTILINE)[1]

    terminal.type("9\n")
    wait_for(lambda: terminal.shown.count("Your choice") == 2)
    terminal.type(f"{allow}\n")

    assert terminal.wait()
    assert terminal.process.returncode == 0
    assert (workspace / "notes.txt").read_text().strip() == "remember the milk"


def test_ctrl_d_at_a_permission_stops_the_turn(serve, begin, workspace):
    server = serve()
    terminal = Terminal(begin, "ask", "write notes.txt: remember the milk")
    wait_for(lambda: "Your choice" in terminal.shown)

    terminal.type("\x04")

    terminal.wait()
    assert terminal.process.returncode == 130
    wait_for(lambda: not state(server)["is_processing"])
    assert not (workspace / "notes.txt").exists()


def test_who_answers_late_hears_so(serve, begin, workspace):
    server = serve()
    terminal = Terminal(begin, "ask", "write notes.txt: remember the milk")
    wait_for(lambda: "Your choice" in terminal.shown)
    allow(server)

    terminal.type("1\n")

    assert terminal.wait()
    assert terminal.process.returncode == 0 and (workspace / "notes.txt").exists()


def test_without_a_terminal_a_permission_is_answered_elsewhere(serve, begin, workspace):
    server = serve()
    process = begin("ask", "write notes.txt: remember the milk")
    wait_for(lambda: sessions(server) and state(server)["permissions"])

    allow(server)

    said, told = process.communicate(timeout=20)
    assert process.returncode == 0 and said
    assert f"Answer it on the page: {server.url}" in told
    assert (workspace / "notes.txt").exists()


def allow(server):
    [asked] = state(server)["permissions"]
    [option] = [option for option in asked["options"] if option["kind"] == "allow_once"]
    body = {"request_id": asked["request_id"], "option_id": option["id"]}
    session = sessions(server)[0]["session_id"]
    assert server.call("POST", "/api/permission", {"session_id": session, **body})[0] == 200


def test_a_silent_agent_is_said_to_work(cursor_server, begin):
    terminal = Terminal(begin, "ask", "silent")

    wait_for(lambda: "[The agent works…]" in terminal.shown)

    terminal.process.send_signal(signal.SIGINT)
    assert terminal.wait() == ""


def test_what_an_agent_says_cannot_move_the_cursor(serve, run, tmp_path):
    command = str(FAKE_AGENTS / "acp-agent")
    serve(path=fake_path(tmp_path), JANUS_AGENT="custom", JANUS_AGENT_COMMAND=command)

    assert run("ask", "say \x1b[2Jred\x07").stdout == "red \n"


# --- the other commands


def test_sessions_lists_them(serve, run):
    server = serve()
    assert "There are no sessions" in run("sessions").stdout
    run("ask", "--name", "fix-login", "Where is ShoppingCart?")
    run("ask", "Where is ShoppingCart?")

    done = run("sessions")

    assert done.returncode == 0
    first, second = done.stdout.splitlines()
    named, plain = sessions(server)
    assert first.startswith(named["session_id"]) and "feature/fix-login" in first
    assert second.startswith(plain["session_id"]) and "the workspace itself" in second
    assert "waiting" in first and "2 messages" in first


def test_rename_changes_the_name_only(serve, run):
    server = serve()
    _, begun = server.call("POST", "/api/session/start", {"name": "old"})

    done = run("rename", begun["session_id"][:8], "new")

    assert (done.returncode, done.stdout) == (0, f"{begun['session_id']} is called new.\n")
    assert (sessions(server)[0]["name"], sessions(server)[0]["branch"]) == ("new", "feature/old")
    wrong = run("rename", begun["session_id"], "no spaces please")
    assert wrong.returncode == 1 and "letters, digits or dashes" in wrong.stderr


def test_end_tells_where_the_work_is(serve, run):
    server = serve()
    run("ask", "--name", "fix-login", "Where is ShoppingCart?")
    [session] = sessions(server)

    done = run("end", session["session_id"][:8])

    assert done.returncode == 0 and "ShoppingCart" in done.stdout
    assert f"on feature/fix-login, in {session['worktree_path']}" in done.stderr
    assert f"janus resume {session['session_id']}" in done.stderr
    assert sessions(server) == []


def test_end_without_a_word_or_a_summary(serve, run):
    server = serve()

    assert run("end", server.start()).stdout == "Nothing was said in it.\n"
    assert run("ask", "Where is ShoppingCart?").returncode == 0
    assert "- " in run("end", "--no-summary", sessions(server)[0]["session_id"]).stdout


def test_cleanup_is_refused_while_work_would_be_lost(serve, run, workspace):
    server = serve()
    _, begun = server.call("POST", "/api/session/start", {"name": "fix-login"})
    id, path = begun["session_id"], workspace / ".worktrees" / begun["session_id"]
    (path / "new.txt").write_text("work\n")

    refused = run("end", "--cleanup", id)

    assert (refused.returncode, refused.stdout) == (1, "")
    assert "has 1 new file (new.txt). Commit and merge it" in refused.stderr
    assert path.exists() and len(sessions(server)) == 1

    forced = run("end", "--cleanup", "--force", id)

    assert (forced.returncode, forced.stderr) == (0, "Its work is on feature/fix-login\n")
    assert not path.exists() and sessions(server) == []
    assert "feature/fix-login" in git(workspace, "branch")


def test_force_alone_is_no_way_to_end(run):
    done = run("end", "--force", "1")

    assert done.returncode == 2 and "--force is for --cleanup" in done.stderr


def test_resume_starts_the_agent_also_of_a_session_that_ended(serve, run):
    server = serve()
    run("ask", "Where is ShoppingCart?")
    id = sessions(server)[0]["session_id"]
    run("end", id)

    done = run("resume", id)

    assert (done.returncode, done.stdout) == (0, f"{id} is waiting.\n")
    assert run("resume", id[:8]).stdout == done.stdout
    assert sessions(server)[0]["message_count"] == 2


def test_a_conversation_goes_on_after_a_restart(serve, run, tmp_path):
    path = fake_path(tmp_path, "agent")
    server = serve(path=path)
    id = ENDED.search(run("ask", "say hello").stderr)[1]
    server.stop()
    serve(path=path)

    assert "idle" in run("sessions").stdout
    assert run("ask", "--session", id, "recall").stdout == "2 turns before \n"  # and a summary


# --- what can be wrong


@pytest.mark.parametrize(
    "args", [("sessions",), ("ask", "x"), ("resume", "1"), ("rename", "1", "a"), ("end", "1")]
)
def test_without_a_server_it_says_so(args, run, workspace):
    done = run(*args)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"No Janus serves {workspace}. Start it there with: janus serve")


def test_after_the_end_of_the_server_too(serve, run):
    serve().stop()

    assert "No Janus serves" in run("sessions").stderr


@pytest.mark.parametrize(
    "args", [("ask", "--session", "none", "x"), ("rename", "none", "a"), ("end", "none")]
)
def test_an_unknown_id_is_said_to_be_one(args, serve, run):
    serve().start()

    done = run(*args)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "No session begins with none. See: janus sessions\n"


@pytest.mark.parametrize(("id", "says"), [("none", "No session none"), ("../x", "A session id")])
def test_an_id_that_never_was_is_not_resumed(id, says, serve, run):
    serve()

    done = run("resume", id)

    assert done.returncode == 1 and done.stderr.startswith(says)


def test_a_beginning_that_several_have_is_not_enough(serve, run):
    server = serve()
    for id in ("phone-1", "phone-2", "phone"):
        server.call("POST", "/api/chat", {"session_id": id, "message": "Where is ShoppingCart?"})

    assert run("end", "phone-").stderr == "2 sessions begin with phone-. See: janus sessions\n"
    assert run("rename", "phone", "mine").returncode == 0  # it is one itself


def test_pair_shows_a_code_that_lets_one_device_in(serve, run):
    server = serve()

    shown = run("pair", "--read").stdout

    assert "open http" in shown and "▀" in shown  # to be scanned
    code = re.search(r"[2-9A-HJ-NP-Z]{5}-[2-9A-HJ-NP-Z]{5}", shown)[0]
    status, device = server.call("POST", "/api/pair", {"code": code, "name": "a phone"})
    assert (status, device["scope"]) == (201, "read")
    assert server.call("POST", "/api/pair", {"code": code})[0] == 403


def test_devices_lists_them_and_lets_one_in_no_more(serve, run):
    server = serve()
    assert run("devices").stdout == "No device is paired yet. Let one in with: janus pair\n"
    _, device = server.call("POST", "/api/tokens", {"name": "ci", "scope": "read"})
    id = device["device_id"]

    assert re.fullmatch(rf"{id[:8]}  token  read  last seen \S+  - +ci\n", run("devices").stdout)
    assert run("devices", "--revoke", "nobody").stderr == (
        "No device begins with nobody. See: janus devices\n"
    )
    assert run("devices", "--revoke", id[:8]).stdout == "1 revoked.\n"
    assert run("devices", "--revoke", "all").stdout == "0 revoked.\n"


def test_token_prints_what_a_program_comes_in_with(serve, run):
    server = serve()

    token = run("token", "ci", "--read").stdout.strip()

    request = urllib.request.Request(
        f"{server.url}/api/devices", headers={"Authorization": f"Bearer {token}"}
    )
    with urllib.request.urlopen(request) as response:
        found = json.load(response)
    [device] = found["devices"]
    assert (device["name"], device["scope"]) == ("ci", "read")
    assert found["this_device"] == device["device_id"]


def test_a_wrong_setting_is_named(run):
    done = run("sessions", JANUS_PROT="1")

    assert done.returncode == 1 and "JANUS_PROT" in done.stderr


def test_every_command_explains_itself(run):
    listed = re.findall(r"^  (\w+) ", run("--help").stdout.partition("Commands:")[2], re.MULTILINE)

    assert listed == [
        "ask", "devices", "doctor", "end", "pair", "rename", "resume", "serve", "sessions", "token",
    ]  # fmt: skip
    for name in listed:
        assert len(run(name, "--help").stdout.splitlines()) > 4
