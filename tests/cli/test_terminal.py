"""``janus ask`` with somebody who sits at the terminal."""

import contextlib
import json
import os
import pty
import re
import signal
import threading
import urllib.request

import pytest
import served
from conftest import FAKE_AGENTS, fake_path, wait_for
from served import sessions, state

serve, cursor_server = served.serve, served.cursor_server


class Terminal:
    """``janus`` with a terminal for its stdin and stderr."""

    def __init__(self, begin, *args, **environ):
        self.master, slave = pty.openpty()
        self.process = begin(*args, stdin=slave, stderr=slave, **environ)
        os.close(slave)
        self.shown = ""
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self):
        with contextlib.suppress(OSError):  # the last one has closed it
            while data := os.read(self.master, 1000):
                self.shown += data.decode(errors="replace")

    def type(self, text):
        os.write(self.master, text.encode())

    def wait(self):
        said = self.process.communicate(timeout=60)[0]
        self._reader.join()
        os.close(self.master)
        return said


@pytest.mark.quick
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
    assert not state(server)["is_processing"]
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

    said, told = process.communicate(timeout=60)
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


def test_a_link_for_this_computer_brings_a_code_along(begin):
    terminal = Terminal(begin, "serve", PORT="0", JANUS_HOST="127.0.0.1")
    wait_for(lambda: "On this computer, open" in terminal.shown and "#p=" in terminal.shown)
    url, code = wait_for(
        lambda: re.search(r"open (http\S+)/#p=(\w{10})&now\s", terminal.shown)
    ).groups()

    body = json.dumps({"code": code}).encode()
    request = urllib.request.Request(
        f"{url}/api/pair", body, {"Content-Type": "application/json", "Origin": url}
    )
    with urllib.request.urlopen(request) as response:
        assert json.load(response)["scope"] == "full"

    terminal.process.send_signal(signal.SIGTERM)
    terminal.wait()
    assert terminal.process.returncode == 0
