"""Sessions through their manager, with a fake cursor-agent behind them."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from conftest import state_of, wait_for

from janus.agents.cursor import print_agent as print_mode
from janus.errors import (
    AgentFailed,
    AskTimeout,
    QueueFull,
    ServerStopping,
    SessionNotFound,
    StorageFailed,
)
from janus.sessions.turn_queue import QUEUE_LIMIT


@pytest.fixture
def manager(make_manager, cursor):
    return make_manager(cursor)


@pytest.fixture
def start(manager):
    return lambda: manager.create().session_id


def said(manager, id):
    return [(message.role, message.content.strip()) for message in manager.conversation(id)]


def events(settings, id):
    text = (state_of(settings) / "logs" / f"{id}.jsonl").read_text()
    return [json.loads(line) for line in text.splitlines()]


def ask_aside(manager, id, question):
    """Ask on a thread; returns the thread and what came of it."""
    outcome = []

    def run():
        try:
            outcome.append(manager.ask(id, question))
        except Exception as error:
            outcome.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, outcome


def test_a_question_gets_its_answer_and_both_are_kept(manager, start, cursor):
    id = start()

    answer = manager.ask(id, "say hello")

    assert answer.answer == "hello " and answer.stop_reason == "end_turn"
    assert said(manager, id) == [("user", "say hello"), ("assistant", "hello")]
    assert [event["seq"] for event in events(cursor, id)] == [1, 2, 3, 4, 5, 6]


def test_the_status_follows_the_session(manager, start, tmp_path):
    id = start()
    assert manager.get(id).status == "idle"

    thread, _ = ask_aside(manager, id, f"until {tmp_path / 'go'}")
    wait_for(lambda: manager.get(id).status == "active")
    (tmp_path / "go").touch()
    thread.join()
    assert (manager.get(id).status, manager.get(id).message_count) == ("waiting", 2)

    with pytest.raises(AgentFailed):
        manager.ask(id, "die 1")
    assert (manager.get(id).status, manager.get(id).attention) == ("error", "error")


def test_turns_run_one_at_a_time_in_order(manager, start):
    id = start()
    with ThreadPoolExecutor(6) as pool:
        numbers = list(pool.map(lambda n: manager.ask(id, f"recall {n}").answer, range(6)))

    assert sorted(numbers) == [f"{n} turns before " for n in range(6)]
    log = said(manager, id)
    users = [content for role, content in log if role == "user"]
    assert len(users) == 6


def test_an_answer_after_the_timeout_is_found_in_the_conversation(make_manager, cursor, tmp_path):
    manager = make_manager(replace(cursor, ask_timeout=0.05))
    id = manager.create().session_id
    question = f"until {tmp_path / 'go'}"

    with pytest.raises(AskTimeout, match="The agent goes on"):
        manager.ask(id, question, "m1")
    wait_for(lambda: "text" in [line["event"]["type"] for line in events(cursor, id)])
    with pytest.raises(AskTimeout) as caught:
        manager.ask(id, question, "m1")
    assert caught.value.details["partial"] == "Working "
    (tmp_path / "go").touch()
    wait_for(lambda: manager.get(id).status == "waiting")

    last = manager.conversation(id)[-1]
    assert (last.role, last.content) == ("assistant", "Working \n\nDone ")
    assert last.turn_id == caught.value.details["turn_id"]


@pytest.mark.others_slow
@pytest.mark.parametrize("death", ["die 3", "kill"])
def test_an_agent_that_dies_is_reported_and_the_conversation_goes_on(death, manager, start):
    id = start()
    manager.ask(id, "say one")

    with pytest.raises(AgentFailed, match="Cursor stopped before it had finished") as caught:
        manager.ask(id, death)

    assert caught.value.details["partial"] == "Half an answer "
    assert [role for role, _ in said(manager, id)][-3:] == ["user", "assistant", "system"]
    assert manager.ask(id, "recall").answer == "2 turns before "


def test_the_same_message_id_is_accepted_once(manager, start):
    id = start()

    first = manager.ask(id, "say one", "m1")
    again = manager.ask(id, "say two", "m1")

    assert first == again
    assert len(said(manager, id)) == 2


@pytest.mark.slow
def test_twenty_messages_may_wait(manager, start, tmp_path):
    id = start()
    waiting = [ask_aside(manager, id, f"until {tmp_path / 'go'}")]
    wait_for(lambda: manager.get(id).status == "active")
    waiting += [ask_aside(manager, id, "say more") for _ in range(QUEUE_LIMIT)]
    wait_for(lambda: manager.get(id).message_count == 2 + QUEUE_LIMIT)

    with pytest.raises(QueueFull):
        manager.ask(id, "say too much")

    (tmp_path / "go").touch()
    for thread, outcome in waiting:
        thread.join()
        assert outcome[0].stop_reason == "end_turn"


def test_a_session_ends_with_the_summary_of_its_agent(manager, start, cursor):
    id = start()
    manager.ask(id, "say hello")

    ended = manager.end(id)

    assert ended.summary.startswith("You said: Please summarize this conversation")
    assert ended.summary_saved
    [file] = (cursor.workspace / ".janus" / "conversation-summaries").iterdir()
    assert "say hello" in file.read_text() and "Questions asked: 1" in file.read_text()
    assert [line["event"]["type"] for line in events(cursor, id)][-2:] == [
        "summary",
        "session_ended",
    ]
    with pytest.raises(SessionNotFound):
        manager.get(id)


def test_a_session_nobody_spoke_in_ends_without_a_summary(manager, start, cursor):
    ended = manager.end(start())

    assert ended.summary is None and not ended.summary_saved
    assert not (cursor.workspace / ".janus" / "conversation-summaries").exists()


def test_a_page_that_was_only_opened_leaves_no_trace(manager, cursor):
    manager.end(manager.get_or_create("page").session_id)

    assert not (cursor.workspace / ".janus").exists()


def test_an_agent_that_failed_is_not_asked_for_a_summary(manager, start):
    id = start()
    with pytest.raises(AgentFailed):
        manager.ask(id, "die 1")

    assert manager.end(id).summary == "- Asked: die 1"


def test_a_summary_that_takes_too_long_is_made_from_the_log(make_manager, cursor, monkeypatch):
    monkeypatch.setattr("janus.sessions.turn_runner.SUMMARY_PROMPT", "hang")
    manager = make_manager(replace(cursor, summary_timeout=0.5))
    id = manager.create().session_id
    manager.ask(id, "say one")
    manager.ask(id, "say two")

    assert manager.end(id).summary == "- Asked: say one\n- 2 questions in all; the last: say two"


def test_ending_cancels_the_turn_and_fails_what_waits(manager, start):
    id = start()
    running, running_outcome = ask_aside(manager, id, "hang")
    wait_for(lambda: manager.get(id).status == "active")
    waiting, waiting_outcome = ask_aside(manager, id, "say more")
    wait_for(lambda: manager.get(id).message_count == 3)

    manager.end(id)
    running.join()
    waiting.join()

    assert isinstance(running_outcome[0], SessionNotFound)
    assert isinstance(waiting_outcome[0], SessionNotFound)


def test_an_ending_session_takes_no_more_and_ends_once(manager, start, monkeypatch, tmp_path):
    monkeypatch.setattr("janus.sessions.turn_runner.SUMMARY_PROMPT", f"until {tmp_path / 'go'}")
    id = start()
    manager.ask(id, "say hello")
    ending = threading.Thread(target=manager.end, args=(id,))
    ending.start()
    [memory] = (tmp_path / "home" / ".cursor-fake").iterdir()
    wait_for(lambda: memory.read_text() == "turn\n" * 2)  # it works on the summary

    for refused in (manager.end, manager.touch, lambda id: manager.ask(id, "say more")):
        with pytest.raises(SessionNotFound, match="is ending"):
            refused(id)

    (tmp_path / "go").touch()
    ending.join()


def test_a_stubborn_agent_is_killed(manager, start, monkeypatch):
    monkeypatch.setattr(print_mode, "OBEY", 0.05)
    monkeypatch.setattr("janus.agents.process.process.GRACE", 0.05)
    id = start()
    thread, _ = ask_aside(manager, id, "stubborn")
    wait_for(lambda: manager.get(id).status == "active")

    manager.end(id, summary=False)
    thread.join()


def test_a_stopping_manager_ends_all_and_opens_nothing(manager, start):
    ids = [start() for _ in range(3)]
    thread, outcome = ask_aside(manager, ids[0], "hang")
    wait_for(lambda: manager.get(ids[0]).status == "active")

    manager.stop()
    manager.stop()
    thread.join()

    assert manager.all() == []
    assert isinstance(outcome[0], ServerStopping)
    with pytest.raises(ServerStopping):
        manager.create()


def test_what_cannot_be_saved_is_not_accepted(manager, start, cursor):
    state_of(cursor).parent.mkdir(parents=True)
    state_of(cursor).write_text("in the way")
    id = start()

    with pytest.raises(StorageFailed, match="could not save your message"):
        manager.ask(id, "say hello")

    state_of(cursor).unlink()
    assert manager.ask(id, "say hello").answer == "hello "
    assert said(manager, id) == [("user", "say hello"), ("assistant", "hello")]
