"""The soak test, for a few seconds; ``make soak`` is the long run."""

import os

import pytest
from soak import Soak, live
from soak_fleet import Trial

pytestmark = [pytest.mark.slow(13), pytest.mark.usefixtures("fork_server")]

KILLS = int(os.environ.get("JANUS_KILLS", "10"))
LOSSES = int(os.environ.get("JANUS_FLEET_LOSSES", "3"))


def test_nothing_is_lost_when_the_server_is_killed_again_and_again(tmp_path):
    soak = Soak(tmp_path, KILLS)

    soak.run(KILLS)

    assert soak.counts["kills"] >= KILLS, soak.table()


@pytest.mark.slow(40)
def test_nothing_is_lost_of_three_machines_of_which_any_one_is_lost(tmp_path):
    trial = Trial(tmp_path, LOSSES)

    trial.run(LOSSES)

    assert trial.counts["kills"] == LOSSES and trial.phones[0].accepted, trial.table()


def test_nothing_is_left_over_of_sessions_that_were_deleted(tmp_path):
    life = live(tmp_path, 16, KILLS)

    assert not life.grown, life.table()
    assert life.slopes.keys() == {"memory", "descriptors", "threads", "processes", "files"}
