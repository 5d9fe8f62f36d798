"""The commands for sessions and devices."""

import json
import re
import shutil
import urllib.request

import pytest
import served
from conftest import git
from served import ended, sessions

serve = served.serve


@pytest.mark.quick
def test_sessions_lists_them_below_each_other(serve, run):
    server = serve()
    assert "There are no sessions" in run("sessions").stdout
    run("ask", "--keep", "--name", "fix-login", "Where is ShoppingCart?")
    run("ask", "Where is ShoppingCart?")

    [named], [past] = sessions(server), ended(server)
    [line] = run("sessions").stdout.splitlines()
    first, second = run("sessions", "--all").stdout.splitlines()

    id = named["session_id"][:8]
    assert re.fullmatch(rf"{id}  waiting  fix-login  now  \S+  feature/fix-login", line)
    assert re.fullmatch(rf"{id}  waiting  fix-login +  now  \S+  feature/fix-login", first)
    id = past["session_id"][:8]
    assert re.fullmatch(rf"{id}  ended    Where is ShoppingCart\?  now  \S+  -", second)
    listed = json.loads(run("sessions", "--all", "--json").stdout)["sessions"]
    assert [it["session_id"] for it in listed] == [named["session_id"], past["session_id"]]


def test_show_prints_a_conversation_that_ended(serve, run):
    server = serve()
    run("ask", "--name", "fix-login", "Where is ShoppingCart?")
    [session] = ended(server)

    shown = run("show", session["session_id"][:6]).stdout

    assert shown.startswith("fix-login\nSession: ") and "feature/fix-login" in shown
    assert "\nAsked: Where" not in shown and session["summary"] in shown
    assert "\nYou, " in shown and "\nAgent, " in shown and "cart.py" in shown
    told = json.loads(run("show", "--json", session["session_id"]).stdout)
    assert [it["role"] for it in told["conversation"]] == ["user", "assistant"]
    assert told["session_id"] == session["session_id"]


def test_delete_forgets_what_ended(serve, run):
    server = serve()
    run("ask", "--keep", "Where is ShoppingCart?")
    id = sessions(server)[0]["session_id"][:8]
    assert run("delete", "--yes", id).returncode == 4  # it is open
    run("end", "--no-summary", id)

    assert run("delete", id).returncode == 2  # nobody is there to say yes
    done = run("delete", "--yes", id)

    assert (done.returncode, done.stdout) == (0, "Where is ShoppingCart? is deleted.\n")
    assert ended(server) == [] and run("show", id).returncode == 5


def test_what_has_ended_is_neither_renamed_nor_ended_again(serve, run):
    server = serve()
    id = server.start()
    run("end", id)

    for args in (("rename", id, "new"), ("end", id)):
        done = run(*args)
        assert done.returncode == 5
        assert (
            done.stderr == f"Session {id[:8]} has ended. To open it again: janus resume {id[:8]}\n"
        )


def test_rename_changes_the_name_only(serve, run):
    server = serve()
    _, begun = server.call("POST", "/api/session/start", {"name": "old"})

    done = run("rename", begun["session_id"][:8], "new")

    assert (done.returncode, done.stdout) == (0, f"{begun['session_id']} is now called new.\n")
    assert (sessions(server)[0]["name"], sessions(server)[0]["branch"]) == ("new", "feature/old")
    wrong = run("rename", begun["session_id"], "two\nlines")
    assert wrong.returncode == 4 and "80 characters on one line" in wrong.stderr


def test_end_tells_where_the_work_is(serve, run):
    server = serve()
    run("ask", "--keep", "--name", "fix-login", "Where is ShoppingCart?")
    [session] = sessions(server)

    done = run("end", session["session_id"][:8])

    assert done.returncode == 0 and "ShoppingCart" in done.stdout
    assert f"on feature/fix-login, in {session['worktree_path']}" in done.stderr
    assert f"janus resume {session['session_id'][:8]}" in done.stderr
    assert sessions(server) == []


def test_end_without_a_word_or_a_summary(serve, run):
    server = serve()

    assert run("end", server.start()).stdout == "Nothing was said in it.\n"
    assert run("ask", "--keep", "Where is ShoppingCart?").returncode == 0
    assert "- " in run("end", "--no-summary", sessions(server)[0]["session_id"]).stdout


def test_cleanup_is_refused_while_work_would_be_lost(serve, run, workspace):
    server = serve()
    _, begun = server.call("POST", "/api/session/start", {"name": "fix-login"})
    id, path = begun["session_id"], workspace / ".worktrees" / begun["session_id"]
    (path / "new.txt").write_text("work\n")

    refused = run("end", "--cleanup", id)

    assert (refused.returncode, refused.stdout) == (4, "")
    assert "has 1 new file (new.txt). Commit and merge it" in refused.stderr
    assert path.exists() and len(sessions(server)) == 1

    forced = run("end", "--cleanup", "--force", id)

    assert (forced.returncode, forced.stderr) == (0, "Its work is on feature/fix-login\n")
    assert not path.exists() and sessions(server) == []
    assert "feature/fix-login" in git(workspace, "branch")


def test_force_alone_is_no_way_to_end(run):
    done = run("end", "--force", "1")

    assert done.returncode == 2 and "--force works only with --cleanup" in done.stderr


def test_resume_starts_the_agent_also_of_a_session_that_ended(serve, run):
    server = serve()
    run("ask", "Where is ShoppingCart?")
    id = ended(server)[0]["session_id"]

    done = run("resume", id[:8])

    assert (done.returncode, done.stdout) == (0, f"{id} is waiting.\n")
    assert run("resume", id).stdout == done.stdout
    assert sessions(server)[0]["message_count"] == 2


def test_resume_makes_a_worktree_again_that_is_gone(serve, run):
    server = serve()
    run("ask", "--name", "fix", "Where is ShoppingCart?")
    [session] = ended(server)
    shutil.rmtree(session["worktree_path"])

    refused = run("ask", "--session", session["session_id"], "Where is ShoppingCart?")
    asked = refused.stderr.rpartition(": ")[2].split()

    assert refused.returncode == 4 and "but not its branch feature/fix" in refused.stderr
    assert asked[:3] == ["janus", "resume", "--anew"] and run(*asked[1:]).returncode == 0
    again = run("ask", "--session", session["session_id"], "Where is ShoppingCart?")
    assert (again.returncode, "cart.py" in again.stdout) == (0, True)


@pytest.mark.quick
def test_pair_shows_a_code_that_lets_one_device_in(serve, run):
    server = serve()

    shown = run("pair", "--read").stdout

    assert "open http" in shown and "▀" in shown  # to be scanned
    code = re.search(r"[2-9A-HJ-NP-Z]{5}-[2-9A-HJ-NP-Z]{5}", shown)[0]
    status, device = server.call("POST", "/api/pair", {"code": code, "name": "a phone"})
    assert (status, device["scope"]) == (201, "read")
    assert server.call("POST", "/api/pair", {"code": code})[0] == 403


def test_devices_lists_them_and_lets_one_in_no_more(serve, run):
    server = serve()
    assert run("devices").stdout == "No device is paired yet. Pair one with: janus pair\n"
    _, device = server.call("POST", "/api/tokens", {"name": "ci", "scope": "read"})
    id = device["device_id"]

    assert re.fullmatch(rf"{id[:8]}  token  read  seen now  -  ci\n", run("devices").stdout)
    assert run("devices", "--revoke", "nobody").stderr == (
        "No device begins with nobody. See: janus devices\n"
    )
    assert run("devices", "--revoke", id[:8]).stdout == "1 revoked.\n"
    assert run("devices", "--revoke", "all").stdout == "0 revoked.\n"


def test_token_prints_what_a_program_comes_in_with(serve, run):
    server = serve()

    token = run("token", "ci", "--read").stdout.strip()

    request = urllib.request.Request(
        f"{server.url}/api/devices", headers={"Authorization": f"Bearer {token}"}
    )
    with urllib.request.urlopen(request) as response:
        found = json.load(response)
    [device] = found["devices"]
    assert (device["name"], device["scope"]) == ("ci", "read")
    assert found["this_device"] == device["device_id"]
