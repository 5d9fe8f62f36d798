"""What ``make bench`` measures, each thing once and in small, so that the bench stays able to."""

import pytest

from bench import fleet, growth, history, measures, sessions

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
    "OLD": 20,
    "LOG": 1 << 20,
    "STARTS": 1,
    "PAGES": 3,
    "MESSAGES": 100,
    "SEARCHES": 10,
    "TURNS": 3,
    "REQUESTS": 5,
    "LONG": 100,
    "LONGEST": 200,
    "OPEN": 20,
    "SOME": 5,
    "KEPT": 30,
    "FEW": 1,
    "MORE": 1,
    "SETTLED": 0.0,
    "MACHINES": 2,
    "SESSIONS": 3,
    "ASKED": 3,
}
ALL = [*measures.ALL, *fleet.ALL, growth.long_conversations, *sessions.ALL]


@pytest.mark.parametrize("measure", ALL)
def test_every_row_of_the_bench_has_a_figure(measure, monkeypatch):
    for name, value in SMALL.items():
        for module in measures, history, growth, sessions, fleet:
            if hasattr(module, name):
                monkeypatch.setattr(module, name, value)

    rows = list(measure())

    assert rows
    for what, figure, _aim, reached in rows:
        assert what
        assert any(letter.isdigit() for letter in figure)
        assert reached in (True, False)
