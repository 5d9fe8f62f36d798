"""Words to a machine that sleeps."""

# ruff: noqa: F401, F811 - a fixture is imported, and named again by who asks for it

import os
import random

import pytest
from doorways import CLOUD, HOME, LAPTOP, doorways
from kit.waiting import wait_for

from janus.conversation.event_log import EventLog
from janus.errors import MessageNotFound, NotFound, QueueFull, SessionNotFound, StorageFailed
from janus.fleet.failures import Absent, Refused
from janus.fleet.inbox import Inbox
from janus.fleet.streams import HELD, Shapes, info
from janus.fleet.subjects import WORDS
from janus.fleet.words import Word, Words
from janus.model.events import UserMessage
from janus.storage.store import Store

#: How many in the test of kills; `make soak` takes more.
KILLS = int(os.environ.get("JANUS_FLEET_KILLS", "8"))


class Sessions:
    """The manager of a machine, whose sessions accept what they are told, each id once."""

    def __init__(self, folder):
        self.store = Store(folder)
        self.store.prepare()
        self.logs = {id: EventLog(self.store.open_log(id)) for id in ("one", "two")}
        self.refuse, self.withdrawn = [], []
        #: Those whose disk is not plugged in.
        self.away = set()

    def say(self, session_id, text, message_id, *, voice=False, attachments=()):
        log = self.find(session_id)
        if attachments:
            raise NotFound("An attachment of this message is not there.")
        if log.turn_of(message_id) is None:
            log.append(UserMessage(f"t{message_id}", text, message_id, voice), promised=True)

    def withdraw(self, session_id, message_id):
        if self.find(session_id).turn_of(message_id) is None:
            raise MessageNotFound("It does not wait.")
        self.withdrawn.append(message_id)

    def find(self, session_id):
        if session_id in self.away:
            raise StorageFailed(f"The project of {session_id} is not there.")
        if self.refuse:
            raise self.refuse.pop()
        if session_id not in self.logs:
            raise SessionNotFound("It was deleted.")
        return self.logs[session_id]

    @property
    def said(self):
        return self.said_in("one")

    def said_in(self, session_id):
        return [it.event.content for it in self.logs[session_id].all()]

    def close(self):
        for log in self.logs.values():
            log.close()


@pytest.fixture
def doorway(doorways):
    doorway = doorways(laptop="full", cloud="read")
    doorway.shapes()
    return doorway


@pytest.fixture
def sessions(tmp_path):
    sessions = Sessions(tmp_path / "laptop")
    yield sessions
    sessions.close()


@pytest.fixture
def words(doorway):
    made = []
    doorway.client(HOME, lambda it: made.append(Words(it)))
    doorway.running.append(made[0])
    made[0].start()
    return made[0]


def wake(doorway, sessions, scope="full"):
    """The machine begins to take its words."""
    made = []
    client = doorway.client(
        LAPTOP, lambda it: made.append(Inbox(it, lambda *_: sessions, lambda sender: scope))
    )
    doorway.running.append(made[0])
    made[0].client = client
    made[0].start()
    return made[0]


def say(words, text, id=None, session="one"):
    words.put(LAPTOP, Word(session, text, id or text, 5.0))


def left(doorway):
    return info(doorway.reader(), WORDS).state.messages


def test_words_wait_and_arrive_once_and_in_order(doorway, sessions, words):
    for number in range(5):
        say(words, f"{number}")
    assert [it.text for it in words.waiting("one")] == [*"01234"]
    say(words, "2")  # the phone sent it again

    wake(doorway, sessions)

    wait_for(lambda: left(doorway) == 0)
    assert sessions.said == [*"01234"]
    wait_for(lambda: not words.waiting("one"))


def test_after_three_days_the_ids_that_were_accepted_decide(doorway, sessions, words):
    """The queue has forgotten by then that it had the same words already."""
    say(words, "first")
    inbox = wake(doorway, sessions)
    wait_for(lambda: left(doorway) == 0)
    inbox.client.stop()
    inbox.stop()
    words._client.publish(  # as one that was sent again after the window: under another id
        f"word.{LAPTOP}.{HOME}", b'{"session_id":"one","text":"first","message_id":"first","at":1}'
    )
    say(words, "second")

    wake(doorway, sessions)

    wait_for(lambda: left(doorway) == 0)
    assert sessions.said == ["first", "second"]


@pytest.mark.slow(10)
def test_kills_of_machine_and_server_lose_and_double_nothing(doorway, sessions, words):
    chance, said = random.Random(5), {"one": [], "two": []}
    inbox = wake(doorway, sessions)
    for _ in range(KILLS):
        for _ in range(chance.randrange(1, 6)):
            wait_for(lambda: words._client.connected)
            session = chance.choice([*said])
            said[session].append(f"{session} {len(said[session])}")
            say(words, said[session][-1], session=session)
        sessions.away ^= {"two"} if chance.random() < 0.5 else set()
        if chance.random() < 0.5:
            doorway.kill()
            wait_for(lambda: not words._client.connected)
            doorway.start()
        else:
            inbox.client.stop()
            inbox.stop()
            inbox = wake(doorway, sessions)

    sessions.away.clear()
    # One that was handed over comes again after 5 s.
    wait_for(lambda: sum(len(sessions.said_in(id)) for id in said) == sum(map(len, said.values())))
    assert {id: sessions.said_in(id) for id in said} == said


def test_what_cannot_be_accepted_now_comes_again_before_what_is_behind_it(doorway, sessions, words):
    sessions.refuse.append(QueueFull("20 messages wait already."))
    say(words, "a")
    say(words, "b")

    wake(doorway, sessions)

    wait_for(lambda: sessions.said == ["a", "b"])


@pytest.mark.slow
def test_what_waits_for_its_disk_holds_up_no_other_session(doorway, sessions, words):
    sessions.away.add("one")
    for text in "abc":
        say(words, f"1{text}")
        say(words, f"2{text}", session="two")

    inbox = wake(doorway, sessions)

    wait_for(lambda: sessions.said_in("two") == ["2a", "2b", "2c"])
    assert "one is not there" in inbox.problem
    wait_for(lambda: left(doorway) == 3)
    words.look()
    assert [it.text for it in words.waiting("one")] == ["1a", "1b", "1c"]
    words.take_back(LAPTOP, "one", "1b")
    say(words, "2d", session="two")
    wait_for(lambda: sessions.said_in("two")[-1] == "2d")
    assert {it.text: it.take_back for it in words.waiting("one")}["1b"]  # that is not so yet

    # What is there at a restart comes later than what is new, and is said before it.
    inbox.client.stop()
    inbox.stop()
    say(words, "1d")
    sessions.away.clear()
    inbox = wake(doorway, sessions)

    wait_for(lambda: left(doorway) == 0)
    assert sessions.said == ["1a", "1c", "1d"]
    assert sessions.said_in("two") == ["2a", "2b", "2c", "2d"]
    assert inbox.problem is None and sessions.withdrawn == []
    wait_for(lambda: not words.waiting("one"))


@pytest.mark.slow
def test_what_waits_ends_with_its_session_and_stays_in_place_without_its_files(
    doorway, sessions, words
):
    sessions.away |= {"one", "gone"}
    for word in (
        Word("gone", "never", "g", 5.0),
        Word("one", "with a file", "a", 5.0, attachments=("f",)),
        Word("one", "after it", "b", 5.0),
    ):
        words.put(LAPTOP, word)
    inbox = wake(doorway, sessions)
    wait_for(lambda: inbox.problem)

    [word] = words.with_files()
    words.give_up_files(LAPTOP, word)
    sessions.away.clear()

    wait_for(lambda: left(doorway) == 0)
    assert [text.partition("\n")[0] for text in sessions.said] == ["with a file", "after it"]
    assert "did not arrive" in sessions.said[0]
    assert inbox.problem is None


def test_a_queue_that_an_earlier_janus_made_hands_over_as_many(doorway, words):
    async def as_it_was(jetstream):
        found = await jetstream.consumer_info(WORDS, LAPTOP)
        await jetstream.add_consumer(WORDS, found.config.evolve(max_ack_pending=1))

    doorway.reader().call(as_it_was)

    doorway.shapes()

    found = doorway.reader().call(lambda it: it.consumer_info(WORDS, LAPTOP))
    assert found.config.max_ack_pending == HELD


def test_what_nobody_can_ever_accept_holds_up_nothing(doorway, sessions, words, caplog):
    words.put(LAPTOP, Word("deleted", "x", "x", 5.0))
    words._client.publish(f"word.{LAPTOP}.{HOME}", b"no word")
    say(words, "a")

    wake(doorway, sessions)

    wait_for(lambda: sessions.said == ["a"])
    wait_for(lambda: left(doorway) == 0)
    assert sum("left out" in it.message for it in caplog.records) == 2


def test_it_is_taken_back_when_the_machine_says_so_and_not_before(doorway, sessions, words):
    say(words, "a")
    say(words, "b")

    assert words.take_back(LAPTOP, "one", "a")
    assert not words.take_back(LAPTOP, "one", "z")
    words.look()
    assert {it.text: it.take_back for it in words.waiting("one")} == {"a": True, "b": False}
    wake(doorway, sessions)

    wait_for(lambda: left(doorway) == 0)
    assert sessions.said == ["b"]
    wait_for(lambda: not words.waiting("one"))


def test_one_that_the_machine_has_accepted_already_is_withdrawn_there(doorway, sessions, words):
    say(words, "a")
    sessions.say("one", "a", "a")  # it holds it, and has not said so yet

    words.take_back(LAPTOP, "one", "a")
    wake(doorway, sessions)

    wait_for(lambda: sessions.withdrawn == ["a"])


def test_nothing_is_left_of_a_machine_that_was_revoked(doorway, words):
    say(words, "a")
    shapes = Shapes(doorway.reader())

    shapes.forget(LAPTOP)
    shapes.forget(LAPTOP)

    assert left(doorway) == 0
    with pytest.raises(Absent):
        info(doorway.reader(), f"EV_{LAPTOP}")


def test_words_of_who_may_not_speak_are_left_out(doorway, sessions, words):
    with pytest.raises(Refused, match="permissions violation"):
        doorway.client(CLOUD).publish(f"word.{LAPTOP}.{CLOUD}", b"{}")
    say(words, "a")

    wake(doorway, sessions, scope="read")

    wait_for(lambda: left(doorway) == 0)
    assert sessions.said == []
