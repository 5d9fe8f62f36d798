import pickle
import random
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from conftest import wait_for

from janus.agents.cursor import print_agent as print_mode
from janus.errors import (
    InvalidName,
    InvalidRequest,
    InvalidSessionId,
    SessionExists,
    SessionNotFound,
    TooManySessions,
)
from janus.sessions.cleanup import CleanupService
from janus.sessions.closing import SessionCloser


@pytest.fixture
def manager(make_manager, settings):
    return make_manager(settings)


def test_ids_are_version_4_uuids(manager):
    assert uuid.UUID(manager.create().session_id).version == 4


def test_what_callers_get_is_frozen(manager):
    info = manager.create()

    with pytest.raises(AttributeError):
        info.status = "error"
    assert manager.get(info.session_id) == info


def test_an_id_is_taken_once(manager):
    manager.create(session_id="mine")

    with pytest.raises(SessionExists):
        manager.create(session_id="mine")
    assert manager.get_or_create("mine") == manager.get("mine")
    assert manager.get_or_create("other").session_id == "other"


@pytest.mark.parametrize("id", ["", "-a", "a b", "ü", "a" * 65, "../x", "a\n"])
def test_a_malformed_id_is_refused(id, manager):
    for call in (manager.get, manager.touch, manager.end, manager.get_or_create):
        with pytest.raises(InvalidSessionId):
            call(id)


def test_an_unknown_id_is_not_found(manager):
    for call in (manager.get, manager.touch, manager.end, manager.conversation):
        with pytest.raises(SessionNotFound, match="it ended or never existed"):
            call("nobody")


@pytest.mark.parametrize("name", ["a b", "ü", "a" * 51, "a_b"])
def test_a_malformed_name_is_refused(name, manager):
    with pytest.raises(InvalidName):
        manager.create(name=name)
    assert manager.all() == []


def test_names_may_repeat(manager):
    assert manager.create(name="fix").name == manager.create(name="fix").name == "fix"


def test_an_unknown_agent_is_refused_with_the_names_of_the_known(manager):
    with pytest.raises(InvalidRequest, match=r"cursor-agent.*janus-demo-agent"):
        manager.create(agent="hal")


def test_one_session_more_than_allowed_is_refused(make_manager, settings):
    manager = make_manager(replace(settings, max_sessions=4))
    first, *_ = [manager.create() for _ in range(4)]

    with pytest.raises(TooManySessions, match=r"^Maximum 4 sessions supported"):
        manager.create()

    manager.end(first.session_id)
    manager.create()


@pytest.mark.slow
def test_ten_thousand_concurrent_calls_lose_nothing(make_manager, settings):
    """32 threads create, look at, touch and end sessions, their own and each other's."""
    manager = make_manager(replace(settings, max_sessions=100_000))
    barrier = threading.Barrier(32)
    ids = [[] for _ in range(32)]

    def work(number):
        chance = random.Random(number)
        barrier.wait()
        for _ in range(20):
            info = manager.create(name=f"worker-{number}", isolated=False)
            for _ in range(5):
                assert manager.get(info.session_id).name == f"worker-{number}"
                assert manager.touch(info.session_id).created_at == info.created_at
                assert manager.get_or_create(info.session_id).session_id == info.session_id
            if chance.random() < 0.5:
                manager.end(info.session_id)
                with pytest.raises(SessionNotFound):
                    manager.get(info.session_id)
            else:
                ids[number].append(info.session_id)

    with ThreadPoolExecutor(32) as pool:
        list(pool.map(work, range(32)))

    kept = {info.session_id: info.name for info in manager.all()}
    assert kept == {id: f"worker-{number}" for number in range(32) for id in ids[number]}


def test_of_many_threads_that_want_one_id_one_creates_it(manager):
    barrier = threading.Barrier(16)

    def work(_):
        barrier.wait()
        return manager.get_or_create("shared")

    with ThreadPoolExecutor(16) as pool:
        assert len(set(pool.map(work, range(16)))) == 1


def test_a_session_nobody_spoke_in_takes_no_place(make_manager, cursor):
    manager = make_manager(replace(cursor, max_sessions=1))
    for n in range(10):
        manager.get_or_create(f"page-{n}")
    assert manager.all() == []

    manager.say("page-3", "say hello")
    assert [info.session_id for info in manager.all()] == ["page-3"]
    with pytest.raises(TooManySessions):
        manager.say("page-4", "say hello")
    with pytest.raises(TooManySessions):
        manager.create()

    manager.end("page-3")
    manager.say("page-4", "say hello")


def test_pages_in_which_nobody_speaks_make_room_for_each_other(manager, monkeypatch, clock):
    monkeypatch.setattr("janus.sessions.registry._LOOKED_AT", 3)
    for n in range(5):
        clock.now += 1
        manager.get_or_create(f"page-{n}")

    with pytest.raises(SessionNotFound):
        manager.get("page-1")
    assert manager.get("page-2").message_count == 0
    manager.say("page-0", "say hello")  # a page that had to make room speaks all the same
    assert [info.session_id for info in manager.all()] == ["page-0"]


def test_reading_makes_nothing(manager, settings):
    assert manager.state("ghost").seq == 0
    quiet = manager.follow("ghost", 0, 0.001)
    assert next(quiet) is None

    with pytest.raises(SessionNotFound):
        manager.get("ghost")
    assert manager._registry.all() == []
    manager.say("ghost", "say hello")
    assert next(record for record in quiet if record).seq == 1


def test_who_speaks_while_somebody_looks_is_not_told_there_is_nothing(manager, monkeypatch):
    looking, go_on = threading.Event(), threading.Event()
    recall = manager._factory.recall

    def slow(session_id):
        if not looking.is_set():
            looking.set()
            go_on.wait(60)
        return recall(session_id)

    monkeypatch.setattr(manager._factory, "recall", slow)
    with ThreadPoolExecutor(2) as pool:
        looked = pool.submit(manager.state, "page")
        looking.wait(60)
        said = pool.submit(manager.say, "page", "say hello")
        go_on.set()

    assert looked.result().seq == 0 and said.result().seq > 0


def test_a_session_is_started_once_whoever_asks_for_it(manager):
    barrier = threading.Barrier(8)

    def work(_):
        barrier.wait()
        return manager.create(session_id="mine", name="fix", once=True)

    with ThreadPoolExecutor(8) as pool:
        found = [*pool.map(work, range(8))]

    assert {(info.session_id, info.created_at) for info in found} == {("mine", found[0].created_at)}
    assert len(manager.all()) == 1
    with pytest.raises(SessionExists, match="called fix"):
        manager.create(session_id="mine", name="other", once=True)


def test_a_message_without_a_session_finds_the_one_it_began(manager, make_manager, settings):
    first = manager.say(None, "say hello", "m-1")

    with ThreadPoolExecutor(8) as pool:
        again = [*pool.map(lambda _: manager.say(None, "say hello", "m-1"), range(8))]

    assert {state.session_id for state in again} == {first.session_id}
    other = manager.say(None, "say hello", "m-2")
    assert other.session_id != first.session_id
    wait_for(lambda: manager.get(first.session_id).message_count == 2)
    manager.stop()
    after = make_manager(settings)
    after.prepare()
    assert after.say(None, "say hello", "m-1").session_id == first.session_id


def test_nobody_is_handed_a_session(manager):
    """Every public call gives values, which survive a pickle."""
    for name in dir(manager):
        if not name.startswith("_") and callable(getattr(manager, name)):
            returned = str(getattr(manager, name).__annotations__.get("return"))
            assert "Session" not in returned.replace("SessionInfo", ""), name
    info = manager.create()
    values = [info, manager.state(info.session_id), manager.say(info.session_id, "say hello")]
    assert [pickle.loads(pickle.dumps(value)) for value in values] == values


def test_of_many_threads_that_want_the_last_place_one_gets_it(make_manager, settings):
    manager = make_manager(replace(settings, max_sessions=1))
    barrier = threading.Barrier(16)

    def work(_):
        barrier.wait()
        try:
            return manager.create()
        except TooManySessions:
            return None

    with ThreadPoolExecutor(16) as pool:
        assert len([info for info in pool.map(work, range(16)) if info]) == 1


def test_only_idle_sessions_are_ended(manager, clock):
    old = manager.create().session_id
    clock.now += 599
    kept = manager.create().session_id
    touched = manager.create().session_id
    clock.now += 2
    manager.touch(touched)

    assert manager.end_idle() == [old]

    wait_for(lambda: len(manager.all()) == 2)
    clock.now += 599
    assert manager.end_idle() == [kept]
    wait_for(lambda: [info.session_id for info in manager.all()] == [touched])


def test_a_busy_session_is_not_idle_however_long_it_takes(make_manager, cursor, clock, tmp_path):
    manager = make_manager(cursor)
    id = manager.create().session_id
    thread = threading.Thread(target=manager.ask, args=(id, f"until {tmp_path / 'go'}"))
    thread.start()
    wait_for(lambda: manager.get(id).status == "active")

    clock.now += 3000
    assert manager.end_idle() == []

    (tmp_path / "go").touch()
    thread.join()
    wait_for(lambda: manager.get(id).status == "waiting")
    clock.now += 601
    assert manager.end_idle() == [id]
    wait_for(lambda: manager.all() == [])


def test_a_slow_ending_delays_no_other(make_manager, cursor, clock, tmp_path, monkeypatch):
    monkeypatch.setattr("janus.sessions.turn_runner.SUMMARY_PROMPT", f"until {tmp_path / 'go'}")
    manager = make_manager(cursor)
    slow, quick = manager.create().session_id, manager.create().session_id
    manager.ask(slow, "say hello")
    clock.now += 601

    assert manager.end_idle() == [slow, quick]

    wait_for(lambda: [info.session_id for info in manager.all()] == [slow])
    assert manager.end_idle() == []
    (tmp_path / "go").touch()
    wait_for(lambda: manager.all() == [])


def test_one_session_that_fails_to_end_does_not_keep_the_others(manager, clock, monkeypatch):
    ids = [manager.create().session_id for _ in range(3)]
    end = SessionCloser.end

    def fail_for_one(self, session, patience):
        ended = end(self, session, patience)
        if session.id == ids[1]:
            raise RuntimeError("broken")
        return ended

    monkeypatch.setattr(SessionCloser, "end", fail_for_one)
    clock.now += 601

    assert manager.end_idle() == ids
    wait_for(lambda: manager.all() == [])


def test_a_lingering_stubborn_agent_goes_with_its_idle_session(
    make_manager, cursor, clock, monkeypatch
):
    monkeypatch.setattr(print_mode, "LINGER", 0.05)
    monkeypatch.setattr("janus.agents.process.process.GRACE", 0.05)
    monkeypatch.setattr("janus.sessions.turn_runner.SUMMARY_PROMPT", "stubborn")
    manager = make_manager(replace(cursor, summary_timeout=0.3))
    manager.ask(manager.create().session_id, "say hello")
    clock.now += 601

    manager.end_idle()

    wait_for(lambda: manager.all() == [])


class Sweeps:
    """Stands in for a manager: counts the sweeps, and fails the first."""

    def __init__(self):
        self.count = 0

    def end_idle(self):
        self.count += 1
        if self.count == 1:
            raise RuntimeError("broken")


def test_the_cleanup_thread_survives_a_bad_sweep():
    sweeps = Sweeps()
    cleanup = CleanupService(sweeps, 0.001)

    cleanup.start()
    wait_for(lambda: sweeps.count > 2)
    cleanup.stop()


def test_the_cleanup_thread_stops_in_the_middle_of_a_wait_and_twice():
    cleanup = CleanupService(Sweeps(), 3600)
    cleanup.stop()
    cleanup = CleanupService(Sweeps(), 3600)
    cleanup.start()
    cleanup.stop()
    cleanup.stop()


def test_one_that_is_being_made_is_not_said_to_be_missing(make_manager, settings):
    manager = make_manager(settings)
    manager.prepare()

    place, told = manager._registry.place, pytest.raises(SessionNotFound, match="being made")
    with place("new", None, lambda: None), told:
        manager.end("new")
