"""Which machines are there."""

# ruff: noqa: F401, F811 - a fixture is imported, and named again by who asks for it

from doorways import HOME, LAPTOP, doorways
from kit.waiting import wait_for

from janus.fleet.presence import Beacon, Entry, Presence


def watched(doorway, told):
    """The doorway's own view."""
    made = []
    doorway.client(HOME, lambda it: made.append(Presence(it, told)))
    doorway.running.append(made[0])
    made[0].start()
    return made[0]


def lit(doorway, machine, entry):
    made = []
    doorway.client(machine, lambda it: made.append(Beacon(it, lambda: entry)))
    doorway.running.append(made[0])
    made[0].start()
    return made[0]


def test_a_machine_comes_goes_and_comes_again_and_its_last_sign_is_by_the_servers_clock(doorways):
    doorway, told = doorways(), []
    doorway.shapes()
    presence = watched(doorway, told.append)

    beacon = lit(doorway, LAPTOP, Entry("laptop", "1.2", ("claude",), 0.5, 3.0))

    wait_for(lambda: presence.is_online(LAPTOP))
    assert presence.machines()[LAPTOP].entry.agents == ("claude",)
    beacon.stop()
    wait_for(lambda: not presence.is_online(LAPTOP))
    seen = presence.machines()[LAPTOP]
    assert seen.at > 1.7e9 and not seen.online
    lit(doorway, LAPTOP, Entry("laptop", "1.3"))
    wait_for(lambda: presence.is_online(LAPTOP))
    assert presence.machines()[LAPTOP].entry.version == "1.3"
    assert told[0] == told[-1] == LAPTOP


def test_a_doorway_that_was_killed_knows_again_who_is_there(doorways):
    doorway = doorways()
    doorway.shapes()
    presence = watched(doorway, lambda id: None)
    lit(doorway, LAPTOP, Entry("laptop"))
    wait_for(lambda: presence.is_online(LAPTOP))

    doorway.kill()
    wait_for(lambda: not presence.is_online(LAPTOP))
    doorway.start()
    doorway.shapes()

    wait_for(lambda: presence.is_online(LAPTOP))


def test_what_is_no_entry_is_left_out(doorways):
    doorway = doorways(laptop="full")
    doorway.shapes()
    presence = watched(doorway, lambda id: None)
    doorway.client(LAPTOP).publish(f"$KV.presence.{LAPTOP}", b'{"name": 7')

    presence.look()

    assert presence.machines() == {}
