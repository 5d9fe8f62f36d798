"""docs/fleet.md, as it stands there, with two machines; and what their owner can do wrong."""

import json
import os
import re
from pathlib import Path

import pytest
from kit.leaks import processes_of
from kit.waiting import wait_for

PAPER = (Path(__file__).parents[2] / "docs" / "fleet.md").read_text()
LINES = [line for block in re.findall(r"```console\n(.*?)```", PAPER, re.DOTALL)
         for line in block.splitlines()]  # fmt: skip
CODE = re.compile(r"127\.\S+/\w+/\S+")


@pytest.fixture
def machines(serve, run, home, tmp_path):
    """Runs a line of the paper at one of two machines; the Janus of each is ``.servers``."""
    homes = {"home": home, "laptop": tmp_path / "laptops-home"}
    homes["laptop"].mkdir()
    # Workers have addresses of their own: the port of the server is the same everywhere.
    subnet = 31 + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])
    servers = {
        name: serve(HOME=str(at), JANUS_HOST=f"127.0.{subnet}.{number}", WORKSPACE_DIR=str(folder))
        for number, (name, at) in enumerate(homes.items(), 1)
        for folder in [tmp_path / f"{name}s-project"]
        if not folder.mkdir()
    }
    for server in servers.values():
        server.call("GET", "/api/health")

    def at(name, *words):
        return run(*words, HOME=str(homes[name]))

    at.servers, at.homes = servers, homes
    yield at
    for server in servers.values():
        server.stop()
    wait_for(lambda: not processes_of(homes["laptop"]))


@pytest.mark.slow(10)
def test_the_walk_goes_as_the_paper_says(machines):
    code, said = "", {}
    for line in LINES:
        name, _, command = line.partition("$ ")
        done = machines(name, *command.replace("CODE", code).split()[1:])
        assert done.returncode == 0, f"{line}: {done.stderr}"
        code = (CODE.findall(done.stdout) or [code])[0]
        said[line] = done.stdout

    assert "have the others do nothing" in said["laptop$ janus fleet join CODE --name laptop"]
    assert "1 machine joined" in said["home$ janus fleet status"]
    assert said["home$ janus fleet list"].startswith("No machine")  # the second time
    assert "This machine is in no fleet" in machines("home", "fleet", "status").stdout
    assert "This machine is in no fleet" in machines("laptop", "fleet", "status").stdout
    for told in ("is a doorway now", "it may: relay", "revoked by device owner", ") left"):
        wait_for(lambda told=told: told in machines.servers["home"].log)  # it comes by a pipe


@pytest.mark.slow(10)
def test_what_goes_wrong_is_said(machines):
    def refused(name, *words):
        done = machines(name, "fleet", *words)
        assert done.returncode == 4 and not done.stdout, done
        return done.stderr

    assert "in no fleet" in refused("laptop", "leave")
    assert "janus fleet init" in refused("laptop", "revoke", "home")
    assert "no code of a fleet" in refused("laptop", "join", "nonsense")
    made = machines("home", "fleet", "init", "--name", "home").stdout
    [code] = CODE.findall(made)
    host, secret, print_ = code.split("/")
    assert "another Janus" in refused("laptop", "join", f"{host}/{secret}/{'A' * 43}")
    assert "wrong, used" in refused("laptop", "join", f"{host}/AAAAAAAAAA/{print_}")
    assert "No Janus answers" in refused("laptop", "join", f"127.0.31.9:9/{secret}/{print_}")
    assert "a member already" in refused("home", "join", "--also", code)
    [code] = CODE.findall(machines("home", "fleet", "init").stdout)
    assert machines("laptop", "fleet", "join", code, "--name", "laptop").returncode == 0
    assert "already" in refused("laptop", "join", code)
    assert "wrong, used" in refused("laptop", "join", "--also", code)
    assert "already" in refused("laptop", "init")
    assert "No machine here" in refused("home", "revoke", "nobody")

    also = machines("laptop", "fleet", "init", "--also")  # a further doorway
    [code] = CODE.findall(also.stdout)
    assert machines("home", "fleet", "join", "--also", code).returncode == 0
    status = machines("laptop", "fleet", "status").stdout
    assert "a doorway" in status and "joined home" in status
    machines.servers["home"].process.kill()  # it cannot be told
    wait_for(lambda: not processes_of(machines.homes["home"]), 60)
    left = machines("laptop", "fleet", "leave", "home")
    assert left.returncode == 0 and "On home, run: janus fleet revoke" in left.stderr
    machines.servers["laptop"].process.kill()
    wait_for(lambda: not processes_of(machines.homes["laptop"]), 60)  # its server neither


@pytest.mark.slow(10)
def test_a_doorway_shows_a_machine_over_tls_also_after_that_was_killed(machines):
    [code] = CODE.findall(machines("home", "fleet", "init", "--name", "home").stdout)
    assert machines("laptop", "fleet", "join", code, "--name", "laptop").returncode == 0
    home, laptop = machines.servers["home"], machines.servers["laptop"]
    session = laptop.start()
    assert laptop.ask(session, "hello")[0] == 200

    def listed():
        sessions = home.call("GET", "/api/sessions")[1]["sessions"]
        return [it for it in sessions if it["session_id"] == session and it["message_count"] == 2]

    def machine():
        return home.call("GET", "/api/fleet")[1]["machines"][0]

    assert wait_for(listed)[0]["machine"] == machine()["machine_id"]
    wait_for(lambda: machine()["online"])
    laptop.process.kill()
    wait_for(lambda: not machine()["online"])
    said = {"session_id": session, "message": "are you there?", "message_id": "m2"}
    waiting = home.call("POST", "/api/chat", said)[1]
    assert [it["content"] for it in waiting["queue"]] == ["are you there?"]
    assert waiting["messages"][0]["content"] == "hello"

    wrong = machines("home", "resume", session[:8], "--on", "hoem")
    assert (wrong.returncode, wrong.stdout) == (4, "")
    assert "called hoem. Did you mean home? See: janus fleet list" in wrong.stderr
    asleep = machines("home", "resume", session[:8], "--on", "laptop")
    assert (asleep.returncode, asleep.stdout) == (4, ""), asleep
    assert machines("home", "resume", session[:8], "--anew", "--on", "home").returncode == 2
    made = json.loads(machines("home", "resume", session[:8], "--on", "home", "--json").stdout)
    assert made["session_id"] != session and "machine" not in made
    shown = machines("home", "show", made["session_id"][:8]).stdout
    assert "Continued here: this session was on laptop, which is away." in shown
