"""Pushes and pull requests, with programs that fail, hang and ask: in words, nothing half done."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from conftest import git, processes_of, wait_for
from test_landing import Work, identity

from janus.errors import GitFailed
from janus.workspace.git import Git
from janus.workspace.landing import owner, pull_request
from janus.workspace.landing.committing import Committing
from janus.workspace.landing.owner import Owner
from janus.workspace.landing.pull_request import open_pull_request
from janus.workspace.landing.pushing import push
from janus.workspace.snapshots.undo import Undo

assert identity
KIT = Path(__file__).parents[1] / "kit"
HOST = {"gh": "github.example", "glab": "gitlab.example"}


@pytest.fixture
def work(workspace, tmp_path, home):
    """A worktree whose remote is reached by ssh; gh and glab are installed."""
    work = Work(workspace, tmp_path)
    bin = home / "bin"
    bin.mkdir()
    for name, program in (("ssh", "ssh"), ("gh", "forge"), ("glab", "forge")):
        (bin / name).symlink_to(KIT / program)
    git(home, "init", "-q", "--bare", "remotes/me/shop.git")
    plays(home, "link", "serves")
    work.home = home
    work.git = Git(work.tree, {**os.environ, "PATH": f"{bin}:{os.environ['PATH']}"})
    work.owner = Owner(work.git, work.tree)
    work.change("new.txt", "feature\n")
    remote(work, "github.example")
    return work


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(owner, "LIMIT", 1.0)
    monkeypatch.setattr(pull_request, "OPEN", 1.0)


def remote(work, host):
    git(work.main, "config", "remote.origin.url", f"git@{host}:me/shop.git")
    git(work.main, "config", "remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*")


def plays(home, what, how):
    (home / what).write_text(how)


def there(work):
    """The branches that the remote has."""
    return git(work.home / "remotes/me/shop.git", "for-each-ref", "--format=%(refname:short)")


def ask(work):
    return open_pull_request(work.owner, push(work.owner), "main", "Mend it", "Why: …")


@pytest.mark.others_slow
@pytest.mark.parametrize("program", ["gh", "glab"])
def test_a_pull_request_is_opened_and_found_again(work, program):
    remote(work, HOST[program])
    plays(work.home, "forge", "works")

    opened = ask(work)

    assert there(work) == "feature\n" and opened.state == "open" and opened.url.endswith("/7")
    asked = (work.home / "asked").read_text()
    assert asked.startswith(f"{program} ") and "feature" in asked and "Mend it" in asked
    assert git(work.tree, "config", "branch.feature.remote") == "origin\n"
    if program == "gh":
        assert opened.checks == (("tests", "SUCCESS"),)
        assert (work.home / "body").read_text() == "Why: …"
        plays(work.home, "forge", "exists")
        assert ask(work) == opened


@pytest.mark.others_slow
@pytest.mark.parametrize("program", ["gh", "glab"])
@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("fail", "Bad credentials"),
        ("hang", "took longer than 1 seconds"),
        ("ask", "tty|nobody"),
    ],
)
def test_a_forge_that_does_not_work_is_quoted_and_the_link_is_given(
    work, program, how, words, impatient
):
    remote(work, HOST[program])
    plays(work.home, "forge", how)

    with pytest.raises(GitFailed, match=words) as failed:
        ask(work)

    assert there(work) == "feature\n"
    assert f"The branch is pushed, but {program} could not" in str(failed.value)
    assert f"By hand: https://{HOST[program]}/me/shop/" in str(failed.value)
    wait_for(lambda: processes_of(work.home) == [])


@pytest.mark.others_slow
@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("password", "wants a login .* Push once by hand"),
        ("unknown", "key of that host is not known"),
        ("hang", "push took longer than 1 seconds.* by hand: git push origin feature"),
    ],
)
def test_an_ssh_that_would_ask_or_hang_changes_nothing(work, how, words, impatient):
    plays(work.home, "link", how)
    before = git(work.main, "config", "--local", "--list"), git(work.main, "show-ref")

    with pytest.raises(GitFailed, match=words):
        push(work.owner)

    assert (git(work.main, "config", "--local", "--list"), git(work.main, "show-ref")) == before
    assert there(work) == ""
    wait_for(lambda: processes_of(work.home) == [])
    plays(work.home, "link", "serves")
    assert push(work.owner).state == "new"


@pytest.mark.slow
def test_hooks_that_hang_are_ended_and_nothing_is_half_done(work, impatient):
    hook = work.main / ".git/hooks/pre-push"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nsleep 60 & sleep 60\n")
    hook.chmod(0o755)
    with pytest.raises(GitFailed, match="push took longer than 1 seconds"):
        push(work.owner)
    assert there(work) == ""

    hook.rename(hook.with_name("pre-commit"))
    (work.tree / "more.txt").write_text("more\n")
    committing = Committing(work.story.git, work.story.snapshots)
    shown, before = committing.look("More", None), git(work.tree, "rev-parse", "HEAD")
    with pytest.raises(GitFailed, match=r"commit took longer than 1 seconds\..* pre-commit"):
        committing.commit("More", None, shown.tree)
    assert git(work.tree, "rev-parse", "HEAD") == before
    assert git(work.tree, "status", "--porcelain") == "?? more.txt\n"
    wait_for(lambda: processes_of(work.home) == [])
    hook.with_name("pre-commit").unlink()
    assert committing.commit("More", None, committing.look("More", None).tree).commit


def hangs(work, name):
    """A hook that hangs once all is done, and the file that says so."""
    runs, hook = work.home / "runs", work.main / ".git/hooks" / name
    hook.parent.mkdir(exist_ok=True)
    late = "case $1 in prepared|aborted) exit; esac"
    hook.write_text(f"#!/bin/sh\n{late}\ntouch '{runs}'\nsleep 600\n")
    hook.chmod(0o755)
    return hook, runs


def test_a_push_whose_last_hook_hangs_is_told_as_done(work):
    _, runs = hangs(work, "reference-transaction")
    with ThreadPoolExecutor(1) as beside:
        promised = beside.submit(push, work.owner)
        wait_for(lambda: runs.exists() or promised.done())
        assert work.git.stop_in(work.tree)
        with pytest.raises(GitFailed, match=r"was pushed.* reference-transaction hook"):
            promised.result()
    assert there(work) == "feature\n"


@pytest.mark.others_slow
@pytest.mark.parametrize("name", ["post-commit", "reference-transaction"])
def test_a_commit_whose_last_hook_hangs_is_made_and_told(work, name):
    hook, runs = hangs(work, name)
    (work.tree / "new.txt").write_text("changed\n")
    (work.tree / "more.txt").write_text("more\n")
    committing = Committing(work.story.git, work.story.snapshots)
    shown = committing.look("More", None).tree

    with ThreadPoolExecutor(1) as beside:
        promised = beside.submit(committing.commit, "More", None, shown)
        wait_for(lambda: runs.exists() or promised.done())
        assert work.story.git.stop_in(work.tree)
        done = promised.result()
    hook.unlink()

    assert "commit was made" in done.told[0] and f"{name} hook" in done.told[0]
    assert done.commit == git(work.tree, "rev-parse", "HEAD").strip()
    assert git(work.tree, "status", "--porcelain") == "" and done.rewritten == ()
    assert Undo(work.story.git, work.story.snapshots).undo(done.undo_id, None, None).undo_id
    assert git(work.tree, "log", "-1", "--format=%s").strip() == "work"
