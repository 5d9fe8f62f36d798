"""What a long conversation costs whoever opens or reads it, in CPU time of one thread."""

import tempfile
import time
from pathlib import Path

from janus.conversation.event_log import EventLog
from janus.conversation.record import Record
from janus.conversation.transcript import messages, recap_of
from janus.model import events
from janus.storage.store import Store

#: Events of a long conversation and of a very long one; turns of each.
LONG, LONGEST, ROUNDS = 10_000, 100_000, 10


def long_conversations():
    with tempfile.TemporaryDirectory() as name:
        store = Store(Path(name))
        store.prepare()
        for id, count in (("long", LONG), ("longest", LONGEST)):
            store.write_log(id, _lines(count))
        opened = _cpu(lambda: EventLog(store.open_log("longest")).close())
        log = EventLog(store.open_log("long"))
        said = _cpu(lambda: [*messages(log)])
        told = _cpu(lambda: recap_of(log))
        late = _cpu(lambda: next(log.follow(log.seq - LONG // 3, 0)))
        log.close()
    yield (
        f"opening a conversation of {LONGEST:,} events",
        f"{opened:.2f} s of CPU",
        "≤ 0.6 s",
        opened <= 0.6,
    )
    for what, took in (("messages", said), ("recap", told), ("last third, for who was away", late)):
        figure = f"{took * 1000:.1f} ms of CPU"
        yield f"of {LONG:,} events the {what}", figure, "≤ 5 ms", took <= 0.005


def _lines(count):
    """The log of ten turns, whose answers came word by word."""
    turns = 10
    words = count // turns - 3
    told = []
    for turn in map(str, range(turns)):
        told += [events.UserMessage(turn, "Where is it?"), events.TurnStarted(turn)]
        told += [events.Text("some words of text ", turn)] * words
        told.append(events.TurnFinished(turn, "some words of text " * words, "end_turn"))
    for seq, event in enumerate(told, 1):
        yield Record(seq, 1.8e9 + seq / 100, event).line()


def _cpu(call):
    """The least seconds of CPU time that it took: what came between is not its own."""
    took = []
    for _ in range(ROUNDS):
        began = time.process_time()
        call()
        took.append(time.process_time() - began)
    return min(took)
