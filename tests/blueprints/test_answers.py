"""Questions with something to fill in: from an agent over ACP to a client over HTTP, and back."""

import json
from dataclasses import replace

import pytest
from conftest import FAKE_AGENTS, fake_path, wait_for
from described import described

FORM = {
    "mode": "form",
    "message": "How?",
    "requestedSchema": {
        "properties": {
            "name": {"type": "string", "minLength": 2},
            "ways": {"type": "array", "items": {"enum": ["a", "b"]}},
            "count": {"type": "integer"},
            "sure": {"type": "boolean"},
        },
        "required": ["name"],
    },
}
RIGHT = {"name": "v1", "ways": ["b"], "count": 0, "sure": False}


@pytest.fixture
def client(settings, home, tmp_path):
    """A client of a Janus whose agent is the fake one."""
    environ = {"HOME": str(home), "PATH": fake_path(tmp_path)}
    command = (str(FAKE_AGENTS / "acp-agent"),)
    settings = replace(settings, agent="custom", agent_command=command, environ=environ)
    with described(settings) as app:
        yield app.test_client()


@pytest.fixture
def asked(client):
    """The form, as the state shows it once the agent has asked."""
    message = f"request elicitation/create {json.dumps(FORM)}"
    client.post("/api/chat", json={"message": message, "session_id": "page"})
    [question] = wait_for(lambda: state(client)["permissions"])
    return question


def state(client):
    return client.get("/api/state?session_id=page").json


def answer(client, asked, **more):
    body = {"session_id": "page", "request_id": asked["request_id"], "option_id": "accept", **more}
    return client.post("/api/permission", json=body)


def heard(client):
    """What the agent says it was answered."""
    wait_for(lambda: not state(client)["is_processing"])
    return json.loads(state(client)["messages"][-1]["content"])


def test_what_is_filled_in_reaches_the_agent(client, asked):
    assert [field["id"] for field in asked["fields"]] == ["name", "ways", "count", "sure"]
    assert state(client)["attention"] == "question"

    assert answer(client, asked, answers=RIGHT).json["permissions"] == []

    assert heard(client) == {"action": "accept", "content": RIGHT}
    assert answer(client, asked, answers=RIGHT).json["error"]["code"] == "ALREADY_ANSWERED"


def test_the_list_has_what_is_asked_unless_that_is_long(client, asked):
    def listed():
        [session] = client.get("/api/sessions").json["sessions"]
        return session.get("permissions")

    assert listed() == [asked]
    answer(client, asked, option_id="decline")
    assert listed() is None

    long = {**FORM, "message": "Why? " * 2000}
    message = f"request elicitation/create {json.dumps(long)}"
    client.post("/api/chat", json={"message": message, "session_id": "page"})
    wait_for(lambda: state(client)["permissions"])
    assert listed() is None


@pytest.mark.others_slow
@pytest.mark.parametrize("more", [{}, {"answers": None}, {"answers": {"name": 7}}])
def test_a_form_can_be_declined_whatever_was_filled_in(client, asked, more):
    answer(client, asked, option_id="decline", **more)

    assert heard(client) == {"action": "decline"}


WRONG = [
    (None, "name needs an answer"),
    ({}, "name needs an answer"),
    ({"name": "v"}, "name must be at least 2 characters"),
    ({**RIGHT, "ways": ["c"]}, "ways must be a list of a, b"),
    ({**RIGHT, "count": 0.5}, "count must be a whole number"),
    ({**RIGHT, "count": "0"}, "count must be a whole number"),
    ({**RIGHT, "sure": 1}, "sure must be true or false"),
    ({**RIGHT, "other": 1}, "There is no field other"),
    ([], "answers must be an object"),
    ("name", "answers must be an object"),
    (dict.fromkeys(map(str, range(51)), 1), "answers must be an object of at most 50"),
    ({"x" * 201: 1}, "A field of answers is too long"),
    ({"name": "x" * 10_001}, "answers.name is too long"),
    ({"name": None}, "answers.name must be"),
    ({"name": {"a": 1}}, "answers.name must be"),
    ({"ways": ["a"] * 101}, "answers.ways must be"),
    ({"ways": ["a", 7]}, r"answers.ways[1] must be a string"),
    ({"count": float("nan")}, "not JSON"),
    ({"count": float("inf")}, "not JSON"),
    ({"count": 10**400}, "answers.count must be"),
]


def test_wrong_answers_are_refused_and_the_question_stays_open(client, asked):
    for answers, words in WRONG:
        refused = answer(client, asked, answers=answers)

        assert refused.status_code == 400, answers
        assert refused.json["error"]["code"] == "INVALID_REQUEST", answers
        assert words in refused.json["error"]["message"]
        assert state(client)["permissions"] == [asked], answers
    assert answer(client, asked, answers=RIGHT).status_code == 200


def test_halves_of_characters_do_no_harm(client, asked):
    answer(client, asked, answers={"name": "a\ud800b"})

    assert heard(client)["content"] == {"name": "a?b"}
