"""Sessions with an agent that speaks ACP."""

from dataclasses import replace

from conftest import CURSOR, FAKE_AGENTS, fake_path, wait_for

PROGRAM = FAKE_AGENTS / "acp-agent"


def test_a_permission_is_in_the_state_until_it_is_answered(settings, make_manager, home, tmp_path):
    environ = {"HOME": str(home), "PATH": fake_path(tmp_path)}
    command = (str(PROGRAM),)
    manager = make_manager(replace(settings, agent="auto", agent_command=command, environ=environ))
    id = manager.create().session_id
    chat = manager.chat(id)
    turn = chat.say("ask")
    wait_for(lambda: chat.state()["permissions"])
    state = chat.state()

    [request] = state["permissions"]
    chat.answer(request["request_id"], request["options"][0]["id"])

    assert state["attention"] == "permission" and state["agent"] == {"name": "custom", "asks": True}
    assert "selected" in turn.answer.result(10).answer
    assert chat.state()["permissions"] == [] and chat.state()["attention"] is None


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
    answer = second.say(id, "recall")
    wait_for(lambda: not answer.state()["is_processing"])
    assert answer.conversation()[-1].content.strip() == "2 turns before"  # and the summary's
