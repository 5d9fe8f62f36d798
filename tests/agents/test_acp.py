"""The ACP driver against a fake agent: real processes, and every message checked by the schema."""

import json
import os
import signal
from threading import Event

import msgspec
import pytest
from conftest import wait_for
from recorder import DATA, PROGRAM, ask, ask_in_background, interrupt, methods

from janus.agents.acp import turns
from janus.agents.joiner import run_together
from janus.errors import (
    AgentFailed,
    AgentLoginRequired,
    AgentNotFound,
    AlreadyAnswered,
    InvalidRequest,
    PermissionNotFound,
)
from janus.model.events import (
    AgentDied,
    AgentNotice,
    CommandsChanged,
    ConversationOpened,
    OptionsChanged,
    PlanChanged,
    PlanEntry,
    QuestionAsked,
    QuestionClosed,
    QuestionOption,
    Text,
    Thought,
    TitleChanged,
    ToolCall,
)

pytest_plugins = ["acp_fixtures"]


# Beginning.


def test_a_turn_from_the_beginning_to_its_end(make, recorder, received, tmp_path):
    agent = make()

    assert ask(agent, "say hello world") == "end_turn"

    assert recorder[0] == ConversationOpened(
        "custom", "acp", agent.conversation, "fake[]", turn_id="turn"
    )
    [offered] = recorder.all(OptionsChanged)
    assert [option["id"] for option in offered.options] == ["mode", "model"]
    assert [*run_together(recorder[2:])] == [Text("hello world ", "turn")]
    first, new, prompt = received()
    assert first["params"]["protocolVersion"] == 1
    assert new["params"] == {"cwd": str(tmp_path), "mcpServers": []}
    text = {"type": "text", "text": "say hello world"}
    assert prompt["params"] == {"sessionId": agent.conversation, "prompt": [text]}


def test_turns_share_a_process_and_a_conversation(make, recorder, received):
    agent = make()
    ask(agent, "say one")
    ask(agent, "recall")

    assert recorder.text == "one 1 before"
    assert methods(received).count("initialize") == 1


def test_a_recording_of_cursor_comes_out_as_its_events(make, recorder):
    agent = make("recording", str(DATA / "telltale-turn.ndjson"))

    assert ask(agent, "Say only ok.") == "end_turn"

    id = "22222222-2222-4222-a222-222222222222"
    model = "grok-4.5[effort=high,fast=true]"
    assert recorder[0] == ConversationOpened("custom", "acp", id, model, turn_id="turn")
    assert "".join(thought.text for thought in recorder.all(Thought)) == (
        'The user requested a simple reply containing only the word "ok".'
    )
    assert recorder[-1] == Text("ok", "turn")
    kinds = [OptionsChanged, CommandsChanged, TitleChanged, Thought, Text]
    assert [type(event) for event in run_together(recorder)][1:] == kinds


def test_what_comes_before_the_conversation_is_not_heard(make, recorder):
    ask(make("early"), "say hello")

    assert recorder.text == "hello "


def test_noise_between_the_messages_does_no_harm(make, recorder):
    ask(make("chatty"), "say hello")

    assert recorder.text == "hello "


@pytest.mark.others_slow
@pytest.mark.parametrize(
    ("oddity", "error", "words"),
    [
        ("version2", AgentFailed, "speaks another version"),
        ("strange", AgentFailed, "Invalid params: clientInfo"),
        ("login", AgentLoginRequired, "On your computer, run fake login, then ask again"),
        ("broken", AgentFailed, "Internal error: no luck"),
        ("crash", AgentFailed, "cannot use the model"),
    ],
)
def test_an_agent_that_cannot_begin_says_why_every_time(make, oddity, error, words):
    agent = make(oddity)

    for _ in range(2):
        with pytest.raises(AgentFailed, match=words) as caught:
            ask(agent, "say hello")
        assert type(caught.value) is error


def test_passing_trouble_at_the_beginning_passes(make, recorder, received):
    ask(make("shaky"), "say hello")

    assert recorder.text == "hello "
    assert methods(received).count("session/new") == 2


def test_an_agent_that_is_removed_and_comes_back_is_used_again(make, recorder, tmp_path):
    program = tmp_path / "program"
    program.symlink_to(PROGRAM)
    agent = make(program=program)
    program.unlink()

    for _ in range(2):
        with pytest.raises(AgentNotFound):
            ask(agent, "say hello")
    program.symlink_to(PROGRAM)

    assert ask(agent, "say hello") == "end_turn"


# Talking.


def test_every_kind_of_update(make, recorder):
    sent = [
        {"sessionUpdate": "agent_thought_chunk", "content": {"type": "text", "text": "Hm"}},
        {"sessionUpdate": "tool_call", "toolCallId": "c", "title": "ls", "kind": "execute"},
        {"sessionUpdate": "tool_call_update", "toolCallId": "c", "status": "completed"},
        {"sessionUpdate": "plan", "entries": [{"content": "a", "priority": "low"}]},
        {"sessionUpdate": "notice", "title": "Slow", "severity": "info"},
        {"sessionUpdate": "user_message_chunk", "content": {"type": "text", "text": "You"}},
        {"sessionUpdate": "of_the_future"},
        {"sessionUpdate": "agent_message_chunk", "content": {"type": "text", "text": "Done"}},
    ]
    call = ToolCall("c", "", "execute", "ls", "in_progress", turn_id="turn")

    ask(make(), f"updates {json.dumps(sent)}")

    assert recorder[2:] == [
        Thought("Hm", "turn"),
        call,
        msgspec.structs.replace(call, status="completed"),
        PlanChanged((PlanEntry("a", "pending", "low"),), "turn"),
        AgentNotice("Slow", "turn"),
        Text("Done", "turn"),
    ]


def test_three_thousand_words_are_heard_in_order_before_the_turn_ends(make, recorder):
    text = " ".join(map(str, range(3000)))

    ask(make(), f"say {text}")

    assert recorder.text == f"{text} "


@pytest.mark.slow
@pytest.mark.parametrize("size", [1 << 20, 10 << 20])
def test_long_messages_arrive_whole(make, recorder, size):
    agent = make()
    ask(agent, f"big {size}")
    assert recorder.text == "x" * size

    ask(agent, f"say {'y' * size}")
    assert len(recorder.text) == 2 * size + 1


def test_what_is_said_after_the_turn_is_heard(make, recorder):
    late = [{"sessionUpdate": "agent_message_chunk", "content": {"type": "text", "text": "P.S."}}]

    ask(make(), f"after {json.dumps(late)}")

    wait_for(lambda: recorder.text == "P.S.")


def test_a_full_terminal_does_not_stop_the_agent(make, recorder):
    ask(make(), "flood 300")

    assert recorder.text == "before after "


@pytest.mark.others_slow
@pytest.mark.parametrize(
    ("code", "error", "words"),
    [
        (-32000, AgentLoginRequired, "run fake login"),
        (-32603, AgentFailed, "Oh no: so it is"),
        (-32602, AgentFailed, "Oh no: so it is"),
    ],
)
def test_a_turn_that_fails_says_why_and_the_next_one_works(make, recorder, code, error, words):
    agent = make()
    with pytest.raises(error, match=words):
        ask(agent, f"fail {code} Oh no")

    ask(agent, "recall")
    assert recorder.text == "1 before"


def test_after_a_login_the_agent_starts_anew(make, received):
    agent = make()
    with pytest.raises(AgentLoginRequired):
        ask(agent, "fail -32000 Authentication required")
    ask(agent, "say hello")

    assert methods(received).count("initialize") == 2


# Asking.


@pytest.mark.others_slow
@pytest.mark.parametrize("kind", ["allow_once", "reject_once"])
def test_what_the_user_chooses_is_what_the_agent_gets(make, recorder, kind):
    agent = make()
    _, thread, outcome = ask_in_background(agent, "ask")
    id = recorder.asked()
    question = recorder.question()

    agent.answer(id, kind[::-1])
    thread.join(60)

    assert question.title == "echo hi" and question.tool_call.kind == "execute"
    assert question.turn_id == "turn"
    assert QuestionOption(kind[::-1], kind, kind) in question.options
    assert json.loads(recorder.text) == {"outcome": "selected", "optionId": kind[::-1]}
    assert recorder.all(QuestionClosed) == [QuestionClosed(id, kind[::-1], "selected", "turn")]
    assert outcome == ["end_turn"]


def test_only_the_first_good_answer_counts(make, recorder):
    agent = make()
    with pytest.raises(PermissionNotFound):
        agent.answer("nothing", "allow")
    _, thread, _ = ask_in_background(agent, "ask")
    id = recorder.asked()

    with pytest.raises(InvalidRequest, match="option_id must be one of"):
        agent.answer(id, "allow")
    with pytest.raises(PermissionNotFound):
        agent.answer("another", "ecno_wolla")
    agent.answer(id, "ecno_wolla")
    with pytest.raises(AlreadyAnswered):
        agent.answer(id, "ecno_tcejer")
    thread.join(60)

    assert "ecno_wolla" in recorder.text


def test_an_interrupt_answers_what_is_asked(make, recorder):
    agent = make()
    cancelled, thread, outcome = ask_in_background(agent, "ask")
    id = recorder.asked()

    interrupt(agent, cancelled, thread)

    assert outcome == ["cancelled"]
    assert json.loads(recorder.text) == {"outcome": "cancelled"}
    assert [closed.outcome for closed in recorder.all(QuestionClosed)] == ["cancelled"]
    with pytest.raises(AlreadyAnswered):
        agent.answer(id, "ecno_wolla")


def test_what_is_asked_after_an_interrupt_is_not_put_to_the_user(make, recorder):
    agent = make()
    cancelled, thread, outcome = ask_in_background(agent, "hang ask")
    wait_for(lambda: recorder.text)

    interrupt(agent, cancelled, thread)

    assert outcome == ["cancelled"]
    assert recorder.text == 'Working \n\n{"outcome": "cancelled"}'
    assert recorder.all(QuestionAsked) == []


@pytest.mark.others_slow
@pytest.mark.parametrize("prompt", ["abandon", "die-asking"])
def test_a_question_ends_with_its_turn(make, recorder, prompt):
    agent = make()
    _, thread, _ = ask_in_background(agent, prompt)
    id = recorder.asked()
    thread.join(60)

    assert recorder.all(QuestionClosed) == [QuestionClosed(id, None, "cancelled", "turn")]
    with pytest.raises(AlreadyAnswered):
        agent.answer(id, "ecno_wolla")


FORM = {
    "mode": "form",
    "message": "How?",
    "requestedSchema": {
        "type": "object",
        "properties": {"way": {"type": "string", "oneOf": [{"const": "a", "title": "A"}]}},
    },
}
URL = {"mode": "url", "message": "Log in", "url": "https://example.com/", "elicitationId": "e"}
CHOICE = {"id": "q", "prompt": "Which?", "options": [{"id": "a", "label": "A"}]}
PLAN = {"toolCallId": "c", "name": "A plan", "plan": "# First"}
FIELDS = {
    "mode": "form",
    "message": "How?",
    "requestedSchema": {
        "type": "object",
        "properties": {
            "name": {"type": "string", "pattern": "^v"},
            "way": {"type": "integer", "enum": [1, 2]},
            "parts": {"type": "array", "items": {"anyOf": [{"const": "a", "title": "A"}]}},
            "sure": {"type": "boolean"},
        },
        "required": ["way"],
    },
}
ANSWERS = {"name": "v1", "way": "2", "parts": ["a"], "sure": True}


@pytest.mark.others_slow
@pytest.mark.parametrize(
    ("method", "params", "option", "answer"),
    [
        ("elicitation/create", FORM, "a", {"action": "accept", "content": {"way": "a"}}),
        ("elicitation/create", FORM, "__decline__", {"action": "decline"}),
        ("elicitation/create", URL, "accept", {"action": "accept"}),
        (
            "cursor/ask_question",
            {"questions": [CHOICE]},
            "a",
            {
                "outcome": {
                    "outcome": "answered",
                    "answers": [{"questionId": "q", "selectedOptionIds": ["a"]}],
                }
            },
        ),
        ("cursor/create_plan", PLAN, "accept", {"outcome": {"outcome": "accepted"}}),
    ],
)
def test_questions_of_all_sorts_are_answered(make, recorder, method, params, option, answer):
    agent = make()
    _, thread, _ = ask_in_background(agent, f"request {method} {json.dumps(params)}")

    agent.answer(recorder.asked(), option)
    thread.join(60)

    assert json.loads(recorder.text) == answer
    assert recorder.question().kind == "question"


@pytest.mark.others_slow
@pytest.mark.parametrize(
    ("option", "answer"),
    [
        ("accept", {"action": "accept", "content": {**ANSWERS, "way": 2}}),
        ("decline", {"action": "decline"}),
    ],
)
def test_a_form_is_filled_in_or_declined(make, recorder, option, answer):
    agent = make()
    _, thread, _ = ask_in_background(agent, f"request elicitation/create {json.dumps(FIELDS)}")
    id = recorder.asked()

    with pytest.raises(InvalidRequest, match="way must be one of 1, 2"):
        agent.answer(id, "accept", {**ANSWERS, "way": 2})
    agent.answer(id, option, ANSWERS)
    thread.join(60)

    assert [field["kind"] for field in recorder.question().fields] == [
        "text",
        "choice",
        "choices",
        "boolean",
    ]
    assert json.loads(recorder.text) == answer


@pytest.mark.others_slow
@pytest.mark.parametrize("id", [0, "0", "a-b", 7])
def test_a_question_the_agent_takes_back_is_gone(make, recorder, received, id):
    agent = make()
    ask(agent, f"take-back {json.dumps(id)}")

    id = recorder.asked()
    assert recorder.all(QuestionClosed) == [QuestionClosed(id, None, "cancelled", "turn")]
    assert json.loads(recorder.text)["code"] == -32800
    with pytest.raises(AlreadyAnswered):
        agent.answer(id, "ecno_wolla")


def test_a_page_that_is_done_is_accepted_by_the_agents_word(make, recorder):
    ask(make(), f"complete {json.dumps(URL)}")

    [closed] = recorder.all(QuestionClosed)
    assert (closed.option_id, closed.outcome) == ("accept", "selected")
    assert json.loads(recorder.text) == {"action": "accept"}


@pytest.mark.others_slow
@pytest.mark.parametrize(
    ("method", "params", "answer"),
    [
        ("cursor/update_todos", {"toolCallId": "c", "todos": [], "merge": True}, {}),
        ("craft/drainMidTurnQueue", {}, {"code": -32601, "message": "Method not found"}),
        ("fs/read_text_file", {"path": "/a"}, {"code": -32601, "message": "Method not found"}),
        ("elicitation/create", {**FORM, "requestedSchema": {}}, {"action": "decline"}),
        (
            "cursor/ask_question",
            {"questions": [CHOICE, CHOICE]},
            {"outcome": {"outcome": "skipped", "reason": "The question cannot be shown."}},
        ),
    ],
)
def test_what_nobody_needs_to_answer_is_answered_at_once(make, recorder, method, params, answer):
    ask(make(), f"request {method} {json.dumps(params)}")

    assert json.loads(recorder.text).items() >= answer.items()
    assert recorder.all(QuestionAsked) == []


# Ending a turn.


@pytest.mark.others_slow
@pytest.mark.parametrize("prompt", ["hang", "hang end_turn", "hang error"])
def test_an_interrupted_turn_is_cancelled_whatever_the_agent_says(make, recorder, received, prompt):
    agent = make()
    cancelled, thread, outcome = ask_in_background(agent, prompt)
    wait_for(lambda: recorder.text)

    interrupt(agent, cancelled, thread)

    assert outcome == ["cancelled"]
    assert ask(agent, "recall") == "end_turn"
    assert methods(received).count("initialize") == 1


def test_an_agent_that_ignores_an_interrupt_is_replaced(make, recorder, received, monkeypatch):
    monkeypatch.setattr(turns, "CANCEL", 0.05)
    monkeypatch.setattr(turns, "OBEY", 0.1)
    agent = make()
    cancelled, thread, outcome = ask_in_background(agent, "ignore")
    wait_for(lambda: recorder.text)

    interrupt(agent, cancelled, thread)

    assert outcome == ["cancelled"]
    ask(agent, "recall")
    assert recorder.text == "Working 1 before"
    assert methods(received).count("initialize") == 2
    assert recorder.all(AgentDied) == []


def test_an_interrupt_that_comes_too_late_spares_the_next_turn(make, recorder, received):
    agent = make()
    ask(agent, "say one")
    agent.interrupt()
    _, thread, outcome = ask_in_background(agent, "ask")
    id = recorder.asked()

    agent.interrupt()  # meant for the turn before: this one's event is not set
    agent.answer(id, "ecno_wolla")
    thread.join(60)

    assert outcome == ["end_turn"]
    assert "session/cancel" not in methods(received)


def test_a_turn_cancelled_before_it_begins_is_not_given_to_the_agent(make, recorder, home):
    cancelled = Event()
    cancelled.set()
    agent = make()

    assert agent.prompt("turn", "say hello", 60, cancelled) == "cancelled"

    assert ask(agent, "say again") == "end_turn"
    assert recorder.text == "again "


def test_an_interrupt_does_not_wait_for_an_agent_that_never_greets(make, received, home):
    agent = make("mute")
    cancelled, thread, outcome = ask_in_background(agent, "say hello")
    wait_for((home / "heard").exists)

    interrupt(agent, cancelled, thread)

    assert outcome == ["cancelled"]


def test_a_turn_over_its_limit_is_ended(make, recorder, received):
    agent = make()
    with pytest.raises(AgentFailed, match="took longer than"):
        agent.prompt("turn", "hang", 0.5, Event())

    assert methods(received)[-1] == "session/cancel"
    assert ask(agent, "say hello") == "end_turn"


# Dying.


@pytest.mark.others_slow
@pytest.mark.parametrize(
    ("prompt", "words"),
    [
        ("kill", r"stopped before it had finished \(signal 9\)"),
        ("quit Segmentation fault", "last words: Segmentation fault"),
        ("quit You've hit your usage limit", "usage limit is reached"),
        ("close", "stopped before it had finished"),
    ],
)
@pytest.mark.parametrize("oddity", ["", "resume"])
def test_a_death_in_a_turn_is_told_and_the_conversation_goes_on(
    make, recorder, received, prompt, words, oddity, monkeypatch
):
    monkeypatch.setattr(turns, "CANCEL", 0.05)
    agent = make(oddity)
    with pytest.raises(AgentFailed, match=words):
        ask(agent, prompt)

    recorder.clear()
    ask(agent, "recall")
    assert recorder.text == "1 before"
    assert methods(received)[-2] == ("session/resume" if oddity else "session/load")
    assert recorder.all(AgentDied) == [] and recorder.all(ToolCall) == []


def test_an_agent_that_stopped_listening_is_replaced(make, recorder, monkeypatch):
    monkeypatch.setattr(turns, "CANCEL", 0.05)
    agent = make()
    ask(agent, "deafen")
    with pytest.raises(AgentFailed, match="stopped before it had finished"):
        ask(agent, "say hello")

    ask(agent, "recall")
    assert recorder.text == "What? 1 before"


def test_a_replay_that_goes_on_after_its_answer_is_not_heard_again(make, recorder):
    first = make()
    ask(first, "say one")
    second = make("straggle", conversation=first.conversation)
    recorder.clear()
    ask(second, "recall")

    assert recorder.text == "1 before"
    assert recorder.all(ToolCall) == []


OLD = "22222222-2222-4222-a222-222222222222"


@pytest.mark.others_slow
@pytest.mark.parametrize("oddity", ["forgetful", "noload"])
def test_a_forgotten_conversation_is_begun_anew_and_that_is_said(make, recorder, oddity):
    agent = make(oddity, conversation=OLD)

    ask(agent, "recall")
    ask(agent, "recall")

    words = "The agent does not remember this conversation. It begins a new one."
    assert recorder[0] == AgentNotice(words, "turn")
    assert recorder[1].forgotten and recorder[1].id == agent.conversation != OLD
    assert recorder.text == "0 before1 before"


def prompts(received):
    return [
        message["params"]["prompt"][0]["text"]
        for message in received()
        if message.get("method") == "session/prompt"
    ]


def test_an_agent_that_has_forgotten_gets_a_recap_once(make, recorder, received):
    agent = make("forgetful", conversation=OLD, recap=lambda: "say so far")

    ask(agent, "say one")
    ask(agent, "say two")

    assert "Janus gave it what was said so far." in recorder.all(AgentNotice)[0].detail
    assert prompts(received) == ["say so far\n\nsay one", "say two"]


def test_a_recap_that_was_not_answered_is_given_again(make, received):
    recaps = iter(["fail -32603 so far"])
    agent = make("forgetful", conversation=OLD, recap=lambda: next(recaps))

    for _ in range(2):
        with pytest.raises(AgentFailed, match="so far"):
            ask(agent, "say one")

    assert prompts(received) == ["fail -32603 so far\n\nsay one"] * 2


@pytest.mark.others_slow
@pytest.mark.parametrize(
    "more",
    [[], pytest.param(["resume"], marks=pytest.mark.slow)],
    ids=["load", "resume"],
)
@pytest.mark.parametrize(
    ("oddity", "words"),
    [("dying", "Heap out of memory"), ("frozen", "did not get ready within 1 second,")],
)
def test_an_agent_that_fails_at_its_conversation_twice_begins_a_new_one(
    make, recorder, received, oddity, words, more
):
    agent = make(oddity, *more, conversation=OLD, recap=lambda: "say so far", start_timeout=1.0)
    with pytest.raises(AgentFailed, match=words):
        ask(agent, "say one")
    assert recorder == []

    assert ask(agent, "say two") == "end_turn"

    [begun] = recorder.all(ConversationOpened)
    assert begun.forgotten and begun.id == agent.conversation != OLD
    assert "Janus gave it what was said so far." in recorder.all(AgentNotice)[0].detail
    assert prompts(received) == ["say so far\n\nsay two"]


def test_an_agent_that_recovers_keeps_its_conversation(make, recorder, home, monkeypatch):
    monkeypatch.setattr("janus.agents.acp.agent.STUMBLES", 3)
    agent = make("dying")
    ask(agent, "say one")
    id = agent.conversation
    for _ in range(2):  # in a row are only those since it last went well
        with pytest.raises(AgentFailed):
            ask(agent, "kill")
        (home / "healed").unlink(missing_ok=True)
        for _ in range(2):
            with pytest.raises(AgentFailed, match="Heap out of memory"):
                ask(agent, "say two")
        (home / "healed").touch()
        ask(agent, "say three")

    assert agent.conversation == id
    assert not any(begun.forgotten for begun in recorder.all(ConversationOpened))


def test_only_a_failure_at_the_conversation_itself_costs_it(make, recorder):
    agent = make("crash", conversation=OLD)
    for _ in range(3):
        with pytest.raises(AgentFailed, match="cannot use the model"):
            ask(agent, "say hello")

    assert agent.conversation == OLD and recorder == []


def test_an_interrupt_of_a_slow_start_does_not_cost_the_conversation(
    make, recorder, received, home
):
    agent = make("frozen", conversation=OLD)
    (home / ".acp-fake").mkdir()
    (home / ".acp-fake" / OLD).touch()
    for times in (1, 2, 3):
        cancelled, thread, outcome = ask_in_background(agent, "say hello")
        wait_for(lambda times=times: loads(home) == times)
        interrupt(agent, cancelled, thread)
        assert outcome == ["cancelled"]
    (home / "healed").touch()

    ask(agent, "recall")
    assert agent.conversation == OLD and recorder.text == "0 before"


def loads(home):
    file = home / "heard"
    return file.exists() and file.read_text().count('"session/load"')


def test_a_death_between_turns_is_told_once(make, recorder):
    agent = make()
    ask(agent, "pid")

    os.kill(int(recorder.text), signal.SIGKILL)
    wait_for(lambda: recorder.all(AgentDied))
    [died] = recorder.all(AgentDied)
    assert (died.exit_code, died.signal) == (None, signal.SIGKILL)
    assert "signal 9" in died.message
    recorder.clear()

    assert ask(agent, "recall") == "end_turn"
    assert recorder.text == "1 before" and recorder.all(AgentDied) == []


@pytest.mark.others_slow
@pytest.mark.parametrize("prompt", ["hang", "ask", "ignore"])
def test_stop_ends_a_turn_from_another_thread_and_twice(make, recorder, prompt):
    agent = make()
    _, thread, outcome = ask_in_background(agent, prompt)
    wait_for(lambda: recorder.text or recorder.all(QuestionAsked))

    agent.stop()
    agent.stop()
    thread.join(60)

    assert isinstance(outcome[0], AgentFailed)
    assert recorder.all(AgentDied) == []
    with pytest.raises(AgentFailed, match="was stopped"):
        ask(agent, "say more")


def test_stop_ends_an_agent_that_is_getting_ready(make, home):
    agent = make("mute")
    _, thread, outcome = ask_in_background(agent, "say hello")
    wait_for((home / "heard").exists)

    agent.stop()
    thread.join(60)

    assert isinstance(outcome[0], AgentFailed)


def test_stop_at_any_moment_of_the_start_leaves_nothing(make):
    for _ in range(10):
        agent = make()
        _, thread, outcome = ask_in_background(agent, "hang")
        agent.stop()
        thread.join(60)
        assert isinstance(outcome[0], AgentFailed)


def test_stop_without_a_start_is_harmless(make):
    agent = make()
    agent.interrupt()
    agent.stop()
    agent.stop()


@pytest.mark.others_slow
@pytest.mark.parametrize("id", ["--resume", "../x", "a b", "", "a" * 201])
def test_a_conversation_of_a_malformed_id_is_not_continued(make, recorder, received, id):
    agent = make(conversation=id) if id else make(conversation=" ")

    ask(agent, "say one")

    assert "session/load" not in methods(received)
    [opened] = recorder.all(ConversationOpened)
    assert opened.forgotten and opened.id == agent.conversation != id


def test_a_malformed_id_of_the_agents_own_works_while_its_process_lives(make, recorder, received):
    agent = make("optional")
    ask(agent, "say one")
    ask(agent, "recall")
    with pytest.raises(AgentFailed):
        ask(agent, "kill")
    ask(agent, "say two")

    assert recorder.text == "one 1 beforeHalf two "
    assert "session/load" not in methods(received)
    assert [opened.id for opened in recorder.all(ConversationOpened)] == ["", ""]


# Choosing.


def test_the_user_chooses_what_the_agent_offers_and_a_new_process_is_told_again(
    make, recorder, received
):
    agent = make("resume")
    with pytest.raises(InvalidRequest, match="does not run yet"):
        agent.choose("mode", "plan")
    ask(agent, "say one")

    agent.choose("mode", "plan")
    assert recorder.all(OptionsChanged)[-1].options[0]["value"] == "plan"
    with pytest.raises(InvalidRequest, match="does not offer"):
        agent.choose("mode", "fly")

    with pytest.raises(AgentFailed):
        ask(agent, "kill")
    ask(agent, "say two")
    assert methods(received).count("session/set_mode") == 2


def test_a_choice_the_agent_refuses_is_said(make):
    agent = make("stuck")
    ask(agent, "say one")

    with pytest.raises(AgentFailed, match="could not do this: Invalid params: not today"):
        agent.choose("mode", "plan")


def test_a_choice_that_is_refused_after_a_restart_does_not_cost_the_prompt(make, recorder, home):
    agent = make("forgetful")
    ask(agent, "say one")
    agent.choose("mode", "plan")
    (home / "stuck").touch()
    with pytest.raises(AgentFailed):
        ask(agent, "kill")
    recorder.clear()

    assert ask(agent, "say two") == "end_turn"
    assert (
        recorder.text == "two " and recorder.all(OptionsChanged)[-1].options[0]["value"] == "agent"
    )
