"""Sessions with an agent that speaks ACP."""

import base64
import json
from dataclasses import replace

import pytest
from conftest import CURSOR, FAKE_AGENTS, fake_path, wait_for

from janus.errors import NotFound
from janus.model.events import Image, PlanEntry

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


@pytest.mark.slow
def test_a_choice_holds_after_a_restart(settings, make_manager, home, tmp_path):
    environ = {"HOME": str(home), "PATH": fake_path(tmp_path)}
    command = (str(PROGRAM), "resume", "tells")
    settings = replace(settings, agent="auto", agent_command=command, environ=environ)
    first = make_manager(settings)
    id = first.create().session_id
    first.ask(id, "say one")
    first.choose(id, "mode", "plan")
    first.stop()

    second = make_manager(settings)
    second.say(id, "say two")
    wait_for(lambda: answers(second, id)[-1:] == ["two"] and not second.state(id).now.turn)
    [mode] = [it["value"] for it in second.state(id).now.options if it["id"] == "mode"]
    assert mode == "plan"
    second.stop()

    (home / "stuck").touch()
    third = make_manager(settings)
    third.say(id, "say three")
    wait_for(lambda: answers(third, id)[-1:] == ["three"])
    told = [it.content for it in third.state(id).messages if it.sender == "system"]
    assert told[-1] == "The agent's mode is Agent now. It was Plan."


def test_a_session_begins_with_what_was_chosen_for_it(settings, make_manager, home, tmp_path):
    environ = {"HOME": str(home), "PATH": fake_path(tmp_path)}
    settings = replace(settings, agent="auto", agent_command=(str(PROGRAM),), environ=environ)
    first = make_manager(settings)
    assert first.agents.offered.of("custom") == ()
    id = first.create(options={"mode": "plan", "model": "gone"}).session_id
    first.stop()

    manager = make_manager(settings)
    manager.say(id, "say one")
    wait_for(lambda: answers(manager, id) == ["one"] and not manager.state(id).now.turn)

    now = manager.state(id)
    assert {it["id"]: it["value"] for it in now.now.options}["mode"] == "plan"
    told = [it.content for it in now.messages if it.sender == "system"]
    assert told == ["The agent does not offer gone as its model. Choose again."]
    [mode] = [it for it in manager.agents.offered.of("custom") if it.id == "mode"]
    assert [it.value for it in mode.choices] == ["agent", "plan"]


def test_the_agents_own_switch_of_mode_is_in_the_conversation(manager):
    switch = '[{"sessionUpdate": "current_mode_update", "currentModeId": "plan"}]'
    id = manager.create().session_id
    manager.ask(id, "say one")
    manager.ask(id, f"updates {switch}")

    told = [it for it in manager.state(id).messages if it.sender == "system"]
    assert [it.content for it in told] == ["The agent has switched its mode to Plan by itself."]
    assert [it.role for it in manager.conversation(id)].count("system") == 1


def test_a_picture_is_kept_once_and_given_to_who_asks(manager):
    png = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(20)).decode()
    image = {"type": "image", "data": png, "mimeType": "image/png"}
    code = (
        f"image = {image}\n"
        "for step in ('in_progress', 'completed'):\n"
        "    content = [{'type': 'content', 'content': image}]\n"
        "    agent.update(**tool('c', status=step, content=content))\n"
        "agent.update(sessionUpdate='agent_message_chunk', content=image)"
    )
    id = manager.create().session_id
    manager.ask(id, f"do {code}")

    calls = manager.state(id).messages[-1].tool_calls
    [picture] = {name for call in calls for name in call.images}
    assert len(calls) == 2  # the tool's, and the one among the words
    assert manager.image(id, picture).data == png
    with pytest.raises(NotFound):
        manager.image(id, "another")
    log = manager._registry.find(id).log
    assert [it.event.id for it in log.all() if isinstance(it.event, Image)] == [picture]


def test_what_an_agent_tells_of_itself_is_in_the_state(manager):
    updates = [
        {"sessionUpdate": "available_commands_update", "availableCommands": [{"name": "review"}]},
        {"sessionUpdate": "usage_update", "used": 5, "size": 10},
        {"sessionUpdate": "session_info_update", "title": "A title"},
    ]
    id = manager.create().session_id
    manager.ask(id, f"updates {json.dumps(updates)}")

    now = manager.state(id).now
    assert [command["name"] for command in now.commands] == ["review"]
    assert (now.usage.used, now.agent_title) == (5, "A title")


@pytest.mark.others_slow
@pytest.mark.parametrize("answers", [True, False])
def test_cursors_todos_are_the_plan_whether_it_asks_or_tells(manager, answers):
    todos = {"toolCallId": "c", "todos": [{"id": "1", "content": "Read"}], "merge": False}
    send = "agent.request" if answers else "agent.tell"
    id = manager.create().session_id
    manager.ask(id, f"do {send}('cursor/update_todos', {todos}); {answers} and agent.answer()")
    wait_for(lambda: manager.state(id).now.plan)

    assert manager.state(id).now.plan == (PlanEntry("Read", "pending", ""),)
