"""A hook that hangs ends with the session it is run for, and with Janus, however that ends."""

import signal
import subprocess
import sys
import threading
from dataclasses import replace

import pytest
from conftest import git, processes_of, wait_for

from janus.errors import GitFailed, ServerStopping, SessionNotFound
from janus.workspace.notes import Note, WorktreeNotes

ID = "3f1b2c9e-0000-4000-8000-000000000001"
HANGS = ["sleep 60 & sleep 60", "trap '' TERM; sleep 60; sleep 60"]
OPENS = """
import os, sys
from pathlib import Path
from janus.storage.store import Store
from janus.workspace.worktrees import Workspace
store = Store(Path(sys.argv[2]))
Workspace(Path(sys.argv[1]), os.environ, store).add_worktree(sys.argv[3], name="x")
"""


@pytest.fixture(params=HANGS, ids=["polite", "stubborn"])
def hangs(request, workspace, home):
    """A post-checkout hook that says that it runs, and hangs."""
    path = workspace / ".git" / "hooks" / "post-checkout"
    path.write_text(f"#!/bin/sh\ntouch '{home}/runs'\n{request.param}\n")
    path.chmod(0o755)
    return home / "runs"


@pytest.fixture
def making(make_manager, settings, hangs, home):
    """A manager that is making a session, whose hook hangs; and what came of that."""
    manager = make_manager(replace(settings, environ={"HOME": str(home), "PATH": "/usr/bin:/bin"}))
    manager.prepare()
    outcome = []

    def create():
        try:
            outcome.append(manager.create("ride", session_id=ID))
        except (GitFailed, ServerStopping) as failure:
            outcome.append(failure)

    thread = threading.Thread(target=create)
    thread.start()
    wait_for(hangs.exists)
    yield manager, outcome
    thread.join(60)


@pytest.mark.others_slow
def test_ending_a_session_that_is_being_made_ends_its_hook(making, home, workspace):
    manager, outcome = making

    with pytest.raises(SessionNotFound, match="still being made"):
        manager.end(ID)

    [failure] = wait_for(lambda: outcome)
    assert isinstance(failure, GitFailed) and "was stopped" in str(failure)
    wait_for(lambda: processes_of(home) == [])
    assert not (workspace / ".worktrees" / ID).exists() and manager.all() == []


@pytest.mark.others_slow
def test_a_janus_that_stops_ends_the_hook(making, home, workspace):
    manager, outcome = making

    manager.stop()

    [failure] = wait_for(lambda: outcome)
    assert isinstance(failure, ServerStopping)
    wait_for(lambda: processes_of(home) == [])
    assert not (workspace / ".worktrees" / ID).exists()


@pytest.mark.others_slow
def test_a_janus_that_is_killed_ends_the_hook(hangs, home, workspace, tmp_path):
    arguments = [str(workspace), str(tmp_path / "state"), ID]
    (tmp_path / "state").mkdir()
    with subprocess.Popen([sys.executable, "-c", OPENS, *arguments]) as janus:
        try:
            wait_for(hangs.exists)
        finally:
            janus.send_signal(signal.SIGKILL)

    wait_for(lambda: processes_of(home) == [])


def test_a_branch_that_was_made_just_before_the_stop_is_taken_back(
    make_manager, settings, home, workspace
):
    hook = workspace / ".git" / "hooks" / "reference-transaction"
    once = f"[ $1 = committed ] && [ ! -e '{home}/runs' ] && touch '{home}/runs' && sleep 60"
    hook.write_text(f"#!/bin/sh\n{once}\nexit 0\n")
    hook.chmod(0o755)
    manager = make_manager(replace(settings, environ={"HOME": str(home), "PATH": "/usr/bin:/bin"}))
    manager.prepare()
    failures = []

    def create():
        try:
            manager.create("ride", session_id=ID)
        except ServerStopping as failure:
            failures.append(failure)

    thread = threading.Thread(target=create)
    thread.start()
    wait_for((home / "runs").exists)
    manager.stop()
    thread.join(60)

    assert failures and "ride" not in git(workspace, "branch", "--list", "--all")


@pytest.fixture
def left_locked(make_manager, settings, home, workspace, tmp_path):
    """What git leaves that is killed while it makes a branch: the note, and the lock of the ref."""
    manager = make_manager(replace(settings, environ={"HOME": str(home), "PATH": "/usr/bin:/bin"}))
    manager.prepare()
    commit = git(workspace, "rev-parse", "HEAD").strip()
    lock = workspace / ".git" / "refs" / "heads" / "feature" / "ride.lock"
    lock.parent.mkdir()
    notes = WorktreeNotes(manager.workspace._notes._store.folder)
    notes.write(Note(ID, "making", "feature/ride", commit))
    return manager.workspace, lock, commit, notes


@pytest.mark.others_slow
@pytest.mark.parametrize("size", [0, 17, 41])
def test_a_lock_that_a_killed_git_left_goes_at_the_next_start(left_locked, workspace, size):
    ours, lock, commit, notes = left_locked
    lock.write_text(f"{commit}\n"[:size])

    ours.mend(lambda id: False)

    assert not lock.exists() and notes.all() == []
    assert ours.add_worktree(ID, name="ride").branch == "feature/ride"


def test_a_lock_of_somebody_else_stays(left_locked, workspace, tmp_path):
    ours, lock, commit, notes = left_locked
    for text in (f"{commit}\nmore", "0" * 40):
        notes.write(Note(ID, "making", "feature/ride", commit))
        lock.write_text(text)
        ours.mend(lambda id: False)
        assert lock.read_text() == text
    lock.unlink()
    outside = tmp_path / "outside"
    outside.write_text("")
    lock.symlink_to(outside)
    notes.write(Note(ID, "making", "feature/ride", commit))

    ours.mend(lambda id: False)

    assert lock.is_symlink() and outside.exists()


def test_a_branch_that_somebody_committed_to_is_kept_and_forgotten(left_locked, workspace):
    ours, _, commit, notes = left_locked
    git(workspace, "branch", "feature/ride")
    tree = git(workspace, "rev-parse", "HEAD^{tree}").strip()
    who = ("-c", "user.name=t", "-c", "user.email=t@example.com")
    more = git(workspace, *who, "commit-tree", "-m", "x", "-p", commit, tree).strip()
    git(workspace, "update-ref", "refs/heads/feature/ride", more)

    ours.mend(lambda id: False)

    assert git(workspace, "rev-parse", "feature/ride").strip() == more and notes.all() == []
