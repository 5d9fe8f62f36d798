"""How long ago something was, and lists that stand below each other."""

import time

import pytest

from janus.cli.output import age, columns, local, table
from janus.clock import timestamp


@pytest.mark.parametrize(
    ("past", "shown"),
    [
        (-5, "now"), (59, "now"), (60, "1 min"), (3599, "59 min"), (3600, "1 h"), (86_399, "23 h"),
        (86_400, "1 day"), (172_800, "2 days"), (604_799, "6 days"),
    ],
)  # fmt: skip
def test_an_age_is_a_word_or_two(past, shown):
    now = time.time()

    assert age(timestamp(now - past - 0.01), now) == shown


def test_more_than_a_week_is_a_day():
    at = timestamp(1_700_000_000)

    assert age(at) == f"{local(at):%Y-%m-%d}"


def test_cells_stand_below_each_other_whatever_is_in_them():
    lines = table([("買い物", "x"), ("a\nb\x1b[2Jc", "y"), ("e\u0301", "z")])

    assert {columns(line[: line.index(last)]) for line, last in zip(lines, "xyz", strict=True)} == {
        8
    }
    assert table([]) == []
