"""What agents ask: how it is shown, who may answer, and what the agent gets to hear."""

import threading

import pytest
from msgspec.structs import replace

from janus.agents.acp.question_kinds import elicitation, permission, tool_questions
from janus.agents.acp.questions import Questions
from janus.agents.cursor.questions import cursor_plan, cursor_question
from janus.errors import AlreadyAnswered, InvalidRequest, PermissionNotFound
from janus.model.events import QuestionAsked, QuestionClosed, QuestionOption, ToolCall

CALL = ToolCall("c", "", "execute", "ls", "in_progress", turn_id="turn")
OPTIONS = [
    {"optionId": "yes", "name": "Yes", "kind": "allow_once"},
    {"optionId": "no", "name": "No", "kind": "reject_once"},
]


def form(**schema):
    return {"mode": "form", "message": "Which?", "requestedSchema": {"properties": {"a": schema}}}


def many(count):
    return {str(at): {"type": "string"} for at in range(count)}


class Asked:
    """Questions, what was emitted of them, what was decided, and what the agent was answered."""

    def __init__(self):
        self.emitted, self.replies, self.decided = [], [], []
        self.questions = Questions(self.emitted.append, self._decided)

    def _decided(self, question, option):
        self.decided.append((option, question.refuses(option), len(self.replies)))

    def ask(self, call=None, question=None, turn="turn"):
        question = question or permission({"options": OPTIONS}, CALL)
        question = question.asked_in(turn, by_subagent=False)
        self.questions.ask(question, self.replies.append, call)
        return self.emitted[-1].request_id


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

    assert len(asked.replies) == 1 and len(asked.emitted) == 2
    assert len(refused) == 15


def test_what_is_over_before_it_is_emitted_is_emitted_in_order():
    emitted = []

    def emit(event):
        if isinstance(event, QuestionAsked):
            questions.cancel("turn")  # its turn ends at this very moment
        emitted.append(type(event))

    questions = Questions(emit)
    question = permission({"options": OPTIONS}, CALL).asked_in("turn", by_subagent=False)
    questions.ask(question, lambda reply: None)

    assert emitted == [QuestionAsked, QuestionClosed]


def test_a_turn_closes_its_own_questions_and_no_other(asked):
    ids = [asked.ask(turn=turn) for turn in ("1", "2", None)]

    asked.questions.cancel("1")

    closed = [event for event in asked.emitted if isinstance(event, QuestionClosed)]
    assert closed == [QuestionClosed(ids[0], None, "cancelled", "1")]
    asked.questions.answer(ids[2], "yes")

    assert asked.emitted[-1] == QuestionClosed(ids[2], "yes", "selected", None)


@pytest.mark.parametrize(("option", "refused"), [("yes", False), ("no", True)])
def test_a_decision_is_known_before_the_agent_has_it(asked, option, refused):
    asked.questions.answer(asked.ask(), option)

    assert asked.decided == [(option, refused, 0)] and len(asked.replies) == 1


def test_a_question_of_a_subagent_says_so():
    question = permission({"options": OPTIONS}, CALL).asked_in("turn", by_subagent=True)

    assert question.asked.title == "A subagent asks: ls"


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


@pytest.mark.parametrize(
    ("call", "cancelled"),
    [(0, 0), ("0", "0"), ("", ""), (None, None), (2**70, 2**70), ("a" * 1000, "a" * 1000)],
)
def test_the_agent_takes_a_question_back(asked, call, cancelled):
    id = asked.ask(call)
    asked.questions.withdraw(cancelled)
    asked.questions.withdraw(cancelled)

    assert asked.replies == [{"error": {"code": -32800, "message": "Request cancelled"}}]
    assert asked.emitted[1:] == [QuestionClosed(id, None, "cancelled", "turn")]
    with pytest.raises(AlreadyAnswered):
        asked.questions.answer(id, "yes")


@pytest.mark.parametrize("cancelled", ["0", False, 0.0, None, 1, [], {"id": 0}], ids=repr)
def test_only_the_very_same_id_takes_a_question_back(asked, cancelled):
    id = asked.ask(0)
    asked.questions.withdraw(cancelled)

    asked.questions.answer(id, "yes")
    assert asked.replies[0]["result"]["outcome"]["optionId"] == "yes"


def test_a_page_that_did_what_it_should_needs_no_answer(asked):
    page = {"mode": "url", "message": "Log in", "url": "https://a.example/"}
    id = asked.ask(1, elicitation({**page, "elicitationId": "one"}))
    asked.ask(2, elicitation({**page, "elicitationId": "two"}))
    asked.ask(3, elicitation(page))
    for unknown in ("three", "", None, 1, ["one"]):
        asked.questions.complete(unknown)
    assert asked.replies == []

    asked.questions.complete("one")
    assert asked.replies == [{"result": {"action": "accept"}}]
    assert asked.emitted[-1] == QuestionClosed(id, "accept", "selected", "turn")


@pytest.mark.parametrize("raw", [{"command": "ls; rm -rf x"}, {"command": "x" * 20_000}])
def test_nobody_allows_a_command_he_cannot_see(raw):
    shown = permission({"toolCall": {"rawInput": raw}, "options": OPTIONS}, CALL).asked

    assert shown.title == "ls"
    assert shown.text[:10_000] == raw["command"][:10_000]
    assert len(raw["command"]) < 10_000 or shown.text.endswith("… and 10000 characters more")


def test_a_title_that_was_cut_is_shown_whole_beside_it():
    title = "echo " + "x" * 300 + "; rm -rf x"
    call = replace(CALL, title=title[:200])

    shown = permission({"toolCall": {"title": title}, "options": OPTIONS}, call).asked
    assert shown.text == title


def test_a_title_that_says_all_is_not_said_twice():
    params = {"toolCall": {"title": "ls", "rawInput": {"command": "ls"}}, "options": OPTIONS}
    assert permission(params, CALL).asked.text == ""


def test_a_call_without_a_title_is_still_a_question():
    shown = permission({"options": OPTIONS}, replace(CALL, kind="other", title="other")).asked
    assert shown.title == "The agent wants to do something."


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
    content = question.answer(options[0], {})["content"]["a"]
    assert str(content) == options[0] and isinstance(content, str) == (schema["type"] == "string")
    assert question.answer("__decline__", {}) == {"action": "decline"}
    assert question.answer(None, {}) == {"action": "cancel"}


@pytest.mark.parametrize(
    "params",
    [
        form(type="object", properties={"b": {"type": "string"}}),
        form(type="array", items={"type": "string"}),
        form(type="array", items={"type": "object", "enum": [{}]}),
        form(type="array"),
        form(oneOf=[{"title": "X"}]),
        form(oneOf=["x"]),
        form(enum=[]),
        form(enum=[None]),
        form(enum=[["x"]]),
        form(enum="xy"),
        form(type=["string", "null"]),
        {"mode": "form", "requestedSchema": {"properties": {"a": {}, "b": {}}}},
        {"mode": "form", "requestedSchema": {"properties": {"a": "string"}}},
        {"mode": "form", "requestedSchema": {"properties": {"": {"type": "string"}}}},
        {"mode": "form", "requestedSchema": {"properties": {"a" * 201: {"type": "string"}}}},
        {"mode": "form", "requestedSchema": {"properties": many(51)}},
        {"mode": "form", "requestedSchema": {"properties": []}},
        {"mode": "form", "requestedSchema": ["properties"]},
        {"mode": "form", "requestedSchema": "x"},
        {"mode": "form", "requestedSchema": {"properties": {}}},
        {"mode": "of_the_future"},
        {},
    ],
)
def test_a_form_that_cannot_be_shown_is_declined(params):
    assert elicitation(params) is None


def test_a_web_page_is_shown_with_its_whole_address():
    question = elicitation({"mode": "url", "message": "Log in", "url": "https://a.example/?b=1"})

    assert question.asked.url == "https://a.example/?b=1"
    assert question.answer("accept", {}) == {"action": "accept"}
    assert question.answer(None, {}) == {"action": "cancel"}


@pytest.mark.parametrize("values", [["x", ""], ["x" * 201], ["__decline__"]])
def test_values_that_no_option_can_have_are_a_field(values):
    question = elicitation(form(enum=values))

    assert question.options == ["accept", "decline"]
    answer = question.answer("accept", {"a": values[-1]})
    assert answer == {"action": "accept", "content": {"a": values[-1]}}


FORM = {
    "mode": "form",
    "message": "About the release",
    "requestedSchema": {
        "title": "Release",
        "description": "It goes out today.",
        "properties": {
            "name": {"type": "string", "title": "Its name", "minLength": 2, "default": "one"},
            "way": {"type": "integer", "enum": [1, 2], "default": 2},
            "where": {"type": "array", "items": {"anyOf": [{"const": "a", "title": "A"}]}},
            "count": {"type": "integer", "minimum": 1},
            "price": {"type": "number"},
            "sure": {"type": "boolean"},
        },
        "required": ["name", "sure"],
    },
}


def test_a_form_is_shown_with_its_fields():
    question = elicitation(FORM)

    assert question.asked.title == "About the release"
    assert question.asked.text == "It goes out today."
    assert question.asked.options == (
        QuestionOption("accept", "Send"),
        QuestionOption("decline", "Skip"),
    )
    name, way, where, count, price, sure = question.asked.fields
    assert name == {
        "id": "name",
        "title": "Its name",
        "description": "At least 2 characters",
        "kind": "text",
        "required": True,
        "default": "one",
    }
    assert way == {
        "id": "way",
        "title": "way",
        "description": "",
        "kind": "choice",
        "required": False,
        "default": "2",
        "choices": [{"id": "1", "name": "1"}, {"id": "2", "name": "2"}],
    }
    assert (where["kind"], where["choices"]) == ("choices", [{"id": "a", "name": "A"}])
    assert (count["kind"], price["kind"], sure["kind"]) == ("integer", "number", "boolean")


def test_what_is_filled_in_is_what_the_agent_gets():
    question = elicitation(FORM)
    answers = {"name": "ab", "way": "1", "where": ["a"], "count": 3, "price": 0.5, "sure": False}

    content = {**answers, "way": 1}
    assert question.answer("accept", answers) == {"action": "accept", "content": content}
    least = {"name": "ab", "sure": True}
    assert question.answer("accept", least)["content"] == least
    assert question.answer("decline", {"name": 7}) == {"action": "decline"}
    assert question.answer(None, {}) == {"action": "cancel"}


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({}, r"Its name \(name\) needs an answer"),
        ({"name": "ab"}, "sure needs an answer"),
        ({"name": "", "sure": True}, r"\(name\) needs an answer"),
        ({"name": "a", "sure": True}, r"\(name\) must be at least 2 characters"),
        ({"name": "ab", "sure": True, "more": 1}, "no field more"),
        ({"name": "ab", "sure": True, "way": "3"}, "way must be one of 1, 2"),
    ],
)
def test_a_wrong_answer_names_its_field_and_leaves_the_question_open(asked, answers, words):
    id = asked.ask(question=elicitation(FORM))

    with pytest.raises(InvalidRequest, match=words):
        asked.questions.answer(id, "accept", answers)
    asked.questions.answer(id, "accept", {"name": "ab", "sure": True})

    assert asked.replies[0]["result"]["action"] == "accept"


def test_several_questions_of_cursors_are_one_form():
    one = {"id": "q", "prompt": "Which?", "options": [{"id": "a", "label": "A"}, {"id": "b"}]}
    two = {"id": "r", "options": [{"id": 1}, {"id": "d"}], "allowMultiple": True}
    question = cursor_question({"title": "The plan", "questions": [one, two]})

    assert question.asked.title == "The plan"
    assert [(f["kind"], f["required"]) for f in question.asked.fields] == [
        ("choice", True),
        ("choices", True),
    ]
    with pytest.raises(InvalidRequest, match="r needs an answer"):
        question.answer("accept", {"q": "a"})
    assert question.answer("accept", {"q": "b", "r": ["1", "d"]})["outcome"] == {
        "outcome": "answered",
        "answers": [
            {"questionId": "q", "selectedOptionIds": ["b"]},
            {"questionId": "r", "selectedOptionIds": ["1", "d"]},
        ],
    }
    assert question.answer("decline", {})["outcome"]["outcome"] == "skipped"
    assert question.answer(None, {}) == {"outcome": {"outcome": "cancelled"}}


def test_a_question_of_cursors_with_many_answers_is_a_form():
    one = {"id": "q", "prompt": "Which?", "options": [{"id": "a"}], "allowMultiple": True}
    question = cursor_question({"questions": [one]})

    assert question.options == ["accept", "decline"]
    assert question.answer("accept", {"q": []})["outcome"]["answers"][0]["selectedOptionIds"] == []


def test_a_question_of_cursors_can_be_skipped():
    one = {"id": "q", "prompt": "Which?", "options": [{"id": "a", "label": "A"}, {"id": "b"}]}
    question = cursor_question({"questions": [one]})

    assert [option.name for option in question.asked.options] == ["A", "b", "Skip"]
    assert question.answer("__skip__", {})["outcome"]["outcome"] == "skipped"
    assert question.answer(None, {}) == {"outcome": {"outcome": "cancelled"}}


@pytest.mark.parametrize(
    "questions",
    [
        None,
        7,
        [],
        [{}],
        ["a"],
        [{"id": "a"}] * 2,
        [{"id": "a", "options": []}],
        [{"id": "a", "options": ["x"]}],
        [{"id": "a", "options": [{"label": "X"}]}],
        [{"id": "a", "options": [{"id": "x"}]}] * 2,
        [{"id": str(at), "options": [{"id": "x"}]} for at in range(51)],
    ],
    ids=str,
)
def test_questions_of_cursors_that_cannot_be_shown_are_none(questions):
    assert cursor_question({"questions": questions}) is None


def test_a_plan_is_shown_and_can_be_refused():
    plan = cursor_plan({"name": "A plan", "plan": "# First"})

    assert (plan.asked.title, plan.asked.text) == ("A plan", "# First")
    assert plan.answer("reject", {})["outcome"]["outcome"] == "rejected"
    assert plan.answer(None, {}) == {"outcome": {"outcome": "cancelled"}}


# Permissions of every kind: nothing is approved by guessing.


def may_i(*options, call=CALL, **tool):
    return permission({"toolCall": {"title": "ls", **tool}, "options": [*options]}, call)


def outcome(question, option):
    return question.answer(option, {})["outcome"]


@pytest.mark.parametrize("offered", [[], None, 1, [None, 7, {}, {"optionId": None}]])
def test_a_permission_without_options_can_only_be_declined(offered):
    question = permission({"toolCall": {"title": "ls"}, "options": offered}, CALL)

    [option] = question.asked.options
    assert question.refuses(option.id)
    assert outcome(question, option.id) == {"outcome": "cancelled"}


def test_several_ways_to_allow_are_all_shown_and_each_is_what_it_says():
    ways = [{"optionId": id, "name": id, "kind": "allow_once"} for id in ("Red", "Blue")]

    question = may_i(*ways)

    assert [option.name for option in question.asked.options] == ["Red", "Blue", "Deny"]
    assert outcome(question, "Blue") == {"outcome": "selected", "optionId": "Blue"}
    assert outcome(question, question.asked.options[-1].id) == {"outcome": "cancelled"}


def test_one_id_for_two_answers_answers_neither():
    question = may_i(
        {"optionId": "x", "name": "Yes", "kind": "allow_once"},
        {"optionId": "x", "name": "No", "kind": "reject_once"},
        {"optionId": "y", "name": "Ask me later", "kind": "reject_once"},
    )

    assert [option.id for option in question.asked.options] == ["y"]


def test_ids_that_cannot_be_sent_back_by_a_phone_are_given_back_as_they_are():
    question = may_i(
        {"optionId": "x" * 300, "name": "Yes", "kind": "allow_once"},
        {"optionId": " ", "name": "Also"},
        {"optionId": 7, "name": 7, "kind": 7},
        {"optionId": "no", "kind": "reject_once"},
    )

    assert [(o.id, o.name, o.kind) for o in question.asked.options] == [
        ("option-0", "Yes", "allow_once"),
        ("option-1", "Also", ""),
        ("7", "7", ""),
        ("no", "no", "reject_once"),
    ]
    assert outcome(question, "option-0")["optionId"] == "x" * 300
    assert outcome(question, "7")["optionId"] == 7


@pytest.mark.parametrize(
    ("kind", "given", "text"),
    [
        ("execute", {"command": "rm -rf /", "description": "Tidy up"}, "rm -rf /"),
        ("execute", {"command": ["git", "commit", "-m", "a b"]}, "git commit -m 'a b'"),
        ("execute", {"commands": ["make", "make test"]}, "make\nmake test"),
        ("fetch", {"url": "https://example.com"}, "https://example.com"),
        ("other", {"server": "db", "args": {"sql": "x"}}, 'server: db\nargs: {"sql": "x"}'),
        ("other", {"_tool": "x"}, ""),
        ("other", 7, ""),
    ],
)
def test_what_a_tool_is_given_is_shown_whatever_it_is_called(kind, given, text):
    call = replace(CALL, kind=kind, title="Tidy up")
    shown = may_i(*OPTIONS, call=call, title="Tidy up", rawInput=given).asked

    assert (shown.title, shown.text) == ("Tidy up", text)


# Questions that a tool asks in a permission.

COLOUR = {
    "question": "Which colour?",
    "header": "Colour",
    "options": [{"label": "Red", "description": "Like a rose"}, {"label": "Blue"}],
    "multiSelect": False,
}
SUBMIT = [
    {"optionId": "proceed_once", "name": "Submit", "kind": "allow_once"},
    {"optionId": "cancel", "name": "Cancel", "kind": "reject_once"},
]
ASKED = replace(CALL, kind="think", title="Ask user 1 question")


def tool_asks(*questions, options=SUBMIT, meta=False, call=ASKED):
    raw = (
        {"_meta": {"qwenQuestions": [*questions]}}
        if meta
        else {"rawInput": {"questions": [*questions]}}
    )
    return tool_questions({"toolCall": {"title": call.title, **raw}, "options": options}, call)


@pytest.mark.parametrize("meta", [True, False])
def test_a_question_in_a_permission_is_asked_as_a_question(meta):
    question = tool_asks(COLOUR, meta=meta)

    assert (question.asked.kind, question.asked.title) == ("question", "Which colour?")
    assert question.asked.text == "Red: Like a rose"
    red, _, none = [option.id for option in question.asked.options]
    chosen = {"outcome": "selected", "optionId": "proceed_once"}
    assert question.answer(red, {}) == {"outcome": chosen, "answers": {"0": "Red"}}
    assert outcome(question, none) == {"outcome": "selected", "optionId": "cancel"}
    assert question.refuses(none) and not question.refuses(red)
    assert outcome(question, None) == {"outcome": "cancelled"}


def test_several_questions_in_a_permission_are_a_form():
    question = tool_asks(COLOUR, {**COLOUR, "question": "Which ones?", "multiSelect": True})

    assert [field["kind"] for field in question.asked.fields] == ["choice", "choices"]
    answer = question.answer("accept", {"0": "Blue", "1": ["Red", "Blue"]})
    assert answer["answers"] == {"0": "Blue", "1": "Red, Blue"}
    with pytest.raises(InvalidRequest):
        question.answer("accept", {"0": "Green", "1": []})
    assert outcome(question, "decline") == {"outcome": "selected", "optionId": "cancel"}


def test_where_it_is_not_clear_what_the_agent_would_take_it_stays_a_permission():
    ways = [{"optionId": id, "kind": "allow_once"} for id in ("Red", "Blue")]

    assert tool_asks(COLOUR, options=ways) is None
    assert tool_asks(COLOUR, options=[]) is None
    assert tool_asks({**COLOUR, "options": [7]}) is None
    assert tool_asks({**COLOUR, "question": 7, "header": None}) is None
    assert tool_asks() is None
    assert tool_asks(COLOUR, call=replace(CALL, title="Make a quiz")) is None
