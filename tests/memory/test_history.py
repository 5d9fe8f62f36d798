"""What is in the history, and what is not; and what is forgotten leaves no trace."""

import os
import random
import sqlite3
import stat
import threading

import pytest
import remembered
from remembered import found, marked, named, remains, say, turn, whole

from janus.conversation.event_log import EventLog
from janus.model.events import (
    Note,
    QuestionAsked,
    SessionEnded,
    Summary,
    Text,
    Thought,
    ToolCall,
    TurnFailed,
    TurnFinished,
    TurnStarted,
    TurnWithdrawn,
    UserMessage,
)

open_history, history, store = remembered.open_history, remembered.history, remembered.store

DAY = [
    named("fix-zebra"),
    *turn("t1", "apple question", "banana answer", message="m1"),
    Text("a word ou"),
    ToolCall("c1", "grep", "search", "cherry title", "completed", output="cherry output"),
    Text("tside of turns"),
    UserMessage("t2", "durian question"),
    Thought("elder thought", "t2"),
    TurnStarted("t2"),
    UserMessage("t3", "fig withdrawn"),
    UserMessage("t4", "grape waits"),
    Text("half an", "t2"),
    ToolCall("c2", "grep", "search", "cherry title", "completed", turn_id="t2"),
    TurnWithdrawn("t3"),
    TurnFinished("t2", "half an answer", "failed"),
    TurnFailed("t2", "AGENT_FAILED", "elder failure"),
    Text(" that comes late", "t2"),
    Note("n1", "elder note"),
    Text("honey afterwards"),
    QuestionAsked("q1", "permission", "elder permission", ()),
    Summary("- elder made from the log", by_agent=False),
    Summary("- kiwi by the agent", by_agent=True),
    named("fix-lion"),
    SessionEnded("elder reason"),
]
SAID = ["apple", "banana", "outside", "durian", "late", "honey", "kiwi", "lion"]
NOT_SAID = ["cherry", "elder", "fig", "grape", "zebra"]


def test_what_was_said_is_found_and_nothing_else(history, store):
    say(store, "s", *DAY)
    history.start()

    assert [word for word in SAID if not found(history, word)] == []
    assert [word for word in NOT_SAID if found(history, word)] == []
    [hit] = found(history, "kiwi")
    assert (hit.role, hit.title, hit.message_id) == ("summary", "fix-lion", None)
    [hit] = found(history, "lion")
    assert (hit.role, hit.snippet, hit.message_id) == ("title", "fix-lion", None)


def test_a_hit_names_the_message_as_clients_know_it(history, store):
    log = say(store, "s", *DAY)
    messages = {message.id: message for message in log.state("s").messages}
    history.start()

    for word in SAID[:6]:
        [hit] = found(history, word)
        message = messages[hit.message_id]
        assert (hit.session_id, hit.role) == ("s", message.sender)
        assert marked(hit) == [word] and hit.snippet == message.content


@pytest.mark.parametrize("seed", range(5))
def test_it_does_not_matter_how_much_was_read_at_a_time(seed, history, store):
    chance = random.Random(seed)
    say(store, "all", *DAY)
    history.start()
    log, at = EventLog(store.open_log("bits")), 0
    while at < len(DAY):
        for event in DAY[at : (at := at + chance.randint(1, 5))]:
            log.append(event)
        history.changed("bits")
        whole(history)
    log.close()

    for word in [*SAID, *NOT_SAID]:
        bits, everything = (
            [(hit.role, hit.message_id, hit.snippet) for hit in found(history, word) if is_of(hit)]
            for is_of in (
                lambda hit: hit.session_id == "bits",
                lambda hit: hit.session_id == "all",
            )
        )
        assert bits == everything


def test_names_come_first_and_then_the_newest(history, store, clock):
    for id, text in (("one", "the cart"), ("two", "a cart"), ("three", "no cart"), ("four", "-")):
        log = EventLog(store.open_log(id), clock)
        for event in [named("cart-2")] * (id == "one") + [*turn("t", text)]:
            log.append(event)
        log.close()
        clock.now += 60
    history.start()

    hits = found(history, "cart")

    assert [(hit.session_id, hit.role) for hit in hits] == [
        ("one", "title"), ("three", "user"), ("two", "user"), ("one", "user")
    ]  # fmt: skip
    assert [hit.title for hit in hits] == ["cart-2", "no cart", "a cart", "cart-2"]
    assert [hit.session_id for hit in found(history, "cart", limit=2)] == ["one", "three"]


def test_a_message_is_found_once_its_turn_has_begun(history, store):
    say(store, "s", UserMessage("t", "apple"))
    history.start()
    assert found(history, "apple") == []

    say(store, "s", TurnStarted("t"))
    history.changed("s")

    assert len(found(history, "apple")) == 1


def test_many_of_one_moment_are_all_found(history, store, clock):
    log = EventLog(store.open_log("s"), clock)
    for number in range(300):
        for event in turn(f"t{number}", f"apple {number}"):
            log.append(event)
    log.close()
    history.start()

    assert len(found(history, "apple", limit=1000)) == 300
    assert found(history, "apple")[0].snippet == "apple 299"


def test_damaged_lines_are_left_out_and_another_log_is_read_anew(history, store):
    say(store, "s", *turn("t1", "apple"), *turn("t2", "banana"))
    path = store.folder / "logs" / "s.jsonl"
    path.write_bytes(path.read_bytes().replace(b"apple", b'"' * 5) + b"torn")
    history.start()
    assert not found(history, "apple") and found(history, "banana")

    path.unlink()
    say(store, "s", *turn("t3", "cherry"))
    history.changed("s")

    assert found(history, "cherry") and not found(history, "banana")


def test_the_files_are_the_owners_alone(history, store):
    say(store, "s", *turn("t", "apple"))
    history.start()
    assert found(history, "apple")

    files = [*store.folder.glob("history.db*")]

    assert {path.name for path in files} >= {"history.db", "history.db-wal"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


SECRET = ["Xylophonquartz", "geheimnisvoll_wort", "quietschgelb", "秘密会議室予定", "zqx-id-4242"]


def tell_secrets(store):
    for number in range(20):
        say(store, f"s{number}", *turn("t", f"xyl geh and other words {number}", "quiet secret"))
    say(store, "zqx-id-4242", named("Xylophonquartz"), *turn("t", " ".join(SECRET), SECRET[0]))
    say(store, "zqx-id-4242", Summary(SECRET[2], by_agent=True))


def delete(store, id):
    (store.folder / "logs" / f"{id}.jsonl").unlink()


def in_bytes(words, data):
    """Which of them are there, in any case, or a good part of them as a tree of terms has it."""
    data = data.lower()
    pieces = [word.lower()[at : at + 6] for word in words for at in range(max(1, len(word) - 5))]
    return [piece for piece in pieces if piece.encode() in data]


def is_forgotten(history, store):
    whole(history)
    return not in_bytes(SECRET, remains(store)) and not any(found(history, it) for it in SECRET)


def test_what_is_forgotten_leaves_no_word_in_any_file(history, store):
    tell_secrets(store)
    history.start()
    assert len(found(history, "geheimnisvoll")) == 1 and in_bytes(SECRET, remains(store))

    delete(store, "zqx-id-4242")
    history.forget("zqx-id-4242")

    assert is_forgotten(history, store)
    assert len(found(history, "other", limit=100)) == 20


def test_the_deleted_does_not_come_back(history, store):
    tell_secrets(store)
    history.start()
    whole(history)
    delete(store, "zqx-id-4242")
    history.forget("zqx-id-4242")

    history.changed("zqx-id-4242")  # late
    assert is_forgotten(history, store)
    history.rebuild()
    assert is_forgotten(history, store)
    history.forget("zqx-id-4242")  # again
    history.forget("never was")
    assert len(found(history, "other", limit=100)) == 20


def test_what_was_deleted_while_nobody_looked_is_forgotten_at_the_next_start(
    store, history, open_history
):
    tell_secrets(store)
    history.start()
    whole(history)
    history.stop()
    delete(store, "zqx-id-4242")

    next_one = open_history()
    assert next_one.search("quietschgelb", 20).hits == []  # also before it has looked
    next_one.start()

    assert is_forgotten(next_one, store)


@pytest.mark.others_slow
@pytest.mark.parametrize("locks", ["BEGIN EXCLUSIVE", "BEGIN; SELECT count(*) FROM said"])
def test_whoever_holds_the_index_does_not_keep_the_deleted(locks, history, store):
    tell_secrets(store)
    history.start()
    whole(history)
    other = sqlite3.connect(store.folder / "history.db", isolation_level=None)
    for statement in locks.split(";"):
        other.execute(statement).fetchall()

    delete(store, "zqx-id-4242")
    history.forget("zqx-id-4242")

    assert not in_bytes(SECRET, remains(store))
    other.close()
    assert is_forgotten(history, store)
    assert len(found(history, "other", limit=100)) == 20


def test_forgetting_and_feeding_at_the_same_time(history, store):
    tell_secrets(store)
    done = threading.Event()

    def feed():
        while not done.is_set():
            history.changed("zqx-id-4242")

    feeding = threading.Thread(target=feed)
    feeding.start()
    history.start()
    delete(store, "zqx-id-4242")
    history.forget("zqx-id-4242")
    done.set()
    feeding.join()

    assert is_forgotten(history, store)


def test_nothing_is_made_for_what_was_never_there(history, store):
    history.forget("never was")

    assert history.search("apple", 20).hits == [] and not os.path.lexists(store.folder)


def test_a_stopped_history_begins_nothing(history, store):
    history.stop()
    history.stop()

    history.changed("s")
    history.start()

    assert history.pending == 0 and not [it for it in threading.enumerate() if it.name == "history"]
