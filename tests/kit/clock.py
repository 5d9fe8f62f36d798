"""A clock that tests wind themselves."""

import pytest


class FakeClock:
    """Stands still until told: ``clock.now += 60``."""

    now = 1_800_000_000.0

    def time(self):
        return self.now

    def monotonic(self):
        return self.now


@pytest.fixture
def clock():
    return FakeClock()
