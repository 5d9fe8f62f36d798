"""What the updates of an ACP agent mean, one by one; the shapes are those of real agents."""

import time

import pytest

from janus.agents.acp.diffs import text_of
from janus.agents.acp.updates import Updates


@pytest.fixture
def updates():
    return Updates()


def told(updates, **update):
    return list(updates.hear(update))


def said(updates, text, **more):
    [(_, data)] = told(updates, **message(text, **more))
    return data["text"]


def message(text, **more):
    content = {"type": "text", "text": text}
    return {"sessionUpdate": "agent_message_chunk", "content": content, **more}


def call(updates, update="tool_call", **more):
    [(_, data)] = told(updates, sessionUpdate=update, toolCallId="c", **more)
    return data


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
    said(updates, "One", messageId="1")
    updates.begin_turn()

    assert said(updates, "Two", messageId="2") == "Two"


def test_a_tool_call_is_told_whole_each_time(updates):
    call(updates, title="Read a.py", kind="read", name="read_file", status="pending")
    text = {"type": "content", "content": {"type": "text", "text": "print()"}}

    update = call(updates, update="tool_call_update", status="completed", content=[text])
    updated = call(updates, update="tool_call_update", title=None, content=None, rawOutput=None)

    assert (
        update
        == updated
        == {
            "id": "c",
            "name": "read_file",
            "kind": "read",
            "title": "Read a.py",
            "status": "completed",
            "output": "print()",
        }
    )


def test_an_update_may_come_before_its_call(updates):
    first = call(updates, update="tool_call_update", status="failed")

    assert (first["title"], first["status"]) == ("other", "failed")
    assert call(updates, title="ls")["title"] == "ls"


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (None, "in_progress"),
        ("pending", "in_progress"),
        ("completed", "completed"),
        ("failed", "failed"),
        ("cancelled", "failed"),
    ],
)
def test_a_call_is_in_progress_completed_or_failed(updates, status, told):
    assert call(updates, status=status)["status"] == told


@pytest.mark.parametrize(
    ("raw", "output"),
    [
        ({"output": "hi"}, "hi"),
        ({"exitCode": 0, "stdout": "hi", "stderr": ""}, "hi"),
        ({"exitCode": 1, "stdout": "", "stderr": "no such file"}, "no such file"),
        ({"exitCode": 1, "stdout": "a", "stderr": "b"}, "a\nb"),
        ({"content": "text of a file"}, "text of a file"),
        ("plain", "plain"),
        ("x" * 4000, "x" * 4000),
        ("x" * 5000, "x" * 4000 + "\n… and 1000 characters more"),
        ({"totalMatches": 3}, None),
        ([1], None),
    ],
)
def test_what_a_tool_printed_is_shown(updates, raw, output):
    assert call(updates, status="completed", rawOutput=raw).get("output") == output


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

    assert call(updates, content=[diff])["output"].split() == ["/a.py", *shown.split()]


def test_a_new_file_of_cursors_is_shown_without_its_marks(updates):
    diff = {"type": "diff", "path": "/a.py", "oldText": "-- /dev/null", "newText": "++ b/a.py\na"}
    assert call(updates, content=[diff])["output"] == "/a.py\n+a"


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

    output = call(updates, content=[diff])["output"]
    assert output.splitlines()[-1] == last
    assert len(output) < 4050


def test_a_change_of_a_long_file_takes_no_time(updates):
    lines = [f"line {number}" for number in range(20_000)]
    diff = {"type": "diff", "path": "/a", "oldText": "\n".join(lines), "newText": "\n".join(lines)}
    started = time.process_time()

    more = {**diff, "newText": diff["newText"] + "\nmore"}
    turned = {**diff, "newText": "\n".join(reversed(lines))}

    assert call(updates, content=[more])["output"] == "/a\n+more"
    assert call(updates, content=[turned])["output"].startswith("/a\n-line 0\n-line 1\n")
    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    "update",
    [
        {"sessionUpdate": "available_commands_update", "availableCommands": []},
        {"sessionUpdate": "current_mode_update", "currentModeId": "code"},
        {"sessionUpdate": "config_option_update", "configOptions": []},
        {"sessionUpdate": "session_info_update", "title": "hi"},
        {"sessionUpdate": "usage_update", "used": 1, "size": 2},
        {"sessionUpdate": "user_message_chunk", "content": {"type": "text", "text": "You"}},
        {"sessionUpdate": "compaction_update", "compactionId": "c", "status": "completed"},
        {"sessionUpdate": "of_the_future"},
        {"sessionUpdate": "tool_call"},
        {"sessionUpdate": "agent_message_chunk", "content": None},
        {},
    ],
)
def test_what_means_nothing_here_is_passed_over(updates, update):
    assert told(updates, **update) == []


@pytest.mark.parametrize(
    ("update", "kind", "data"),
    [
        (
            {"sessionUpdate": "plan", "entries": [{"content": "a", "status": "pending"}, None]},
            "plan",
            {
                "entries": [
                    {"content": "a", "status": "pending", "priority": ""},
                    {"content": "", "status": "", "priority": ""},
                ]
            },
        ),
        (
            {"sessionUpdate": "notice", "title": "Slow", "description": "Try later."},
            "status",
            {"detail": "Slow Try later."},
        ),
        (
            {"sessionUpdate": "compaction_update", "compactionId": "c", "status": "in_progress"},
            "status",
            {"detail": "The agent is shortening its memory of this."},
        ),
    ],
)
def test_what_the_driver_wants_to_know_is_told(updates, update, kind, data):
    assert told(updates, **update) == [(kind, data)]
