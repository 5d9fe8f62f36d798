"""The soak test, for a few seconds; ``make soak`` is the long run."""

import os

import pytest
from soak import Soak

pytestmark = pytest.mark.slow(13)

KILLS = int(os.environ.get("JANUS_KILLS", "10"))


def test_nothing_is_lost_when_the_server_is_killed_again_and_again(tmp_path):
    soak = Soak(tmp_path, KILLS)

    soak.run(KILLS)

    assert soak.counts["kills"] >= KILLS, soak.table()
