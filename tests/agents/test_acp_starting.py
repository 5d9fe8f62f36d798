"""Agents that get ready slowly, or never: who waits gives up in time, what was started goes on."""

from pathlib import Path

import pytest
from conftest import wait_for
from recorder import ask, ask_in_background, interrupt, methods

from janus.agents.acp import opening
from janus.errors import AgentFailed
from janus.model.events import AgentNotice, ConversationOpened

pytest_plugins = ["acp_fixtures"]


def test_what_takes_too_long_goes_on_and_is_there_for_the_next_turn(make, recorder, received, home):
    agent = make("slow", start_timeout=1.0)
    with pytest.raises(AgentFailed, match=r"did not get ready within 1 second, .* It goes on"):
        ask(agent, "say one")
    pid = agent.pid
    (home / "healed").touch()

    assert ask(agent, "say two") == "end_turn"

    assert agent.pid == pid and recorder.text == "two "
    assert methods(received).count("session/new") == 1


def test_what_takes_too_long_twice_is_ended_and_begun_anew(make, received):
    agent = make("slow", start_timeout=0.5)
    for words in ("It goes on", "It was ended", "It goes on"):
        with pytest.raises(AgentFailed, match=words):
            ask(agent, "say one")

    assert methods(received).count("initialize") == 2


def test_a_slow_start_is_told_and_stop_ends_it_at_once(make, recorder, home, monkeypatch):
    monkeypatch.setattr(opening, "SLOW", 0.2)
    agent = make("slow")
    cancelled, thread, outcome = ask_in_background(agent, "say one")
    wait_for(lambda: recorder.all(AgentNotice))
    pid = agent.pid

    interrupt(agent, cancelled, thread)

    assert outcome == ["cancelled"]
    [notice] = recorder.all(AgentNotice)
    assert "takes long to get ready" in notice.detail and notice.turn_id == "turn"
    wait_for(lambda: not Path(f"/proc/{pid}").exists())
    (home / "healed").touch()
    assert ask(agent, "say two") == "end_turn"


def test_an_agent_that_never_greets_tells_what_it_says_instead(make):
    with pytest.raises(
        AgentFailed, match=r'within 1 second\. It wrote: "Which account do you want to use\?"'
    ):
        ask(make("mute", start_timeout=1.0), "say hello")


def test_a_greeting_among_banners_and_on_many_lines_is_one(make, recorder):
    assert ask(make("banner"), "say hello") == "end_turn"

    assert recorder.text == "hello " and len(recorder.all(ConversationOpened)) == 1
