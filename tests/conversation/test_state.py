"""State and event give the next state: the whole table, and what else an event changes."""

import itertools
import typing

import pytest

from janus.conversation.record import Record
from janus.conversation.snapshot import Snapshot, Told
from janus.conversation.state import STATUS, STATUSES, apply
from janus.model import Amount
from janus.model import events as kinds
from janus.model.events import (
    AgentDied,
    AgentStopped,
    ConversationOpened,
    Note,
    PlanChanged,
    QuestionAsked,
    QuestionClosed,
    QuestionOption,
    QueueHeld,
    QueueReleased,
    SessionDescribed,
    SessionEnded,
    Summary,
    Text,
    ToolCall,
    TurnFailed,
    TurnFinished,
    TurnStarted,
    TurnWithdrawn,
    UserMessage,
)

EVENTS = typing.get_args(kinds.AnyEvent)
#: One of each event, about no turn or the turn "t".
SAMPLES = {
    kinds.UserMessage: UserMessage("t", "hello"),
    kinds.Note: Note("n", "a note"),
    kinds.Remark: kinds.Remark("r", "Something changed."),
    kinds.Text: Text("a", "t"),
    kinds.Thought: kinds.Thought("a", "t"),
    kinds.Summary: Summary("a", True),
    kinds.TurnStarted: TurnStarted("t"),
    kinds.TurnFinished: TurnFinished("t", "a", "end_turn"),
    kinds.TurnFailed: TurnFailed("t", "AGENT_FAILED", "a"),
    kinds.TurnWithdrawn: TurnWithdrawn("t"),
    kinds.SendScheduled: kinds.SendScheduled("m", "go on", 9.5),
    kinds.SendCancelled: kinds.SendCancelled("m"),
    kinds.SendMissed: kinds.SendMissed("m"),
    kinds.QueueHeld: QueueHeld(),
    kinds.QueueReleased: QueueReleased(),
    kinds.ToolCall: ToolCall("1", "", "execute", "ls", "in_progress", turn_id="t"),
    kinds.PlanChanged: PlanChanged(()),
    kinds.QuestionAsked: QuestionAsked("r", "permission", "May I?", (), turn_id="t"),
    kinds.QuestionClosed: QuestionClosed("r", "a", "selected"),
    kinds.OptionsChanged: kinds.OptionsChanged(()),
    kinds.ContextGiven: kinds.ContextGiven(3100, ("voice",)),
    kinds.OptionChosen: kinds.OptionChosen("mode", "plan"),
    kinds.TitleChanged: kinds.TitleChanged("A title"),
    kinds.Image: kinds.Image("i", "image/png", "AA=="),
    kinds.Remark: kinds.Remark("r", "Something changed."),
    kinds.CommandsChanged: kinds.CommandsChanged(()),
    kinds.UsageChanged: kinds.UsageChanged(1, 2),
    kinds.AgentNotice: kinds.AgentNotice("a"),
    kinds.AgentStarting: kinds.AgentStarting(),
    kinds.AgentReady: kinds.AgentReady(),
    kinds.ConversationOpened: ConversationOpened("demo", "acp", "s"),
    kinds.AgentDied: AgentDied("a", 1),
    kinds.AgentStopped: AgentStopped(),
    kinds.SessionDescribed: SessionDescribed(None, "demo", None, None, "2026"),
    kinds.SessionEnded: SessionEnded("a"),
    kinds.AnswerHeard: kinds.AnswerHeard("r", "yes", "Allow it once.", taken=True),
    kinds.WorkMeasured: kinds.WorkMeasured("t", Amount(1, 2, 3), Amount(4, 5, 6)),
    kinds.OwnerTold: kinds.OwnerTold("q", "sent", "push"),
}
#: What the status is after an event, by the status before, in the order of STATUSES. Where
#: nothing stands, no event changes it.
EXPECTED = {
    "TurnStarted":      ("active",  "active",  "active",  "active",  "active"),
    "TurnFinished":     ("waiting", "waiting", "waiting", "waiting", "stopped"),
    "TurnFailed":       ("error",   "error",   "error",   "error",   "stopped"),
    "AgentStarting":    ("active",  "active",  "active",  "active",  "active"),
    "AgentReady":       ("waiting", "waiting", "waiting", "waiting", "stopped"),
    "AgentDied":        ("error",   "error",   "error",   "error",   "stopped"),
    "AgentStopped":     ("idle",    "idle",    "idle",    "idle",    "idle"),
    "SessionDescribed": ("idle",    "active",  "waiting", "error",   "idle"),
    "SessionEnded":     ("stopped", "stopped", "stopped", "stopped", "stopped"),
}  # fmt: skip


def after(snapshot, *events):
    for event in events:
        snapshot = apply(snapshot, Record(1, 1.5, event))
    return snapshot


def test_there_is_a_sample_of_every_event():
    assert SAMPLES.keys() == {*EVENTS}
    assert all(type(event) is kind for kind, event in SAMPLES.items())


@pytest.mark.parametrize("kind", EVENTS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("status", STATUSES)
def test_every_state_and_every_event(status, kind):
    before = Snapshot(status=status, turn="t" if status == "active" else None)
    rows = EXPECTED.get(kind.__name__, STATUSES)

    found = after(before, SAMPLES[kind])

    assert found.status == rows[STATUSES.index(status)]
    assert before == Snapshot(status=status, turn="t" if status == "active" else None)
    if (status, kind) not in STATUS:
        assert found.status == status


@pytest.mark.parametrize("end", [TurnFinished("t", "", "end_turn"), TurnFailed("t", "X", "")])
def test_what_ends_settles_all_it_owned(end):
    mine = ToolCall("1", "", "execute", "ls", "in_progress", turn_id="t")
    other = ToolCall("1", "", "execute", "ls", "in_progress", turn_id="u")
    asked = [QuestionAsked(r, "permission", "", (), turn_id=t) for r, t in (("a", "t"), ("b", "u"))]

    found = after(Snapshot(), UserMessage("t", "x"), TurnStarted("t"), mine, other, *asked, end)

    assert found.turn is None and found.waiting == () and not found.starting
    assert found.running_tools == (other,)
    assert [question.request_id for question in found.questions] == ["b"]


def test_the_end_of_another_turn_leaves_the_one_that_runs():
    running = after(Snapshot(), TurnStarted("t"))

    for end in (TurnFinished("u", "", "end_turn"), TurnFailed("u", "X", "")):
        found = after(running, end)
        assert (found.status, found.turn, found.starting) == ("active", "t", True)


def test_a_message_waits_from_its_saying_to_its_start():
    said = after(Snapshot(), UserMessage("t", "a", "m"), UserMessage("u", "b"))

    assert [entry.message_id for entry in said.waiting] == ["m", "u"]
    assert said.next.turn_id == "t" and said.unanswered == ["t", "u"]
    assert after(said, TurnStarted("t")).unanswered == ["t", "u"]
    assert after(said, TurnWithdrawn("t")).next.turn_id == "u"


def test_what_is_held_waits_and_what_is_said_then_does_not():
    held = after(Snapshot(), UserMessage("t", "a"), QueueHeld())

    assert held.held and held.next is None
    more = after(held, UserMessage("u", "b"))
    assert more.next.turn_id == "u" and more.held
    assert after(more, TurnStarted("u")).next is None
    released = after(more, QueueReleased())
    assert released.next.turn_id == "t" and not released.held


def test_notes_wait_for_the_next_turn_and_a_note_alone_is_one():
    noted = after(Snapshot(), Note("n", "a"), Note("o", "b", "t"))

    assert noted.notes == ("a", "b") and noted.next.is_note
    assert after(noted, TurnStarted("t")).notes == ()


def test_attention_is_the_most_urgent_thing():
    asked = QuestionAsked("q", "question", "", ())
    failed = after(Snapshot(), TurnFailed("t", "X", ""))

    assert failed.attention == "error"
    assert after(failed, asked).attention == "question"
    may = QuestionAsked("p", "permission", "", (QuestionOption("a", "Yes"),))
    assert after(failed, asked, may).attention == "permission"
    assert after(failed, asked, QuestionClosed("q", "a", "selected")).attention == "error"
    assert after(failed, TurnStarted("t")).attention is None


@pytest.mark.parametrize("end", [AgentDied("a"), AgentStopped(), SessionEnded("a")])
def test_without_its_process_nothing_is_asked_or_in_progress(end):
    tool, asked = SAMPLES[ToolCall], SAMPLES[QuestionAsked]

    found = after(Snapshot(), TurnStarted("t"), tool, asked, end)

    assert found.questions == () and found.running_tools == ()


def test_what_is_said_after_a_summary_makes_it_old():
    summed = after(Snapshot(), Summary("a", True))

    assert summed.summary
    for more in (UserMessage("t", "x"), Note("n", "x"), TurnFinished("t", "", "end_turn")):
        assert after(summed, more).summary is None


def test_an_agent_that_begins_tools_for_ever_costs_bounded_memory():
    tools = (ToolCall(str(n), "", "execute", "", "in_progress") for n in itertools.count())

    found = after(Snapshot(), *itertools.islice(tools, 1000))

    assert len(found.running_tools) == 200 and found.running_tools[-1].id == "999"


def test_a_session_that_is_described_again_has_not_ended():
    ended = after(Snapshot(), SessionEnded("a"))

    assert ended.ended and ended.status == "stopped"
    again = after(ended, SAMPLES[SessionDescribed])
    assert not again.ended and again.status == "idle"


def test_what_the_owner_was_told_and_whether_it_was_seen():
    def told(*events):
        snapshot = Snapshot()
        for at, event in enumerate(events, 1):
            snapshot = apply(snapshot, Record(at, float(at), event))
        return snapshot.told

    def on(outcome, way="push", about="t"):
        return kinds.OwnerTold(about, outcome, way)

    assert told() is None
    assert told(on("sent"), on("arrived"), on("seen")) == Told(1.0, "push", 2.0, 3.0)
    assert told(on("sent"), on("sent", "ntfy"), on("unseen", "ntfy")) == Told(
        1.0, "ntfy", unseen=True
    )
    assert told(on("sent"), on("seen"), on("sent", about="u")) == Told(3.0, "push")


def test_an_agent_that_names_the_conversation_after_what_it_was_told_is_not_believed():
    named = after(Snapshot(), kinds.TitleChanged("Mend the cart"))

    for title in ("<session_context> Background, col…", "Background, collected by Janus for…"):
        assert after(named, kinds.TitleChanged(title)).agent_title == "Mend the cart"
