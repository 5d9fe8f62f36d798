"""Landing over HTTP: looked at, done as it was shown, undone."""

import stat

import pytest
from conftest import git
from described import described
from test_work_calls import ask, undo


@pytest.fixture
def app(cursor, workspace, home):
    (home / ".gitconfig").write_text("[user]\n\tname = Owner\n\temail = owner@example.com\n")
    git(workspace, "branch", "-M", "main")
    with described(cursor) as app:
        yield app


@pytest.fixture
def id(client):
    return client.post("/api/session/start", json={"name": "fix-1"}).json["session_id"]


def call(client, id, what, **more):
    return client.post(f"/api/{what}", json={"session_id": id, **more})


def land(client, id, what, **more):
    """Look, and do as it was shown."""
    shown = call(client, id, what, dry_run=True, **more).json
    return call(client, id, what, tree=shown["tree"], **more).json


def test_work_is_committed_merged_and_taken_back(client, id, workspace):
    ask(client, id, "write new.txt hello")

    shown = call(client, id, "commit", dry_run=True).json
    assert shown["files"] == ["new.txt"] and shown["message"] == "write new.txt hello"
    assert call(client, id, "commit").json["error"]["code"] == "INVALID_REQUEST"
    done = call(client, id, "commit", tree=shown["tree"], message="Add a file").json
    assert done["branch"] == "feature/fix-1" and len(done["commit"]) == 40

    look = call(client, id, "merge", dry_run=True).json
    assert (look["into"], look["files"], look["fast_forward"]) == ("main", ["new.txt"], True)
    merged = call(client, id, "merge", tree=look["tree"]).json
    assert (workspace / "new.txt").read_text() == "hello\n"
    assert git(workspace, "log", "-1", "--format=%s", "main") == "Add a file\n"
    assert undo(client, id, undo_id=merged["undo_id"], dry_run=True).json["told"]
    assert undo(client, id, undo_id=merged["undo_id"]).json["undo_id"]
    assert not (workspace / "new.txt").exists()
    assert undo(client, id, undo_id=merged["undo_id"]).status_code == 404
    assert undo(client, id, undo_id=done["undo_id"]).json["told"] == []
    assert call(client, id, "commit", dry_run=True).json["files"] == ["new.txt"]


@pytest.mark.slow
def test_what_was_squashed_can_be_cleaned_up_and_its_commits_stay(client, id, workspace):
    assert call(client, id, "merge", dry_run=True).json["landed"] == ""
    ask(client, id, "say hello")
    for text in ("hello", "again"):
        (workspace / ".worktrees" / id / "new.txt").write_text(text)
        done = land(client, id, "commit")
    git(workspace, "branch", "other")
    listed = client.get(f"/api/branches?session_id={id}").json["branches"]
    assert listed == ["main", "other"]
    end = f"/api/session/end?session_id={id}"
    refused = client.post(end, json={"cleanup": True, "branch": True}).json["error"]
    assert refused["code"] == "WORKTREE_DIRTY" and "2 commits" in refused["message"]

    merged = land(client, id, "merge", squash=True)
    assert git(workspace, "rev-list", "--count", "HEAD") == "2\n" and merged["landed"] == ""
    assert "as it is now" in call(client, id, "merge", dry_run=True).json["landed"]
    ended = client.post(end, json={"cleanup": True, "branch": True}).json

    assert ended["worktree_path"] is None and "as it is now" in ended["landed"]
    assert ended["branch_deleted"] and git(workspace, "branch", "--list", "feature/*") == ""
    kept = git(workspace, "for-each-ref", "--contains", done["commit"], "--format=%(refname)")
    assert f"refs/janus/sessions/{id}" in kept

    assert client.delete(f"/api/session?session_id={id}").status_code == 200
    assert git(workspace, "for-each-ref", "refs/janus") == ""  # and nothing of it is left


@pytest.mark.slow
def test_a_merge_that_conflicts_names_the_files(client, id, workspace):
    ask(client, id, "write cart.py # theirs")
    land(client, id, "commit")
    with (workspace / "cart.py").open("a") as file:
        file.write("# mine\n")
    git(workspace, "commit", "-qam", "mine")

    assert call(client, id, "merge", dry_run=True).json["conflicts"] == ["cart.py"]
    error = land(client, id, "merge")["error"]
    assert (error["code"], error["files"]) == ("MERGE_CONFLICT", ["cart.py"])
    assert call(client, id, "merge", into="none", dry_run=True).status_code == 400
    assert call(client, id, "merge", into="feature/fix-1", dry_run=True).status_code == 400


@pytest.mark.slow
def test_in_the_workspace_itself_only_the_agents_files_are_committed(client, workspace):
    (workspace / "mine.txt").write_text("mine\n")
    id = client.post("/api/session/start", json={}).json["session_id"]
    ask(client, id, "write new.txt hello")

    assert land(client, id, "commit")["files"] == ["new.txt"]
    ask(client, id, "say hello")  # it is told of the commit with this
    ask(client, id, "write new.txt more")
    discarded = land(client, id, "discard")
    assert discarded["files"] == ["new.txt"] and (workspace / "new.txt").read_text() == "hello\n"
    assert undo(client, id, undo_id=discarded["undo_id"]).status_code == 200
    assert (workspace / "new.txt").read_text() == "hello\nmore\n"
    status = git(workspace, "status", "--porcelain").replace("?? .janus/\n", "")
    assert status == " M new.txt\n?? mine.txt\n"


@pytest.mark.slow
def test_what_moved_since_it_was_shown_is_refused(client, id):
    ask(client, id, "write new.txt hello")
    tree = call(client, id, "commit", dry_run=True).json["tree"]
    ask(client, id, "write new.txt more")

    for what in ("commit", "discard", "merge"):
        error = call(client, id, what, tree=tree).json["error"]
        assert error["code"] == "CHANGED_MEANWHILE", what
        assert call(client, id, what, tree="0" * 40).status_code == 409


@pytest.mark.slow
def test_a_branch_is_pushed_and_a_pull_request_opened(client, id, workspace, tmp_path, cursor):
    ask(client, id, "write new.txt hello")
    land(client, id, "commit")
    assert call(client, id, "push").json["error"]["code"] == "INVALID_REQUEST"
    git(tmp_path, "init", "-q", "--bare", "remote.git")
    git(workspace, "remote", "add", "origin", "https://example.com/me/shop.git")
    compare = "https://example.com/me/shop/compare/main...feature%2Ffix-1?expand=1"
    assert call(client, id, "push", dry_run=True).json["compare"] == compare
    git(workspace, "config", f"url.{tmp_path}/remote.git.pushInsteadOf", "https://example.com/")
    git(workspace, "config", "remote.origin.pushurl", str(tmp_path / "remote.git"))

    assert call(client, id, "push", dry_run=True).json["commits"] == 2
    assert call(client, id, "push").json["state"] == "new"
    opened = call(client, id, "pull-request").json
    assert (opened["state"], opened["branch"]) == ("", "feature/fix-1")

    gh = tmp_path / "bin" / "gh"
    gh.write_text(
        '#!/bin/sh\ncase "$*" in *view*) echo \''
        '{"url":"https://example.com/me/shop/pull/1","state":"OPEN",'
        '"statusCheckRollup":[{"name":"tests","conclusion":"SUCCESS"}]}'
        "' ;; *) cat > " + str(tmp_path / "body") + " ;; esac\n"
    )
    gh.chmod(gh.stat().st_mode | stat.S_IXUSR)
    git(workspace, "config", "--unset", "remote.origin.pushurl")
    git(workspace, "config", "remote.origin.url", f"ext::sh -c exit% 1 {tmp_path}")
    assert call(client, id, "pull-request").json["error"]["code"] == "GIT_FAILED"
