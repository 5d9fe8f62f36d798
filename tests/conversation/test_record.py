"""A line of the log, as it is written and as it may be found."""

import json

import pytest
from msgspec.structs import replace
from test_state import SAMPLES

from janus.conversation.record import Record, message_of, numbered
from janus.model.events import (
    AgentDied,
    AgentNotice,
    AgentReady,
    AgentStarting,
    AgentStopped,
    ConversationOpened,
    Note,
    OptionsChanged,
    PlanChanged,
    PlanEntry,
    QuestionAsked,
    QuestionClosed,
    QuestionOption,
    SessionDescribed,
    SessionEnded,
    Summary,
    Text,
    Thought,
    ToolCall,
    TurnFailed,
    TurnFinished,
    TurnStarted,
    TurnWithdrawn,
    UserMessage,
)

CALL = ToolCall("1", "Bash", "execute", "ls", "in_progress", "out", "t")


@pytest.mark.parametrize(
    "event",
    [
        UserMessage("t", 'ü\n"', "m"),
        Text("hello", "t"),
        CALL,
        QuestionAsked("r", "permission", "May I?", (QuestionOption("a", "Yes"),), tool_call=CALL),
        PlanChanged((PlanEntry("a", "pending", "high"),)),
        ConversationOpened("claude", "acp", "s-1"),
        SessionDescribed(None, "claude", None, None, "2026-01-01T00:00:00.000Z"),
    ],
    ids=lambda event: type(event).__name__,
)
def test_a_record_survives_its_line(event):
    record = Record(7, 1.5, event)

    assert record.line().count(b"\n") == 1
    assert Record.from_line(record.line()) == record


def test_half_of_a_surrogate_pair_is_replaced_and_costs_nothing():
    record = Record(1, 1.5, Text("a\ud83d", "t"))

    assert Record.from_line(record.line()).event.text == "a\ufffd"


@pytest.mark.parametrize(
    "line",
    [
        b"", b"[]", b"{}", b'{"seq":"1"}', b"\xff", b'{"seq":1', b"[" * 100_000, b"{" * 100_000,
        b'{"seq":1,"at":NaN,"event":{"type":"note"}}',
        b'{"seq":0,"at":1,"event":{"type":"queue_held"}}',
        b'{"seq":1,"at":1e300,"event":{"type":"queue_held"}}',
        b'{"seq":1,"at":-1,"event":{"type":"queue_held"}}',
        b'{"seq":1,"at":1,"event":{"type":"text","text":null}}',
        b'{"seq":1,"at":1,"event":{"type":"of_tomorrow"}}',
        b'{"seq":1,"kind":"status","at":1,"data":{}}',
        b'{"seq":1,"kind":"assistant_delta","at":1,"data":{"text":7}}',
        b"1" * 100_000,
    ],
    ids=lambda line: line[:30].decode("latin-1"),
)  # fmt: skip
def test_what_is_no_record_is_refused(line):
    with pytest.raises(ValueError):
        Record.from_line(line)


ASKED = {
    "request_id": "r", "kind": "permission", "title": "May I?", "text": "",
    "tool_call": {"id": "1", "name": "", "kind": "edit", "title": "t", "status": "in_progress"},
    "options": [{"id": "a", "name": "Yes", "kind": "allow_once"}], "turn_id": None,
}  # fmt: skip
DESCRIBED = {"name": "x", "agent": "demo", "branch": None, "worktree_path": None}
DESCRIBED["created_at"] = "2026-01-01T00:00:00.000Z"


@pytest.mark.parametrize(
    ("kind", "data", "event"),
    [
        ("user_message", {"turn_id": "t", "content": "a", "message_id": None},
         UserMessage("t", "a")),
        ("system_message", {"id": "n", "content": "a", "turn_id": None}, Note("n", "a")),
        ("assistant_delta", {"turn_id": "t", "text": "a"}, Text("a", "t")),
        ("thought_delta", {"turn_id": "t", "text": "a"}, Thought("a", "t")),
        ("assistant_message", {"turn_id": "t", "content": "a", "stop_reason": "end_turn"},
         TurnFinished("t", "a", "end_turn")),
        ("error", {"turn_id": "t", "code": "AGENT_FAILED", "message": "a"},
         TurnFailed("t", "AGENT_FAILED", "a")),
        ("plan", {"entries": [{"content": "a", "status": "b", "priority": "c"}], "turn_id": "t"},
         PlanChanged((PlanEntry("a", "b", "c"),), "t")),
        ("permission_request", ASKED,
         QuestionAsked("r", "permission", "May I?", (QuestionOption("a", "Yes", "allow_once"),),
                       tool_call=ToolCall("1", "", "edit", "t", "in_progress"))),
        ("permission_resolved", {"request_id": "r", "option_id": None, "outcome": "cancelled"},
         QuestionClosed("r", None, "cancelled")),
        ("summary", {"content": "a", "by_agent": True}, Summary("a", True)),
        ("session_ended", {"reason": "a"}, SessionEnded("a")),
        ("status", {"status": "active", "turn": "started", "turn_id": "t"}, TurnStarted("t")),
        ("status", {"status": "idle", "turn": "withdrawn", "turn_id": "t"}, TurnWithdrawn("t")),
        ("status", {"status": "idle", "session": DESCRIBED},
         SessionDescribed("x", "demo", None, None, "2026-01-01T00:00:00.000Z")),
        ("status", {"status": "active", "agent": "demo", "protocol": "acp", "turn_id": "t",
                    "conversation_id": "s", "model": "", "forgotten": False},
         ConversationOpened("demo", "acp", "s", turn_id="t")),
        ("status", {"status": "waiting", "options": []}, OptionsChanged(())),
        ("status", {"status": "error", "detail": "a", "exit_code": 1, "signal": None},
         AgentDied("a", 1)),
        ("status", {"status": "active", "turn_id": "t", "detail": "a"}, AgentNotice("a", "t")),
        ("status", {"status": "active", "loading": True}, AgentStarting()),
        ("status", {"status": "waiting", "loading": False}, AgentReady()),
        ("status", {"status": "idle"}, AgentStopped()),
    ],
)  # fmt: skip
def test_lines_of_the_first_janus_mean_the_same(kind, data, event):
    line = json.dumps({"seq": 3, "kind": kind, "data": data, "at": 1.5})

    assert Record.from_line(line.encode()) == Record(3, 1.5, event)


def test_lines_that_need_not_be_read_for_the_messages_hold_none():
    """Those that are left out are told by how their line begins, whatever is in them."""
    nested = '"event":{"type":"text"'
    said = [replace(it, content=nested) for it in SAMPLES.values() if hasattr(it, "content")]
    records = [Record(9, 1e9, event) for event in (*SAMPLES.values(), *said)]
    lines = [it.line() for it in records]

    read = [it for _, it, _ in numbered(lines, whole=False)]

    left_out = {type(it.event) for it in records} - {type(it.event) for it in read}
    assert {Text, Thought, ToolCall} <= left_out
    assert [*map(message_of, read)].count(None) < [*map(message_of, records)].count(None)
    assert [it for it in map(message_of, read) if it] == [
        it for it in map(message_of, records) if it
    ]
    earlier = b'{"seq":1,"kind":"assistant_delta","at":1,"data":{"text":"hi","turn_id":"t"}}\n'
    assert [it for _, it, _ in numbered([earlier], whole=False)] == [Record.from_line(earlier)]
    assert [it for _, it, _ in numbered([b"\xff\n"], whole=False)] == [None]
