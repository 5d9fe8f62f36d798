"""A fake ACP agent for tests, every message to which is checked by the protocol's own schema."""

import functools
import json
from dataclasses import replace

import jsonschema_rs
import pytest
from conftest import fake_path
from recorder import DATA, PROGRAM, Recorder

from janus.agents.detection import SearchPath, detect
from janus.agents.factory import make_agent
from janus.agents.spec import AgentSpec
from janus.model import Conversation

SCHEMA = json.loads((DATA / "schema.json").read_text())


@pytest.fixture
def recorder():
    return Recorder()


@pytest.fixture
def received(home):
    """What the fake agent was sent, and ``{"asked": …}`` where it asked something."""
    return lambda: [json.loads(line) for line in (home / "heard").read_text().splitlines()]


@pytest.fixture
def make(tmp_path, home, recorder, received, monkeypatch):
    """Makes an agent with oddities that tells ``recorder``; all are stopped at the end."""
    monkeypatch.setattr("janus.agents.process.process.GRACE", 0.5)
    made = []

    def make(
        *oddities,
        conversation=None,
        program=PROGRAM,
        recap=lambda: "",
        start_timeout=60.0,
        **had,
    ):
        entry = AgentSpec("custom", "Fake", programs=(str(program),), version=None, acp=oddities)
        environ = {"HOME": str(home), "PATH": fake_path(tmp_path)}
        found = detect("custom", SearchPath(environ, replace(entry, login="fake login")))
        found = replace(found, start_timeout=start_timeout)
        own = conversation and Conversation("custom", "acp", conversation, **had)
        made.append(make_agent(found, tmp_path, "test", recorder, own, recap=recap))
        return made[-1]

    yield make
    for agent in made:
        agent.stop()
    if (home / "heard").exists():
        assert_valid(received())


def assert_valid(messages):
    """Every message has the shape the protocol gives it."""
    asked = {}
    for message in messages:
        if "asked" in message:
            asked[message["id"]] = message["asked"]
        elif message.get("method", "").startswith("_"):
            pass  # what begins so is nobody's but ours
        elif "method" in message:
            kind = "Request" if "id" in message else "Notification"
            validator(message["method"], kind).validate(message["params"])
        elif "result" in message and (check := validator(asked[message["id"]], "Response")):
            check.validate(message["result"])
        assert "asked" in message or message["jsonrpc"] == "2.0"


@functools.cache
def validator(method, kind):
    for name, schema in SCHEMA["$defs"].items():
        if schema.get("x-method") == method and name.endswith(kind):
            definition = {"$ref": f"#/$defs/{name}", "$defs": SCHEMA["$defs"]}
            return jsonschema_rs.Draft202012Validator(definition)
    assert kind == "Response", f"the protocol has no {kind} {method}"
    return None
