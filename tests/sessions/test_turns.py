"""Turns of one session, with an agent in this process that does what the test says."""

import contextlib
import threading
from concurrent.futures import TimeoutError as FutureTimeout

import pytest
from conftest import wait_for

from janus.conversation.event_log import EventLog
from janus.errors import (
    AgentFailed,
    MessageNotFound,
    QueueFull,
    ServerStopping,
    SessionNotFound,
)
from janus.model import SessionInfo
from janus.model.events import (
    ConversationOpened,
    QuestionAsked,
    QuestionClosed,
    Text,
    ToolCall,
    TurnFailed,
    TurnStarted,
)
from janus.sessions.closing import SessionCloser
from janus.sessions.session import Session
from janus.sessions.turn_queue import QUEUE_LIMIT
from janus.storage.store import Store
from janus.workspace.worktrees import Workspace


class Scripted:
    """Answers "word: prompt"; a prompt that begins with "wait" ends when told or cancelled."""

    asks, pid = True, None

    def __init__(self, emit, conversation):
        self.emit, self.conversation = emit, conversation
        self.prompts, self.turns = [], []
        self.go_on = threading.Event()
        self.interrupts = 0
        self.stopped = False

    def start(self, cancelled):
        self.emit(ConversationOpened("scripted", "acp", "s-1"))

    def prompt(self, turn_id, text, limit, cancelled, attached=()):
        self.prompts.append(text)
        self.turns.append(turn_id)
        if text.startswith("wait"):
            while not (self.go_on.is_set() or cancelled.is_set() or self.stopped):
                self.go_on.wait(0.005)
            if cancelled.is_set():
                return "cancelled"
        if text.startswith("fail"):
            raise AgentFailed("It failed.", retry_seconds=7)
        self.emit(Text(f"you said {text}", turn_id))
        return "refusal" if text.startswith("refuse") else "end_turn"

    def interrupt(self):
        self.interrupts += 1

    def answer(self, request_id, option_id, answers=None):
        self.emit(QuestionClosed(request_id, option_id, "selected"))

    def choose(self, option_id, value):
        pass

    def stop(self):
        self.stopped = True


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "state")


@pytest.fixture
def make(store, clock):
    """Makes the session with this id, as after a start; all are closed at the end."""
    made = []

    def make(id="s"):
        info = SessionInfo(id, None, "idle", "scripted", clock.now, clock.now)
        agents = []

        def agent(emit, conversation, recap):
            agents.append(Scripted(emit, conversation))
            return agents[-1]

        session = Session(
            info, store.folder, agent, EventLog(store.open_log(id), clock), clock, 3600.0
        )
        made.append(session)
        return session

    yield make
    for session in made:
        session.turns.close()
        session.agent.stop()
        session.turns.join(60)
        session.log.close()


@pytest.fixture
def session(make):
    return make()


def said(session):
    return [(m.sender, m.content) for m in session.state().messages]


@contextlib.contextmanager
def closer(tmp_path):
    """Ends sessions of a workspace that keeps their summaries."""
    (tmp_path / "shop").mkdir(exist_ok=True)
    workspace = Workspace(tmp_path / "shop", {"PATH": "/usr/bin:/bin"}, Store(tmp_path / "state"))
    with contextlib.closing(workspace):
        yield SessionCloser(workspace)


def suspend(session, tmp_path, why="Janus is shutting down."):
    """End it as a stop of the server does."""
    assert session.begin_end(ServerStopping(why))
    with closer(tmp_path) as closing:
        closing.suspend(session, 0)


def test_messages_are_answered_one_at_a_time_in_order(session):
    promised = [session.say(text) for text in ("wait", "two", "three")]
    wait_for(lambda: session.agent.prompts == ["wait"])
    state = session.state()
    assert state.now.turn == promised[0].turn_id
    assert [entry.content for entry in state.now.waiting] == ["two", "three"]

    session.agent.go_on.set()

    answers = [it.answer.result(60).answer for it in promised]
    assert answers == ["you said wait", "you said two", "you said three"]
    assert session.agent.turns == [it.turn_id for it in promised]


def test_a_failure_is_told_whole_however_soon_it_comes(session, monkeypatch):
    wake = session.turns.wake

    def wake_and_be_late():
        wake()
        wait_for(lambda: session.turns._thread is None)

    monkeypatch.setattr(session.turns, "wake", wake_and_be_late)

    with pytest.raises(AgentFailed) as failed:
        session.say("fail").answer.result(60)
    assert failed.value.details["retry_seconds"] == 7


def test_why_an_answer_ended_is_in_the_state(session):
    answer = session.say("refuse").answer.result(60)

    assert answer.stop_reason == "refusal"
    assert session.state().messages[-1].stop_reason == "refusal"


def test_stop_holds_what_waits_until_the_user_says_so(session):
    first, second = session.say("wait"), session.say("two", "m-2")
    wait_for(lambda: session.agent.prompts)

    session.interrupt(first.turn_id, send_queue=False)

    assert first.answer.result(60).stop_reason == "cancelled"
    wait_for(lambda: not session.turns.busy)
    state = session.state()
    assert state.now.held and [entry.held for entry in state.now.waiting] == [True]
    assert state.now.next is None and session.agent.prompts == ["wait"]

    between = session.say("between")  # is answered by itself
    assert between.answer.result(60).answer == "you said between"
    assert session.agent.prompts == ["wait", "between"]

    session.turns.release()
    assert second.answer.result(60).answer == "you said two"
    assert not session.state().now.held


def test_what_is_held_can_be_discarded(session):
    first, second, third = (session.say(text) for text in ("wait", "two", "three"))
    wait_for(lambda: session.agent.prompts)
    session.interrupt(first.turn_id, send_queue=False)
    first.answer.result(60)

    session.turns.withdraw(None)

    for promised in (second, third):
        with pytest.raises(MessageNotFound):
            promised.answer.result(60)
    assert session.state().now.waiting == ()
    session.turns.withdraw(None)  # nothing waits: nothing happens


def test_stop_and_send_now_goes_on_at_once(session):
    first, second = session.say("wait"), session.say("two")
    wait_for(lambda: session.agent.prompts)

    session.interrupt(None, send_queue=True)

    assert first.answer.result(60).stop_reason == "cancelled"
    assert second.answer.result(60).answer == "you said two"


def test_what_was_held_before_stays_so_when_the_rest_is_sent(session):
    session.say("wait 1")
    session.say("held")
    wait_for(lambda: session.agent.prompts == ["wait 1"])
    session.interrupt(None, send_queue=False)
    wait_for(lambda: not session.turns.busy)
    running, behind = session.say("wait 2"), session.say("behind")
    wait_for(lambda: "wait 2" in session.agent.prompts)

    session.interrupt(running.turn_id, send_queue=True)

    assert behind.answer.result(60).answer == "you said behind"
    assert [entry.content for entry in session.state().now.waiting] == ["held"]


def test_a_turn_that_is_over_cannot_be_stopped(session):
    first = session.say("one")
    first.answer.result(60)
    second = session.say("wait")
    wait_for(lambda: "wait" in session.agent.prompts)

    session.interrupt(first.turn_id, send_queue=False)

    assert session.agent.interrupts == 0
    session.agent.go_on.set()
    assert second.answer.result(60).stop_reason == "end_turn"


def test_the_same_message_again_is_the_same_turn(session, make, tmp_path):
    first = session.say("wait", "m")
    again = session.say("wait", "m")
    assert again == first
    session.agent.go_on.set()
    first.answer.result(60)

    assert session.say("wait", "m").answer.result(0).answer == "you said wait"

    suspend(session, tmp_path)
    later = make().say("wait", "m")
    assert later.turn_id == first.turn_id and later.answer.result(0).answer == "you said wait"


def test_a_message_that_waits_is_taken_back(session):
    session.say("wait")
    promised = session.say("two", "m")
    wait_for(lambda: session.agent.prompts)

    session.turns.withdraw("m")

    with pytest.raises(MessageNotFound):
        promised.answer.result(60)
    with pytest.raises(MessageNotFound):
        session.turns.withdraw("m")
    assert said(session) == [("user", "wait")]


def test_the_queue_has_an_end_and_what_is_held_counts(session):
    session.say("wait")
    wait_for(lambda: session.agent.prompts)
    for number in range(QUEUE_LIMIT):
        session.say(str(number))
    with pytest.raises(QueueFull):
        session.say("one more")

    session.interrupt(None, send_queue=False)
    wait_for(lambda: not session.turns.busy)
    with pytest.raises(QueueFull):
        session.say("one more")


def test_what_waited_at_a_stop_is_asked_after_the_next_start(session, make, tmp_path):
    begun, waiting = session.say("wait"), session.say("two", "m")
    wait_for(lambda: session.agent.prompts)

    suspend(session, tmp_path)

    with pytest.raises(ServerStopping):
        begun.answer.result(0)
    with pytest.raises(ServerStopping):
        waiting.answer.result(0)
    after = make()
    assert after.log.snapshot.next.content == "two"
    after.turns.wake()
    assert after.say("two", "m").answer.result(60).answer == "you said two"
    assert after.agent.prompts == ["two"]


def test_a_crash_reports_what_had_begun_and_asks_what_had_not(session, make):
    session.say("wait")
    session.say("two")
    wait_for(lambda: session.agent.prompts)

    after = make()  # beside the old one, as if that had been killed

    assert after.agent.prompts == []
    assert said(after)[1:] == [("user", "two"), ("system", said(after)[-1][1])]
    assert "before it answered" in said(after)[-1][1]
    after.turns.wake()
    wait_for(lambda: ("assistant", "you said two") in said(after))
    assert after.agent.prompts == ["two"]


def test_what_was_held_is_still_held_after_a_restart(session, make, tmp_path):
    session.say("wait")
    session.say("two")
    wait_for(lambda: session.agent.prompts)
    session.interrupt(None, send_queue=False)
    wait_for(lambda: not session.turns.busy)
    suspend(session, tmp_path)

    after = make()
    after.turns.wake()

    wait_for(lambda: not after.turns.busy)
    assert after.agent.prompts == [] and after.state().now.held


def test_what_may_have_begun_is_not_asked_again(session, make, tmp_path, store):
    """The line that said so is damaged: the user decides."""
    session.say("one").answer.result(60)
    suspend(session, tmp_path)
    path = store.folder / "logs" / "s.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(
        b"".join(
            b"?\n" if b'"turn_started"' in line or b'"turn_finished"' in line else line
            for line in lines
        )
    )

    after = make()
    after.turns.wake()

    wait_for(lambda: not after.turns.busy)
    assert after.agent.prompts == [] and after.state().now.held and after.state().left_out == 2
    after.turns.release()
    wait_for(lambda: after.agent.prompts == ["one"])


def test_a_turn_is_on_the_disk_before_the_agent_hears_of_it(session, store):
    session.say("wait")
    wait_for(lambda: session.agent.prompts)

    text = (store.folder / "logs" / "s.jsonl").read_bytes()

    assert b'"turn_started"' in text


def test_late_words_and_tools_keep_the_turn_they_belong_to(session):
    first = session.say("one")
    first.answer.result(60)
    second = session.say("wait")
    wait_for(lambda: "wait" in session.agent.prompts)

    session.agent.emit(Text(" and more", first.turn_id))
    session.agent.emit(ToolCall("1", "", "execute", "ls", "completed", turn_id=first.turn_id))
    session.agent.go_on.set()

    assert second.answer.result(60).answer == "you said wait"
    answers = [m for m in session.state().messages if m.sender == "assistant"]
    assert [m.content for m in answers] == ["you said one and more", "you said wait"]
    assert [len(m.tool_calls) for m in answers] == [1, 0]


def test_a_question_outside_of_a_turn_is_use_and_can_be_answered(session, clock):
    session.say("one").answer.result(60)
    session.agent.emit(QuestionAsked("r", "permission", "May I?", ()))
    clock.now += 700

    assert session.info.attention == "permission"
    assert not session.begin_end(SessionNotFound("idle"), idle_for=600)
    session.agent.answer("r", "a")
    assert session.info.attention is None
    clock.now += 700
    assert session.begin_end(SessionNotFound("idle"), idle_for=600)


def test_nobody_waits_for_an_answer_longer_than_a_turn_may_take(session, clock):
    session.agent.emit(QuestionAsked("r", "permission", "May I?", ()))
    clock.now += 3601

    assert session.begin_end(SessionNotFound("idle"), idle_for=600)


def test_what_an_agent_reports_outside_of_a_turn_is_use(session, clock):
    clock.now += 500
    session.agent.emit(Text("still at it", None))
    clock.now += 500

    assert not session.begin_end(SessionNotFound("idle"), idle_for=600)
    assert said(session) == [("assistant", "still at it")]


def test_a_summary_is_no_part_of_the_conversation(session, tmp_path):
    session.say("one").answer.result(60)
    assert session.begin_end(SessionNotFound("The session was ended."))

    with closer(tmp_path) as closing:
        ended = closing.end(session, 5)

    assert ended.summary.startswith("you said Please summarize")
    assert said(session) == [("user", "one"), ("assistant", "you said one")]
    assert session.log.snapshot.summary.content == ended.summary
    assert session.agent.stopped and session.info.status == "stopped"


def test_what_waits_when_a_session_ends_is_told_so(session, tmp_path):
    running, waiting = session.say("wait"), session.say("two")
    wait_for(lambda: session.agent.prompts)
    assert session.begin_end(SessionNotFound("The session was ended."))
    with pytest.raises(SessionNotFound):
        session.say("three")

    with closer(tmp_path) as closing:
        closing.end(session, 0)

    for promised in (running, waiting):
        with pytest.raises(SessionNotFound):
            promised.answer.result(0)
    failed = [r.event.turn_id for r in session.log.all() if isinstance(r.event, TurnFailed)]
    assert {*failed} == {running.turn_id, waiting.turn_id}


def test_a_failing_turn_fails_and_the_next_is_answered(session):
    failing, next_one = session.say("fail"), session.say("two")

    with pytest.raises(AgentFailed, match="It failed"):
        failing.answer.result(60)
    assert next_one.answer.result(60).answer == "you said two"
    assert session.info.attention is None


def test_getting_ready_is_no_turn_of_the_log(session):
    session.start_agent().answer.result(60)

    assert not any(isinstance(r.event, TurnStarted) for r in session.log.all())
    assert session.info.conversation_id == "s-1" and session.info.status == "waiting"


def test_many_threads_speak_stop_and_discard_at_once(session):
    """Whatever the order: each message is answered, stopped or withdrawn, exactly once."""
    barrier = threading.Barrier(8)
    promised, lock = [], threading.Lock()

    def work(number):
        barrier.wait()
        for step in range(25):
            try:
                it = session.say(f"{number}-{step}", f"m-{number}-{step}")
            except QueueFull:
                continue
            with lock:
                promised.append(it)
            if step % 5 == number % 5:
                session.interrupt(it.turn_id, send_queue=step % 2 == 0)
            if step % 7 == number % 7:
                session.turns.release()

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    session.turns.release()
    wait_for(lambda: not session.turns.busy)
    session.turns.withdraw(None)

    for it in promised:
        try:
            it.answer.result(60)
        except (MessageNotFound, FutureTimeout) as problem:
            assert isinstance(problem, MessageNotFound)
    ids = session.agent.turns
    assert len(ids) == len({*ids})
    assert [r.seq for r in session.log.all()] == list(range(1, session.log.seq + 1))
