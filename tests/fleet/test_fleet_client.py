"""The connection to a doorway."""

# ruff: noqa: F401, F811 - a fixture is imported, and named again by who asks for it

import threading

import pytest
from doorways import CLOUD, HOME, LAPTOP, doorways
from kit.waiting import wait_for

from janus.fleet.client import Client
from janus.fleet.failures import Absent, FleetFailure, NotReachable, Refused
from janus.fleet.streams import info, newest


def test_a_message_is_kept_and_found_again(doorways):
    doorway = doorways()
    doorway.shapes()
    laptop = doorway.client(LAPTOP)

    assert laptop.publish(f"ev.{LAPTOP}.log.one", b"hello", {"Janus-At": "0 1"}) == 1

    kept = newest(laptop, f"EV_{LAPTOP}", f"ev.{LAPTOP}.log.one")
    assert (kept.data, kept.seq, kept.headers["Janus-At"]) == (b"hello", 1, "0 1")
    assert kept.is_ours
    assert kept.at > 1.7e9


@pytest.mark.parametrize(
    "subject", [f"ev.{HOME}.log.one", f"cmd.{HOME}.{CLOUD}.do.say", f"word.{HOME}.{CLOUD}", "x"]
)
def test_what_the_server_refuses_says_why_at_once(doorways, subject):
    laptop = doorways().client(LAPTOP)

    with pytest.raises(Refused, match="permissions violation"):
        laptop.publish(subject, b"")


def test_a_wrong_expectation_is_refused_and_nothing_is_kept(doorways):
    doorway = doorways()
    doorway.shapes()
    laptop = doorway.client(LAPTOP)

    with pytest.raises(Refused) as refused:
        laptop.publish(f"ev.{LAPTOP}.log.one", b"", {"Nats-Expected-Last-Sequence": "7"})

    assert refused.value.code == 10071
    assert info(laptop, f"EV_{LAPTOP}").state.messages == 0


def test_a_stream_that_is_not_there_is_absent(doorways):
    laptop = doorways().client(LAPTOP)

    with pytest.raises(Absent):
        info(laptop, f"EV_{LAPTOP}")


def test_who_is_not_there_is_known_without_waiting(doorways):
    doorway = doorways()

    with pytest.raises(Absent):
        doorway.client(HOME).ask(LAPTOP, f"cmd.{LAPTOP}.{HOME}.do.say", b"", 60.0)


def test_a_server_that_is_killed_and_comes_back_is_found_again(doorways):
    doorway, greeted = doorways(), []
    laptop = doorway.client(LAPTOP, lambda it: it.greet(lambda: greeted.append(1)))

    doorway.kill()
    wait_for(lambda: not laptop.connected)
    with pytest.raises(NotReachable):
        laptop.publish(f"ev.{LAPTOP}.log.one", b"")
    doorway.start()

    wait_for(lambda: laptop.connected and len(greeted) == 2)
    doorway.shapes()
    assert laptop.publish(f"ev.{LAPTOP}.log.one", b"") == 1


def test_what_waits_when_the_connection_is_lost_does_not_wait_on(doorways):
    doorway, failures = doorways(), []
    doorway.client(LAPTOP, lambda it: it.on(f"cmd.{LAPTOP}.>", lambda message: None))
    home = doorway.client(HOME)

    def ask():
        try:
            home.ask(LAPTOP, f"cmd.{LAPTOP}.{HOME}.do.say", b"", 600.0)
        except FleetFailure as why:
            failures.append(why)

    asking = threading.Thread(target=ask)
    asking.start()
    wait_for(lambda: home._calls)
    doorway.kill()
    asking.join()

    assert isinstance(failures[0], NotReachable)


@pytest.mark.slow(12)
def test_a_frozen_doorway_is_not_reachable(doorways):
    doorway = doorways()
    laptop = doorway.client(LAPTOP)

    doorway.freeze()

    wait_for(lambda: not laptop.connected, 15)
    assert "reach" in laptop.problem or "lost" in laptop.problem
    doorway.thaw()
    wait_for(lambda: laptop.connected)


def test_a_revoked_machine_is_out_and_is_told(doorways):
    doorway = doorways(laptop="full", cloud="full")
    laptop, cloud = doorway.client(LAPTOP), doorway.client(CLOUD)

    del doorway.scopes[LAPTOP]
    doorway.reload()

    wait_for(lambda: "revoked" in (laptop.problem or ""))
    assert not laptop.connected and cloud.connected


def test_a_foreign_key_is_refused(doorways):
    doorway, other = doorways(), doorways()
    doorway.seeds[CLOUD] = other.seeds[LAPTOP]

    cloud = doorway.client(CLOUD, wait=False)

    wait_for(lambda: "revoked" in (cloud.problem or ""))


def test_what_is_asked_once_it_is_to_stop_is_refused_at_once_however_busy_it_is(doorways):
    laptop = doorways().client(LAPTOP)
    free = threading.Event()
    laptop._loop.call_soon_threadsafe(free.wait)
    stopping = threading.Thread(target=laptop.stop)
    stopping.start()
    try:
        wait_for(lambda: laptop._stopped)

        with pytest.raises(NotReachable, match="shutting down"):
            laptop.call(lambda it: it.account_info(), deadline=0.1)
    finally:
        free.set()
        stopping.join()


def test_it_stops_twice_and_also_if_nothing_ever_answered(doorways):
    doorway = doorways()
    doorway.kill()
    never = Client((doorway.url,), LAPTOP, doorway.seeds[LAPTOP])
    never.stop()
    never.stop()
    dialling = doorway.client(LAPTOP, wait=False)
    wait_for(lambda: dialling.problem and "reach" in dialling.problem)

    dialling.stop()
    dialling.stop()

    with pytest.raises(NotReachable):
        dialling.publish(f"ev.{LAPTOP}.log.one", b"")
