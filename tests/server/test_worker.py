"""What threads of gunicorn do not survive, done to the real server: endless heads, and crowds."""

import os
import resource
import statistics
import time
from contextlib import ExitStack, suppress
from pathlib import Path

import doors
import pytest
from conftest import wait_for
from doors import FOR_EVER, HALF, HEALTH, LAST, everything, is_closed, speaks

certificate, crowd, open_door, tls = doors.certificate, doors.crowd, doors.open_door, doors.tls


def attack(door, crowd, size):
    """The seconds of some requests beside *size* half-sent heads and as many silent connections."""
    for _ in range(size):
        with suppress(ConnectionError):  # one too many
            crowd(door.knock()).sendall(b"\x16\x03\x01\x02\x00\x01" if door._tls else HALF)
        crowd(door.knock())
    return [door.health() for _ in range(50)]


@pytest.fixture
def many_descriptors():
    """As many descriptors as allowed, here and in the servers."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.parametrize(
    ("size", "limits"),
    [
        pytest.param(200, {"HEAD": 2.0}, id="200"),
        pytest.param(900, {"HEAD": 4.0}, id="900", marks=pytest.mark.slow(8)),
        pytest.param(
            900,
            {"HEAD": 5.0, "PER_PEER": 4000, "MOST": 4000},
            id="900 at once",
            marks=pytest.mark.slow(8),
        ),
    ],
)
@pytest.mark.usefixtures("many_descriptors")
def test_half_heads_and_silence_cost_no_thread_and_end(size, limits, tls, open_door):
    idle = open_door(tls=tls)
    door = open_door(tls=tls, **limits)

    with door.nothing_leaked(), ExitStack() as stack:
        connections = []

        def crowd(connection):
            connections.append(stack.enter_context(connection))
            return connection

        attacked = attack(door, crowd, size)
        usual = [idle.health() for _ in range(50)]

        assert statistics.median(attacked) < 20 * statistics.median(usual)
        wait_for(lambda: all(is_closed(connection) for connection in connections), 60)
    assert door.server.stop() == 0


def test_a_head_in_drops_ends_too(tls, open_door):
    door = open_door(tls=tls, HEAD=0.5)

    with door.nothing_leaked(), door.connect() as connection, suppress(OSError):
        while True:
            connection.sendall(b"\r\n" if tls else b"G")
            door.health()


@pytest.mark.parametrize("begin", [b"", HALF])
def test_a_connection_that_was_used_may_not_wait_for_ever_either(begin, tls, open_door):
    door = open_door(tls=tls, HEAD=0.5)

    with door.nothing_leaked():
        answer = door.say(HEALTH + begin)

    assert answer.count(b"HTTP/1.1 200") == 1


@pytest.mark.quick
def test_connections_of_one_address_are_limited_and_the_oldest_waiting_one_is_closed(
    open_door, crowd
):
    door = open_door(HEAD=FOR_EVER, PER_PEER=10)
    waiting = [crowd(door.knock()) for _ in range(30)]

    wait_for(lambda: all(is_closed(connection) for connection in waiting[:20]))

    assert not any(is_closed(connection) for connection in waiting[20:])
    door.health()


def test_the_address_with_most_connections_makes_room(open_door, crowd):
    door = open_door(HEAD=FOR_EVER, PER_PEER=10, MOST=25)
    honest = [crowd(door.knock()) for _ in range(5)]
    greedy = [crowd(door.knock(f"127.0.0.{2 + n % 4}")) for n in range(100)]

    wait_for(lambda: sum(not is_closed(connection) for connection in greedy) == 20)

    assert not any(is_closed(connection) for connection in honest)
    door.health()


#: Asks for what holds a thread, until soon after nobody listens.
STREAM = b"GET /api/chat/stream?session_id=s HTTP/1.1\r\nHost: localhost\r\n\r\n"
ATTENTIVE = """
from janus.blueprints import sse
sse.HEARTBEAT = 0.1
"""


def test_a_connection_too_many_is_closed_at_once_when_none_waits(open_door, crowd):
    door = open_door(threads=8, HEAD=FOR_EVER, PER_PEER=3, more=ATTENTIVE)
    streams = [crowd(door.knock()) for _ in range(3)]
    for connection in streams:
        connection.sendall(door.owners(STREAM))
        assert b"200 OK" in connection.recv(100)

    with door.knock() as refused:
        assert everything(refused) == b""

    streams.pop().close()
    wait_for(lambda: b"200 OK" in door.say(LAST))


def test_many_silent_addresses_push_out_each_other_beside_open_streams(open_door, crowd):
    door = open_door(threads=8, HEAD=FOR_EVER, MOST=20, more=ATTENTIVE)
    for _ in range(3):
        stream = crowd(door.knock())
        stream.sendall(door.owners(STREAM))
        assert b"200 OK" in stream.recv(100)

    for number in range(60):
        crowd(door.knock(f"127.0.1.{1 + number}"))
        door.health()


#: So few descriptors that they run out before the worker thinks there are too many connections.
SCARCE = """
import resource
worker.resource.getrlimit = lambda _: (1000, 1000)
resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40))
"""


def test_without_a_descriptor_the_oldest_waiting_connection_is_closed(open_door, crowd):
    door = open_door(HEAD=FOR_EVER, more=SCARCE)
    door.health()
    worker = door.worker
    for _ in range(100):
        crowd(door.knock())

    door.health()
    assert door.worker == worker


def test_without_any_descriptor_it_waits_at_rest_until_there_is_one(open_door, crowd):
    door = open_door(threads=60, HEAD=FOR_EVER, more=SCARCE + ATTENTIVE, PAUSE=0.2)
    worker, streams = door.worker, []
    while "Cannot accept" not in door.server.log:
        streams.append(crowd(door.knock()))
        streams[-1].sendall(door.owners(STREAM))
        speaks(streams[-1], 0.2)

    working, since = cpu(worker), time.monotonic()
    assert not speaks(streams[-1], 1)  # it was not taken
    assert cpu(worker) - working < 0.5 * (time.monotonic() - since)

    for connection in streams:
        connection.close()
    door.health()
    assert door.worker == worker


def cpu(pid):
    """The CPU seconds of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
