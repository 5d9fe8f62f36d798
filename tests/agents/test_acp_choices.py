"""What is chosen stays chosen, or is told; and how an agent is logged in."""

import json

import pytest
from conftest import wait_for
from recorder import ask, methods

from janus.agents.acp.login import silent_login
from janus.errors import AgentLoginRequired
from janus.model.events import OptionChosen, OptionsChanged, Remark

pytest_plugins = ["acp_fixtures"]
PLAN = {"sessionUpdate": "current_mode_update", "currentModeId": "plan"}


def mode(recorder):
    """The mode that is shown now."""
    return {it["id"]: it["value"] for it in recorder.all(OptionsChanged)[-1].options}["mode"]


def remarks(recorder):
    return [remark.content for remark in recorder.all(Remark)]


def choices(recorder):
    """What another Janus would know of the agent, from the log."""
    chosen = {it.option_id: it.value for it in recorder.all(OptionChosen)}
    return {"options": recorder.all(OptionsChanged)[-1].options, "chosen": chosen}


def test_a_choice_is_made_again_by_the_next_janus(make, recorder, received):
    first = make("resume")
    ask(first, "say one")
    first.choose("mode", "plan")
    first.stop()

    again = make("resume", conversation=first.conversation, **choices(recorder))
    ask(again, "say two", "2")

    asked = methods(received)
    assert asked.count("session/set_mode") == 2
    assert asked.index("session/resume") < len(asked) - asked[::-1].index("session/set_mode") - 1
    assert mode(recorder) == "plan" and remarks(recorder) == []


def test_a_choice_that_cannot_be_made_again_is_told_before_the_answer(make, recorder, home):
    first = make("noload")
    ask(first, "say one")
    first.choose("mode", "plan")
    first.stop()
    (home / "stuck").touch()

    again = make("noload", conversation=first.conversation, **choices(recorder))
    ask(again, "say two", "2")

    assert remarks(recorder) == ["The agent's mode is Agent now. It was Plan."]
    assert mode(recorder) == "agent"


def test_an_agent_that_goes_on_and_takes_a_choice_no_more_is_told_of(make, recorder, home):
    first = make("resume")
    ask(first, "say one")
    first.choose("mode", "plan")
    first.stop()
    (home / "stuck").touch()

    again = make("resume", conversation=first.conversation, **choices(recorder))
    ask(again, "say two", "2")

    assert remarks(recorder) == ["The agent would not set its mode to Plan again. Check it."]


def test_a_choice_that_is_offered_no_more_is_told(make, recorder, home):
    first = make("noload", "other-modes")
    ask(first, "say one")
    first.choose("mode", "plan")
    first.stop()
    (home / "healed").touch()

    again = make("noload", "other-modes", conversation=first.conversation, **choices(recorder))
    ask(again, "say two", "2")

    assert "The agent no longer lets you choose its mode. It was Plan." in remarks(recorder)


def test_the_agents_own_switch_of_mode_is_told_and_holds_from_then_on(make, recorder):
    agent = make()
    ask(agent, "say one")
    ask(agent, f"updates {json.dumps([PLAN, PLAN])}", "2")

    assert remarks(recorder) == ["The agent has switched its mode to Plan by itself."]
    assert recorder.all(OptionChosen) == [OptionChosen("mode", "plan")]


def test_what_the_user_chose_is_not_told_as_the_agents_own_doing(make, recorder):
    agent = make()
    ask(agent, "say one")
    agent.choose("mode", "plan")
    ask(agent, f"updates {json.dumps([PLAN])}", "2")

    assert remarks(recorder) == []


# Logging in.


@pytest.mark.others_slow
@pytest.mark.parametrize("method", ["cursor_login", "stored"])
def test_a_login_that_is_stored_is_used_once_where_it_is_asked_for(
    make, recorder, received, method
):
    agent = make("login", "terminal", "oauth", method)

    ask(agent, "say in")

    assert recorder.text == "in "
    [call] = [it for it in received() if it.get("method") == "authenticate"]
    assert call["params"] == {"methodId": method}
    assert methods(received)[:4] == ["initialize", "session/new", "authenticate", "session/new"]


def test_an_agent_that_asks_for_its_login_only_then_gets_the_prompt_again(make, recorder, received):
    ask(make("login-late", "stored"), "say in")

    assert recorder.text == "in "
    asked = [it for it in methods(received) if it in ("authenticate", "session/prompt")]
    assert asked == ["session/prompt", "authenticate", "session/prompt"]


@pytest.mark.others_slow
@pytest.mark.parametrize("offered", [(), ("terminal", "oauth"), ("terminal",)])
def test_nothing_that_needs_somebody_at_the_computer_is_tried(make, received, offered):
    with pytest.raises(AgentLoginRequired, match="run fake login"):
        ask(make("login", *offered), "say in")

    assert "authenticate" not in methods(received)


def test_a_login_that_fails_or_takes_too_long_is_no_login(make, received, home, monkeypatch):
    monkeypatch.setattr("janus.agents.acp.handshake.LOGIN", 0.2)
    with pytest.raises(AgentLoginRequired):
        ask(make("login", "stored", "patient"), "say in")
    (home / "stuck").touch()
    with pytest.raises(AgentLoginRequired):
        ask(make("login", "stored"), "say in")

    wait_for(lambda: methods(received).count("authenticate") == 2)


KEY = {"id": "api-key", "name": "API key"}
VARIABLE = {"id": "env", "type": "env_var", "vars": [{"name": "SOME_TOKEN"}]}


@pytest.mark.parametrize(
    ("methods", "environ", "chosen"),
    [
        ([KEY], {}, None),
        ([KEY], {"OPENAI_API_KEY": "k"}, "api-key"),
        ([VARIABLE], {}, None),
        ([VARIABLE], {"SOME_TOKEN": "t"}, "env"),
        ([{"id": "one"}, {"id": "two"}], {}, None),
        ([{"id": "one"}, {"id": "two"}, {"id": "cursor_login"}], {}, "cursor_login"),
        ([{"id": "x", "_meta": {"terminal-auth": {"command": "x"}}}], {}, None),
        ([{"id": "x", "_meta": {"type": "terminal"}}], {}, None),
        ([{"id": "x", "description": "Opens your browser"}], {}, None),
        ([7, None, {"id": 7}, {"name": "x"}], {}, None),
        ("cursor_login", {}, None),
    ],
)
def test_only_one_way_that_asks_nobody_is_taken(methods, environ, chosen):
    assert silent_login(methods, environ) == chosen
