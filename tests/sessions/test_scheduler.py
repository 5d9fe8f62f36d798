"""What is sent later goes once, at its time, or its owner is asked."""

import threading
import time
from dataclasses import replace

import pytest
from conftest import FAKE_AGENTS, fake_path, state_of, wait_for

from janus.errors import Conflict, InvalidRequest, MessageNotFound, NotFound

#: As claude says it.
LIMITED = "fail -32603 429 rate_limit_error: Claude AI usage limit reached|{at}"


@pytest.fixture
def settled(settings, tmp_path, home):
    environ = {"HOME": str(home), "PATH": fake_path(tmp_path, "agent")}
    program = (str(FAKE_AGENTS / "acp-agent"), "resume")
    return replace(settings, agent="auto", agent_command=program, environ=environ)


@pytest.fixture
def manager(settled, make_manager):
    return make_manager(settled)


def said(manager, id="page"):
    return [it.content for it in manager.state(id).messages if it.sender == "user"]


def waiting(manager, id="page"):
    return [(it.content, it.missed) for it in manager.state(id).now.scheduled]


def test_a_message_goes_at_its_time_and_once(manager, clock):
    manager.schedule("page", "say later", clock.now + 600, "m-1")
    manager.schedule("page", "say later", clock.now + 600, "m-1")  # the answer was lost
    assert manager.later.tick() == 600 and waiting(manager) == [("say later", False)]

    clock.now += 601
    threads = [threading.Thread(target=manager.later.tick) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert said(manager) == ["say later"] and waiting(manager) == []
    assert manager.state("page").messages[0].id == "m-1"
    manager.schedule("page", "say later", clock.now + 600, "m-1")  # and once more
    assert waiting(manager) == [] and manager.later.tick() is None
    with pytest.raises(MessageNotFound):
        manager.unschedule("page", "m-1")


def test_it_survives_a_restart_and_the_end_of_its_session_by_itself(
    settled, make_manager, clock, manager
):
    manager.schedule("page", "say later", clock.now + 3600)
    manager.schedule("other", "say more", clock.now + 3600)
    clock.now += 900
    manager.end_idle()
    wait_for(lambda: manager.state("page").now.ended and manager.state("other").now.ended)
    manager.stop()

    again = make_manager(settled)
    again.prepare()
    clock.now += 2701
    wait_for(lambda: again.later.tick() is None)
    assert said(again) == ["say later"] and said(again, "other") == ["say more"]
    assert again.state("page").now.ended is False


def test_files_wait_with_their_message_and_go_with_it(settled, make_manager, clock, manager):
    manager.attachments.take("page", "f-1", "notes.txt", 5, 0, b"notes")
    with pytest.raises(NotFound):
        manager.schedule("page", "say later", clock.now + 60, attachments=["f-1", "f-2"])
    state = manager.schedule("page", "say later", clock.now + 60, attachments=["f-1"])
    assert [it.name for it in state.now.scheduled[0].attachments] == ["notes.txt"]
    with pytest.raises(Conflict):
        manager.attachments.remove("page", "f-1")
    manager.stop()

    again = make_manager(settled)
    again.prepare()
    clock.now += 61
    wait_for(lambda: again.later.tick() is None)
    assert [it.id for it in again.state("page").messages[0].attachments] == ["f-1"]
    wait_for(lambda: again.state("page").messages[-1].sender == "assistant")
    [handed] = (settled.workspace / ".janus" / "attachments").rglob("*notes.txt")
    assert handed.read_bytes() == b"notes"


def test_files_that_no_message_names_any_more_go(settled, make_manager, clock, manager):
    def left(it):
        clock.now += 7 * 86401
        it.attachments.sweep()
        return sorted(path.stem for path in state_of(settled).glob("attachments/page/*.data"))

    due = clock.now + 60 * 86400
    for id in ("taken-back", "twice", "refused"):
        manager.attachments.take("page", id, "notes.txt", 5, 0, b"notes")
    dropped = manager.schedule("page", "say no", due, attachments=["taken-back", "twice"])
    manager.schedule("page", "say it", due, "kept", attachments=["twice"])
    with pytest.raises(InvalidRequest):
        manager.schedule("page", "say no", clock.now - 1, attachments=["refused"])
    manager.unschedule("page", dropped.now.scheduled[0].id)
    log = state_of(settled) / "logs" / "page.jsonl"
    whole = log.read_bytes()

    log.write_bytes(whole + b"damaged\n")  # so nobody can tell
    assert left(manager) == ["refused", "taken-back", "twice"]
    log.write_bytes(whole)
    assert left(manager) == ["twice"]
    manager.stop()

    again = make_manager(settled)
    again.prepare()
    assert left(again) == ["twice"]
    clock.now = due + 1
    wait_for(lambda: again.later.tick() is None)
    wait_for(lambda: again.state("page").messages[-1].sender == "assistant")
    assert left(again) == ["twice"]
    again.end("page", summary=False)
    log.unlink()  # it is not asked any more
    assert left(again) == ["twice"]


def test_what_was_missed_is_asked_about_and_not_sent(settled, make_manager, clock, manager):
    state = manager.schedule("page", "say later", clock.now + 60)
    [entry] = state.now.scheduled
    manager.stop()
    clock.now += 121.5  # Janus did not run

    again = make_manager(settled)
    again.prepare()
    wait_for(lambda: again.later.tick() is None)
    assert waiting(again) == [("say later", True)] and said(again) == []

    again.say("page", entry.content, entry.id)
    assert waiting(again) == [] and said(again) == ["say later"]


def test_a_message_is_cancelled_or_goes_but_never_both(manager, clock):
    for number in range(20):
        id = f"m-{number}"
        manager.schedule("page", f"say {number}", clock.now + 1, id)
        clock.now += 2
        sending = threading.Thread(target=manager.later.tick)
        sending.start()
        try:
            manager.unschedule("page", id)
            cancelled = True
        except MessageNotFound:
            cancelled = False
        sending.join()
        assert (f"say {number}" in said(manager)) != cancelled and waiting(manager) == []


def test_an_end_by_hand_cancels_it(manager, clock):
    manager.say("page", "say hello")
    manager.schedule("page", "say later", clock.now + 60)
    manager.end("page", summary=False)
    clock.now += 61

    assert manager.later.tick() is None
    assert waiting(manager) == [] and said(manager) == ["say hello"]


def test_where_there_is_no_room_it_is_tried_again_and_then_asked(manager, clock):
    manager.schedule("page", "say later", clock.now + 1300)
    clock.now += 700
    manager.end_idle()
    wait_for(lambda: manager.state("page").now.ended)
    manager._registry._limit = 0
    clock.now += 601

    assert manager.later.tick() == 1.0 and waiting(manager) == [("say later", False)]
    clock.now += 61
    wait_for(lambda: manager.later.tick() is None)  # one that is just closed is tried again
    assert waiting(manager) == [("say later", True)] and said(manager) == []


@pytest.mark.parametrize("wrong", [-1, 0, 367 * 86400, None])
def test_a_time_that_cannot_be_is_refused(manager, clock, wrong):
    with pytest.raises(InvalidRequest):
        manager.schedule("page", "say later", wrong if wrong is None else clock.now + wrong)
    assert waiting(manager) == []


def test_it_waits_for_the_reset_of_a_limit_that_the_agent_told(manager, clock):
    clock.now = time.time()
    resets = int(clock.now) + 7200
    manager.say("page", LIMITED.format(at=resets))
    wait_for(lambda: manager.state("page").now.error == "AGENT_RATE_LIMITED")
    assert manager.state("page").now.resets_at == resets

    state = manager.schedule("page", "say go on", None)
    assert [it.after_limit for it in state.now.scheduled] == [True]
    clock.now = resets + 1
    manager.later.tick()
    wait_for(lambda: manager.state("page").now.resets_at is None)
    assert said(manager)[-1] == "say go on"
