"""``janus doctor`` sees what is wrong, and says what to do."""

import json
import os
import shutil
import socket

import pytest
import served
from conftest import fake_path, git

serve = served.serve


def looked(run, **environ):
    """Exit code, checks by name and agents by name, as programs get them."""
    done = run("doctor", "--json", **{"PORT": "0", **environ})
    told = json.loads(done.stdout)
    agents = {it["name"]: it for it in told["agents"]}
    return done.returncode, {it["name"]: it for it in told["checks"]}, agents


def test_a_computer_where_all_is_well(run, home, tmp_path):
    git(home, "config", "--global", "user.email", "me@example.com")

    code, checks, agents = looked(
        run, PATH=fake_path(tmp_path, "agent"), JANUS_HOST="127.0.0.1", CURSOR_API_KEY="key"
    )

    assert code == 0
    assert (
        checks["addresses"]["state"] == "warning" and "JANUS_HOST" in checks["addresses"]["remedy"]
    )
    wrong = {name: it for name, it in checks.items() if it["state"] != "ok"}
    assert {*wrong} <= {"addresses", "clock"}  # whether a time server is followed is not ours
    assert checks["agents"]["found"] == "Cursor"
    assert agents["cursor-agent"]["logged_in_by"] == "CURSOR_API_KEY"
    assert agents["claude"]["logged_in_by"] is None and not [*home.rglob("*.crt")]


def test_what_is_wrong_is_said_with_what_to_do(run, home, tmp_path):
    state = home / ".local/state/janus"
    (state / "certificates").mkdir(parents=True)
    (state / "certificates/ca.crt").write_text("nonsense")
    entry = {"project_id": "11111111-1111-4111-8111-111111111111", "path": "/gone", "name": "old"}
    (state / "projects.json").write_text(json.dumps({"projects": [entry]}))
    (state / "lock").touch()
    os.utime(state / "lock", (4e9, 4e9))
    unit = home / ".config/systemd/user/janus.service"
    unit.parent.mkdir(parents=True)
    unit.write_text('# Written by: janus service install\nEnvironment="PATH=/gone:/usr/bin"\n')
    programs = tmp_path / "bin"
    programs.mkdir()

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        code, checks, agents = looked(run, PORT=port, PATH=str(programs))
        told = run("doctor", PORT=port, PATH=str(programs)).stdout

    assert code == 1
    wrong = {name for name, it in checks.items() if it["state"] == "problem"}
    assert wrong == {"server", "certificate", "clock", "git", "service"}
    assert "janus project move" in checks["project"]["remedy"]
    assert checks["agents"]["state"] == "warning" and not agents["codex"]["found"]
    for it in checks.values():
        assert it["found"] in told and (it["remedy"] or "") in told
        assert it["state"] == "ok" or it["remedy"], it

    shutil.copy("/bin/true", programs / "systemctl")  # it runs
    assert "/gone" in looked(run, PATH=str(programs))[1]["service"]["found"]


@pytest.mark.quick
def test_a_janus_that_runs_is_found(run, serve):
    server = serve()

    assert server.url in looked(run)[1]["server"]["found"]
    assert "✓ project" in run("doctor").stdout
