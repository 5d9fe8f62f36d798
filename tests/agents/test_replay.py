"""A history that an agent replays never appears as new."""

import threading
from functools import partial

import pytest
from conftest import wait_for
from recorder import ask, ask_in_background

from janus.agents.acp.replay import LATE_QUIET, QUIET, Replay
from janus.model.events import (
    ConversationOpened,
    OptionsChanged,
    QuestionAsked,
    Thought,
    ToolCall,
)

pytest_plugins = ["acp_fixtures"]


@pytest.fixture
def continued(make, recorder):
    """Makes an agent that continues a conversation in a new process, with oddities."""

    def continued(*oddities):
        first = make()
        ask(first, "say one")
        first.stop()
        recorder.clear()
        return make(*oddities, conversation=first.conversation)

    return continued


@pytest.mark.others_slow
@pytest.mark.parametrize(
    "oddity",
    [
        "straggle",
        "loadasks",
        "loadmode",
        pytest.param("crawl", marks=pytest.mark.slow),
        pytest.param("loadempty", marks=pytest.mark.slow),
    ],
)
def test_a_history_is_not_new_whenever_it_comes(continued, recorder, oddity):
    agent = continued(oddity)

    ask(agent, "say two", "2")

    assert recorder.text == recorder.text_of("2") == "two "
    assert recorder.all(ToolCall, QuestionAsked, Thought) == []
    [opened] = recorder.all(ConversationOpened)
    assert opened.id == agent.conversation and not opened.forgotten


def test_a_permission_of_the_past_is_answered_as_cancelled(continued, recorder, received):
    ask(continued("loadasks"), "say two")

    answers = [message["result"] for message in received() if "result" in message]
    assert answers == [{"outcome": {"outcome": "cancelled"}}]


def test_a_mode_that_is_told_while_loading_counts(continued, recorder):
    ask(continued("loadmode"), "say two")

    assert [option["id"] for option in recorder.all(OptionsChanged)[0].options] == ["think"]


#: Replays the history twice within the turn; once all of it was heard, it is quiet, and later.
LATE = """do history = [chunk("user", "say one"), chunk("agent", "an old answer"), tool("old")]
for it in 2 * history:
    agent.update(**it)
agent.request("_heard", {})
agent.answer()
open(f"{HOME}/later", "w").close()
agent.say("new")
"""


def test_a_history_later_than_anybody_waits_is_recognised(continued, recorder, home, monkeypatch):
    monkeypatch.setattr("janus.agents.acp.handshake.PATIENCE", 0.01)
    clock = partial(Replay, lambda: 100.0 * (home / "later").exists())
    monkeypatch.setattr("janus.agents.acp.dialogue.Replay", clock)
    agent = continued("loadempty")

    ask(agent, LATE, "2")

    assert recorder.text == "new" and recorder.all(ToolCall) == []


def test_an_interrupt_does_not_wait_for_the_history(continued, recorder, received):
    agent = continued("crawl")
    cancelled, thread, outcome = ask_in_background(agent, "say two")
    wait_for(lambda: any(message.get("method") == "session/load" for message in received()))

    cancelled.set()
    agent.interrupt()
    thread.join(60)

    assert outcome == ["cancelled"] and recorder.text == ""


# By itself.


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def loaded(clock):
    """A replay that is over: nothing came."""
    replay = Replay(clock)
    replay.await_end(0)
    replay.end()
    return replay


def user(text):
    return {"sessionUpdate": "user_message_chunk", "content": {"type": "text", "text": text}}


def agent(text="words"):
    return {"sessionUpdate": "agent_message_chunk", "content": {"type": "text", "text": text}}


def tool(kind="tool_call", id="c"):
    return {"sessionUpdate": kind, "toolCallId": id}


def test_all_is_old_until_the_end():
    replay = Replay()
    assert replay.is_old(agent(), None) and replay.is_old(user("hi"), "hi")
    replay.end()
    replay.end()

    assert not replay.is_old(agent(), None)


def test_what_is_no_history_is_never_old():
    assert not Replay().is_old({"sessionUpdate": "available_commands_update"}, None)


def test_somebody_elses_words_mark_what_follows_as_old_until_a_quiet(loaded, clock):
    assert loaded.is_old(user("an old question"), "the new one")
    assert loaded.is_old(agent(), "the new one")
    clock.now += LATE_QUIET - 0.1
    assert loaded.is_old(tool(), "the new one")
    clock.now += LATE_QUIET + 0.1

    assert not loaded.is_old(agent(), "the new one")
    assert loaded.is_old(tool("tool_call_update"), "the new one")  # by its id


def test_no_answer_is_lost_for_ever_that_follows_old_words_without_a_pause(loaded, clock):
    assert loaded.is_old(user("an old question"), "the new one")
    seen = []
    for _ in range(100):
        clock.now += LATE_QUIET / 2
        seen.append(loaded.is_old(agent(), "the new one"))

    assert seen[0] and not seen[-1]
    assert seen == sorted(seen, reverse=True)


@pytest.mark.parametrize("pieces", [["the new one"], ["the ", "new one"], ["<hint/> the new one"]])
def test_an_agent_may_repeat_the_prompt(loaded, pieces):
    for piece in pieces:
        assert not loaded.is_old(user(piece), "the new one")

    assert not loaded.is_old(agent(), "the new one")


def test_the_prompt_ends_what_is_old(loaded):
    assert loaded.is_old(user("an old question"), "the new one")
    assert loaded.is_old(agent(), "the new one")

    assert not loaded.is_old(user("the new one"), "the new one")
    assert not loaded.is_old(agent(), "the new one")


def test_an_agent_that_has_answered_is_through_with_the_past(loaded):
    loaded.turn_ended()

    assert not loaded.is_old(user("whatever it says"), "the prompt")
    assert not loaded.is_old(agent(), "the prompt")


def test_a_new_conversation_has_no_past():
    replay = Replay()
    replay.end()

    assert not replay.is_old(user("not the prompt"), "the prompt")
    assert not replay.is_old(agent(), "the prompt")


def test_a_call_id_of_the_past_may_be_used_anew():
    replay = Replay()
    assert replay.is_old(tool(), None)
    replay.end()

    assert replay.is_old(tool("tool_call_update"), "prompt")
    assert not replay.is_old(tool(), "prompt")
    assert not replay.is_old(tool("tool_call_update"), "prompt")


@pytest.mark.parametrize("id", [None, 7, ["c"]])
def test_a_call_without_an_id_makes_nothing_else_old(id):
    replay = Replay()
    assert replay.is_old({"sessionUpdate": "tool_call", "toolCallId": id}, None)
    replay.end()

    assert not replay.is_old(agent(), "prompt")
    assert not replay.is_old({"sessionUpdate": "tool_call_update", "toolCallId": id}, "prompt")


@pytest.mark.parametrize(("early", "quiet"), [(True, QUIET), (False, LATE_QUIET)])
def test_the_quiet_is_longer_where_the_history_is_late(clock, early, quiet):
    replay = Replay(clock)
    if early:
        replay.is_old(agent(), None)
    waiting = threading.Thread(target=replay.await_end, args=(60,))
    waiting.start()
    if not early:
        clock.now += 0.01
        wait_for(lambda: replay.is_old(agent(), None) and replay._expected)
    clock.now += quiet + 0.01
    with replay._changed:
        replay._changed.notify_all()

    waiting.join(60)
    assert not waiting.is_alive()


def test_a_death_ends_the_waiting():
    replay = Replay()
    waiting = threading.Thread(target=replay.await_end, args=(60,))
    waiting.start()

    replay.end()
    waiting.join(60)

    assert not waiting.is_alive()
