"""A session of another machine is answered by voice: that machine decides what is consent."""

# ruff: noqa: F401, F811 - a fixture is imported, and named again by who asks for it

import json
import re
from dataclasses import replace

import pytest
from conftest import FAKE_AGENTS, fake_path, state_of
from doorways import LAPTOP, doorways
from kit.waiting import wait_for
from test_fleet_of_januses import SESSION, Janus, home

OPTIONS = [
    {"optionId": "once", "name": "Allow", "kind": "allow_once"},
    {"optionId": "ever", "name": "Always", "kind": "allow_always"},
    {"optionId": "never", "name": "Deny", "kind": "reject_once"},
]


@pytest.fixture
def laptop(home, settings, tmp_path):
    """Its owner allows a command to be allowed by voice; that of the doorway allows none."""
    environ = {"HOME": str(tmp_path), "PATH": fake_path(tmp_path)}
    command = (str(FAKE_AGENTS / "acp-agent"),)
    settings = replace(
        settings, agent="auto", agent_command=command, environ=environ, voice_commands=("npm test",)
    )
    laptop = Janus(settings, tmp_path / "laptop", LAPTOP, "laptop", home.doorway)
    yield laptop
    laptop.stop()


def asks(home, laptop, title):
    """Have the laptop's agent ask to run something; the question as the doorway knows it."""
    call = {"toolCallId": "c", "kind": "execute", "title": title}
    wanted = json.dumps({"toolCall": call, "options": OPTIONS})
    message = f"request session/request_permission {wanted}"
    laptop.post("/api/chat", message=message, session_id=SESSION)
    wait_for(lambda: home.get("/api/fleet")["machines"][0]["online"])
    (asked,) = wait_for(lambda: home.sessions().get(SESSION, {}).get("permissions"))
    return {"session_id": SESSION, "request_id": asked["request_id"]}


def heard(laptop):
    """What the log there keeps of what was said to answer."""
    log = (state_of(laptop.settings) / "logs" / f"{SESSION}.jsonl").read_text()
    return re.findall(r'"words":"(.+?)","taken":(true|false)', log)


def test_a_yes_is_read_out_with_the_machine_and_decided_there(home, laptop):
    question = asks(home, laptop, "npm test")

    told = home.get("/api/permission", **question)

    assert told["words"] == "On laptop. The agent asks. Run: npm test"
    yes = {**question, "option_id": told["option_id"], "digest": told["digest"]}
    for wrong in (
        {"spoken": "yes"}, {"spoken": "she said allow it once"}, {"spoken": "Allow it once?"},
        {"spoken": "allow it once", "option_id": "ever"},
        {"spoken": "allow it once", "digest": "of something else"},
    ):  # fmt: skip
        refused = home.post("/api/permission", 409, **{**yes, **wrong})
        assert refused["error"]["code"] == "CONSENT_UNCLEAR"
    assert home.sessions()[SESSION]["permissions"]

    home.post("/api/permission", **yes, spoken="Yes, allow it once, please.")

    state = wait_for(home.answered)
    assert "once" in state["messages"][-1]["content"]
    assert [taken for _, taken in heard(laptop)] == ["false"] * 5 + ["true"]


@pytest.mark.slow
def test_what_does_more_than_look_needs_hands_also_there(home, laptop):
    question = asks(home, laptop, "rm -rf build")

    refused = home.client.get("/api/permission", query_string=question)
    assert refused.status_code == 409
    assert "needs your hands" in refused.json["error"]["message"]
    yes = {**question, "option_id": "once", "spoken": "allow it once"}
    assert "hands" in home.post("/api/permission", 409, **yes)["error"]["message"]
    assert heard(laptop) == [("allow it once", "false")]

    home.post("/api/permission", **question, option_id="never", spoken="no, don't")
    wait_for(home.answered)


@pytest.mark.slow
def test_of_a_machine_that_is_away_nothing_is_allowed(home, laptop):
    question = asks(home, laptop, "npm test")
    laptop.stop()
    wait_for(lambda: home.get("/api/fleet")["machines"][0]["asleep_since"])

    answer = home.client.get("/api/permission", query_string=question)

    assert answer.status_code == 503 and answer.json["error"]["code"] == "MACHINE_AWAY"
    home.post("/api/permission", 503, **question, option_id="once", spoken="allow it once")
