import json
from pathlib import Path

import msgspec
import pytest

from janus.agents.cursor.stream_json import Noise, Result, translate
from janus.model.events import Text

DATA = Path(__file__).parents[1] / "data" / "cursor-agent"
RECORDINGS = sorted(DATA.glob("*.ndjson"))


def events(*messages, partial=True):
    return list(translate([json.dumps(message).encode() for message in messages], partial))


def assistant(text, **marks):
    content = [{"type": "text", "text": text}]
    return {"type": "assistant", "message": {"content": content}, **marks}


def delta(text):
    return assistant(text, timestamp_ms=1)


def call(id, step, name, **body):
    return {
        "type": "tool_call",
        "subtype": step,
        "call_id": id,
        "tool_call": {f"{name}ToolCall": body},
    }


def answer(seen):
    return "".join(event.text for event in seen if isinstance(event, Text))


@pytest.mark.parametrize("recording", RECORDINGS, ids=lambda path: path.stem)
def test_a_recording_still_means_the_same(recording):
    lines = recording.read_bytes().splitlines()
    partial = "partial" in recording.stem and "nopartial" not in recording.stem

    events = [it for it in translate(lines, partial) if not isinstance(it, Noise | Result)]

    expected = json.loads(recording.with_suffix(".events.json").read_text())
    assert msgspec.to_builtins(events) == expected


def test_deltas_are_said_once_whatever_repeats_them():
    seen = events(
        delta("I'll "),
        delta("look."),
        assistant("I'll look.", timestamp_ms=2, model_call_id="m"),
        call("1", "started", "read", args={"path": "/w/a.py"}),
        call("1", "completed", "read", args={"path": "/w/a.py"}, result={"success": {}}),
        delta("Found "),
        delta("it."),
        assistant("Found it."),
    )

    assert answer(seen) == "I'll look.\n\nFound it."


def test_equal_deltas_in_a_row_are_all_said():
    assert answer(events(delta("ha"), delta("ha"), delta("ha"), assistant("hahaha"))) == "hahaha"


def test_a_repeat_that_says_more_than_was_heard_loses_nothing():
    assert answer(events(delta("One "), assistant("One two."))) == "One two."
    assert answer(events(delta("One"), assistant("Something else."))) == "One\n\nSomething else."


def test_a_build_that_stamps_nothing_is_understood_with_deltas_and_without():
    assert answer(events(assistant("Hel"), assistant("lo"), assistant("Hello"))) == "Hello"
    assert answer(events(assistant("Hello"), assistant("World"), partial=False)) == "Hello\n\nWorld"


def test_without_deltas_a_stamped_segment_without_call_id_counts():
    seen = events(delta("Before."), assistant("After."), partial=False)

    assert answer(seen) == "Before.\n\nAfter."


def test_a_segment_that_ends_with_a_newline_gets_no_more_than_a_blank_line():
    seen = events(assistant("One.\n"), call("1", "started", "ls"), assistant("Two."), partial=False)

    assert answer(seen) == "One.\n\nTwo."


def test_the_result_is_the_answer_where_nothing_else_was_said():
    seen = events(
        {"type": "result", "subtype": "success", "is_error": False, "result": "Only here"}
    )

    assert answer(seen) == "Only here"
    assert seen[-1] == Result(True, "Only here")


def test_a_failed_result_is_no_answer():
    seen = events({"type": "result", "subtype": "error", "is_error": True, "result": "Broken"})

    assert seen == [Result(False, "Broken")]


def test_parallel_calls_may_complete_in_any_order():
    seen = events(
        call("a", "started", "shell", args={"command": "sleep 2"}),
        call("b", "started", "shell", args={"command": "sleep 1"}),
        call("b", "completed", "shell", result={"success": {"stdout": "b\n"}}),
        call("a", "completed", "shell", result={"failure": {"exitCode": 1, "stderr": "bad"}}),
    )

    seen = [(call.id, call.title, call.status, call.output) for call in seen]
    assert seen == [
        ("a", "sleep 2", "in_progress", ""),
        ("b", "sleep 1", "in_progress", ""),
        ("b", "sleep 1", "completed", "b\n"),
        ("a", "sleep 2", "failed", "bad"),
    ]


def test_a_tool_nobody_knows_is_shown_by_its_name():
    [seen] = events(call("1", "started", "paintWall", args={}))

    assert (seen.name, seen.kind, seen.title) == ("paintWall", "other", "paintWall")


def test_a_generic_function_call_is_a_tool_call():
    message = {"type": "tool_call", "subtype": "started", "call_id": "1"}
    [seen] = events({**message, "tool_call": {"function": {"name": "lookup", "arguments": "{}"}}})

    assert seen.name == "lookup"


def test_a_huge_output_is_cut():
    result = {"success": {"interleavedOutput": "x" * 1_000_000}}
    [seen] = events(call("1", "completed", "shell", result=result))

    assert len(seen.output) == 4000


@pytest.mark.parametrize(
    "line",
    [
        b"Update available",
        b"[1, 2]",
        b"\xff\xfe",
        b'{"type": "assis',
        b"[" * 100_000,
        b"1" * 10_000,
        "⚠ Warning".encode(),
    ],
)
def test_what_is_no_event_is_noise(line):
    [noise] = translate([line])

    assert isinstance(noise, Noise) and noise.text


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"type": None},
        {"type": "assistant"},
        {"type": "assistant", "message": {"content": "text"}},
        {"type": "assistant", "message": {"content": [None, {"type": "image"}, {"type": "text"}]}},
        {"type": "tool_call", "subtype": "started"},
        {"type": "tool_call", "subtype": "started", "tool_call": None},
        {"type": "thinking", "subtype": "delta", "text": 7},
        {"type": "system", "subtype": "task_notification"},
        {"type": "retry", "subtype": "starting"},
    ],
)
def test_unknown_and_malformed_events_are_ignored(message):
    assert events(message) == []


def test_a_changed_conversation_id_is_told_again():
    seen = events(*({"type": "user", "session_id": id} for id in ("a", "a", "b")))

    assert [opened.id for opened in seen] == ["a", "b"]
