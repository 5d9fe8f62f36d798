"""Plans from where agents keep them: plans, todos of tools, lists of boxes."""

import json

import pytest
from test_stream_json import call, events

from janus.agents.acp.updates import Updates
from janus.agents.cursor.stream_json import translate
from janus.agents.todos import Plan, todos_in
from janus.model.events import PlanChanged, PlanEntry

TODOS = [
    {"id": "1", "content": "Read it", "status": "completed", "priority": "high"},
    {"id": "2", "content": "Mend it", "status": "in_progress"},
]
ENTRIES = (PlanEntry("Read it", "completed", "high"), PlanEntry("Mend it", "in_progress", ""))


def told(plan, todos):
    return [[*event.entries] for event in plan.replace(todos, "turn")]


def plans(events):
    return [event.entries for event in events if isinstance(event, PlanChanged)]


@pytest.mark.parametrize(
    ("todo", "status"),
    [
        ({"content": "a", "status": "TODO_STATUS_IN_PROGRESS"}, "in_progress"),
        ({"content": "a", "status": "inProgress"}, "in_progress"),
        ({"text": "a", "status": "done"}, "completed"),
        ({"step": "a", "status": "TODO_STATUS_CANCELLED"}, "cancelled"),
        ({"title": "a", "completed": True}, "completed"),
        ({"description": "a"}, "pending"),
        ({"content": "a", "status": 7, "priority": 7}, "pending"),
        ("a", "pending"),
    ],
)
def test_an_entry_is_understood_in_anybodys_words(todo, status):
    assert told(Plan(), [todo]) == [[PlanEntry("a", status, "")]]


def test_a_list_of_boxes_is_a_plan():
    boxes = "# Plan\n- [x] Read it\n- [ ] Mend it\n1. [~] Try it\nand more"

    assert [entry.status for entry in told(Plan(), boxes)[0]] == [
        "completed",
        "pending",
        "in_progress",
    ]


def test_a_plan_is_told_when_it_changes():
    plan = Plan()

    assert [len(told(plan, todos)) for todos in (TODOS, TODOS, TODOS[:1], [], [])] == [
        1, 0, 1, 1, 0,
    ]  # fmt: skip


def test_what_is_no_plan_changes_none():
    plan = Plan()
    told(plan, TODOS)

    for odd in (7, None, {}, [7, None, {}], "words", [{"content": 7}]):
        assert told(plan, odd) == []
    assert todos_in({"todos": [{"id": 1}]}) is None and todos_in({"list": TODOS}) is None


def test_some_entries_of_a_plan_may_change():
    plan = Plan()
    [*plan.replace(TODOS, "1")]

    changed = [{"id": "2", "status": "completed"}, {"id": "3", "content": "Try it"}, {"id": "4"}]
    [event] = plan.merge(changed, "2")

    assert [entry.content for entry in event.entries] == ["Read it", "Mend it", "Try it"]
    assert [entry.status for entry in event.entries] == ["completed", "completed", ""]
    assert event.turn_id == "2"


def test_the_todos_a_tool_is_given_are_the_plan():
    updates = Updates()
    given = {"sessionUpdate": "tool_call", "toolCallId": "c", "rawInput": {"todos": TODOS}}

    seen = [*updates.translate(given, "turn")]

    assert plans(seen) == [ENTRIES]
    assert plans(updates.translate({**given, "sessionUpdate": "tool_call_update"}, "turn")) == []


def test_a_plan_goes_on_from_the_history():
    updates = Updates()
    updates.recall({"sessionUpdate": "plan", "entries": TODOS})

    changed = {"todos": [{"id": "2", "status": "completed"}], "merge": True}
    [entries] = plans(updates.todos(changed, "turn"))

    assert [entry.status for entry in entries] == ["completed", "completed"]


def todos_call(step, **body):
    return call("1", step, "updateTodos", args={"todos": TODOS, "merge": False}, **body)


def test_print_mode_has_its_todos_in_a_call():
    done = todos_call("completed", result={"success": {"todos": TODOS}})

    assert plans(events(todos_call("started"), done)) == [ENTRIES]
    assert plans(events(todos_call("started"), todos_call("completed", result={"success": {}})))
    assert not plans(events(todos_call("started"), todos_call("completed", result={"error": {}})))


def test_the_plan_of_print_mode_lives_longer_than_a_turn():
    plan = Plan()
    [*plan.replace(TODOS, None)]
    changed = {"todos": [{"id": "2", "status": "TODO_STATUS_COMPLETED"}], "merge": True}
    done = call("1", "completed", "updateTodos", args=changed, result={"success": {}})

    [entries] = plans(translate([json.dumps(done).encode()], plan=plan))
    assert [entry.status for entry in entries] == ["completed", "completed"]
