"""What an agent says, does and asks belongs to the turn it is about, whenever it comes."""

import json
import textwrap

import pytest
from conftest import wait_for
from recorder import ask, ask_in_background, interrupt, methods

from janus.agents.acp.dialogue import LATE, Attribution
from janus.errors import AgentFailed, AlreadyAnswered
from janus.model.events import QuestionAsked, QuestionClosed, ToolCall

pytest_plugins = ["acp_fixtures"]


def do(code):
    """A prompt that runs *code* in the agent."""
    return f"do {textwrap.dedent(code)}"


# Words.


def test_late_words_go_to_their_own_turn_also_with_the_next_one_at_the_door(make, recorder):
    agent = make()
    ask(agent, do("agent.say('first'); later(0.3, lambda: agent.say(' TAIL'))"), "1")
    ask(agent, "say second", "2")

    assert recorder.text_of("1") == "first TAIL"
    assert recorder.text_of("2") == "second "


def test_late_words_are_heard_without_a_next_turn(make, recorder):
    ask(make(), do("agent.say('first'); later(0.1, lambda: agent.say(' TAIL'))"), "1")

    wait_for(lambda: recorder.text_of("1") == "first TAIL")


def test_a_message_id_decides_whatever_runs(make, recorder):
    agent = make()
    ask(agent, do("agent.update(**chunk('agent', 'one'), messageId='m')"), "1")
    code = "agent.say('two'); agent.update(**chunk('agent', ' and a half'), messageId='m')"
    ask(agent, do(code), "2")

    assert recorder.text_of("1") == "one and a half"
    assert recorder.text_of("2") == "two"


def test_an_agent_that_ignores_what_it_does_not_know_is_asked_once(make, recorder, received):
    agent = make("selective")
    for turn in ("1", "2", "3"):
        ask(agent, f"say {turn}", turn)

    assert [recorder.text_of(turn) for turn in ("1", "2", "3")] == ["1 ", "2 ", "3 "]
    assert methods(received).count("_janus/barrier") == 1


def test_the_first_turn_of_a_process_waits_for_nobody(make, received):
    ask(make(), "say one")

    assert "_janus/barrier" not in methods(received)


def test_a_turn_cancelled_while_it_waits_is_not_given_to_the_agent(make, recorder, received, home):
    agent = make()
    ask(agent, do("later(0.4, lambda: None)"), "1")
    cancelled, thread, outcome = ask_in_background(agent, "say two", "2")
    interrupt(agent, cancelled, thread)

    assert outcome == ["cancelled"]
    assert ask(agent, "say three", "3") == "end_turn"
    assert recorder.text == "three "


def test_words_long_after_a_turn_belong_to_none(make, recorder, monkeypatch):
    monkeypatch.setattr("janus.agents.acp.dialogue.LATE", 0.05)
    ask(make(), do("agent.say('one'); later(0.3, lambda: agent.say('The build is done.'))"), "1")

    wait_for(lambda: recorder.text_of(None) == "The build is done.")
    assert recorder.text_of("1") == "one"


def test_a_turn_may_have_late_words_until_a_pause():
    now = [0.0]
    turns = Attribution(lambda: now[0])
    assert turns.speaking() is None
    turns.begin("1")
    now[0] = 100.0
    assert turns.speaking() == "1"
    turns.end()

    for _ in range(3):
        now[0] += LATE - 0.1
        assert turns.speaking() == "1"
    now[0] += LATE + 0.1
    assert turns.speaking() is None
    now[0] += 0.1
    assert turns.speaking() is None
    turns.begin("2")
    assert turns.speaking() == "2"


def test_words_of_another_session_are_not_this_ones(make, recorder):
    code = """
        own, agent.session = agent.session, "child"
        agent.say("CHILD"); agent.update(**tool("child-call"))
        agent.session = own
        agent.say("parent")
    """
    ask(make(), do(code))

    assert recorder.text == "parent" and recorder.all(ToolCall) == []


@pytest.mark.others_slow
@pytest.mark.parametrize("reason", ["max_tokens", "max_turn_requests", "refusal", "_own/word"])
def test_the_reason_of_the_end_is_the_agents_own(make, reason):
    assert ask(make(), do(f"agent.reason = {reason!r}")) == reason


# Tool calls.


def test_news_of_a_tool_go_to_the_turn_that_began_it(make, recorder):
    agent = make()
    ask(agent, do("agent.update(**tool('c', title='make')); agent.say('one')"), "1")
    ask(agent, do("agent.say('two'); agent.update(**news('c', status='completed'))"), "2")

    assert recorder.statuses("c") == [
        ("in_progress", "1"),
        ("completed", "1"),  # as the turn ended; that it is so is no news then
    ]
    assert {call.title for call in recorder.all(ToolCall)} == {"make"}


@pytest.mark.others_slow
@pytest.mark.parametrize(
    ("code", "status"),
    [("pass", "completed"), ("raise Failure(INTERNAL, 'no')", "failed"), ("sys.exit(1)", "failed")],
)
def test_the_end_of_a_turn_settles_the_tools_it_left_open(make, recorder, code, status):
    agent = make()
    prompt = do(f"agent.update(**tool('c', title='make')); {code}")
    if status == "failed":
        with pytest.raises(AgentFailed):
            ask(agent, prompt, "1")
    else:
        ask(agent, prompt, "1")

    assert recorder.statuses("c") == [("in_progress", "1"), (status, "1")]


def test_a_cancelled_turn_cancels_the_tools_it_left_open(make, recorder):
    agent = make()
    prompt = do("agent.update(**tool('c')); agent.wait_for_cancel()")
    cancelled, thread, _ = ask_in_background(agent, prompt, "1")
    wait_for(lambda: recorder.all(ToolCall))

    interrupt(agent, cancelled, thread)

    assert recorder.statuses("c") == [("in_progress", "1"), ("cancelled", "1")]


def test_work_in_the_background_goes_on_under_its_old_call(make, recorder):
    code = """
        agent.update(**tool("c", title="make"))
        later(0.1, lambda: agent.update(**news("c", status="in_progress", rawOutput="half")))
        later(0.1, lambda: agent.update(**news("c", status="failed")))
    """
    ask(make(), do(code), "1")

    wait_for(lambda: len(recorder.statuses("c")) == 4)
    assert [status for status, _ in recorder.statuses("c")] == [
        "in_progress",
        "completed",
        "in_progress",
        "failed",
    ]
    assert recorder.all(ToolCall)[-1].output == "half" and recorder.all(ToolCall)[-1].turn_id == "1"


def test_a_dead_agent_works_no_more_in_the_background(make, recorder):
    code = """
        agent.update(**tool("c"))
        later(0, lambda: agent.update(**news("c", status="in_progress")))
        later(0.1, sys.exit)
    """
    ask(make(), do(code), "1")

    wait_for(lambda: len(recorder.statuses("c")) == 4)
    assert recorder.statuses("c")[-1] == ("failed", "1")


@pytest.mark.others_slow
@pytest.mark.parametrize("end", ["failed", None])
def test_a_tool_whose_permission_was_refused_is_rejected(make, recorder, end):
    agent = make()
    code = f"""
        agent.request("session/request_permission", permission("c"))
        agent.answer()
        if {end!r}:
            agent.update(**news("c", status={end!r}))
    """
    _, thread, _ = ask_in_background(agent, do(code), "1")

    agent.answer(recorder.asked(), "ecno_tcejer")
    thread.join(60)

    assert recorder.statuses("c") == [("in_progress", "1"), ("rejected", "1")]


def test_a_tool_refused_after_its_turn_is_rejected_at_once(make, recorder):
    agent = make()
    code = """
        def late():
            agent.update(**tool("c"))
            agent.request("session/request_permission", permission("c"))
            agent.answer()
        later(0.1, late)
    """
    ask(agent, do(code), "1")

    agent.answer(recorder.asked(), "ecno_tcejer")

    assert recorder.statuses("c") == [("in_progress", "1"), ("rejected", "1")]


# Questions.


@pytest.fixture
def asked_late(make, recorder):
    """An agent that asks for permission after its turn, and the id of the question."""
    agent = make()
    code = """
        agent.update(**tool("c"))
        def late():
            agent.request("session/request_permission", permission("c"))
            agent.say(as_json(agent.answer()))
        later(0.1, late)
    """
    ask(agent, do(code), "1")
    return agent, recorder.asked()


def test_a_question_outside_of_a_turn_stays_open_and_is_answered(asked_late, recorder):
    agent, id = asked_late
    assert recorder.question().turn_id == "1" and recorder.all(QuestionClosed) == []

    agent.answer(id, "ecno_wolla")

    wait_for(lambda: "selected" in recorder.text)
    assert recorder.all(QuestionClosed) == [QuestionClosed(id, "ecno_wolla", "selected", "1")]


def test_a_question_of_no_turn_is_open_until_the_agent_is_gone(make, recorder, monkeypatch):
    monkeypatch.setattr("janus.agents.acp.dialogue.LATE", 0.05)
    agent = make()
    code = "later(0.3, lambda: agent.request('session/request_permission', permission('new')))"
    ask(agent, do(code), "1")
    assert recorder.question().turn_id is None
    ask(agent, "say two", "2")
    agent.interrupt()
    assert recorder.all(QuestionClosed) == []

    agent.stop()

    assert recorder.all(QuestionClosed) == [
        QuestionClosed(recorder.asked(), None, "cancelled", None)
    ]
    with pytest.raises(AlreadyAnswered):
        agent.answer(recorder.asked(), "ecno_wolla")


def test_a_turn_closes_its_own_questions_only(make, recorder):
    agent = make()
    question = "agent.request('session/request_permission', permission('{}'))"
    ask(agent, do(f"later(0.1, lambda: {question.format('late')})"), "1")
    late = recorder.question()
    prompt = do(f"{question.format('own')}; agent.wait_for_cancel()")
    cancelled, thread, _ = ask_in_background(agent, prompt, "2")
    wait_for(lambda: len(recorder.all(QuestionAsked)) == 2)

    interrupt(agent, cancelled, thread)

    own = recorder.all(QuestionAsked)[1]
    assert (late.turn_id, own.turn_id) == ("1", "2")
    assert [closed.request_id for closed in recorder.all(QuestionClosed)] == [own.request_id]
    agent.answer(late.request_id, "ecno_wolla")


@pytest.mark.others_slow
@pytest.mark.parametrize("option", ["ecno_wolla", None], ids=["answered", "cancelled"])
def test_a_subagents_permission_reaches_the_user(make, recorder, received, option):
    agent = make()
    code = """
        own, agent.session = agent.session, "child"
        agent.request("session/request_permission", permission("c"))
        agent.session = own
        agent.say(as_json(agent.answer()))
    """
    cancelled, thread, _ = ask_in_background(agent, do(code), "1")
    question = recorder.question()
    assert question.title.startswith("A subagent asks: ") and question.turn_id == "1"

    if option:
        agent.answer(question.request_id, option)
    else:
        interrupt(agent, cancelled, thread)
    thread.join(60)

    outcome = {"outcome": "selected", "optionId": option} if option else {"outcome": "cancelled"}
    assert json.loads(recorder.text) == {"outcome": outcome}
    assert recorder.all(ToolCall) == []


def test_a_subagent_with_a_session_of_its_own_is_a_step(make, recorder):
    code = """
def says(session, **update):
    agent.write(method="session/update", params={"sessionId": session, "update": update})
def child(**news):
    agent.update(sessionUpdate="subagent_update", sessionId="k", **news)
child(title="Look around", state={"state": "running"})
says("k", **chunk("agent", "I look"))
says("k", **tool("c", title="ls"))
says("nobody", **chunk("agent", "strange"))
child(state={"state": "idle", "stopReason": "end_turn"})
agent.say("done")
"""
    ask(make(), f"do {code}")

    assert recorder.text == "done"
    step = recorder.all(ToolCall)[-1]
    assert (step.title, step.status, step.turn_id) == ("Look around", "completed", "turn")
    assert step.output == "I look\n• ls\n"
    assert {call.id for call in recorder.all(ToolCall)} == {step.id}
