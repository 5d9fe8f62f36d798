"""What the commands say when something is not there: a server, a session, a setting."""

import re
from itertools import product

import pytest
import served

serve = served.serve


COMMANDS_OF_ONE = [("show", "{}"), ("resume", "{}"), ("end", "{}"), ("delete", "--yes", "{}")]


@pytest.mark.parametrize(
    "args", [("sessions",), ("ask", "x"), ("resume", "1"), ("rename", "1", "a"), ("end", "1")]
)
def test_without_a_server_it_says_so(args, run):
    done = run(*args)

    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == "Janus is not running. Start it with: janus serve\n"


def test_after_the_end_of_the_server_too(serve, run):
    serve().stop()

    assert run("sessions").returncode == 3


@pytest.mark.quick
def test_an_unknown_id_is_said_to_be_one(serve, run):
    server = serve()
    id = server.start()
    commands = [("ask", "--session", "{}", "x"), ("rename", "{}", "a"), *COMMANDS_OF_ONE]

    for args, wrong in product(commands, ("none", "../x", "", "x" * 300)):
        done = run(*(arg.format(wrong) for arg in args))

        assert (done.returncode, done.stdout) == (5, "")
        says = f"No session begins with {wrong or 'nothing'}. See: janus sessions --all\n"
        assert done.stderr == says
    assert [it["session_id"] for it in served.sessions(server)] == [id]


def test_a_beginning_that_several_have_is_not_enough(serve, run):
    server = serve()
    for id in ("phone-1", "phone-2", "phone"):
        server.call("POST", "/api/chat", {"session_id": id, "message": "Where is ShoppingCart?"})

    assert (
        run("end", "phone-").stderr == "2 sessions begin with phone-. See: janus sessions --all\n"
    )
    assert run("rename", "phone", "mine").returncode == 0  # it is one itself


def test_a_wrong_setting_is_named(run):
    done = run("sessions", JANUS_PROT="1")

    assert done.returncode == 1 and "JANUS_PROT" in done.stderr


def test_every_command_explains_itself(run):
    shown = run("--help").stdout.partition("Commands:")[2].partition("Exit codes:")[0]
    listed = re.findall(r"^  ([\w-]+) ", shown, re.MULTILINE)

    assert listed == [
        "adopt", "ask", "changes", "commit", "conversations", "delete", "devices", "discard",
        "doctor", "end", "fleet", "history", "init", "later", "memory", "merge", "pair", "project",
        "pull-request", "push", "rename", "resume", "search", "serve", "service", "sessions",
        "show", "token", "undo",
    ]  # fmt: skip
    for name in listed:
        assert len(run(name, "--help").stdout.splitlines()) > 4
        if name not in ("serve", "fleet", "history", "later", "project", "service"):
            assert "--json" in run(name, "--help").stdout


def test_no_help_is_cut_short(run):
    for args in (("--help",), ("project", "--help")):
        shown = run(*args).stdout

        assert "..." not in shown.replace("[ARGS]...", "")
    assert "Forget session ID, which has ended, for good" in run("--help").stdout


def test_exit_codes_are_told(run):
    assert re.findall(r" (\d+) ", run("--help").stdout.partition("Exit codes:")[2]) == [
        "0", "1", "2", "3", "4", "5", "6", "7", "130",
    ]  # fmt: skip
