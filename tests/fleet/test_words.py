"""Words to a machine that sleeps."""

# ruff: noqa: F401, F811 - a fixture is imported, and named again by who asks for it

import os
import random

import pytest
from doorways import CLOUD, HOME, LAPTOP, doorways
from kit.waiting import wait_for

from janus.conversation.event_log import EventLog
from janus.errors import MessageNotFound, QueueFull, SessionNotFound
from janus.fleet.failures import Absent, Refused
from janus.fleet.streams import Shapes, info
from janus.fleet.subjects import WORDS
from janus.fleet.words import Inbox, Word, Words
from janus.model.events import UserMessage
from janus.storage.store import Store

#: How many in the test of kills; `make soak` takes more.
KILLS = int(os.environ.get("JANUS_FLEET_KILLS", "8"))


class Sessions:
    """The manager of a machine, whose sessions accept what they are told, each id once."""

    def __init__(self, folder):
        self.store = Store(folder)
        self.store.prepare()
        self.log = EventLog(self.store.open_log("one"))
        self.refuse, self.withdrawn = [], []

    def say(self, session_id, text, message_id, *, voice=False, attachments=()):
        if self.refuse:
            raise self.refuse.pop()
        if session_id != "one":
            raise SessionNotFound("It was deleted.")
        if self.log.turn_of(message_id) is None:
            self.log.append(UserMessage(f"t{message_id}", text, message_id, voice), promised=True)

    def withdraw(self, session_id, message_id):
        if self.log.turn_of(message_id) is None:
            raise MessageNotFound("It does not wait.")
        self.withdrawn.append(message_id)

    @property
    def said(self):
        return [it.event.content for it in self.log.all()]


@pytest.fixture
def doorway(doorways):
    doorway = doorways(laptop="full", cloud="read")
    doorway.shapes()
    return doorway


@pytest.fixture
def sessions(tmp_path):
    sessions = Sessions(tmp_path / "laptop")
    yield sessions
    sessions.log.close()


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


def say(words, text, id=None):
    words.put(LAPTOP, Word("one", text, id or text, 5.0))


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
    chance, said = random.Random(5), 0
    inbox = wake(doorway, sessions)
    for _ in range(KILLS):
        for _ in range(chance.randrange(1, 6)):
            wait_for(lambda: words._client.connected)
            said += 1
            say(words, f"{said}")
        if chance.random() < 0.5:
            doorway.kill()
            wait_for(lambda: not words._client.connected)
            doorway.start()
        else:
            inbox.client.stop()
            inbox.stop()
            inbox = wake(doorway, sessions)

    wait_for(
        lambda: len(sessions.said) == said, 60
    )  # one that was handed over comes again after 5 s
    assert sessions.said == [f"{number}" for number in range(1, said + 1)]


def test_what_cannot_be_accepted_now_comes_again_before_what_is_behind_it(doorway, sessions, words):
    sessions.refuse.append(QueueFull("20 messages wait already."))
    say(words, "a")
    say(words, "b")

    wake(doorway, sessions)

    wait_for(lambda: sessions.said == ["a", "b"])


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
