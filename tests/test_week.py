"""A week: what is begun on Monday in three projects is all there on Tuesday, after a power cut."""

import json
import os
import re
import shutil
import signal
from pathlib import Path

import pytest
from conftest import fake_path, wait_for

FLOWERS = {"shop": "rhododendron", "library": "snapdragon", "garden": "edelweiss"}


@pytest.fixture
def folders(workspace, workspace_template, tmp_path):
    """Three projects by their names."""
    others = ("library", "garden")
    made = {name: shutil.copytree(workspace_template, tmp_path / name) for name in others}
    return {workspace.name: workspace, **made}


def holding(word, *places):
    """The files in which a word is left, whatever they are."""
    files = (file for place in places for file in Path(place).rglob("*") if file.is_file())
    return [file for file in files if word.encode() in file.read_bytes()]


@pytest.mark.slow
def test_what_three_projects_had_on_monday_is_there_on_tuesday(serve, run, folders, tmp_path, home):
    agents = fake_path(tmp_path, "agent")

    # Monday: each is asked, and nobody looks at the answers for a while.
    monday = serve(
        path=agents, cwd=folders["shop"], SESSION_TIMEOUT="300ms", CLEANUP_INTERVAL="50ms"
    )
    monday.call("GET", "/api/health")
    for name in ("library", "garden"):
        assert run("project", "add", cwd=folders[name]).returncode == 0
    for name, flower in FLOWERS.items():
        asked = run("ask", "--keep", f"say {flower} 1", cwd=folders[name])
        assert (asked.returncode, asked.stdout.strip()) == (0, f"{flower} 1")
    listed = wait_for(lambda: when_all_ended(run))
    assert {it["end_reason"] for it in listed} == {"idle"}

    # In the night the computer dies, and in the morning it is started somewhere else.
    os.killpg(monday.process.pid, signal.SIGKILL)
    monday.wait()
    tuesday = serve(path=agents, cwd=home)
    tuesday.call("GET", "/api/health")

    # Tuesday: all of them are found, by the list, by a search, and each by its words.
    ids = {it["project"]: it["session_id"] for it in when_all_ended(run)}
    assert ids == {it["project"]: it["session_id"] for it in listed}
    for name, flower in FLOWERS.items():
        found = wait_for(lambda flower=flower: searched(run, flower))
        assert {hit["session_id"] for hit in found} == {ids[name]}
        shown = run("show", short(ids, name)).stdout
        assert f"say {flower} 1" in shown and re.search(rf"Project: +{name}\n", shown)
        assert "unused for too long" in shown

    # One goes on where it was: its agent knows the question of Monday, and the summary.
    goes_on = run("ask", "--session", short(ids, "library"), "recall", cwd=home)
    assert goes_on.stdout.strip() == "2 turns before"
    assert [it["status"] for it in when_open(run)] == ["waiting"]
    assert {it["project"] for it in ended(run)} == {"shop", "garden"}

    # Another is forgotten, to the byte, also by the server of Wednesday.
    places = home, folders["garden"]
    assert holding("edelweiss", *places)
    assert run("delete", "--yes", short(ids, "garden")).returncode == 0
    assert holding("edelweiss", *places) == []
    assert searched(run, "edelweiss") == [] and run("show", ids["garden"]).returncode == 5
    assert run("history", "rebuild").returncode == 0
    assert tuesday.stop() == 0
    serve(path=agents, cwd=home).call("GET", "/api/health")
    assert {it["project"] for it in ended(run)} == {"shop"}
    assert searched(run, "edelweiss") == [] and holding("edelweiss", *places) == []


def short(ids, name):
    """What a person types of an id: enough to tell it apart."""
    others = [id for id in ids.values() if id != ids[name]]
    return next(
        start
        for length in range(4, 36)
        if not any(id.startswith(start := ids[name][:length]) for id in others)
    )


def every(run):
    return json.loads(run("sessions", "--all", "--json").stdout)["sessions"]


def ended(run):
    return [it for it in every(run) if "ended_at" in it]


def when_open(run):
    return [it for it in every(run) if "ended_at" not in it]


def when_all_ended(run):
    found = every(run)
    return found if len(found) == 3 and all("ended_at" in it for it in found) else None


def searched(run, word):
    found = json.loads(run("search", "--json", word).stdout)
    return found["hits"] if found["hits"] or not found["pending"] else None
