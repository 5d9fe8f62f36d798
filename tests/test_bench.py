"""What ``make bench`` measures, each thing once and in small, so that the bench stays able to."""

import pytest

from bench import history, measures

pytestmark = pytest.mark.slow

SMALL = {
    "FAST": 300,
    "LARGE": 1000,
    "ATTACKERS": 20,
    "FILES": 200,
    "WORDS": 20,
    "ROUNDS": 1,
    "SECONDS": 0.1,
    "ENDED": 70,
    "PAGES": 3,
    "MESSAGES": 100,
    "SEARCHES": 10,
    "TURNS": 3,
}


@pytest.mark.parametrize("measure", measures.ALL)
def test_every_row_of_the_bench_has_a_figure(measure, monkeypatch):
    for name, value in SMALL.items():
        monkeypatch.setattr(measures if hasattr(measures, name) else history, name, value)

    rows = list(measure())

    assert rows
    for what, figure, _aim, reached in rows:
        assert what
        assert any(letter.isdigit() for letter in figure)
        assert reached in (True, False)
