"""``janus changes`` and ``janus undo``, as a person runs them."""

import json

import pytest
from served import serve  # noqa: F401 - a fixture


@pytest.fixture
def id(serve, run, tmp_path):  # noqa: F811
    from conftest import fake_path

    serve(path=fake_path(tmp_path, "agent"))
    done = run("ask", "--keep", "--json", "write cart.py # more")
    return json.loads(done.stdout)["session_id"]


def test_changes_are_listed_shown_and_undone(id, run, workspace):
    listed = run("changes", id[:8]).stdout
    assert "modified" in listed and "+1 -0" in listed and "cart.py" in listed and "agent" in listed
    assert "+# more" in run("changes", id, "cart.py").stdout
    files = json.loads(run("changes", id, "--turn", "last", "--json").stdout)["files"]
    assert [it["path"] for it in files] == ["cart.py"]

    shown = run("undo", id, "--dry-run")
    assert "cart.py" in shown.stdout and "# more" in (workspace / "cart.py").read_text()
    assert "--yes" in run("undo", id).stderr
    done = run("undo", id, "--yes")
    assert done.returncode == 0 and "# more" not in (workspace / "cart.py").read_text()
    step = done.stderr.rpartition("--step ")[2].strip()
    again = json.loads(run("undo", id, "--step", step, "--yes", "--json").stdout)
    assert again["undo_id"] and "# more" in (workspace / "cart.py").read_text()


def test_what_cannot_be_is_said(id, run, workspace):
    assert run("changes", "none").returncode == 5
    assert run("changes", id, "--turn", "none").returncode == 4
    (workspace / "cart.py").write_text("mine\n")

    done = run("undo", id, "--yes")

    assert done.returncode == 4 and "cart.py" in done.stderr
    assert (workspace / "cart.py").read_text() == "mine\n"


def test_work_is_landed_from_the_terminal(serve, run, workspace, tmp_path, home):  # noqa: F811
    from conftest import fake_path, git

    (home / ".gitconfig").write_text("[user]\n\tname = Owner\n\temail = owner@example.com\n")
    server = serve(path=fake_path(tmp_path, "agent"))
    id = server.call("POST", "/api/session/start", {"name": "fix-1"})[1]["session_id"]
    run("ask", "--session", id, "write new.txt hello")

    assert run("commit", id, "--dry-run").stdout == "new.txt\n"
    assert "--yes" in run("commit", id).stderr
    assert "Add it" in run("commit", id, "-m", "Add it", "--yes").stdout
    merged = run("merge", id, "--yes")
    assert (workspace / "new.txt").read_text() == "hello\n"
    step = merged.stderr.rpartition("--step ")[2].strip()
    assert run("undo", id, "--step", step, "--yes").returncode == 0
    assert not (workspace / "new.txt").exists()
    assert run("discard", id, "--yes").returncode == 4
    assert "no remote" in run("push", id).stderr
    git(tmp_path, "init", "-q", "--bare", "remote.git")
    git(workspace, "remote", "add", "origin", str(tmp_path / "remote.git"))
    assert "feature/fix-1" in run("push", id).stdout
    assert run("pull-request", id).returncode == 4
