"""Janus as a service sees what the terminal saw in which it was installed."""

import json
import os
import plistlib
import shutil
import stat
import subprocess
from pathlib import Path

import pytest
from conftest import fake_path, processes_of, wait_for

from janus.agents.detection import SearchPath
from janus.server.service import launchd, systemd
from janus.server.service.environment import capture, gone, lasting_path, launcher

ODD = {"PATH": "/usr/bin:/bin", "ANTHROPIC_API_KEY": 'a "b" \\n 100% $HOME', "LANG": "ä ö"}


@pytest.fixture
def multishell(home, tmp_path):
    """The folder of programs that fnm makes for one shell: a link that ends with it."""
    programs = home / "node versions" / "bin"
    programs.mkdir(parents=True)
    link = tmp_path / "fnm_multishells" / "1234"
    link.parent.mkdir()
    link.symlink_to(programs.parent)
    return link / "bin", programs


def test_the_path_of_a_service_lasts_longer_than_the_shell(multishell, tmp_path):
    link, programs = multishell
    missing = tmp_path / "missing"
    path = f"{link}::.:bin:{missing}:/usr/bin:{programs}:/usr/bin:/bin"

    found = lasting_path({"PATH": path})

    assert found == f"{programs}:/usr/bin:/bin"
    assert gone(f"{missing}:/usr/bin") == [str(missing)]


def test_what_a_service_gets_is_for_agents_and_settings_and_lasts(home, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    environ = {
        **ODD, "HOME": str(home), "XDG_RUNTIME_DIR": "/run/user/1", "XDG_DATA_HOME": "/data",
        "XDG_SESSION_ID": "3", "TMPDIR": "/tmp/x", "MY_SECRET": "s", "JANUS_PORT": "3001",
        "WORKSPACE_DIR": "/gone", "JANUS_STATE_DIR": "state", "OPENAI_API_KEY": "two\nlines",
        "SSH_AUTH_SOCK": "/tmp/ssh-XX/agent.1",
    }  # fmt: skip

    found = capture(SearchPath(environ))

    expected = {**ODD, "HOME": str(home), "XDG_DATA_HOME": "/data", "JANUS_PORT": "3001"}
    assert found.environ == {**expected, "JANUS_STATE_DIR": str(tmp_path / "state")}
    agent, odd = found.notes
    assert "/tmp/ssh-XX/agent.1" in agent and odd.endswith("OPENAI_API_KEY")
    lasting = {**environ, "SSH_AUTH_SOCK": "/run/user/1/keyring/ssh"}
    assert capture(SearchPath(lasting)).environ["SSH_AUTH_SOCK"] == "/run/user/1/keyring/ssh"


def test_the_command_of_a_service_is_the_link_that_an_upgrade_keeps(tmp_path):
    program = tmp_path / "pipx" / "janus" / "bin" / "janus"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n")
    link = tmp_path / "bin" / "janus"
    link.parent.mkdir()

    assert launcher(str(program), {"PATH": str(link.parent)}) == (str(program),)
    link.symlink_to(program)
    environ = {"PATH": f"/usr/bin:{link.parent}"}
    # A folder below /tmp is named as it is: it may be that of a test.
    assert launcher(str(program), environ) == (str(link),)


@pytest.mark.skipif(
    not shutil.which("systemd-analyze") and "CI" not in os.environ, reason="no systemd here"
)
def test_systemd_understands_the_unit_whatever_is_in_it(tmp_path):
    folder = tmp_path / "50% of $HOME"
    folder.mkdir()
    program = folder / "a janus"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    file = tmp_path / systemd.UNIT
    file.write_text(systemd.unit([str(program), "serve"], ODD, folder, version=252))

    done = subprocess.run(
        ["systemd-analyze", "--user", "--man=no", "verify", file],
        env={"PATH": os.environ["PATH"], "HOME": "/root", "XDG_RUNTIME_DIR": str(tmp_path)},
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip

    about = [line for line in done.stderr.splitlines() if "janus" in line.lower()]
    assert (done.returncode, about) == (0, [])


def test_a_service_that_fails_is_tried_again_with_pauses(tmp_path):
    old, new = (systemd.unit(["janus"], {}, tmp_path, version) for version in (252, 254))

    assert "RestartSec=30\n" in old and "RestartSteps" not in old
    assert "RestartMaxDelaySec=10min\n" in new
    found = plistlib.loads(launchd.agent(["janus", "serve"], ODD, tmp_path, tmp_path / "log"))
    assert found["ThrottleInterval"] == 30 and found["KeepAlive"] == {"SuccessfulExit": False}
    assert found["EnvironmentVariables"] == ODD


@pytest.fixture
def service(run, home, multishell, tmp_path):
    """``janus service``, where something does what the unit says."""
    (tmp_path / "systemd").mkdir()
    shutil.copy(Path(__file__).parent / "systemctl", tmp_path / "systemd")
    (multishell[1] / "agent").symlink_to(Path(fake_path(tmp_path, "agent").split(":")[0], "agent"))
    path = f"{tmp_path / 'systemd'}:{multishell[0]}:/usr/bin:/bin"
    environ = {"PATH": path, "PORT": "0", "JANUS_HOST": "127.0.0.1", "SSH_AUTH_SOCK": ""}

    def service(*args, **more):
        return run("service", *args, **{**environ, **more})

    yield service
    service("uninstall")
    wait_for(lambda: processes_of(home) == [])


@pytest.mark.slow
def test_a_service_is_installed_serves_and_is_removed(service, home, run, workspace):
    unit = home / ".config/systemd/user" / systemd.UNIT
    assert service("status").returncode == 3

    done = service("install", ANTHROPIC_API_KEY="secret words")

    assert done.returncode == 0, done.stderr
    assert "To pair a phone: janus pair" in done.stdout and "loginctl enable-linger" in done.stdout
    assert "ANTHROPIC_API_KEY" in done.stdout and "secret" not in done.stdout
    assert stat.S_IMODE(unit.stat().st_mode) == 0o600
    told = json.loads(service("status", "--json").stdout)
    assert told["active"] and told["installed"] == str(unit)
    assert "run on this computer: janus pair" in (home / "service.log").read_text()
    found = json.loads(run("project", "list", "--json").stdout)["projects"]
    assert [it["path"] for it in found] == [str(workspace)]
    # It finds the agent in the folder that was there for one shell only.
    asked = run("ask", "--json", "hello")
    assert asked.returncode == 0 and json.loads(asked.stdout)["answer"]

    again = service("install")  # after an upgrade, or with another PATH
    assert again.returncode == 0 and "ANTHROPIC_API_KEY" not in unit.read_text()
    assert service("uninstall").returncode == 0 and not unit.exists()
    assert run("sessions").returncode == 3


def test_what_another_wrote_is_left_and_a_second_janus_is_refused(service, serve, home):
    unit = home / ".config/systemd/user" / systemd.UNIT
    unit.parent.mkdir(parents=True)
    unit.write_text("[Service]\nExecStart=/bin/true\n")
    done = service("install")
    assert done.returncode == 1 and f"{unit} is not from Janus" in done.stderr
    assert service("uninstall").returncode == 1 and "true" in unit.read_text()
    unit.unlink()

    serve()
    done = service("install")

    assert done.returncode == 4 and "Janus runs already, as process" in done.stderr
    assert not unit.exists()


def test_without_systemd_nothing_is_installed(run, home):
    done = run("service", "install", PATH="/nonexistent")

    assert done.returncode == 1 and "there is no systemctl here" in done.stderr
    assert [*home.iterdir()] == []
