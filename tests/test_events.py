import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from janus.events import Event, EventLog, Message, timestamp


class Kept(list):
    """A keeper that remembers, and refuses when told to."""

    full = False

    def append(self, event, promised):
        if self.full:
            raise OSError("full")
        super().append((event, promised))

    def close(self):
        self.append = None


def test_events_are_numbered_without_gaps_and_kept_before_they_are_seen(clock):
    kept = Kept()
    log = EventLog(kept, clock=clock)

    first = log.append("a", {"x": 1})
    second = log.append("b", {}, promised=True)

    assert kept == [(first, False), (second, True)]
    assert (first.seq, second.seq, second.at) == (1, 2, clock.now)
    assert log.after(0) == [first, second] and log.after(1) == [second] and log.after(2) == []


def test_what_could_not_be_kept_did_not_happen(clock):
    kept = Kept()
    log = EventLog(kept, clock=clock)
    kept.full = True

    with pytest.raises(OSError, match="full"):
        log.append("a", {})

    assert log.after(0) == []
    kept.full = False
    assert log.append("a", {}).seq == 1


def test_a_log_goes_on_where_it_ended(clock):
    earlier = [Event(1, "a", {}, 1.0)]

    assert EventLog(Kept(), earlier, clock).append("b", {}).seq == 2


def test_many_threads_append_in_one_order(clock):
    kept = Kept()
    log = EventLog(kept, clock=clock)
    barrier = threading.Barrier(16)

    def work(_):
        barrier.wait()
        return [log.append("a", {}).seq for _ in range(200)]

    with ThreadPoolExecutor(16) as pool:
        numbers = [number for numbers in pool.map(work, range(16)) for number in numbers]

    assert sorted(numbers) == list(range(1, 3201))
    assert [event.seq for event, _ in kept] == list(range(1, 3201))


def test_a_closed_log_takes_no_more(clock):
    log = EventLog(Kept(), clock=clock)
    log.close()

    with pytest.raises(ValueError, match="closed"):
        log.append("a", {})


def test_an_event_survives_its_line():
    event = Event(7, "a", {"text": 'ü\n"\ud83d'}, 1.5)

    assert event.line().count(b"\n") == 1
    assert Event.from_line(event.line()) == event


@pytest.mark.parametrize("line", [b"", b"[]", b"{}", b'{"seq":"1"}', b"\xff", b'{"seq":1'])
def test_what_is_no_event_is_refused(line):
    with pytest.raises(ValueError):
        Event.from_line(line)


def test_times_are_iso_8601_in_utc_with_milliseconds():
    assert timestamp(1_795_249_027.2296) == "2026-11-21T08:17:07.229Z"
    assert timestamp(0) == "1970-01-01T00:00:00.000Z"


def test_a_conversation_is_made_of_what_was_said():
    data = {"turn_id": "t", "content": "hi", "message": "failed"}
    kinds = ["user_message", "assistant_delta", "assistant_message", "error", "status"]

    said = [Message.of(Event(1, kind, data, 0)) for kind in kinds]

    assert [(m.role, m.content) for m in said if m] == [
        ("user", "hi"),
        ("assistant", "hi"),
        ("system", "failed"),
    ]
