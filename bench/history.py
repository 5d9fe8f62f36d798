"""How fast what ended is listed, and the search over all that was said, at a given size."""

import random
import statistics
import tempfile
import time
from pathlib import Path

from bench.rig import Rig
from janus.conversation.record import Record
from janus.memory.history.index import Index
from janus.memory.history.query import Query
from janus.model import events
from janus.storage.store import Store

#: Sessions that ended, and how often a page of them is read.
ENDED, PAGES = 2_000, 100
#: Of a start: the sessions that ended, the bytes of a log, and how often each kind is started.
OLD, LOG, STARTS = 1_000, 200 << 20, 3
#: Messages, and how many of them a session has; what is looked for; turns that are fed.
MESSAGES, EACH = 100_000, 50
SEARCHES, TURNS = 300, 100
_ENDINGS = ["", "ing", "_id", "Error", "/main.py", "Größe", "検索機能"]


def ended():
    with Rig(remembers=_ends(ENDED)) as rig:
        took, more = [], ""
        for _ in range(PAGES):
            started = time.monotonic()
            page = rig.get(f"/api/sessions?ended=true&limit=50{more}")
            took.append(time.monotonic() - started)
            more = f"&before={page['next']}" if "next" in page else ""
    p95 = statistics.quantiles(took, n=20)[-1]
    yield f"a page of 50 of {ENDED:,} sessions that ended: p95", _ms(p95), "≤ 50 ms", p95 <= 0.05


def starting():
    """The first start with all of it: nothing of what was said is in the index of the search."""
    took = [], []
    for _ in range(STARTS):
        for seconds, remembers in zip(
            took, ((), [*_ends(OLD), ("open", _long_log())]), strict=True
        ):
            with Rig(remembers=remembers) as rig:
                seconds.append(rig.start_took)
    empty, full = map(min, took)
    yield (
        f"a start with {OLD:,} ended sessions and a log of {LOG >> 20} MB, until it answers",
        f"{full:.2f} s, {full / empty:.2f} of an empty one",
        "≤ 1.5 s",
        full <= 1.5,
    )


def _ends(count):
    """The logs of sessions that ended, each with its last line only."""
    described = events.SessionDescribed(None, "agent", None, None, "2026-11-30T08:00:00.000Z")
    listed = events.Listed(described, "A title of some words", "A preview " * 15, "- said", 1.0, 9)
    for number in range(count):
        end = Record(1, time.time() - number, events.SessionEnded("over", listed=listed))
        yield f"s{number}", end.line()


def _long_log():
    """The log of an open session, in which an agent wrote a long answer, 1 kB at a time."""
    words = "some words of text " * 50
    told = [
        events.SessionDescribed(None, "agent", None, None, "2026-11-30T08:00:00.000Z"),
        events.UserMessage("t", "Where is it?"),
        events.TurnStarted("t"),
        *[events.Text(words, "t")] * (LOG // len(words)),
        events.TurnFinished("t", "There.", "end_turn"),
    ]
    return b"".join(Record(seq, 1.8e9, event).line() for seq, event in enumerate(told, 1))


def search():
    chance = random.Random(7)
    vocabulary = [_word(chance) for _ in range(20_000)]
    with tempfile.TemporaryDirectory() as name:
        store = Store(Path(name))
        index = Index(store)
        ids = [f"s{number}" for number in range(max(1, MESSAGES // EACH))]
        for id in ids:
            _say(Path(name), id, [_text(chance, vocabulary) for _ in range(EACH)])
            while index.feed(id):
                pass
        found = [_timed(index.search, Query(it), 20) for it in _queries(chance, vocabulary)]
        fed = []
        for _ in range(TURNS):
            id = chance.choice(ids)
            _say(Path(name), id, [_text(chance, vocabulary) for _ in range(2)])
            fed.append(_timed(index.feed, id))
        forgot = _timed(index.forget, ids[0])
        index.close()
    p95 = statistics.quantiles(found, n=20)[-1]
    yield f"a search among {MESSAGES:,} messages: p95", _ms(p95), "≤ 20 ms", p95 <= 0.02
    p95 = statistics.quantiles(fed, n=20)[-1]
    yield "what a turn adds to that index: p95", _ms(p95), "≤ 5 ms", p95 <= 0.005
    yield "deleting a session from it, to the byte", _ms(forgot), "", True


def _word(chance):
    syllables = ("".join(chance.choice(it) for it in ("bdfgklmnprstvz", "aeiou")) for _ in range(9))
    word = "".join(list(syllables)[: chance.randint(1, 4)])
    return word + (chance.choice(_ENDINGS) if chance.random() < 0.1 else "")


def _text(chance, vocabulary):
    """Some 60 words; each is as frequent as in a language, the first of them every 14th."""
    count = min(int(chance.expovariate(1 / 60)) + 3, 1000)
    return " ".join(vocabulary[int(len(vocabulary) ** chance.random()) - 1] for _ in range(count))


def _queries(chance, vocabulary):
    """Frequent and rare words, several together, and what stands there while one types."""
    for number in range(SEARCHES):
        words = _text(chance, vocabulary).split()
        text = " ".join(chance.sample(words, min(len(words), 1 + number % 3)))
        yield text if number % 2 else text[: 1 + number % 7]


def _say(folder, id, texts):
    (folder / "logs").mkdir(exist_ok=True)
    with (folder / "logs" / f"{id}.jsonl").open("ab") as log:
        for number, text in enumerate(texts):
            turn, at = f"{log.tell()}", time.time()
            if number % 2 == 0:
                happened = events.UserMessage(turn, text), events.TurnStarted(turn)
            else:
                happened = (events.TurnFinished(turn, text, "end_turn"),)
            for event in happened:
                log.write(Record(1, at, event).line())


def _timed(call, *arguments):
    started = time.monotonic()
    call(*arguments)
    return time.monotonic() - started


def _ms(seconds):
    return f"{seconds * 1000:.1f} ms"
