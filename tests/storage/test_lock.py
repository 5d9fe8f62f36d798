"""Two servers and one workspace: one serves, and the other says why it does not."""

import json
import os
import shutil
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from conftest import fake_path, processes_of, wait_for
from kit.command import Command
from kit.forked import GUNICORN, JANUS

from janus.storage.project import project_folder

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
#: A server whose sessions take long to end after its master was killed.
SLOW_TO_LEAVE = """
from janus.cli.commands import main
from janus.runtime import Runtime

stop = Runtime.stop

def late(self):
    import threading
    threading.Event().wait(1.5)
    stop(self)

Runtime.stop = late
main(["serve"])
"""


@pytest.fixture
def agent(tmp_path):
    return fake_path(tmp_path, "agent")


@pytest.fixture
def refused(workspace, home, fork_server):
    """What a server that must not start here says; by default ``janus serve``."""

    def refused(*program, cwd=workspace, **environ):
        base = {"HOME": str(home), "PATH": "/usr/bin:/bin", "PORT": "0"}
        environ = {**base, "WORKSPACE_DIR": str(workspace), **environ}

        def start(out, err):
            return fork_server.start(program or JANUS, cwd, environ, stdout=out, stderr=err)

        done = Command(start)
        _, said = done.communicate(timeout=60)
        assert done.returncode == 1
        assert "Traceback" not in said
        return said

    return refused


def worker_of(server):
    pid = server.process.pid
    return int(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0])


def listed(server):
    return {s["session_id"]: s["name"] for s in server.call("GET", "/api/sessions")[1]["sessions"]}


@pytest.mark.parametrize("command", [JANUS, GUNICORN], ids=["janus serve", "gunicorn"])
def test_the_second_says_who_serves_and_where(command, serve, refused, agent, workspace, kept):
    first = serve(path=agent)
    id = first.call("POST", "/api/session/start", {"name": "mine"})[1]["session_id"]
    first.ask(id, "say hello")
    file = kept / "sessions.json"
    wait_for(lambda: file.exists() and id.encode() in file.read_bytes())
    before = file.read_bytes()

    said = refused(*command, cwd=ROOT)

    assert "Janus cannot start: another Janus serves" in said and "janus project add" in said
    assert f"process {first.process.pid} at {first.url}" in said
    assert len(said.strip().splitlines()) <= 3
    assert first.ask(id, "recall")[1]["answer"] == "1 turns before "
    assert listed(first) == {id: "mine"}
    assert json.loads(before)["sessions"][0]["id"] == id


def test_after_an_orderly_end_the_second_starts(serve, agent):
    first = serve(path=agent)
    id = first.start()
    assert first.stop(signal.SIGTERM) == 0

    assert listed(serve(path=agent)) == {id: None}


def test_after_a_kill_of_the_whole_group_the_second_starts_at_once(serve, agent, home):
    first = serve(path=agent)
    id = first.start()
    first.ask(id, "say hello")
    dead = {first.process.pid, worker_of(first)}

    os.killpg(first.process.pid, signal.SIGKILL)
    first.wait()
    second = serve(path=agent)

    assert listed(second) == {id: None}
    assert not dead & {*processes_of(home)}
    assert second.ask(id, "recall")[1]["answer"] == "1 turns before "


def test_after_a_kill_of_the_master_the_second_waits_for_the_worker(serve, agent, home):
    first = serve(sys.executable, "-c", SLOW_TO_LEAVE, path=agent)
    id = first.start()
    worker = worker_of(first)

    first.process.kill()
    first.process.wait()
    assert worker in processes_of(home)
    second = serve(path=agent)

    assert listed(second) == {id: None}
    assert worker not in processes_of(home)
    assert "Traceback" not in second.log
    first.wait()


@pytest.mark.parametrize("kind", ["janus serve", "gunicorn"])
def test_of_two_that_start_at_once_one_serves(kind, serve, workspace):
    command = GUNICORN if kind == "gunicorn" else JANUS  # forked: they meet more closely
    for _ in range(3):
        with ThreadPoolExecutor(2) as pool:
            both = [*pool.map(lambda _: starting(serve, command, workspace), range(2))]

        ended = wait_for(lambda both=both: [s for s in both if s.process.poll() is not None])
        assert len(ended) == 1
        [loser] = ended
        [winner] = [server for server in both if server is not loser]
        assert winner.call("GET", "/api/health")[0] == 200
        assert loser.wait() == 1
        assert "Janus cannot start: another Janus serves" in loser.log
        assert "Traceback" not in loser.log
        assert winner.stop() == 0


def starting(serve, command, workspace):
    return serve(*command, cwd=ROOT, WORKSPACE_DIR=str(workspace))


@pytest.mark.parametrize("content", [b"", b"\0\xff garbage", b"[]", b'{"pid": 1}', b'{"pid": '])
def test_a_lock_file_that_says_nothing_stops_nobody(content, serve, owners):
    owners.mkdir(parents=True)
    (owners / "lock").write_bytes(content)

    server = serve()

    assert server.call("GET", "/api/health")[0] == 200
    assert "Traceback" not in server.log
    assert json.loads((owners / "lock").read_bytes())["url"] == server.url


@pytest.mark.parametrize("content", [b"", b"\0\xff garbage"])
def test_a_lock_file_that_somebody_spoiled_still_locks(content, serve, refused, owners):
    server = serve()
    assert server.call("GET", "/api/health")[0] == 200  # it has written itself into the lock
    (owners / "lock").write_bytes(content)

    assert "another process" in refused()
    assert server.call("GET", "/api/health")[0] == 200


@pytest.mark.parametrize("command", [JANUS, GUNICORN], ids=["janus serve", "gunicorn"])
def test_a_lock_that_cannot_be_opened_is_a_sentence(command, refused, kept):
    kept.parent.mkdir(parents=True)
    kept.write_text("in the way")  # root may open any file, but this is no folder

    said = refused(*command, cwd=ROOT)

    assert "Janus cannot start:" in said and str(kept) in said


@pytest.mark.parametrize("command", [JANUS, GUNICORN], ids=["janus serve", "gunicorn"])
def test_sessions_of_a_newer_version_are_refused_untouched(command, refused, kept):
    newer = b'{"version": "2.0", "sessions": [{"is": "new"}]}'
    file = kept / "sessions.json"
    file.parent.mkdir(parents=True)
    file.write_bytes(newer)

    said = refused(*command, cwd=ROOT)

    assert f"Janus cannot start: {file} is of version 2.0, and this Janus knows 1.0" in said
    assert file.read_bytes() == newer
    assert [path.name for path in file.parent.glob("sessions*")] == ["sessions.json"]


def test_what_an_agent_cleans_away_costs_nothing_that_was_said(serve, refused, agent, workspace):
    first = serve(path=agent)
    id = first.start()
    first.ask(id, "say one")
    # Not checked: what Janus publishes again meanwhile makes it complain.
    subprocess.run(["git", "clean", "-fdxq"], cwd=workspace, check=False)
    shutil.rmtree(workspace / ".janus", ignore_errors=True)
    assert first.ask(id, "say two")[0] == 200
    assert first.call("POST", "/api/chat", {"message": "say three", "session_id": "page"})[0] == 200
    assert "another Janus serves" in refused()

    os.killpg(first.process.pid, signal.SIGKILL)
    first.wait()
    second = serve(path=agent)

    def said(id):
        state = second.call("GET", f"/api/state?session_id={id}")[1]
        return [m["content"] for m in state["messages"] if m["sender"] == "user"]

    assert said(id) == ["say one", "say two"] and said("page") == ["say three"]


def test_a_projects_own_settings_are_none_of_januss(serve, workspace):
    (workspace / ".env").write_text("PORT=1\nLOG_LEVEL=trace\nMAX_SESSIONS=unlimited\n")

    server = serve()

    assert server.call("GET", "/api/health")[1]["max_sessions"] == 4


def test_a_project_that_chooses_what_runs_is_a_sentence(refused, workspace):
    (workspace / ".env").write_text("JANUS_AGENT_COMMAND=/bin/sh -c 'touch pwned'\n")

    said = refused(*JANUS)

    assert f"JANUS_AGENT_COMMAND in {workspace}/.env: a project may not choose this" in said
    assert not (workspace / "pwned").exists()


@pytest.mark.parametrize("command", [JANUS, GUNICORN], ids=["janus serve", "gunicorn"])
def test_state_in_the_workspace_is_a_sentence(command, refused, workspace):
    said = refused(*command, cwd=ROOT, JANUS_STATE_DIR=str(workspace / "state"))

    assert "Janus cannot start: its state folder" in said and "Set JANUS_STATE_DIR" in said


def test_the_state_lies_where_it_was_told_to(serve, workspace, tmp_path, home):
    server = serve(JANUS_STATE_DIR=str(tmp_path / "volume"))
    id = server.start()

    folder = project_folder(workspace, tmp_path / "volume")
    assert (folder / "logs" / f"{id}.jsonl").exists() and (
        tmp_path / "volume" / "owner-token"
    ).exists()
    assert not (home / ".local" / "state" / "janus" / "projects").exists()
