"""The real gunicorn, with real agents behind it, and every way it can end."""

import contextlib
import json
import os
import signal
import socket
import sys
import threading
import urllib.request
from pathlib import Path

import pytest
from conftest import COMMAND, fake_path, processes_of, wait_for
from kit.command import Command, Done
from kit.forked import GUNICORN

ROOT = Path(__file__).parents[2]


@pytest.fixture
def cursor_path(tmp_path):
    return fake_path(tmp_path, "agent")


def summaries(workspace):
    return list((workspace / ".janus" / "conversation-summaries").glob("*.md"))


@pytest.mark.parametrize(
    "kind", [pytest.param("janus serve", marks=pytest.mark.quick), "gunicorn wsgi:app"]
)
def test_both_ways_to_serve_are_the_same_server(kind, serve, workspace):
    command = (sys.executable, *GUNICORN) if kind.startswith("gunicorn") else COMMAND
    server = serve(*command, cwd=ROOT, WORKSPACE_DIR=str(workspace))

    id = server.start()
    status, answer = server.ask(id, "Where is ShoppingCart defined?")

    assert status == 200 and "cart.py" in answer["answer"]
    assert server.call("GET", "/api/health")[1]["agent"]["demo"]
    assert "built-in demo agent" in server.log
    assert server.stop() == 0
    assert "ShoppingCart" in summaries(workspace)[0].read_text()


@pytest.mark.parametrize(
    "number",
    [
        pytest.param(signal.SIGTERM, marks=pytest.mark.quick),
        signal.SIGINT,
        signal.SIGHUP,
        signal.SIGQUIT,
    ],
)
def test_a_signal_ends_it_in_order(number, serve, cursor_path, workspace, home):
    server = serve(path=cursor_path)
    id = server.start()
    server.ask(id, "say hello")
    other, outcome = server.start(), []
    asking = threading.Thread(target=lambda: outcome.append(server.ask(other, "hang")))
    asking.start()
    wait_for(lambda: asked(home, b"hang"))

    assert server.stop(number) == 0
    asking.join()

    assert outcome[0][0] == 503 and outcome[0][1]["error"]["code"] == "SERVER_STOPPING"
    assert len(summaries(workspace)) == 2
    assert processes_of(home) == []
    assert "Traceback" not in server.log


def asked(home, question):
    """The agents with that question; git, say, may look for *changes* in a folder of that name."""
    found = []
    for pid in processes_of(home):
        with contextlib.suppress(OSError):
            arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            found += [pid for it in arguments if it.endswith(question)]
    return found


def test_a_closing_terminal_shuts_it_down_in_order(serve, cursor_path, home):
    server = serve(path=cursor_path)
    server.ask(server.start(), "say hello")

    os.killpg(server.process.pid, signal.SIGHUP)

    assert server.wait() == 0
    assert processes_of(home) == []


def test_a_killed_server_leaves_no_agent(serve, cursor_path, home):
    server = serve(path=cursor_path)
    asking = threading.Thread(target=ask_and_lose, args=(server, "stubborn"))
    asking.start()
    wait_for(lambda: asked(home, b"stubborn"))

    os.killpg(server.process.pid, signal.SIGKILL)
    server.wait()
    asking.join()

    wait_for(lambda: processes_of(home) == [])


def ask_and_lose(server, question, id=None):
    with contextlib.suppress(OSError):
        server.ask(id or server.start(), question)


@pytest.mark.quick
def test_a_killed_worker_leaves_no_agent_and_is_replaced(serve, cursor_path, home):
    server = serve(path=cursor_path)
    asking = threading.Thread(target=ask_and_lose, args=(server, "stubborn"))
    asking.start()
    wait_for(lambda: asked(home, b"stubborn"))
    [worker] = (
        Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children").read_text().split()
    )

    os.kill(int(worker), signal.SIGKILL)
    asking.join()

    wait_for(lambda: not asked(home, b"stubborn"))
    # The new worker has a new token for the owner's programs, a moment after the old one's end.
    wait_for(lambda: server.call("GET", "/api/sessions")[0] == 200)
    assert server.ask(server.start(), "say hello")[1]["answer"] == "hello "


@pytest.mark.slow
@pytest.mark.parametrize("stopping", [False, True], ids=["serving", "stopping"])
def test_a_killed_master_takes_all_with_it_also_with_a_stream_open(
    stopping, serve, cursor_path, home
):
    server = serve(path=cursor_path)
    id = server.start()
    asking = threading.Thread(target=ask_and_lose, args=(server, "stubborn", id))
    asking.start()
    wait_for(lambda: asked(home, b"stubborn"))
    [worker] = (
        Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children").read_text().split()
    )
    request = urllib.request.Request(
        f"{server.url}/api/chat/stream?session_id={id}",
        headers={"Authorization": f"Bearer {server.token}"},
    )

    with urllib.request.urlopen(request) as stream:
        assert stream.readline().startswith(b"id:")
        if stopping:
            os.kill(int(worker), signal.SIGTERM)
        server.process.kill()
        # Less than gunicorn would wait for the stream, and the lock for the worker.
        wait_for(lambda: not Path(f"/proc/{worker}").exists())
    asking.join()

    wait_for(lambda: processes_of(home) == [])
    later = serve(path=cursor_path)
    said = later.call("GET", f"/api/session?session_id={id}")[1]
    assert said["status"] == "idle"
    last = said["conversation"][-1]
    assert last["role"] == "system"
    assert any(it in last["content"] for it in ("stopped before it answered", "shutting down"))


def test_an_unused_session_is_summarised_and_ended(serve, workspace):
    server = serve(SESSION_TIMEOUT="1s", CLEANUP_INTERVAL="100ms")
    id = server.start()
    server.ask(id, "Where is ShoppingCart defined?")

    wait_for(lambda: server.call("GET", "/api/health")[1]["active_sessions"] == 0)

    assert server.call("GET", f"/api/session?session_id={id}")[0] == 404
    assert "ShoppingCart" in summaries(workspace)[0].read_text()


def test_many_asks_wait_while_others_are_answered(serve, cursor_path, tmp_path):
    server = serve(path=cursor_path)
    ids = [server.start() for _ in range(4)]
    outcomes = []
    threads = [
        threading.Thread(
            target=lambda id=id: outcomes.append(server.ask(id, f"until {tmp_path}/go"))
        )
        for id in ids
        for _ in range(10)
    ]
    for thread in threads:
        thread.start()
    wait_for(lambda: sum(s["message_count"] for s in sessions(server)) == 44)  # 40 asked, 4 begun

    assert server.call("GET", "/api/health")[0] == 200

    (tmp_path / "go").touch()
    for thread in threads:
        thread.join()
    assert [status for status, _ in outcomes] == [200] * 40


def sessions(server):
    return server.call("GET", "/api/sessions")[1]["sessions"]


def test_a_chunked_body_over_the_limit_is_refused(serve):
    server = serve()
    id = server.start()
    host, port = server.url.removeprefix("http://").split(":")
    head = f"POST /api/ask?session_id={id} HTTP/1.1\r\nHost: {host}:{port}\r\n"
    head += f"Authorization: Bearer {server.token}\r\n"
    head += (
        "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    )
    chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"

    with socket.create_connection((host, int(port)), timeout=60) as connection:
        connection.sendall(head.encode() + chunk * 17)
        status = connection.recv(100).split()[1]

    assert status == b"413"
    assert server.call("GET", "/api/health")[0] == 200


@pytest.fixture
def gunicorn(fork_server):
    """Runs gunicorn, which must not serve, and waits for its end."""

    def gunicorn(*options, **environ):
        environ = {"HOME": "/nonexistent", "PATH": "/usr/bin:/bin", **environ}

        def start(out, err):
            return fork_server.start((*GUNICORN, *options), ROOT, environ, stdout=out, stderr=err)

        command = Command(start)
        said = command.communicate(timeout=60)
        return Done(command.returncode, *said)

    return gunicorn


@pytest.mark.others_slow
@pytest.mark.parametrize("kind", ["janus serve", "gunicorn wsgi:app"])
@pytest.mark.parametrize(
    ("name", "value"),
    [("JANUS_PROT", "1"), ("PORT", "x"), ("WORKSPACE_DIR", "/no"), ("JANUS_HOST", "8.8.8.8")],
)
def test_a_wrong_setting_stops_the_start_with_a_sentence(kind, name, value, run, gunicorn):
    wrong = {name: value}
    done = run("serve", **wrong) if kind == "janus serve" else gunicorn(**wrong)

    assert done.returncode != 0
    assert f"Janus cannot start: {name}" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_taken_port_stops_the_start_with_a_sentence(run):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run("serve", PORT=str(port))

    assert done.returncode != 0
    assert f"Janus cannot start: PORT={port}: cannot listen on it" in done.stderr


@pytest.mark.others_slow
@pytest.mark.parametrize("option", ["--workers=2", "--preload", "--reload", "--max-requests=9"])
def test_what_would_lose_sessions_is_refused(option, gunicorn):
    done = gunicorn(option, PORT="0")

    assert done.returncode != 0 and "one worker" in done.stderr


def test_the_log_can_be_json(serve):
    server = serve(JANUS_LOG="json", LOG_LEVEL="debug")
    server.ask(server.start(), "Where is a canary?")
    server.stop()

    entries = [json.loads(line) for line in server.lines if line.startswith("{")]
    assert any("created" in entry["message"] for entry in entries)
    assert "canary" not in server.log
