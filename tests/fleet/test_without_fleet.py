"""What a Janus in no fleet has of one: enough to know that it is in none."""

import json
import subprocess
import sys

import pytest
from conftest import fake_path

#: All that knows that there is no fleet. Nothing here dials, listens, runs a program or has a key.
FACE = {"elsewhere", "fleet", "here", "membership"}
SINGLE = """
import json, sys
import janus.cli.commands, janus.server.gunicorn_app
from janus.app import create_app
from janus.config import Settings

app = create_app(Settings.from_env())
client, janus = app.test_client(), app.extensions["janus"]
token = janus.devices.register("script", "full", page=False).secret
client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
janus.fleet.follow(janus.endpoint)
said = client.post("/api/chat", json={"message": "hello", "session_id": "one"})
asked = [client.get(it) for it in ("/api/fleet", "/api/sessions", "/api/state?session_id=other")]
assert [it.status_code for it in (said, *asked)] == [200] * 4, said.json
janus.stop()
print(json.dumps([*sys.modules]))
"""


@pytest.mark.slow
def test_a_single_janus_loads_nothing_of_the_fleet_but_its_face(tmp_path):
    environ = {"HOME": str(tmp_path), "PATH": fake_path(tmp_path), "JANUS_AGENT": "demo"}
    (tmp_path / "work").mkdir()

    done = subprocess.run(
        [sys.executable, "-c", SINGLE], env=environ, cwd=tmp_path / "work", text=True, check=True,
        stdout=subprocess.PIPE, timeout=60,
    )  # fmt: skip

    loaded = {name.partition(".")[::2] for name in json.loads(done.stdout)}
    of_fleet = {rest for top, rest in loaded if top == "janus" and rest.startswith("fleet.")}
    assert of_fleet == {f"fleet.{it}" for it in FACE}
    assert not {top for top, _ in loaded} & {"nats", "nkeys", "nacl"}
