"""``janus search`` and ``janus history``."""

import json
import os
import re
import signal

import pytest
import served
from conftest import wait_for

serve = served.serve


def indexed(server):
    wait_for(lambda: server.call("GET", "/api/history/index")[1]["pending"] == 0)
    return server


def test_search_lists_what_was_said_also_after_a_kill(serve, run, kept):
    server = serve()
    run("ask", "--name", "fix-login", "Where is ShoppingCart?")
    run("ask", "Is there a shopping_cart in 買い物かご?")
    os.killpg(server.process.pid, signal.SIGKILL)
    server.wait()
    for path in kept.glob("history.db*"):
        path.unlink()
    indexed(serve())

    done = run("search", "shopping", "cart")

    assert done.returncode == 0 and done.stderr == ""
    lines = done.stdout.splitlines()
    shape = re.compile(r"([0-9a-f]{8}  \d{4}-\d\d-\d\d \d\d:\d\d  (?:you|agent) +)\S")
    assert len({len(shape.match(line)[1]) for line in lines}) == 1  # they stand below each other
    assert any("fix-login" in line and "Where is ShoppingCart?" in line for line in lines)
    assert "買い物かご" in run("search", "物か").stdout
    found = json.loads(run("search", "--json", "--limit", "1", "shopping cart").stdout)
    assert len(found["hits"]) == 1 and found["pending"] == 0


@pytest.mark.quick
def test_search_says_when_there_is_nothing(serve, run):
    serve()

    done = run("search", "nothing of this")

    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "Nothing that was said has all of these words.\n"
    assert "Missing argument" in run("search").stderr
    assert "too long" in run("search", "x" * 2000).stderr


def test_the_index_is_made_anew_on_request(serve, run):
    serve()
    run("ask", "Where is ShoppingCart?")

    done = run("history", "rebuild")

    assert (done.returncode, done.stdout) == (0, "The search index is made anew.\n")
    assert "Where is ShoppingCart?" in run("search", "shoppingc").stdout


def test_search_without_a_server_says_so(run):
    for command in (("search", "x"), ("history", "rebuild")):
        done = run(*command)
        assert done.returncode == 3 and "Janus is not running" in done.stderr
