"""What the commands say when something is not there: a server, a session, a setting."""

import re

import pytest
import served

serve = served.serve


@pytest.mark.parametrize(
    "args", [("sessions",), ("ask", "x"), ("resume", "1"), ("rename", "1", "a"), ("end", "1")]
)
def test_without_a_server_it_says_so(args, run, workspace):
    done = run(*args)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"No Janus serves {workspace}. Start it there with: janus serve")


def test_after_the_end_of_the_server_too(serve, run):
    serve().stop()

    assert "No Janus serves" in run("sessions").stderr


@pytest.mark.parametrize(
    "args", [("ask", "--session", "none", "x"), ("rename", "none", "a"), ("end", "none")]
)
def test_an_unknown_id_is_said_to_be_one(args, serve, run):
    serve().start()

    done = run(*args)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "No session begins with none. See: janus sessions\n"


@pytest.mark.parametrize(("id", "says"), [("none", "No session none"), ("../x", "A session id")])
def test_an_id_that_never_was_is_not_resumed(id, says, serve, run):
    serve()

    done = run("resume", id)

    assert done.returncode == 1 and done.stderr.startswith(says)


def test_a_beginning_that_several_have_is_not_enough(serve, run):
    server = serve()
    for id in ("phone-1", "phone-2", "phone"):
        server.call("POST", "/api/chat", {"session_id": id, "message": "Where is ShoppingCart?"})

    assert run("end", "phone-").stderr == "2 sessions begin with phone-. See: janus sessions\n"
    assert run("rename", "phone", "mine").returncode == 0  # it is one itself


def test_a_wrong_setting_is_named(run):
    done = run("sessions", JANUS_PROT="1")

    assert done.returncode == 1 and "JANUS_PROT" in done.stderr


def test_every_command_explains_itself(run):
    listed = re.findall(r"^  (\w+) ", run("--help").stdout.partition("Commands:")[2], re.MULTILINE)

    assert listed == [
        "ask", "devices", "doctor", "end", "pair", "rename", "resume", "serve", "sessions", "token",
    ]  # fmt: skip
    for name in listed:
        assert len(run(name, "--help").stdout.splitlines()) > 4
