"""What the updates of an ACP agent mean, one by one; the shapes are those of real agents."""

import time

import pytest

from janus.agents.acp.outputs import text_of
from janus.agents.acp.updates import Updates
from janus.model.events import (
    AgentNotice,
    CommandsChanged,
    PlanChanged,
    PlanEntry,
    Text,
    Thought,
    TitleChanged,
    ToolCall,
    UsageChanged,
)


@pytest.fixture
def updates():
    return Updates()


def translated(updates, turn="turn", **update):
    return list(updates.translate(update, turn))


def said(updates, text, turn="turn", **more):
    [event] = translated(updates, turn, **message(text, **more))
    return event.text


def message(text, **more):
    content = {"type": "text", "text": text}
    return {"sessionUpdate": "agent_message_chunk", "content": content, **more}


def call(updates, update="tool_call", turn="turn", **more):
    translated(updates, turn, sessionUpdate=update, toolCallId="c", **more)
    return updates.calls.get("c")


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ({"type": "text", "text": "words"}, "words"),
        ({"type": "resource_link", "uri": "file:///a", "name": "a"}, "file:///a"),
        ({"type": "resource", "resource": {"uri": "file:///a", "text": "words"}}, "words"),
        ({"type": "resource", "resource": {"uri": "file:///a", "blob": "AA=="}}, "[resource]"),
        ({"type": "image", "data": "AA==", "mimeType": "image/png"}, "[image]"),
        ({"type": "of_the_future"}, "[of_the_future]"),
        ({}, ""),
        (None, ""),
        ("words", ""),
    ],
)
def test_content_is_shown_as_text(content, text):
    assert text_of(content) == text


def test_another_message_is_a_part_of_its_own(updates):
    assert said(updates, "One", messageId="1") == "One"
    assert said(updates, " two", messageId="1") == " two"
    assert said(updates, "Three", messageId="2") == "\n\nThree"


def test_what_is_said_after_a_tool_call_is_a_part_of_its_own(updates):
    said(updates, "One")
    call(updates)
    call(updates, update="tool_call_update", status="completed")

    assert said(updates, "Two") == "\n\nTwo"
    assert said(updates, "!") == "!"


def test_a_turn_begins_without_what_the_last_one_said(updates):
    said(updates, "One", turn="1")

    assert said(updates, "Two", turn="2") == "Two"
    assert said(updates, ", late", turn="1") == ", late"


def test_a_message_stays_in_the_turn_it_began_in(updates):
    said(updates, "One", turn="1", messageId="m")
    said(updates, "Two", turn="2", messageId="n")

    late = translated(updates, "2", **message(" and a half", messageId="m"))
    thought = {"sessionUpdate": "agent_thought_chunk", "content": {"type": "text", "text": "Hm"}}

    assert late == [Text(" and a half", "1")]
    assert translated(updates, "2", **thought, messageId="m") == [Thought("Hm", "1")]
    assert translated(updates, "2", **message("!", messageId="n")) == [Text("!", "2")]


def test_news_of_a_call_go_to_the_turn_that_began_it(updates):
    call(updates, turn="1", title="make")

    late = call(updates, update="tool_call_update", turn="2", status="completed")
    outside = call(updates, update="tool_call_update", turn=None, rawOutput="done")

    assert (late.turn_id, late.title, late.status) == ("1", "make", "completed")
    assert (outside.turn_id, outside.status, outside.output) == ("1", "completed", "done")


def test_an_agent_may_number_its_calls_anew_in_each_turn(updates):
    call(updates, turn="1", title="make", status="completed")

    anew = call(updates, turn="2", title="ls")

    assert (anew.turn_id, anew.title, anew.status) == ("2", "ls", "in_progress")
    assert call(updates, update="tool_call_update", turn="2").turn_id == "2"


def settled(updates, turn, status="completed"):
    return [(one.id, one.status) for one in updates.calls.settle(turn, status)]


def test_the_end_of_a_turn_settles_its_own_calls_and_no_other(updates):
    call(updates, turn="1")
    translated(updates, "1", sessionUpdate="tool_call", toolCallId="done", status="completed")
    translated(updates, "2", sessionUpdate="tool_call", toolCallId="other")

    assert settled(updates, "1", "cancelled") == [("c", "cancelled")]
    assert settled(updates, "1") == []
    assert [one.id for one in updates.calls.settle_all("failed")] == ["other"]


def test_a_settled_call_goes_on_if_its_agent_says_so(updates):
    call(updates, title="make")
    assert settled(updates, "turn", "cancelled") == [("c", "cancelled")]

    assert call(updates, update="tool_call_update", rawOutput="half").status == "cancelled"
    assert call(updates, update="tool_call_update", status="in_progress").status == "in_progress"
    assert call(updates, update="tool_call_update", status="completed").status == "completed"


@pytest.mark.parametrize("ended", ["failed", "completed"])
def test_a_refused_call_is_rejected_whatever_its_agent_calls_that(updates, ended):
    call(updates)
    updates.calls.decided("c", refused=True)

    assert call(updates, update="tool_call_update", status=ended).status == "rejected"
    updates.calls.decided("c", refused=False)
    assert call(updates, update="tool_call_update", status=ended).status == ended


def test_a_refused_call_is_rejected_at_the_end_of_its_turn(updates):
    call(updates)
    updates.calls.decided("c", refused=True)

    assert settled(updates, "turn") == [("c", "rejected")]


def test_a_question_begins_a_call_unless_one_is_unfinished(updates):
    updates.report("asked", {}, "1", asks=True)
    call(updates, turn="1")
    updates.calls.decided("c", refused=True)
    settled(updates, "1")

    assert updates.report("asked", {}, "2", asks=True).turn_id == "2"
    assert updates.report("c", {}, "2", asks=True).turn_id == "1"
    call(updates, update="tool_call_update", status="failed")
    assert updates.report("c", {}, "2", asks=True).turn_id == "2"


def test_only_so_many_calls_are_remembered_and_the_running_longest(updates, monkeypatch):
    monkeypatch.setattr("janus.agents.acp.tool_calls.REMEMBERED", 3)
    call(updates, title="long")
    for number in range(10):
        id = f"c{number}"
        translated(updates, sessionUpdate="tool_call", toolCallId=id, status="completed")

    assert call(updates, update="tool_call_update", status="completed").title == "long"
    assert updates.calls.get("c0") is None and updates.calls.get("c9") is not None


def test_a_tool_call_is_told_whole_each_time(updates):
    call(updates, title="Read a.py", kind="read", name="read_file", status="pending")
    text = {"type": "content", "content": {"type": "text", "text": "print()"}}

    update = call(updates, update="tool_call_update", status="completed", content=[text])
    updated = call(updates, update="tool_call_update", title=None, content=None, rawOutput=None)

    assert (
        update
        == updated
        == ToolCall("c", "read_file", "read", "Read a.py", "completed", "print()", "turn")
    )


def test_an_update_may_come_before_its_call(updates):
    first = call(updates, update="tool_call_update", status="failed")

    assert (first.title, first.status) == ("other", "failed")
    assert call(updates, title="ls").title == "ls"


@pytest.mark.parametrize(
    ("status", "shown"),
    [
        (None, "in_progress"),
        ("pending", "in_progress"),
        ("completed", "completed"),
        ("failed", "failed"),
        ("cancelled", "cancelled"),
        ("of_the_future", "in_progress"),
    ],
)
def test_the_status_of_a_call_is_one_that_is_known(updates, status, shown):
    assert call(updates, status=status).status == shown


@pytest.mark.parametrize(
    ("raw", "output"),
    [
        ({"output": "hi"}, "hi"),
        ({"exitCode": 0, "stdout": "hi", "stderr": ""}, "hi"),
        ({"exitCode": 1, "stdout": "", "stderr": "no such file"}, "no such file\nExit code 1"),
        ({"exitCode": 1, "stdout": "a", "stderr": "b"}, "a\nb\nExit code 1"),
        ({"content": "text of a file"}, "text of a file"),
        ("plain", "plain"),
        ("x" * 4000, "x" * 4000),
        ("x" * 5000, "x" * 4000 + "\n… and 1000 characters more"),
        ({"totalMatches": 3, "truncated": False}, "totalMatches: 3\ntruncated: false"),
        ([1], "1"),
    ],
)
def test_what_a_tool_printed_is_shown(updates, raw, output):
    assert call(updates, status="completed", rawOutput=raw).output == output


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        ("a b c", "a B c", "-b +B"),
        ("a b c", "b a c", "+b -b"),
        ("a b", "a b a", "+a"),
        ("-- a", "++ a", "--- +++"),
        ("", "a", "+a"),
        (None, "a", "+a"),
    ],
)
def test_a_change_is_shown_by_the_lines_that_changed(updates, old, new, shown):
    texts = [text and text.replace(" ", "\n") for text in (old, new)]
    diff = {"type": "diff", "path": "/a.py", "oldText": texts[0], "newText": texts[1]}

    assert call(updates, content=[diff]).output.split() == ["/a.py", *shown.split()]


def test_a_new_file_of_cursors_is_shown_without_its_marks(updates):
    diff = {"type": "diff", "path": "/a.py", "oldText": "-- /dev/null", "newText": "++ b/a.py\na"}
    assert call(updates, content=[diff]).output == "/a.py\n+a"


@pytest.mark.parametrize(
    ("new", "last"),
    [
        (["x"] * 200, "+x"),
        (["x"] * 201, "… and 1 lines more"),
        (["x" * 99] * 200, "… and 163 lines more"),
        (["x", "x" * 5000, "x"], "… and 2 lines more"),
        (["x" * 5000, "x"], "… and 1026 characters more"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_change_that_is_not_shown_whole_says_so(updates, new, last):
    diff = {"type": "diff", "path": "/a.py", "oldText": None, "newText": "\n".join(new)}

    output = call(updates, content=[diff]).output
    assert output.splitlines()[-1] == last
    assert len(output) < 4050


def test_a_change_of_a_long_file_takes_no_time(updates):
    lines = [f"line {number}" for number in range(20_000)]
    diff = {"type": "diff", "path": "/a", "oldText": "\n".join(lines), "newText": "\n".join(lines)}
    started = time.process_time()

    more = {**diff, "newText": diff["newText"] + "\nmore"}
    turned = {**diff, "newText": "\n".join(reversed(lines))}

    assert call(updates, content=[more]).output == "/a\n+more"
    assert call(updates, content=[turned]).output.startswith("/a\n-line 0\n-line 1\n")
    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    "update",
    [
        {"sessionUpdate": "current_mode_update", "currentModeId": "code"},
        {"sessionUpdate": "config_option_update", "configOptions": []},
        {"sessionUpdate": "session_info_update", "title": None},
        {"sessionUpdate": "usage_update", "used": None, "size": 2},
        {"sessionUpdate": "user_message_chunk", "content": {"type": "text", "text": "You"}},
        {"sessionUpdate": "compaction_update", "compactionId": "c", "status": "completed"},
        {"sessionUpdate": "of_the_future"},
        {"sessionUpdate": "tool_call"},
        {"sessionUpdate": "agent_message_chunk", "content": None},
        {},
    ],
)
def test_what_means_nothing_here_is_passed_over(updates, update):
    assert translated(updates, **update) == []


@pytest.mark.parametrize(
    ("update", "event"),
    [
        (
            {"sessionUpdate": "plan", "entries": [{"content": "a", "status": "pending"}, None]},
            PlanChanged((PlanEntry("a", "pending", ""),), "turn"),
        ),
        (
            {"sessionUpdate": "notice", "title": "Slow", "description": "Try later."},
            AgentNotice("Slow Try later.", "turn"),
        ),
        (
            {"sessionUpdate": "compaction_update", "compactionId": "c", "status": "in_progress"},
            AgentNotice("The agent is shortening its memory of this.", "turn"),
        ),
        (
            {
                "sessionUpdate": "available_commands_update",
                "availableCommands": [
                    {"name": "review", "description": "Review it", "input": {"hint": "[branch]"}},
                    {"name": "plain", "input": None},
                    {"description": "nameless"},
                    None,
                ],
            },
            CommandsChanged(
                (
                    {"name": "review", "description": "Review it", "hint": "[branch]"},
                    {"name": "plain", "description": "", "hint": ""},
                )
            ),
        ),
        ({"sessionUpdate": "usage_update", "used": 1, "size": 2}, UsageChanged(1, 2)),
        (
            {
                "sessionUpdate": "usage_update",
                "used": 1,
                "size": 2,
                "cost": {"amount": 0.0451, "currency": "USD"},
            },
            UsageChanged(1, 2, "0.0451 USD"),
        ),
        ({"sessionUpdate": "session_info_update", "title": " A\ntitle"}, TitleChanged("A title")),
    ],
)
def test_what_an_update_means(updates, update, event):
    assert translated(updates, **update) == [event]


def test_usage_is_news_when_it_changes_and_keeps_its_cost(updates):
    usage = {"sessionUpdate": "usage_update", "used": 1, "size": 2}
    cost = {"amount": 0.5, "currency": "USD"}

    seen = [translated(updates, **usage, **more) for more in ({}, {"cost": cost}, {})]

    assert seen == [[UsageChanged(1, 2)], [UsageChanged(1, 2, "0.5 USD")], []]
    assert translated(updates, **{**usage, "used": 3}) == [UsageChanged(3, 2, "0.5 USD")]
