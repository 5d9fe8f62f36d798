"""A machine's logs in the stream of a doorway."""

# ruff: noqa: F401, F811 - a fixture is imported, and named again by who asks for it

import os
import random

import pytest
from doorways import HOME, LAPTOP, doorways
from kit.waiting import wait_for

from janus.fleet.feed import PIECE, Feed, Place
from janus.fleet.streams import Shapes, info, read
from janus.storage.store import Store

STREAM = f"EV_{LAPTOP}"
#: How many in the test of kills; `make soak` takes more.
KILLS = int(os.environ.get("JANUS_FLEET_KILLS", "20"))


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path / "state")
    store.prepare()
    return store


@pytest.fixture
def say(store):
    """Appends lines to the log of a session."""
    files = {}

    def say(id, *lines):
        file = files.setdefault(id, store.open_log(id))
        for line in lines:
            file.append(line + b"\n", False)

    yield say
    for file in files.values():
        file.close()


def feeding(doorway, store):
    """A feed that runs, of a machine that has just been started."""
    made = []
    client = doorway.client(LAPTOP, lambda it: made.append(Feed(it, lambda: [store])), wait=False)
    feed = made[0]
    store.written = lambda id, size: feed.grew(store, id, size)
    feed.start()
    doorway.running.append(feed)
    feed.client = client
    return feed


def kill(feed):
    """As if the machine were gone: nothing is finished."""
    feed.client.stop()
    feed.stop()


def pieces(doorway, id):
    kept = read(doorway.reader(), STREAM, f"ev.{LAPTOP}.log.{id}", 1)
    return [(Place.of(it), it.data) for it in kept]


def has(doorway, store, id):
    """Whether the stream has the log, each byte once and in its place."""
    place = Place()
    for at, data in pieces(doorway, id):
        if at != place:
            return False
        place = place.after(data)
    return b"".join(data for _, data in pieces(doorway, id)) == store.piece(id, 0, 1 << 30)


def test_what_is_written_arrives_as_it_is_also_what_no_janus_knows_yet(doorways, store, say):
    doorway = doorways()
    doorway.shapes()
    say("one", b'{"seq":1,"event":{"type":"of_next_year"}}')

    feeding(doorway, store)
    say("one", b"no JSON at all")
    say("two", b"x" * (2 * PIECE))

    wait_for(lambda: has(doorway, store, "one") and has(doorway, store, "two"))
    assert len(pieces(doorway, "two")) == 3


@pytest.mark.slow
def test_kills_of_machine_and_server_and_nothing_is_missing_or_double(doorways, store, say):
    doorway, chance, said = doorways(), random.Random(17), 0
    doorway.shapes()
    feed = feeding(doorway, store)
    for _ in range(KILLS):
        for _ in range(chance.randrange(1, 200)):
            said += 1
            say(chance.choice(["one", "two", "three"]), b"%d" % said)
        some = chance.randrange(3)
        wait_for(lambda it=feed, some=some: it.client.connected and it.pending <= some)
        say("one", *(b"%d" % (said := said + 1) for _ in range(chance.randrange(20))))
        if chance.random() < 0.5:
            doorway.kill()
            doorway.start()
        else:
            kill(feed)
            feed = feeding(doorway, store)

    wait_for(lambda: all(has(doorway, store, id) for id in ("one", "two", "three")), 30)
    lines = [line for id in ("one", "two", "three") for _, data in pieces(doorway, id)
             for line in data.split()]  # fmt: skip
    assert sorted(map(int, lines)) == [*range(1, said + 1)]


def test_a_stream_that_was_emptied_or_is_missing_is_filled_again_and_that_is_said_once(
    doorways, store, say, caplog
):
    doorway = doorways()
    doorway.shapes()
    feed = feeding(doorway, store)
    say("one", b"1", b"2")
    wait_for(lambda: has(doorway, store, "one"))

    doorway.kill()
    doorway.empty()
    doorway.start()
    doorway.shapes()

    wait_for(lambda: has(doorway, store, "one"))
    say("one", b"3")
    wait_for(lambda: has(doorway, store, "one"))
    assert feed.refilled == 1
    assert [it.message for it in caplog.records if "had lost" in it.message] == [
        "The doorway had lost events of 1 conversations; they are sent again"
    ]


def test_a_stream_that_lost_its_end_goes_on_from_there(doorways, store, say):
    doorway = doorways()
    doorway.shapes()
    feed = feeding(doorway, store)
    for number in range(5):
        say("one", b"%d" % number)
    wait_for(lambda: has(doorway, store, "one"))
    kill(feed)
    last = info(doorway.reader(), STREAM).state.last_seq
    doorway.reader().call(lambda it: it.delete_msg(STREAM, last))

    feeding(doorway, store)
    say("one", b"5")

    wait_for(lambda: has(doorway, store, "one"))


def test_another_log_under_the_same_name_is_sent_whole(doorways, store, say):
    doorway = doorways()
    doorway.shapes()
    feed = feeding(doorway, store)
    say("one", b"first")
    wait_for(lambda: has(doorway, store, "one"))
    kill(feed)
    (store.folder / "logs" / "one.jsonl").write_bytes(b"other\nand more\n")

    feeding(doorway, store)

    wait_for(lambda: pieces(doorway, "one")[1:] == [(Place(), b"other\nand more\n")])


def test_what_made_room_for_newer_is_not_sent_again(doorways, store, say):
    doorway = doorways()
    home = doorway.client(HOME)
    Shapes(home, event_bytes=1 << 20).ensure([LAPTOP])
    say("old", b'{"seq":1,"at":1.0,"event":{"type":"turn_started","turn_id":"a"}}')
    feed = feeding(doorway, store)
    wait_for(lambda: has(doorway, store, "old"))
    for number in range(5):
        say("new", b"%d" % number * PIECE)
    wait_for(lambda: not feed.pending and not pieces(doorway, "old"))
    kill(feed)

    feed = feeding(doorway, store)

    wait_for(lambda: feed.client.connected and not feed.pending and feed._last)
    assert pieces(doorway, "old") == []
    first, _ = pieces(doorway, "new")[0]
    assert first.byte > 0  # what a reader takes for a gap


def test_a_doorway_without_a_stream_is_waited_for(doorways, store, say):
    doorway = doorways()
    feed = feeding(doorway, store)
    say("one", b"1")
    wait_for(lambda: "does not have it" in (feed.problem or ""))

    doorway.shapes()

    wait_for(lambda: has(doorway, store, "one"))
