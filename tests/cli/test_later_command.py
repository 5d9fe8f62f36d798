"""``janus later``: what is sent at a time, listed and cancelled."""

import json
import time
from datetime import datetime, timedelta

import pytest
from conftest import fake_path
from served import serve  # noqa: F401 - a fixture

from janus.cli.later import moment


@pytest.mark.quick
def test_a_message_waits_with_its_file_and_is_cancelled(serve, run, tmp_path):  # noqa: F811
    server = serve(path=fake_path(tmp_path, "agent"))
    id = server.start()
    (tmp_path / "notes.txt").write_text("notes")

    assert "Nothing waits" in run("later", id[:8]).stdout
    said = run("later", id, "say go on", "--at", "2h", "--attach", str(tmp_path / "notes.txt"))
    assert "at its time  say go on [notes.txt]" in said.stdout
    [waiting] = json.loads(run("later", id, "--json").stdout)["scheduled"]
    at = datetime.fromisoformat(waiting["at"]).timestamp()
    assert time.time() + 7000 < at < time.time() + 7201
    assert waiting["attachments"][0]["name"] == "notes.txt"

    limit = run("later", id, "say go on", "--after-limit")
    assert limit.returncode == 4 and "Choose a time" in limit.stderr
    assert run("later", id, "--cancel", "no-such").returncode == 4
    assert "Nothing waits" in run("later", id, "--cancel", waiting["message_id"][:8]).stdout


@pytest.mark.parametrize(
    "args",
    [
        ("say x",), ("--at", "2h"), ("say x", "--at", "2h", "--after-limit"), ("--after-limit",),
        ("say x", "--at", "25:00"), ("say x", "--at", "soon"),
        ("say x", "--at", "2h", "--cancel", "m"),
    ],
)  # fmt: skip
def test_what_does_not_make_sense_is_wrong_usage(run, args):
    assert run("later", "1", *args).returncode == 2


def test_times_are_on_the_clock_of_this_computer():
    now = datetime.now().astimezone()
    soon = now + timedelta(minutes=2)
    assert moment(f"{soon:%H:%M}") == soon.replace(second=0, microsecond=0)
    past = moment(f"{now - timedelta(minutes=2):%H:%M}")
    assert timedelta(hours=22) < past - now < timedelta(hours=26)
    assert moment("2027-01-15T08:00Z").timestamp() == 1800000000
    assert moment("2027-07-15 08:00") == datetime(2027, 7, 15, 8).astimezone()
