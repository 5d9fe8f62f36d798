"""Other machines' sessions, as a doorway shows them."""

# ruff: noqa: F401, F811 - a fixture is imported, and named again by who asks for it

import json
import threading

import msgspec
import pytest
from doorways import CLOUD, HOME, LAPTOP, doorways
from kit.waiting import wait_for
from machines import Machine

from janus.fleet.failures import Refused
from janus.fleet.feed import EXPECTED, Place
from janus.fleet.mirror import Mirror
from janus.fleet.streams import Shapes, info
from janus.model.events import Note, Text, TurnFinished, TurnStarted, UserMessage


@pytest.fixture
def doorway(doorways):
    doorway = doorways(laptop="full", cloud="full")
    doorway.shapes()
    return doorway


@pytest.fixture
def laptop(tmp_path):
    return Machine(tmp_path / "laptop", LAPTOP)


def mirror_of(doorway, told=lambda id: None):
    made = []
    doorway.client(HOME, lambda it: made.append(Mirror(it, told)))
    doorway.running.append(made[0])
    made[0].start()
    return made[0]


def said(log, text, answer=None):
    log.append(UserMessage(f"t-{text}", text, f"m-{text}"), promised=True)
    if answer:
        log.append(TurnStarted(f"t-{text}"))
        log.append(Text(answer, f"t-{text}"))
        log.append(TurnFinished(f"t-{text}", answer, "end_turn"))


def words(log):
    return [message.content for message in log.state("one").messages]


def test_a_session_is_listed_read_and_followed(doorway, laptop):
    told = []
    mirror = mirror_of(doorway, told.append)
    said(laptop.begin("one"), "hello", "hi")

    laptop.dial(doorway)

    wait_for(lambda: mirror.find("one"))
    (info,) = mirror.sessions()
    assert (info.machine, info.title, mirror.project(info)) == (LAPTOP, "Fix it", "P")
    assert told == []  # that is how it was
    wait_for(lambda: words(mirror.log(info)) == ["hello", "hi"])
    heard = []
    follower = threading.Thread(
        target=lambda: heard.extend(it for it in mirror.follow(info, 4, 60.0) if it)
    )
    follower.start()
    said(laptop.logs["one"], "more")
    wait_for(lambda: heard and heard[0].event.content == "more")
    assert [it.seq for it in heard] == [5]
    laptop.begin("two")
    wait_for(lambda: told == ["two"])
    mirror.stop()
    follower.join()


def test_what_a_sleeping_machine_has_stays_readable_also_after_a_restart(doorway, laptop):
    mirror = mirror_of(doorway)
    laptop.dial(doorway)
    said(laptop.begin("one"), "hello", "hi")
    wait_for(
        lambda: mirror.find("one") and words(mirror.log(mirror.find("one"))) == ["hello", "hi"]
    )

    laptop.sleep()
    doorway.kill()
    doorway.start()

    again = mirror_of(doorway)
    wait_for(lambda: again.find("one"))
    assert words(again.log(again.find("one"))) == ["hello", "hi"]
    (machine,) = again.machines()
    assert (machine.name, machine.online, machine.open_sessions) == ("laptop", False, 1)
    assert machine.asleep_since > 1.7e9


def test_a_restart_of_the_doorway_leaves_no_gap_and_nothing_twice(doorway, laptop):
    mirror = mirror_of(doorway)
    laptop.dial(doorway)
    log = laptop.begin("one")
    said(log, "0")
    wait_for(lambda: mirror.find("one") and words(mirror.log(mirror.find("one"))) == ["0"])

    for number in range(1, 6):
        said(log, f"{number}")
        if number == 2:
            doorway.kill()
            doorway.start()

    wait_for(lambda: words(mirror.log(mirror.find("one"))) == [*"012345"], 20)


def test_a_newer_event_is_passed_on_and_the_rest_is_read(doorway, laptop):
    mirror = mirror_of(doorway)
    laptop.dial(doorway)
    log = laptop.begin("one")
    said(log, "before")
    newer = b'{"seq":2,"at":5.0,"event":{"type":"hologram_shown","id":"x"}}\n'
    log._store.append(newer, True)
    log.seq += 1
    said(log, "after")

    wait_for(
        lambda: mirror.find("one") and words(mirror.log(mirror.find("one"))) == ["before", "after"]
    )
    mirrored = mirror.log(mirror.find("one"))
    assert mirrored.seq == 3
    assert newer in [*mirrored._store.lines()]


def test_what_the_doorway_had_no_room_for_counts_as_left_out(doorway, laptop):
    home = doorway.reader()
    home.call(lambda it: it.delete_stream(f"EV_{LAPTOP}"))
    Shapes(home, event_bytes=1 << 20).ensure([LAPTOP])
    mirror = mirror_of(doorway)
    laptop.dial(doorway)
    log = laptop.begin("one")
    for number in range(6):
        said(log, f"{number}")
        log.append(Note(f"n{number}", "x" * 250_000))
        wait_for(lambda: not laptop.feed.pending)

    state = mirror.log(wait_for(lambda: mirror.find("one"))).state("one")

    assert state.left_out > 0
    assert state.seq == 12
    assert state.messages[-1].content.startswith("xxx")


def test_a_log_that_was_begun_anew_is_read_anew(doorway, laptop):
    mirror = mirror_of(doorway)
    laptop.dial(doorway)
    said(laptop.begin("one"), "old")
    wait_for(lambda: mirror.find("one") and words(mirror.log(mirror.find("one"))) == ["old"])
    laptop.sleep()
    laptop.logs.pop("one").close()
    laptop.store.remove_log("one")
    laptop.infos.clear()
    said(laptop.begin("one"), "new")

    laptop.dial(doorway)

    wait_for(lambda: words(mirror.log(mirror.find("one"))) == ["new"])


@pytest.mark.others_slow
@pytest.mark.parametrize("heard", [1, 2])
def test_a_piece_that_was_heard_but_not_kept_comes_again_in_a_longer_one(heard, doorway, laptop):
    client, mirror = doorway.client(LAPTOP), mirror_of(doorway)
    log = laptop.begin("one")
    doorway.running.append(laptop)
    said(log, "0")
    listed = {"entry": {"name": "laptop"}, "sessions": msgspec.to_builtins(laptop.infos)}
    client.publish(f"ev.{LAPTOP}.list", json.dumps(listed).encode())

    def send(place, last):
        piece = laptop.store.piece("one", place.byte, 1 << 20)
        headers = {"Janus-At": f"{place.byte} {place.line}", EXPECTED: str(last)}
        return client.publish(f"ev.{LAPTOP}.log.one", piece, headers), place.after(piece)

    last, place = 0, Place()
    wait_for(lambda: mirror.find("one"))
    assert words(mirror.log(mirror.find("one"))) == []
    if heard == 2:
        last, place = send(place, last)
        said(log, "1")
    with pytest.raises(Refused, match="wrong last sequence"):
        send(place, last + 5)
    wait_for(lambda: words(mirror.log(mirror.find("one"))) == [*"01"][:heard])
    said(log, "2")
    last, place = send(place, last)

    expected = ["0", "1", "2"] if heard == 2 else ["0", "2"]
    wait_for(lambda: words(mirror.log(mirror.find("one"))) == expected)
    assert mirror.log(mirror.find("one")).left_out == 0
    again = mirror_of(doorway)
    wait_for(lambda: again.find("one") and words(again.log(again.find("one"))) == expected)


def test_what_its_owner_deletes_is_deleted_at_the_doorway(doorway, laptop):
    mirror = mirror_of(doorway)
    laptop.dial(doorway)
    said(laptop.begin("one"), "secret")
    said(laptop.begin("two"), "other")
    wait_for(lambda: mirror.find("one") and words(mirror.log(mirror.find("one"))) == ["secret"])
    wait_for(lambda: not laptop.feed.pending)

    laptop.logs.pop("one").close()
    laptop.store.remove_log("one")
    laptop.feed.forget()

    name = f"EV_{LAPTOP}"
    wait_for(lambda: [*(info(doorway.reader(), name, "ev.>").state.subjects or {})]
             == [f"ev.{LAPTOP}.log.two"])  # fmt: skip
    said(laptop.logs["two"], "more")
    wait_for(lambda: words(mirror.log(mirror.find("two"))) == ["other", "more"])


def test_threat_37_nobody_speaks_for_another_machine(doorway, laptop, tmp_path):
    mirror = mirror_of(doorway)
    laptop.dial(doorway)
    said(laptop.begin("one"), "mine")
    wait_for(lambda: mirror.find("one"))
    cloud = Machine(tmp_path / "cloud", CLOUD, "cloud")
    cloud.begin("one", "Stolen")
    cloud.begin("two", "Its own")

    cloud.dial(doorway)

    wait_for(lambda: mirror.find("two"))
    assert mirror.find("one").machine == LAPTOP
    assert sorted(it.title for it in mirror.sessions()) == ["Fix it", "Its own"]
    with pytest.raises(Refused, match="permissions violation"):
        cloud.client.publish(f"ev.{LAPTOP}.list", b"{}")
    with pytest.raises(Refused, match="permissions violation"):
        cloud.client.publish(f"ev.{LAPTOP}.log.one", b"{}", {"Janus-At": "0 1"})


def test_a_machine_of_another_version_is_shown_as_far_as_it_is_understood(doorway):
    mirror = mirror_of(doorway)
    client = doorway.client(LAPTOP)
    older = {"session_id": "old", "name": None, "status": "idle", "agent": "demo",
             "created_at": 1.0, "last_activity": 2.0}  # fmt: skip
    newer = {**older, "session_id": "new", "colour": "blue", "status": "dreaming"}
    strange = {"session_id": "strange", "name": {"short": "a"}, "kind": 7}

    told = {"entry": {"name": "laptop"}, "sessions": [older, strange]}
    client.publish(f"ev.{LAPTOP}.list", json.dumps(told).encode())
    wait_for(lambda: [it.session_id for it in mirror.sessions()] == ["old"])
    told = {"entry": {"name": "laptop", "moon": "full"}, "sessions": [newer], "dreams": [1]}
    client.publish(f"ev.{LAPTOP}.list", json.dumps(told).encode())

    wait_for(lambda: [it.status for it in mirror.sessions()] == ["dreaming"])
    assert [it.name for it in mirror.machines()] == ["laptop"]
