"""Orphans of a Janus that was killed with its guardians are ended, and nothing else is."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import uuid
from pathlib import Path

import pytest
from conftest import fake_path, git, processes_of, wait_for

from janus.agents.process import orphans
from janus.agents.process.orphans import MARK, end_orphans
from janus.errors import GitFailed, ServerStopping
from janus.storage.lock import WorkspaceLock
from janus.storage.store import Store
from janus.workspace.worktrees import Workspace

ID = "3f1b2c9e-0000-4000-8000-000000000001"


@pytest.fixture
def agent(tmp_path):
    return fake_path(tmp_path, "agent")


@contextlib.contextmanager
def bystander(**environ):
    """A process that is not ours, and has to be alive at the end."""
    environ = {"HOME": "/", "PATH": "/usr/bin:/bin", **environ}
    process = subprocess.Popen(["sleep", "1000"], env=environ, start_new_session=True)
    try:
        yield process
        assert process.poll() is None
    finally:
        process.kill()
        process.wait()


def cmdline(pid):
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[:-1]
    return []


def marked(run):
    return orphans._marked(f"{MARK}={run}".encode())


def run_of(kept):
    return json.loads((kept / "lock").read_bytes())["run"]


def ask_and_lose(server, id, question):
    with contextlib.suppress(OSError, ValueError):
        server.ask(id, question)


def killed_with_its_guardians(server, home):
    """Kill a server so that neither it nor its guardians can end the agents."""
    guardians = [pid for pid in processes_of(home) if b"server.main()" in b" ".join(cmdline(pid))]
    assert guardians
    for pid in guardians:
        os.kill(pid, signal.SIGSTOP)
    os.killpg(server.process.pid, signal.SIGKILL)
    server.wait()
    for pid in guardians:
        os.kill(pid, signal.SIGKILL)


@pytest.mark.slow
def test_what_outlived_a_server_and_its_guardians_is_gone_before_the_next_answers(
    serve, agent, home, kept
):
    first = serve(path=agent)
    id = first.start()
    asking = threading.Thread(target=ask_and_lose, args=(first, id, "detach"))
    asking.start()
    sleeping = [b"sleep", b"1000"]
    wait_for(lambda: [cmdline(pid) for pid in processes_of(home)].count(sleeping) == 3)
    before = run_of(kept)

    with bystander(**{MARK: str(uuid.uuid4())}), bystander():
        killed_with_its_guardians(first, home)
        asking.join()
        wait_for(lambda: [cmdline(pid) for pid in marked(before)] == [sleeping] * 3)
        second = serve(path=agent)

        assert second.call("GET", "/api/health")[0] == 200
        assert marked(before) == []
        assert "Ended 3 processes that an earlier Janus left behind" in second.log
        assert second.ask(id, "say hello")[1]["answer"] == "hello "


def test_who_is_recorded_as_agent_and_is_somebody_else_is_left_alone(serve, agent, kept):
    first = serve(path=agent)
    id = first.start()
    first.ask(id, "say hello")
    file = kept / "sessions.json"
    wait_for(lambda: file.exists() and id.encode() in file.read_bytes())
    os.killpg(first.process.pid, signal.SIGKILL)
    first.wait()
    saved = json.loads(file.read_bytes())

    with bystander() as other:
        saved["sessions"][0]["ptyPid"] = other.pid
        file.write_text(json.dumps(saved))
        second = serve(path=agent)

        assert second.ask(id, "recall")[1]["answer"] == "1 turns before "
        assert second.call("POST", f"/api/session/end?session_id={id}", {})[0] == 200
        assert second.stop() == 0


@pytest.mark.parametrize(
    "environ",
    [
        {}, {MARK: ""}, {MARK: "run-1x"}, {MARK: "xrun-1"},
        {f"X{MARK}": "run-1"}, {"X": f"{MARK}=run-1"},
    ],
    ids=str,
)  # fmt: skip
def test_only_the_exact_mark_counts(environ, in_a_hurry):
    with bystander(**environ):
        assert end_orphans("run-1") == 0


@pytest.fixture
def in_a_hurry(monkeypatch):
    monkeypatch.setattr(orphans, "_ORDERLY", 0.05)
    monkeypatch.setattr(orphans, "_TIMEOUT", 2.0)


def test_an_orphan_that_ignores_signals_is_killed(in_a_hurry):
    run = str(uuid.uuid4())
    stubborn = "import signal; signal.signal(15, signal.SIG_IGN); print(flush=True); signal.pause()"
    process = subprocess.Popen(
        [sys.executable, "-c", stubborn], env={MARK: run}, stdout=subprocess.PIPE
    )
    with process:
        process.stdout.readline()
        threading.Thread(target=process.wait).start()  # a zombie has no environment, in any case

        assert end_orphans(run) == 1
        assert process.wait() == -signal.SIGKILL


def test_a_pid_that_was_reused_is_not_killed(in_a_hurry, monkeypatch):
    with bystander() as other:
        monkeypatch.setattr(orphans, "_TIMEOUT", 0.3)
        monkeypatch.setattr(orphans, "_marked", lambda mark: [other.pid])

        assert end_orphans("run-1") == 1


def test_a_janus_killed_during_its_start_keeps_the_mark_of_the_previous_one(tmp_path):
    first, second, third = (WorkspaceLock(tmp_path) for _ in range(3))
    assert first.acquire() is None
    first.sign()
    first.release()

    assert second.acquire() == first.serving
    second.release()  # as the kernel does when it is killed

    assert third.acquire() == first.serving
    third.sign()
    third.release()
    assert second.acquire() == third.serving
    second.release()


# Worktrees


def branches(folder):
    return git(folder, "for-each-ref", "--format=%(refname:short)", "refs/heads/feature").split()


def worktrees(folder):
    return git(folder, "worktree", "list", "--porcelain").count("worktree /") - 1


def test_a_session_whose_creation_was_interrupted_does_not_exist(serve, workspace, home):
    hook = workspace / ".git/hooks/post-checkout"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\ntouch $HOME/begun\nsleep 1\ntouch late\n")
    hook.chmod(0o755)
    first = serve()
    body = {"name": "half"}
    making = threading.Thread(target=start_and_lose, args=(first, body))
    making.start()
    wait_for((home / "begun").exists)
    assert (branches(workspace), worktrees(workspace)) == (["feature/half"], 1)

    os.killpg(first.process.pid, signal.SIGKILL)
    first.wait()
    making.join()
    second = serve()

    assert second.call("GET", "/api/sessions")[1]["sessions"] == []
    assert (branches(workspace), worktrees(workspace)) == ([], 0)
    assert [*(workspace / ".worktrees").iterdir()] == []
    hook.unlink()
    made = second.call("POST", "/api/session/start", body)[1]
    assert made["branch"] == "feature/half"


def start_and_lose(server, body):
    with contextlib.suppress(OSError, ValueError):
        server.call("POST", "/api/session/start", body)


@pytest.fixture
def shop(workspace, kept):
    shop = Workspace(workspace, dict(os.environ), Store(kept))
    yield shop
    shop.close()


@pytest.fixture
def half_made(shop, kept):
    """As a SIGKILL leaves it: a note, a branch, and a worktree."""
    made = shop.add_worktree(ID, name="half")
    noted(kept, step="making")
    return made


def noted(kept, **changes):
    """Change the note that the state folder has of the worktree."""
    note = kept / "worktrees" / f"{ID}.json"
    note.write_text(json.dumps({**json.loads(note.read_text()), **changes}))
    return note


def test_what_was_half_made_is_undone(shop, workspace, half_made):
    shop.mend(lambda id: False)

    assert (branches(workspace), worktrees(workspace)) == ([], 0)
    assert [*(workspace / ".worktrees").iterdir()] == []


def test_a_worktree_that_was_used_is_kept(shop, workspace, half_made):
    shop.mend(lambda id: id == ID)

    assert (branches(workspace), worktrees(workspace)) == (["feature/half"], 1)
    assert [*(workspace / ".worktrees").iterdir()] == [half_made.path]


def test_a_branch_that_is_used_or_has_commits_is_kept(shop, workspace, half_made):
    who = ("-c", "user.name=t", "-c", "user.email=t@example.com")
    git(half_made.path, *who, "commit", "-q", "--allow-empty", "-m", "More")

    shop.mend(lambda id: False)

    assert (branches(workspace), worktrees(workspace)) == (["feature/half"], 0)


@pytest.mark.others_slow
@pytest.mark.parametrize(
    "note",
    ["", "{", "[]", "[" * 100_000, '{"step": "making"}',
     '{"step": "removing", "branch": "", "commit": "", "removing": "../.."}'],
    ids=lambda text: text[:40],
)  # fmt: skip
def test_for_a_damaged_note_nothing_is_deleted(note, shop, workspace, kept, half_made):
    (kept / "worktrees" / f"{ID}.json").write_text(note)

    shop.mend(lambda id: False)

    assert (branches(workspace), worktrees(workspace)) == (["feature/half"], 1)
    assert half_made.path.exists()


@pytest.mark.others_slow
@pytest.mark.parametrize("moved", [False, True])
def test_what_was_half_removed_is_removed(moved, shop, workspace, kept):
    made = shop.add_worktree(ID, name="half")
    left = f".old-{ID}-0123456789abcdef"
    note = noted(kept, step="removing", removing=left)
    if moved:
        made.path.rename(workspace / ".worktrees" / left)

    shop.mend(lambda id: True)

    assert not (workspace / ".worktrees" / left).exists()
    assert worktrees(workspace) == (0 if moved else 1)
    assert made.path.exists() is not moved and note.exists() is not moved
    assert branches(workspace) == ["feature/half"]


def test_nothing_is_noted_of_what_failed(shop, workspace, kept):
    (workspace / ".worktrees").mkdir()
    (workspace / ".worktrees" / ID).write_text("in the way")

    with pytest.raises(GitFailed):
        shop.add_worktree(ID, name="half")

    assert [path.name for path in (workspace / ".worktrees").iterdir()] == [ID]
    assert not (kept / "worktrees").exists()


# Suspended sessions


def test_a_session_is_suspended_not_ended_when_the_server_stops(make_manager, settings):
    manager = make_manager(settings)
    id = manager.create().session_id
    manager.stop()

    for call in (manager.get, manager.touch, manager.end, manager.conversation):
        with pytest.raises(ServerStopping):
            call(id)
    with pytest.raises(ServerStopping):
        manager.say(id, "Hello?")
    with pytest.raises(ServerStopping):
        manager.resume(id)
