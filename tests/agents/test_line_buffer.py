"""LineBuffer between two threads: whole, bounded, and never waited for in vain."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import chain

import pytest
from conftest import wait_for

from janus.agents.process import lines as lines_module
from janus.agents.process.lines import LineBuffer

MB = 1 << 20


def taken(lines):
    return list(iter(lambda: lines.take(0), None))


@contextmanager
def held_up(lines, data):
    """Somebody feeds *data*, and is made to wait."""
    feeder = threading.Thread(target=lines.feed, args=(data,), daemon=True)
    feeder.start()
    wait_for(lambda: lines._changed._waiters)
    try:
        yield
        wait_for(lambda: not feeder.is_alive())
    finally:
        lines.discard()


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_lines_may_arrive_in_pieces(size):
    data = b'{"n": 1}\n\n' + b"x" * 2500 + b"\n\xff\xfe\r\n no newline"
    lines = LineBuffer()

    for start in range(0, len(data), size):
        lines.feed(data[start : start + size])
    lines.end()

    assert taken(lines) == data.split(b"\n")


def test_a_line_that_is_too_long_is_dropped_and_the_next_one_arrives(monkeypatch):
    monkeypatch.setattr(lines_module, "LONGEST_LINE", 10)
    lines = LineBuffer()

    lines.feed(b"0123456789\n0123456789A\n01234")
    lines.feed(b"56789")
    lines.feed(b"A" * MB)
    assert sum(map(len, lines._parts)) <= 10  # not kept until its newline comes
    lines.feed(b"\nnext\n")
    lines.end()

    assert taken(lines) == [b"0123456789", b"next"]


@pytest.mark.others_slow
@pytest.mark.parametrize("line", [b"x" * 99 + b"\n", b"\n"], ids=["long", "empty"])
def test_feeding_blocks_while_the_buffer_is_full(line):
    lines = LineBuffer()

    with held_up(lines, line * (MB // len(line) + 1)):
        assert lines.take(0) == line[:-1]
        assert lines.take(0) == line[:-1]  # and now there is room again


def test_a_line_larger_than_the_buffer_passes():
    lines = LineBuffer()

    with held_up(lines, b"x" * 3 * MB + b"\n"):
        assert lines.take(0) == b"x" * 3 * MB


def test_nothing_is_kept_after_discard():
    lines = LineBuffer()

    with held_up(lines, b"x" * MB + b"\nhalf a li"):
        lines.discard()
    lines.feed(b"ne\n" * MB)
    lines.end()

    assert lines.take(0) is None
    assert not lines._ready and not lines._parts


def test_input_after_the_end_is_ignored():
    lines = LineBuffer()
    lines.feed(b"answer\n")
    lines.end()

    lines.feed(b"somebody else\n")

    assert taken(lines) == [b"answer"]


@pytest.mark.parametrize("last_word", [LineBuffer.end, LineBuffer.discard])
def test_the_end_wakes_a_waiting_reader(last_word):
    lines = LineBuffer()
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(lines.take, 60)
        wait_for(lambda: lines._changed._waiters)

        last_word(lines)

        assert waiting.result(60) is None


def test_what_is_ready_is_taken_together_in_bounded_batches():
    lines = LineBuffer()
    lines.feed(b"half")
    lines.feed(b" a line\n" + 1500 * (b"x" * 99 + b"\n") + b"rest")
    lines.end()

    batches = [[*batch] for batch in iter(lambda: lines.take_ready(0), None)]

    assert [*chain.from_iterable(batches)] == [b"half a line", *1500 * [b"x" * 99], b"rest"]
    assert [len(batch) > 600 for batch in batches[:2]] == [True, True]
    assert max(sum(map(len, batch)) for batch in batches) < 1 << 17


def test_what_is_discarded_while_it_is_interpreted_does_not_come():
    lines = LineBuffer()
    lines.feed(b"one\ntwo\n")
    batch = lines.take_ready(0)

    assert next(batch) == b"one"
    lines.discard()

    assert [*batch] == []


def test_waiting_for_a_line_times_out():
    lines = LineBuffer()
    lines.feed(b"half a line")

    with pytest.raises(TimeoutError):
        lines.take(0.01)
