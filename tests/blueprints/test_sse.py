"""What the stream makes of the records of a session, without a session."""

import json
import threading
import typing

import msgspec
import pytest
from described import STRICT, closed, validate

from janus.blueprints import frames as frames_module
from janus.blueprints import sse
from janus.blueprints.frames import Frames
from janus.blueprints.pieces import pieces
from janus.blueprints.translation import translate
from janus.conversation.record import Record
from janus.conversation.shown import ShownMessage, State
from janus.model import Amount, events

TOOL = events.ToolCall("c1", "Read", "read", "Read a.py", "completed", "text", "t1")
DESCRIBED = {"name": "fix-1", "agent": "demo", "branch": None, "worktree_path": None}
OPTION = {"id": "mode", "name": "Mode", "category": "mode", "value": "a", "choices": []}
COMMAND = {"name": "plan", "description": "Plan it", "hint": ""}
CREATED = "2027-01-15T08:00:00.250Z"
#: Each event that there is, what it is called in the stream, and what it tells there.
TOLD = [
    (
        events.UserMessage("t1", "hi", "m1"),
        "user_message",
        {"turn_id": "t1", "content": "hi", "message_id": "m1"},
    ),
    (events.Note("n1", "note"), "system_message", {"id": "n1", "content": "note", "turn_id": None}),
    (events.Remark("r1", "So"), "system_message", {"id": "r1", "content": "So", "turn_id": None}),
    (events.Image("i", "image/png", "AA=="), "status", {}),
    (events.OptionChosen("mode", "plan"), "status", {}),
    (events.WorkMeasured("t", Amount(1, 2, 3), Amount(4, 5, 6)), "status", {}),
    (events.SendScheduled("m", "go on", 9.5), "status", {}),
    (events.SendCancelled("m"), "status", {}),
    (events.SendMissed("m"), "status", {}),
    (
        events.ContextGiven(3100, ("voice", "2 past sessions")),
        "status",
        {"context": {"bytes": 3100, "sources": ["voice", "2 past sessions"]}},
    ),
    (events.TitleChanged("A title"), "status", {"title": "A title"}),
    (events.Text("The ", "t1"), "assistant_delta", {"text": "The ", "turn_id": "t1"}),
    (events.Thought("Hm", "t1"), "thought_delta", {"text": "Hm", "turn_id": "t1"}),
    (events.Summary("All", True), "summary", {"content": "All", "by_agent": True}),
    (
        events.TurnFinished("t1", "The end", "end_turn"),
        "assistant_message",
        {"turn_id": "t1", "content": "The end", "stop_reason": "end_turn"},
    ),
    (
        events.TurnFailed("t1", "AGENT_FAILED", "It died."),
        "error",
        {"turn_id": "t1", "code": "AGENT_FAILED", "message": "It died."},
    ),
    (
        TOOL,
        "tool_call",
        {
            "id": "c1",
            "name": "Read",
            "kind": "read",
            "title": "Read a.py",
            "status": "completed",
            "output": "text",
            "turn_id": "t1",
        },
    ),
    (
        events.PlanChanged((events.PlanEntry("Look", "pending", "high"),), "t1"),
        "plan",
        {
            "entries": [{"content": "Look", "status": "pending", "priority": "high"}],
            "turn_id": "t1",
        },
    ),
    (
        events.QuestionAsked("r1", "question", "", (events.QuestionOption("o", "Yes"),)),
        "permission_request",
        {
            "request_id": "r1",
            "kind": "question",
            "title": "",
            "options": [{"id": "o", "name": "Yes", "kind": ""}],
            "turn_id": None,
        },
    ),
    (
        events.QuestionClosed("r1", None, "cancelled", "t1"),
        "permission_resolved",
        {"request_id": "r1", "option_id": None, "outcome": "cancelled", "turn_id": "t1"},
    ),
    (events.SessionEnded("ended"), "session_ended", {"reason": "ended"}),
    (
        events.TurnStarted("t1"),
        "status",
        {"status": "active", "turn": "started", "turn_id": "t1"},
    ),
    (events.TurnWithdrawn("t1"), "status", {"turn": "withdrawn", "turn_id": "t1"}),
    (events.QueueHeld(), "status", {"queue_held": True}),
    (events.QueueReleased(), "status", {"queue_held": False}),
    (events.OwnerTold("q", "sent", "push"), "status", {}),
    (events.AnswerHeard("q", "yes", "Allow it once.", taken=True), "status", {}),
    (
        events.ConversationOpened("claude", "acp", "c-1", "opus", turn_id="t1"),
        "status",
        {
            "status": "active",
            "agent": "claude",
            "protocol": "acp",
            "conversation_id": "c-1",
            "model": "opus",
            "forgotten": False,
            "turn_id": "t1",
        },
    ),
    (events.OptionsChanged((OPTION,)), "status", {"options": [OPTION]}),
    (events.CommandsChanged((COMMAND,)), "status", {"commands": [COMMAND]}),
    (
        events.UsageChanged(10, 100, "$0.10"),
        "status",
        {"usage": {"used": 10, "size": 100, "cost": "$0.10"}},
    ),
    (events.AgentNotice("It waits."), "status", {"detail": "It waits.", "turn_id": None}),
    (events.AgentStarting(), "status", {"status": "active", "loading": True}),
    (events.AgentReady(), "status", {"status": "waiting", "loading": False}),
    (
        events.AgentDied("It died.", 3),
        "status",
        {"status": "error", "detail": "It died.", "exit_code": 3, "signal": None},
    ),
    (events.AgentStopped(), "status", {"status": "idle"}),
    (
        events.SessionDescribed(**DESCRIBED, created_at=CREATED),
        "status",
        {"session": {**DESCRIBED, "created_at": CREATED}},
    ),
]


def empty(seq=0, messages=()):
    return State(session_id="page", seq=seq, messages=tuple(messages))


class Written:
    """A conversation that is a list of what happened, None for a time of quiet."""

    def __init__(self, *happened, at=None, state=empty):
        self._records = [it and Record(seq, 0.25, it) for seq, it in enumerate(happened, 1)]
        self._state = state
        self.at = len(happened) if at is None else at

    def state(self, _):
        return self._state(self.at)

    def follow(self, _, seq, heartbeat):
        for number, record in enumerate(self._records, 1):
            if number > seq:
                self.at = max(self.at, number)
                yield record


def told(conversation, last=None):
    """The events of the stream as ``(id, name, data)``; the name of a state is None."""
    text = b"".join(sse.encode(conversation, "page", last)).decode()
    for event in text.split("\n\n")[:-1]:
        fields = dict(line.split(": ", 1) for line in event.split("\n"))
        yield int(fields.get("id", -1)), fields.get("event"), json.loads(fields["data"])


@pytest.mark.parametrize(("event", "name", "data"), TOLD, ids=lambda it: type(it).__name__)
def test_an_event_is_told_by_its_name(event, name, data):
    got, shown = translate(Record(7, 0.25, event))

    shown = json.loads(msgspec.json.encode(shown))
    assert got == name
    assert shown == {"seq": 7, "at": "1970-01-01T00:00:00.250Z", **data}
    schemas = STRICT["components"]["schemas"]
    validate(shown, closed(schemas["StreamEvents"]["properties"][name]))


def test_every_event_there_is_has_a_row():
    assert {type(event) for event, _, _ in TOLD} == set(typing.get_args(events.AnyEvent))


def test_a_question_tells_all_it_has():
    fields = ({"id": "f", "title": "F", "description": "", "kind": "text", "required": True},)
    asked = events.QuestionAsked(
        "r1", "permission", "May I?", (), text="rm", url="https://x", fields=fields, tool_call=TOOL
    )

    _, shown = translate(Record(1, 0.0, asked))

    shown = json.loads(msgspec.json.encode(shown))
    assert (shown["text"], shown["url"], shown["fields"]) == ("rm", "https://x", [*fields])
    assert shown["tool_call"]["id"] == "c1" and "type" not in shown["tool_call"]
    validate(shown, closed(STRICT["components"]["schemas"]["PermissionRequestEvent"]))


def test_a_new_client_gets_the_state_and_then_what_happens():
    happened = Written(None, events.Text("a"), events.TurnFinished("t", "a", "end_turn"), at=0)

    events_told = [(id, name) for id, name, _ in told(happened)]

    assert events_told == [
        (0, None), (-1, "ping"), (2, "assistant_delta"), (3, "assistant_message"), (3, None),
    ]  # fmt: skip


@pytest.mark.parametrize("last", [0, 1, 2])
def test_one_that_comes_back_gets_what_it_missed_and_then_the_state(last):
    happened = Written(events.TurnStarted("t"), events.Text("a"), events.Text("b"))

    numbers = [(id, name is None) for id, name, _ in told(happened, last)]

    assert numbers == [*((seq, False) for seq in range(last + 1, 4)), (3, True)]


TURNING = {
    "TurnStarted", "TurnFinished", "TurnFailed", "TurnWithdrawn", "QueueHeld", "QueueReleased",
    "QuestionAsked", "QuestionClosed", "SessionEnded", "OwnerTold", "SendScheduled",
    "SendCancelled", "SendMissed", "WorkMeasured",
}  # fmt: skip


@pytest.mark.parametrize("event", [event for event, _, _ in TOLD], ids=lambda it: type(it).__name__)
def test_the_state_is_sent_again_at_turning_points_only(event):
    names = [name for _, name, _ in told(Written(event, at=0))]

    assert (names[2:] == [None]) == (type(event).__name__ in TURNING)


def test_readers_who_are_told_the_same_at_once_share_the_bytes():
    def large(seq):
        message = ShownMessage("m", "user", "x" * 1_000_000, 0.25, False, None, None, ())
        return empty(seq, [message])

    frames = Frames()
    one, other = (frames.of(Written(state=large), "page") for _ in range(2))
    later = frames.of(Written(events.TurnStarted("t"), state=large), "page", at_least=0)

    assert one is other is not later and (one.seq, later.seq) == (0, 1)
    assert b"".join(pieces(later.json)) == later.lines[6:-1]


def test_so_much_is_sent_at_a_time_and_who_comes_then_waits_or_gets_what_is_sent(monkeypatch):
    monkeypatch.setattr(frames_module, "MOST", 1)
    monkeypatch.setattr(frames_module, "SMALL", 0)
    frames = Frames()
    sent = [frames.of(Written(at=1), "page")]
    waiting = threading.Thread(target=lambda: sent.append(frames.of(Written(at=2), "page")))

    assert frames.of(Written(at=2), "page", at_least=1) is sent[0]
    waiting.start()
    assert len(sent) == 1
    sent.clear()
    waiting.join()

    assert sent[0].seq == 2


def test_a_small_state_waits_for_no_large_one(monkeypatch):
    monkeypatch.setattr(frames_module, "MOST", 1)
    monkeypatch.setattr(frames_module, "PATIENCE", 3600.0)
    frames = Frames()
    sent = frames.of(Written(at=1), "page")

    assert frames.of(Written(at=2), "other").seq == 2 and sent.seq == 1


def test_nothing_of_a_state_is_kept_when_nobody_reads_it():
    threads = [
        threading.Thread(target=lambda: list(sse.encode(Written(), "page", None))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert not len(frames_module.FRAMES)


@pytest.mark.parametrize("seq", ["-1", "1.0", "٣", "9" * 16, "a"])
def test_the_number_of_an_event_is_digits(seq):
    with pytest.raises(sse.InvalidRequest, match="last_event_id"):
        sse.event_number(seq)
