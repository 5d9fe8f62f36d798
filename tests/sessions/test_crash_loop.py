import pytest
from conftest import wait_for

from janus.errors import AgentFailed
from janus.sessions.crash_loop import CrashLoopGuard


def test_three_deaths_within_a_minute_are_enough_for_a_minute(clock):
    deaths = CrashLoopGuard(clock)
    for _ in range(2):
        deaths.add("exit code 3.")
        clock.now += 20
        deaths.check()
    deaths.add("signal 9.")

    with pytest.raises(AgentFailed, match=r"died 3 times within a minute.*signal 9\."):
        deaths.check()

    clock.now += 61
    deaths.check()


def test_deaths_that_are_far_apart_do_not_count(clock):
    deaths = CrashLoopGuard(clock)
    for _ in range(5):
        deaths.add("exit code 3.")
        clock.now += 31
        deaths.check()


def test_a_good_answer_between_them_begins_the_count_anew(clock):
    deaths = CrashLoopGuard(clock)
    for _ in range(5):
        deaths.add("exit code 3.")
        deaths.add("exit code 3.")
        deaths.check()
        deaths.forget()


def test_a_session_stops_starting_an_agent_that_dies_until_it_is_resumed(
    make_manager, cursor, clock
):
    manager = make_manager(cursor)
    id = manager.create().session_id
    for _ in range(3):
        with pytest.raises(AgentFailed, match="exit code 3"):
            manager.ask(id, "die 3")

    with pytest.raises(AgentFailed, match="died 3 times") as refused:
        manager.ask(id, "say hello")
    assert 0 < refused.value.details["retry_seconds"] <= 60
    assert manager.get(id).status == "error"

    manager.resume(id)
    assert manager.ask(id, "say hello").answer == "hello "


@pytest.mark.slow
def test_it_is_tried_again_after_a_minute(make_manager, cursor, clock):
    manager = make_manager(cursor)
    id = manager.create().session_id
    for _ in range(3):
        with pytest.raises(AgentFailed):
            manager.ask(id, "die 3")

    clock.now += 61

    assert manager.ask(id, "say hello").answer == "hello "
    wait_for(lambda: manager.get(id).status == "waiting")


@pytest.mark.slow
def test_an_agent_that_is_not_logged_in_is_started_again_at_once(make_manager, cursor):
    manager = make_manager(cursor)
    id = manager.create().session_id
    for _ in range(4):
        with pytest.raises(AgentFailed, match="not logged in"):
            manager.ask(id, "complain Authentication required")

    assert manager.ask(id, "say hello").answer == "hello "
