import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from janus.clock import timestamp
from janus.conversation import event_log as events_module
from janus.conversation import newest
from janus.conversation.event_log import EventLog
from janus.model.events import AgentNotice, Text, Thought, ToolCall


class Kept(list):
    """A keeper that remembers, and refuses when told to."""

    full = False

    def append(self, line, promised):
        if self.full:
            raise OSError("full")
        super().append((line, promised))

    def lines(self):
        return iter([line for line, _ in self])

    def rest(self, told):
        assert len([*told()]) == len(self)

    def close(self):
        self.append = None


def note(n=0):
    """An event that is not a delta."""
    return AgentNotice(str(n))


@pytest.fixture
def kept():
    return Kept()


@pytest.fixture
def log(kept, clock):
    return EventLog(kept, clock)


def test_events_are_numbered_without_gaps_and_kept_before_they_are_seen(kept, log, clock):
    first = log.append(note())
    second = log.append(note(), promised=True)

    assert kept == [(first.line(), False), (second.line(), True)]
    assert (first.seq, second.seq, second.at) == (1, 2, clock.now)
    assert list(log.all()) == [first, second]
    assert log.seq == 2


def test_what_could_not_be_kept_did_not_happen(kept, log):
    kept.full = True

    with pytest.raises(OSError, match="full"):
        log.append(Text("a", "t"))

    assert (log.seq, log.total) == (0, 0)
    kept.full = False
    assert log.append(note()).seq == 1


def test_a_log_goes_on_where_it_ended(kept, log, clock):
    log.append(Text("a", "t"))
    log.append(note())

    again = EventLog(kept, clock)

    assert (again.seq, again.total) == (2, 1)
    assert again.append(note()).seq == 3


@pytest.mark.slow
def test_many_threads_append_in_one_order(kept, log):
    barrier = threading.Barrier(16)

    def work(_):
        barrier.wait()
        return [log.append(note()).seq for _ in range(200)]

    with ThreadPoolExecutor(16) as pool:
        numbers = [number for numbers in pool.map(work, range(16)) for number in numbers]

    assert sorted(numbers) == list(range(1, 3201))
    assert [event.seq for event in log.all()] == list(range(1, 3201))


def test_a_closed_log_takes_no_more(log):
    log.close()
    log.close()

    with pytest.raises(ValueError, match="closed"):
        log.append(note())


def followed(log, seq=0):
    """What a reader is given until the log is closed."""
    log.close()
    return list(log.follow(seq, 60))


def test_a_reader_gets_what_it_missed_and_then_the_end(log):
    events = [log.append(note(n)) for n in range(5)]

    assert followed(log) == events
    assert followed(log, 3) == events[3:]
    assert followed(log, 5) == []
    assert followed(log, 99) == []


def test_a_reader_waits_for_what_comes_and_is_told_of_quiet(log):
    reader = log.follow(0, 0.001)

    assert next(reader) is None
    event = log.append(note())
    assert next(reader) == event
    assert next(reader) is None


def delta(log, text, turn="t", kind=Text):
    return log.append(kind(text, turn))


def test_deltas_that_wait_come_as_one_under_the_last_number(log):
    delta(log, "a")
    delta(log, "b")
    delta(log, "c", kind=Thought)
    delta(log, "d", turn="u")
    delta(log, "e", turn="u")
    log.append(ToolCall("1", "", "other", "", "completed", turn_id="u"))
    delta(log, "f", turn="u")

    seen = [(it.seq, getattr(it.event, "text", None)) for it in followed(log)]

    assert seen == [(2, "ab"), (3, "c"), (5, "de"), (6, None), (7, "f")]


def test_a_reader_that_keeps_up_gets_every_delta(log):
    reader = log.follow(0, 60)

    for text in "abc":
        delta(log, text)
        assert next(reader).event.text == text


def test_after_a_delta_those_that_follow_at_once_gather(log, monkeypatch):
    def meanwhile(seconds):
        assert seconds < 0.016  # a frame of a screen
        delta(log, "b")
        delta(log, "c")

    monkeypatch.setattr(events_module.time, "sleep", meanwhile)
    delta(log, "a")
    reader = log.follow(0, 60)

    assert next(reader).event.text == "a"
    assert next(reader).event.text == "bc"


def test_a_long_log_is_in_memory_only_in_part_and_read_whole(log, kept, monkeypatch):
    monkeypatch.setattr(newest, "_NEWEST", 10)
    written = [log.append(note(n)) for n in range(50)]

    assert len(log._newest) == 10
    assert followed(log) == written
    assert followed(log, 39) == written[39:]
    assert followed(log, 41) == written[41:]


def test_large_events_leave_memory_sooner(log, monkeypatch):
    monkeypatch.setattr(newest, "_BYTES", 1000)
    written = [log.append(AgentNotice("x" * 400)) for _ in range(5)]

    assert len(log._newest) == 3  # those before the newest have 1000 bytes
    assert followed(log) == written


def test_a_long_event_sends_nobody_to_the_disk_who_is_a_word_behind(log, kept, monkeypatch):
    monkeypatch.setattr(newest, "_BYTES", 1000)
    written = [log.append(note(n)) for n in range(3)]
    written.append(log.append(AgentNotice("x" * 5000)))
    kept.lines = None  # nothing can be read from here

    assert followed(log) == written


def test_an_unreadable_line_costs_no_other(kept, log, clock):
    first, _, third = [log.append(note(n)) for n in range(3)]
    kept[1] = (b"garbage", False)

    again = EventLog(kept, clock)

    assert list(again.all()) == [first, third]
    assert followed(again, 1) == [third]


@pytest.mark.parametrize(
    ("number", "shown"), [(70, [1, 2, 3, 4, 5]), (2, [1, 2, 3, 4, 5]), (10**12, [1, 2, 3, 4, 5])]
)
def test_a_number_that_cannot_be_hides_nothing(kept, log, clock, number, shown):
    for n in range(5):
        log.append(note(n))
    line = kept[2][0].replace(b'"seq":3', b'"seq":%d' % number)
    kept[2] = (line, False)

    again = EventLog(kept, clock)

    assert [record.seq for record in again.all()] == shown
    assert [record.event.detail for record in again.all()] == list("01234")
    assert again.append(note()).seq == 6


def test_lines_that_are_left_out_are_counted(kept, log, clock, caplog):
    for n in range(4):
        log.append(note(n))
    kept[1] = kept[2] = (b"[" * 100_000 + b"\n", False)

    again = EventLog(kept, clock)

    assert again.left_out == 2 and again.state("s").left_out == 2
    assert [record.seq for record in again.all()] == [1, 4]
    assert "2 damaged lines" in caplog.text


def test_a_snapshot_never_changes(log):
    before = log.snapshot
    log.append(note())
    assert log.snapshot is before  # a notice changes nothing that is known
    log.append(ToolCall("1", "", "execute", "", "in_progress", turn_id="t"))

    assert before.running_tools == () and len(log.snapshot.running_tools) == 1
    with pytest.raises(AttributeError):
        log.snapshot.status = "idle"


def test_times_are_iso_8601_in_utc_with_milliseconds():
    assert timestamp(1_795_249_027.2296) == "2026-11-21T08:17:07.229Z"
    assert timestamp(0) == "1970-01-01T00:00:00.000Z"
