"""The newest messages, as clients draw them."""

import pytest

from janus.conversation.event_log import EventLog
from janus.conversation.view import MESSAGES
from janus.model.events import (
    Note,
    QuestionAsked,
    QuestionOption,
    QueueHeld,
    Text,
    Thought,
    ToolCall,
    TurnFailed,
    TurnFinished,
    TurnStarted,
    TurnWithdrawn,
    UserMessage,
)


class Lines(list):
    """A store in memory."""

    def append(self, line, promised):
        super().append(line)

    def lines(self):
        return iter([*self])

    def flush(self):
        pass

    def rest(self, told):
        pass

    def close(self):
        pass


@pytest.fixture
def log(clock):
    return EventLog(Lines(), clock)


def feed(log, *events):
    for event in events:
        log.append(event)
    return log.state("s").messages


def tool(status="in_progress", turn="t", id="1"):
    return ToolCall(id, "", "execute", "ls", status, turn_id=turn)


def begun(turn="t"):
    return UserMessage(turn, f"question {turn}"), TurnStarted(turn)


def test_an_answer_grows_and_is_whole_at_the_end(log):
    user, answer = feed(log, *begun(), Text("he", "t"), Text("llo", "t"))
    assert (user.sender, user.content) == ("user", "question t")
    assert (answer.content, answer.is_streaming, answer.stop_reason) == ("hello", True, None)
    assert log.partial("t") == "hello"

    [_, answer] = feed(log, TurnFinished("t", "hello", "max_tokens"))

    assert (answer.content, answer.is_streaming, answer.stop_reason) == (
        "hello",
        False,
        "max_tokens",
    )
    assert log.partial("t") == ""


def test_how_long_a_turn_and_its_tools_took_and_what_was_thought_is_kept(log, clock):
    feed(log, *begun(), Thought("Let me ", "t"), Thought("see", "t"))
    assert log.state("s").total == 1, "thoughts alone are no answer"
    clock.now += 2
    feed(log, tool())
    clock.now += 3
    feed(log, tool("completed"), Thought("!" * 9000, "t"))
    clock.now += 1

    _, answer = feed(log, TurnFinished("t", "done", "end_turn"))

    assert (answer.seconds, answer.took) == (pytest.approx(6), {"1": pytest.approx(3)})
    assert answer.thoughts.startswith("Let me see!") and len(answer.thoughts) == 4000


def test_late_words_go_to_their_own_turn(log):
    feed(log, *begun("t"), Text("first ", "t"), TurnFinished("t", "first ", "end_turn"))

    messages = feed(log, *begun("u"), Text("second", "u"), Text("tail of first", "t"))

    assert [m.content for m in messages if m.sender == "assistant"] == [
        "first tail of first", "second",
    ]  # fmt: skip
    assert [m.is_streaming for m in messages if m.sender == "assistant"] == [False, True]
    assert log.partial("u") == "second"


def test_late_news_of_a_tool_go_to_the_turn_that_began_it(log):
    feed(log, *begun("t"), tool(), TurnFinished("t", "", "end_turn"))

    messages = feed(log, *begun("u"), tool("completed", "t"), tool(turn="u"))

    first, second = [m for m in messages if m.sender == "assistant"]
    assert [call.status for call in first.tool_calls] == ["completed"]
    assert [call.status for call in second.tool_calls] == ["in_progress"]


@pytest.mark.parametrize(
    ("reason", "status"),
    [("end_turn", "cancelled"), ("cancelled", "cancelled"), ("failed", "failed")],
)
def test_a_finished_turn_has_no_running_tool(log, reason, status):
    done = tool("completed", id="2")

    [_, answer] = feed(log, *begun(), tool(), done, TurnFinished("t", "", reason))

    assert [call.status for call in answer.tool_calls] == [status, "completed"]
    assert log.snapshot.running_tools == ()


def test_a_turn_that_failed_says_so_and_settles_its_tools(log):
    [_, answer, error] = feed(
        log, *begun(), Text("so far", "t"), tool(), TurnFailed("t", "AGENT_FAILED", "It died.")
    )

    assert (answer.content, answer.stop_reason, answer.is_streaming) == ("so far", "failed", False)
    assert [call.status for call in answer.tool_calls] == ["failed"]
    assert (error.sender, error.content) == ("system", "It died.")


def test_what_belongs_to_no_turn_is_a_message_of_its_own(log):
    feed(log, *begun("t"), TurnFinished("t", "first", "end_turn"))

    messages = feed(log, Text("by the ", None), Text("way", None), tool(turn=None), *begun("u"))

    assert [m.content for m in messages] == ["question t", "first", "by the way", "question u"]
    assert messages[2].turn_id is None and not messages[2].is_streaming
    assert len(messages[2].tool_calls) == 1


def test_a_tool_of_no_turn_stays_where_it_began(log):
    feed(log, tool(turn=None), *begun("u"), TurnFinished("u", "x", "end_turn"))

    messages = feed(log, tool("completed", turn=None))

    assert [[call.status for call in m.tool_calls] for m in messages] == [["completed"], [], []]


def test_late_words_of_a_turn_out_of_sight_stream_no_more(log):
    for n in range(MESSAGES):
        feed(log, *begun(str(n)), TurnFinished(str(n), "x", "end_turn"))

    messages = feed(log, Text("late", "0"))

    assert len(messages) == MESSAGES
    assert (messages[-1].content, messages[-1].is_streaming) == ("late", False)


def test_what_is_withdrawn_is_gone(log):
    feed(log, UserMessage("t", "a"), UserMessage("u", "b"))

    [left] = feed(log, TurnWithdrawn("t"))

    assert left.content == "b" and log.total == 1


def test_the_state_tells_what_waits_and_what_is_asked(log):
    option = QuestionOption("a", "Yes", "allow_once")
    feed(log, *begun("t"), UserMessage("u", "later", "m"), QueueHeld(), Note("n", "a note"))
    feed(log, QuestionAsked("r", "permission", "May I?", (option,), tool_call=tool(), turn_id="t"))

    state = log.state("s")

    assert state.now.turn == "t" and state.now.held and state.now.attention == "permission"
    [waiting] = state.now.waiting
    assert (waiting.message_id, waiting.turn_id, waiting.held) == ("m", "u", True)
    [asked] = state.now.questions
    assert asked.request_id == "r" and asked.tool_call.id == "1"
    assert [m.sender for m in state.messages] == ["user", "user", "system"]
