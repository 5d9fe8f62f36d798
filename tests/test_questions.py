"""What agents ask: how it is shown, who may answer, and what the agent gets to hear."""

import threading

import pytest

from janus.agents.questions import (
    Questions,
    cursor_plan,
    cursor_question,
    elicitation,
    permission,
)
from janus.errors import AlreadyAnswered, InvalidRequest, PermissionNotFound

CALL = {"id": "c", "name": "", "kind": "execute", "title": "ls", "status": "in_progress"}
OPTIONS = [
    {"optionId": "yes", "name": "Yes", "kind": "allow_once"},
    {"optionId": "no", "name": "No", "kind": "reject_once"},
]


def form(**schema):
    return {"mode": "form", "message": "Which?", "requestedSchema": {"properties": {"a": schema}}}


class Asked:
    """Questions, what was told of them, and what the agent was answered."""

    def __init__(self):
        self.told, self.replies = [], []
        self.questions = Questions(lambda kind, data: self.told.append((kind, data)))

    def ask(self):
        question = permission({"options": OPTIONS}, CALL)
        self.questions.ask(question, self.replies.append)
        return self.told[-1][1]["request_id"]


@pytest.fixture
def asked():
    return Asked()


def test_of_many_answers_at_once_one_counts(asked):
    id = asked.ask()
    refused = []

    def answer(option):
        try:
            asked.questions.answer(id, option)
        except AlreadyAnswered:
            refused.append(option)

    threads = [threading.Thread(target=answer, args=(o,)) for o in ("yes", "no") * 8]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(asked.replies) == 1 and len(asked.told) == 2


def test_questions_are_answered_in_any_order(asked):
    ids = [asked.ask() for _ in range(3)]
    asked.questions.answer(ids[2], "no")
    asked.questions.answer(ids[0], "yes")
    asked.questions.cancel_all()
    asked.questions.cancel_all()

    assert [reply["result"]["outcome"].get("optionId") for reply in asked.replies] == [
        "no",
        "yes",
        None,
    ]


def test_a_wrong_option_leaves_the_question_open(asked):
    id = asked.ask()
    with pytest.raises(InvalidRequest, match="yes, no"):
        asked.questions.answer(id, "")
    with pytest.raises(PermissionNotFound):
        asked.questions.answer("", "yes")
    asked.questions.answer(id, "yes")


@pytest.mark.parametrize("raw", [{"command": "ls; rm -rf x"}, {"command": "x" * 20_000}])
def test_nobody_allows_a_command_he_cannot_see(raw):
    shown = permission({"toolCall": {"rawInput": raw}, "options": OPTIONS}, CALL).shown

    assert shown["title"] == "ls"
    assert shown["text"][:10_000] == raw["command"][:10_000]
    assert len(raw["command"]) < 10_000 or shown["text"].endswith("… and 10000 characters more")


def test_a_title_that_was_cut_is_shown_whole_beside_it():
    title = "echo " + "x" * 300 + "; rm -rf x"
    call = {**CALL, "title": title[:200]}

    shown = permission({"toolCall": {"title": title}, "options": OPTIONS}, call).shown
    assert shown["text"] == title


def test_a_title_that_says_all_is_not_said_twice():
    params = {"toolCall": {"title": "ls", "rawInput": {"command": "ls"}}, "options": OPTIONS}
    assert permission(params, CALL).shown["text"] == ""


def test_a_call_without_a_title_is_still_a_question():
    shown = permission({"options": OPTIONS}, {**CALL, "kind": "other", "title": "other"}).shown
    assert shown["title"] == "The agent wants to do something."


@pytest.mark.parametrize(
    ("schema", "options"),
    [
        ({"type": "string", "enum": ["x", "y"]}, ["x", "y"]),
        ({"type": "integer", "enum": [1, 2]}, ["1", "2"]),
        ({"type": "string", "oneOf": [{"const": "x", "title": "X"}]}, ["x"]),
        ({"type": "boolean"}, ["True", "False"]),
    ],
)
def test_a_form_with_one_choice_is_a_question(schema, options):
    question = elicitation(form(**schema))

    assert question.options == [*options, "__decline__"]
    content = question.answer(options[0])["content"]["a"]
    assert str(content) == options[0] and isinstance(content, str) == (schema["type"] == "string")
    assert question.answer("__decline__") == {"action": "decline"}
    assert question.answer(None) == {"action": "cancel"}


@pytest.mark.parametrize(
    "params",
    [
        form(type="string"),
        form(type="array", items={"enum": ["x"]}),
        {"mode": "form", "requestedSchema": {"properties": {"a": {}, "b": {}}}},
        {"mode": "form", "requestedSchema": {"properties": {}}},
        {"mode": "of_the_future"},
        {},
    ],
)
def test_a_form_that_cannot_be_shown_is_declined(params):
    assert elicitation(params) is None


def test_a_web_page_is_shown_with_its_whole_address():
    question = elicitation({"mode": "url", "message": "Log in", "url": "https://a.example/?b=1"})

    assert question.shown["url"] == "https://a.example/?b=1"
    assert question.answer("accept") == {"action": "accept"}
    assert question.answer(None) == {"action": "cancel"}


def test_a_question_of_cursors_can_be_skipped():
    one = {"id": "q", "prompt": "Which?", "options": [{"id": "a", "label": "A"}, {"id": "b"}]}
    question = cursor_question({"questions": [one]})

    assert [option["name"] for option in question.shown["options"]] == ["A", "b", "Skip"]
    assert question.answer("__skip__")["outcome"]["outcome"] == "skipped"
    assert question.answer(None) == {"outcome": {"outcome": "cancelled"}}


@pytest.mark.parametrize("questions", [None, [], [{}], [{"id": "a"}] * 2])
def test_questions_of_cursors_that_cannot_be_shown_are_none(questions):
    assert cursor_question({"questions": questions}) is None


def test_a_plan_is_shown_and_can_be_refused():
    plan = cursor_plan({"name": "A plan", "plan": "# First"})

    assert (plan.shown["title"], plan.shown["text"]) == ("A plan", "# First")
    assert plan.answer("reject")["outcome"]["outcome"] == "rejected"
    assert plan.answer(None) == {"outcome": {"outcome": "cancelled"}}
