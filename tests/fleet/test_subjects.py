"""What a machine may publish and hear at a real server, whatever it tries: who sends is known."""

import asyncio

import pytest
from dialling import BOX, HOME, LAPTOP, SPY, Place, run
from nats.js.api import AckPolicy, ConsumerConfig, RetentionPolicy, StreamConfig

from janus.fleet.subjects import HEADER, PRESENCE, WORDS, inbox, stream

#: What each scope may do to another machine, beside its own things.
READING = {f"cmd.{BOX}.{{me}}.read.list", "$JS.API.STREAM.INFO." + WORDS,
           "$JS.API.STREAM.MSG.GET." + stream(BOX)}  # fmt: skip
DOING = {f"cmd.{BOX}.{{me}}.do.say", f"word.{BOX}.{{me}}"}
OWN = {"ev.{me}.log.s", f"reply.{BOX}.{{me}}.t", "$KV.presence.{me}", "$JS.API.INFO",
       "$JS.API.STREAM.MSG.GET.EV_{me}", "$JS.API.CONSUMER.MSG.NEXT.WORDS.{me}",
       "ev.{me}.branch.s", "$JS.API.STREAM.PURGE.BR_{me}",
       "$JS.API.STREAM.INFO.BR_{me}"}  # fmt: skip
#: What no member may: to be somebody else, or to change what the doorway keeps.
NEVER = {
    f"ev.{BOX}.log.s", f"ev.{BOX}.branch.s", f"$JS.API.STREAM.PURGE.BR_{BOX}",
    "$JS.API.STREAM.DELETE.BR_{me}", f"cmd.{BOX}.{LAPTOP}.do.say", f"cmd.{BOX}.{LAPTOP}.read.list",
    f"reply.{BOX}.{LAPTOP}.t", f"word.{BOX}.{LAPTOP}", f"$KV.presence.{BOX}", f"{inbox(BOX)}.x",
    "$JS.API.STREAM.DELETE.EV_{me}", "$JS.API.STREAM.PURGE.EV_{me}", "$JS.API.STREAM.CREATE.X",
    "$JS.API.STREAM.UPDATE.EV_{me}", "$JS.API.STREAM.MSG.DELETE.EV_{me}",
    "$JS.API.CONSUMER.CREATE.EV_{me}", "$JS.API.CONSUMER.DURABLE.CREATE.EV_{me}.d",
    "$JS.API.DIRECT.GET.EV_{me}", f"$JS.API.CONSUMER.MSG.NEXT.WORDS.{BOX}",
    f"$JS.ACK.WORDS.{BOX}.1.1.1.1.1", "$SYS.REQ.SERVER.PING", "anything",
}  # fmt: skip
HEARD = {
    "relay": {f"cmd.{SPY}.>", f"{inbox(SPY)}.>"},
    "read": {"ev.>", f"reply.{SPY}.>", f"$KV.{PRESENCE}.>"},
}
UNHEARD = {">", "cmd.>", f"cmd.{BOX}.>", "_INBOX.>", f"{inbox(BOX)}.>", f"reply.{BOX}.>", "word.>",
           "$JS.>", "$JS.ACK.>"}  # fmt: skip


@pytest.fixture
def place(tmp_path):
    place = Place(tmp_path)
    yield place
    place.engine.stop()


async def refused(client, act, subjects):
    """Those of *subjects* that the server refuses to *act* on."""
    client.refusals.clear()
    for subject in (*subjects, "the.last"):  # which nobody may
        await act(subject.replace("{me}", SPY))
    await client.flush()
    while not any('"the.last"' in it for it in client.refusals):
        await asyncio.sleep(0.01)
    named = {it.partition('"')[2].partition('"')[0] for it in client.refusals}
    return {it for it in subjects if it.replace("{me}", SPY).lower() in named}


@pytest.mark.others_slow
@pytest.mark.parametrize("scope", ["relay", "read", "full"])
def test_threat_37_a_machine_stays_within_its_subjects_and_its_scope(place, scope):
    place.engine.apply(place.config(box="full", laptop="full", spy=scope))
    may = OWN | (READING if scope != "relay" else set()) | (DOING if scope == "full" else set())
    hears = HEARD["relay"] | (HEARD["read"] if scope != "relay" else set())

    async def attempt():
        async with place.dial(SPY) as spy:
            published = await refused(spy, lambda it: spy.publish(it, b"{}"),
                                      OWN | READING | DOING | NEVER)  # fmt: skip
            heard = await refused(spy, spy.subscribe, hears | UNHEARD | HEARD["read"])
        return published, heard

    published, heard = run(attempt())

    assert published == (READING | DOING | NEVER) - may
    assert heard == (UNHEARD | HEARD["read"]) - hears


def test_threat_38_nothing_that_the_server_answers_passes_for_a_message_of_another(place):
    """The server answers under any subject that is asked for: without the header, or as itself."""
    place.engine.apply(place.config(box="full", laptop="full", spy="full"))
    forged = [f"cmd.{BOX}.{LAPTOP}.do.say", f"word.{BOX}.{LAPTOP}", f"ev.{LAPTOP}.log.s"]
    crafted = {HEADER: "1"}

    async def attempt():
        heard = []

        async def hear(message):
            heard.append((message.subject, message.headers))

        async with place.dial(HOME) as home, place.dial(BOX) as box, place.dial(SPY) as spy:
            jetstream = home.jetstream()
            for id in (LAPTOP, SPY):
                await jetstream.add_stream(
                    StreamConfig(name=stream(id), subjects=[f"ev.{id}.log.*"])
                )
            await jetstream.add_stream(
                StreamConfig(
                    name=WORDS, subjects=["word.*.*"], retention=RetentionPolicy.WORK_QUEUE
                )
            )
            await jetstream.add_consumer(
                WORDS, ConsumerConfig(durable_name=SPY, filter_subject=f"word.{SPY}.*",
                                      ack_policy=AckPolicy.EXPLICIT)
            )  # fmt: skip
            await box.subscribe(f"cmd.{BOX}.>", cb=hear)
            await box.flush()
            for subject in forged:
                await spy.publish(f"word.{SPY}.{SPY}", b"evil", headers=crafted)
                await spy.flush()
                while not (await jetstream.stream_info(WORDS)).state.last_seq:
                    await asyncio.sleep(0.01)  # a word that is kept is there to be asked for
                await spy.publish(f"ev.{SPY}.log.s", b"evil", reply=subject, headers=crafted)
                for request in (
                    "$JS.API.INFO", f"$JS.API.STREAM.MSG.GET.{stream(SPY)}",
                    f"$JS.API.DIRECT.GET.{stream(SPY)}",
                    f"$JS.API.CONSUMER.MSG.NEXT.{WORDS}.{SPY}",
                ):  # fmt: skip
                    await spy.publish(request, b'{"seq": 1}', reply=subject)
                await spy.flush()
            while len(heard) < 4:  # the three answers, and the word of its own
                await asyncio.sleep(0.01)
            for name in (stream(LAPTOP), WORDS):
                for seq in range(1, (await jetstream.stream_info(name)).state.last_seq + 1):
                    message = await jetstream.get_msg(name, seq)
                    heard.append((message.subject, message.headers))
        return heard

    heard = run(attempt())

    assert {subject for subject, _ in heard} & {*forged}  # so it can be asked for
    assert not [subject for subject, headers in heard if subject in forged and headers]


def test_threat_39_a_stolen_doorway_has_the_public_keys_of_the_others_only(place):
    place.engine.apply(place.config(laptop="full", box="read"))
    kept = b"".join(it.read_bytes() for it in (place.folder / "fleet").rglob("*") if it.is_file())

    for id in (LAPTOP, BOX):
        assert place.seeds[id].encode() not in kept
