"""``janus mcp``: bound to its project and session, small, and as mortal as its agent."""

import contextlib
import json
import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import FAKE_AGENTS, wait_for

from janus.cli import mcp


class Mcp:
    """A server as an agent starts it, from what ACP told of it."""

    def __init__(self, told, cwd="/"):
        environ = {it["name"]: it["value"] for it in told["env"]}
        self.process = subprocess.Popen(
            [told["command"], *told["args"]], cwd=cwd, env=environ,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        self.last = 0

    def send(self, line):
        self.process.stdin.write(line + b"\n")
        self.process.stdin.flush()

    def call(self, method, **params):
        self.last += 1
        message = {"jsonrpc": "2.0", "id": self.last, "method": method, "params": params}
        self.send(json.dumps(message).encode())
        return self.answer()

    def answer(self):
        line = self.process.stdout.readline()
        assert len(line) <= 16_384
        return json.loads(line)

    def tool(self, name, **arguments):
        result = self.call("tools/call", name=name, arguments=arguments)["result"]
        return result["content"][0]["text"], result["isError"]


@pytest.fixture
def janus(serve, home):
    command = shlex.join([str(FAKE_AGENTS / "acp-agent"), "resume"])
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
    return serve(JANUS_AGENT="custom", JANUS_AGENT_COMMAND=command, path=path, MAX_SESSIONS="9")


@pytest.fixture
def offered(home):
    """The servers that each conversation was begun or continued with."""

    def offered():
        heard = [json.loads(line) for line in (home / "heard").read_text().splitlines()]
        opening = ("session/new", "session/load", "session/resume")
        return [it["params"]["mcpServers"] for it in heard if it.get("method") in opening]

    return offered


@pytest.fixture
def start_mcp(offered):
    """Starts the server of the conversation that was opened last."""
    started = []

    def start(**more):
        [told] = offered()[-1]
        started.append(Mcp(told, **more))
        return started[-1]

    yield start
    for it in started:
        with it.process as process:
            process.stdin.close()
            process.wait(60)


def said(janus, words):
    id = janus.start()
    assert janus.ask(id, words)[0] == 200
    return id


def found(server, words):
    return wait_for(
        lambda: (it := server.tool("search_history", query=words)[0])[:5] == "Notes" and it
    )


@pytest.mark.quick
def test_an_agent_searches_and_reads_what_was_said_elsewhere_in_its_project(janus, start_mcp):
    other = said(janus, "say the parrot is blue")
    janus.call("POST", f"/api/session/end?session_id={other}", {"summary": False})
    own = said(janus, "say where is my parrot")
    server = start_mcp()

    hello = server.call("initialize", protocolVersion="2025-06-18", capabilities={})["result"]
    assert hello["protocolVersion"] == "2025-06-18" and hello["capabilities"] == {"tools": {}}
    server.send(b'{"jsonrpc": "2.0", "method": "notifications/initialized"}')
    tools = server.call("tools/list")["result"]["tools"]
    assert [it["name"] for it in tools] == ["search_history", "read_session"]

    text = found(server, "parrot")
    assert other in text and own not in text
    read, failed = server.tool("read_session", session_id=other)
    assert not failed and "agent, " in read and "the parrot is blue" in read
    assert server.tool("read_session", session_id=own)[1]
    assert server.tool("read_session", session_id="nobody")[1]


def test_it_is_offered_again_whenever_the_conversation_is_continued(janus, offered, home):
    id = said(janus, "say hello")
    janus.call("POST", f"/api/session/end?session_id={id}", {"summary": False})

    janus.call("POST", f"/api/session/resume?session_id={id}")

    assert [[it["name"] for it in servers] for servers in offered()] == [["janus"], ["janus"]]


def test_an_agent_that_takes_no_servers_works_without(serve, offered):
    command = shlex.join([str(FAKE_AGENTS / "acp-agent"), "alone"])
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
    server = serve(JANUS_AGENT="custom", JANUS_AGENT_COMMAND=command, path=path)

    said(server, "say hello")

    assert [len(servers) for servers in offered()] == [1, 0]


def test_its_token_ends_with_the_session_and_opens_nothing_else(janus, start_mcp, offered):
    id = said(janus, "say hello")
    server = start_mcp()
    [told] = offered()[-1]
    token = {it["name"]: it["value"] for it in told["env"]}["JANUS_MCP_TOKEN"]
    assert "all of these words" in server.tool("search_history", query="nothing")[0]

    for path in ("/api/sessions", "/api/memory", f"/api/session?session_id={id}"):
        assert status(janus, path, token) == 401
    other = "1" if token[-1] == "0" else "0"
    assert status(janus, "/api/recall/search?q=x", token[:-1] + other) == 401
    assert status(janus, "/api/recall/search?q=x", janus.token) == 401
    project, _, mac = token.split(".")
    assert status(janus, "/api/recall/search?q=x", f"{project}.other.{mac}") == 401

    janus.call("POST", f"/api/session/end?session_id={id}", {"summary": False})
    assert server.tool("search_history", query="hello") == (
        "The session that asks has ended.",
        True,
    )


def status(janus, path, token):
    import urllib.error
    import urllib.request

    request = urllib.request.Request(janus.url + path, headers={"Authorization": f"Bearer {token}"})
    try:
        with urllib.request.urlopen(request) as response:
            return response.status
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def test_it_tells_nothing_of_another_project(janus, start_mcp, home):
    folder = home / "library"
    folder.mkdir()
    added = janus.call("POST", "/api/projects", {"path": str(folder)})[1]
    body = {"project_id": added["project_id"]}
    other = janus.call("POST", "/api/session/start", body)[1]["session_id"]
    janus.ask(other, "say the parrot is blue")
    said(janus, "say hello")
    server = start_mcp(cwd=folder)

    wait_for(lambda: janus.call("GET", "/api/history?q=parrot")[1]["hits"])
    assert "Nothing" in server.tool("search_history", query="parrot")[0]
    assert server.tool("read_session", session_id=other)[1]


def test_a_struck_session_is_not_found_by_agents(janus, start_mcp):
    other = said(janus, "say the parrot is blue")
    said(janus, "say hello")
    server = start_mcp()
    found(server, "parrot")

    assert janus.call("DELETE", f"/api/memory?session_id={other}")[0] == 200

    assert "Nothing" in server.tool("search_history", query="parrot")[0]
    assert server.tool("read_session", session_id=other)[1]
    assert janus.call("GET", "/api/history?q=parrot")[1]["hits"]


def test_an_answer_is_small_however_much_was_said(janus, start_mcp):
    other = said(janus, "say " + 'parrot "\u65e5\u672c" \\ ' * 3000)
    for _ in range(3):
        janus.ask(other, "say " + "parrot \n" * 3000)
    said(janus, "say hello")
    server = start_mcp()

    found(server, "parrot")
    text, failed = server.tool("read_session", session_id=other)
    assert not failed and "read_session with before" in text
    before = text.split("before '")[1].split("'")[0]
    assert server.tool("read_session", session_id=other, before=before)[0] != text


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"{", mcp.PARSE_ERROR),
        (b"[]", mcp.INVALID_REQUEST),
        (b"7", mcp.INVALID_REQUEST),
        (b'"\xff"', mcp.PARSE_ERROR),
        (b"[" * 100_000, mcp.PARSE_ERROR),
        (b'{"id": 1, "method": "resources/list"}', mcp.NO_METHOD),
        (b'{"id": 1, "method": "tools/call"}', mcp.INVALID_PARAMS),
        (b'{"id": 1, "method": "tools/call", "params": {"name": "rm"}}', mcp.INVALID_PARAMS),
        (b'{"id": 1, "method": "initialize", "params": []}', mcp.INVALID_PARAMS),
    ],
)
def test_what_is_no_request_is_refused_and_the_next_one_answered(line, code):
    answer = mcp.answered(line, "http://127.0.0.1:1", "token")

    assert answer["error"]["code"] == code
    assert mcp.answered(b'{"id": "a", "method": "ping"}', "", "") == {
        "jsonrpc": "2.0", "id": "a", "result": {},
    }  # fmt: skip


@pytest.mark.parametrize(
    "arguments",
    [{}, {"query": " "}, {"query": "x", "path": "/"}, {"query": None}],
)
def test_a_wrong_argument_is_told_to_the_agent(arguments):
    call = {"name": "search_history", "arguments": arguments}
    line = json.dumps({"id": 1, "method": "tools/call", "params": call}).encode()

    assert mcp.answered(line, "http://127.0.0.1:1", "token")["result"]["isError"]


def test_it_speaks_with_no_other_computer():
    call = {"name": "search_history", "arguments": {"query": "x"}}
    line = json.dumps({"id": 1, "method": "tools/call", "params": call}).encode()

    result = mcp.answered(line, "http://10.0.0.1:80", "token")["result"]

    assert result["isError"] and "no address of this computer" in result["content"][0]["text"]


def test_a_line_is_cut_to_16_kb():
    for text in ("x" * 100_000, "\u65e5" * 50_000, '"\\\n' * 40_000, "\udcff" * 20_000):
        message = {"result": {"content": [{"type": "text", "text": text}]}}

        assert 10_000 < len(mcp.encoded(message)) <= mcp.LONGEST


TOLD = {
    "command": sys.executable,
    "args": ["-I", "-S", mcp.__file__],
    "env": [{"name": mcp.URL, "value": "http://127.0.0.1:1"}, {"name": mcp.TOKEN, "value": "t"}],
}


def test_it_ends_with_its_input_and_survives_a_line_without_end():
    server = Mcp(TOLD)
    with server.process as process:
        server.send(b"x" * (3 << 20))
        assert server.answer()["error"]["code"] == mcp.PARSE_ERROR
        assert server.call("ping")["result"] == {}
        process.stdin.close()
        assert process.wait(60) == 0
        assert process.stderr.read() == b""


def test_it_ends_with_the_program_that_started_it():
    starts = (
        "import os, subprocess, sys; "
        "print(subprocess.Popen(sys.argv[1:], stdin=3, pass_fds=[3]).pid, flush=True); "
        "sys.stdin.read()"
    )
    reading, writing = os.pipe()
    environ = {it["name"]: it["value"] for it in TOLD["env"]}
    command = [sys.executable, "-c", starts, TOLD["command"], *TOLD["args"]]

    def keep():
        os.dup2(reading, 3)

    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environ,
        pass_fds=[3], preexec_fn=keep,
    ) as parent:  # fmt: skip
        os.close(reading)
        pid = int(parent.stdout.readline())
        os.write(writing, b'{"id": 1, "method": "ping"}\n')
        assert json.loads(parent.stdout.readline())["result"] == {}  # it has begun
        parent.send_signal(signal.SIGKILL)
        parent.wait()
        wait_for(lambda: not lives(pid))
    os.close(writing)
    with contextlib.suppress(ChildProcessError):  # somebody else's, unless orphans come here
        os.waitpid(pid, 0)


def lives(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_workspace_cannot_put_its_own_modules_in_its_place(tmp_path):
    for name in ("json", "http", "janus", "sitecustomize"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('a stranger')\n")
    server = Mcp(TOLD, cwd=tmp_path)
    with server.process as process:
        assert server.call("ping")["result"] == {}
        process.stdin.close()


def test_without_a_token_it_says_what_it_is_for(run):
    done = run("mcp")

    assert done.returncode == 2 and "Janus offers it" in done.stderr
