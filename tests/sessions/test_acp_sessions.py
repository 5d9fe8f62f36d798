"""Sessions with an agent that speaks ACP."""

from dataclasses import replace

import pytest
from conftest import CURSOR, FAKE_AGENTS, fake_path, wait_for

PROGRAM = FAKE_AGENTS / "acp-agent"


@pytest.fixture
def manager(settings, make_manager, home, tmp_path):
    """A manager whose agent is the fake one."""
    environ = {"HOME": str(home), "PATH": fake_path(tmp_path)}
    command = (str(PROGRAM),)
    return make_manager(replace(settings, agent="auto", agent_command=command, environ=environ))


def answers(manager, id):
    """What the agent said, turn by turn."""
    messages = manager.state(id).messages
    return [message.content.strip() for message in messages if message.sender == "assistant"]


def test_a_permission_is_in_the_state_until_it_is_answered(manager):
    id = manager.say(None, "ask").session_id
    wait_for(lambda: manager.state(id).now.questions)
    state = manager.state(id)

    [question] = state.now.questions
    manager.answer(id, question.request_id, question.options[0].id)
    wait_for(lambda: manager.state(id).now.turn is None)

    assert (state.now.attention, state.agent, state.asks) == ("permission", "custom", True)
    assert "selected" in answers(manager, id)[-1]
    assert manager.state(id).now.questions == () and manager.state(id).now.attention is None


def test_late_words_are_part_of_their_own_answer(manager):
    late = "do agent.say('first'); later(0.3, lambda: agent.say(' TAIL'))"
    id = manager.say(None, late).session_id
    manager.say(id, "say second")

    wait_for(lambda: answers(manager, id) == ["first TAIL", "second"])


def test_a_question_outside_of_a_turn_is_asked_and_answered(manager):
    code = "later(0.1, lambda: agent.request('session/request_permission', permission('c')))"
    id = manager.say(None, f"do agent.say('done'); {code}").session_id

    [question] = wait_for(lambda: manager.state(id).now.questions)
    assert manager.state(id).now.attention == "permission"
    manager.answer(id, question.request_id, question.options[0].id)

    assert manager.state(id).now.questions == ()


def test_a_conversation_goes_on_over_the_protocol_it_began_with(
    settings, make_manager, home, tmp_path
):
    environ = {"HOME": str(home), "PATH": fake_path(tmp_path, "agent")}
    settings = replace(settings, agent="cursor-agent", environ=environ)
    first = make_manager(settings)
    id = first.create().session_id
    first.ask(id, "say one")
    first.stop()
    (tmp_path / "bin" / "agent").unlink()
    (tmp_path / "bin" / "agent").write_text(
        "#!/bin/sh\nexport CURSOR_FAKE_VERSION=2026.11.01-0123abc\n"
        f'if [ "$1" = acp ]; then exec {PROGRAM}; else exec {CURSOR} "$@"; fi\n'
    )
    (tmp_path / "bin" / "agent").chmod(0o755)

    second = make_manager(settings)
    assert second.agents.agent().protocol == "acp"
    second.say(id, "recall")
    wait_for(lambda: answers(second, id)[-1:] == ["2 turns before"])  # and the summary's
