"""Streams that are cut, stall, crawl or vanish, while an agent writes as fast as it can."""

import ctypes
import json
import os
import random
import re
import signal
import socket
import struct
import sys
import threading
from contextlib import suppress
from pathlib import Path

import pytest
from conftest import FAKE_AGENTS, fake_path, wait_for

pytestmark = pytest.mark.slow

#: ``JANUS_CUTS=200`` is the long run.
CUTS = int(os.environ.get("JANUS_CUTS", "25"))
COUNT = 20_000
#: Bytes after which a stream is cut at the latest: more than the largest event, or nothing comes.
LONGEST = 60_000
SO_ATTACH_FILTER = 26
#: A server that loses its patience with readers soon.
IMPATIENT = """
from janus.blueprints import sse
from janus.cli.commands import main

sse.HEARTBEAT, sse.STALLED = 0.1, 0.5
main(["serve"])
"""


@pytest.fixture
def chatter(tmp_path):
    return fake_path(tmp_path, "agent", program=FAKE_AGENTS / "chatter")


def spoken(count, size):
    """What the agent says to ``deltas COUNT SIZE``."""
    return "".join(str(number).rjust(size - 1) + " " for number in range(count))


def address(server):
    return "127.0.0.1", int(server.url.rpartition(":")[2])


def listen(server, last=None, buffer=None, through=None):
    """A connection on which the stream of session ``page`` comes, after event *last*.

    *through* is the address of a tunnel, if it does not go straight to the server.
    """
    connection = socket.socket()
    if buffer:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    connection.settimeout(60)
    connection.connect(through or address(server))
    header = "" if last is None else f"Last-Event-ID: {last}\r\n"
    host = "localhost:{1}".format(*address(server))
    header += f"Authorization: Bearer {server.token}\r\n"
    connection.sendall(
        f"GET /api/chat/stream?session_id=page HTTP/1.0\r\nHost: {host}\r\n{header}\r\n".encode()
    )
    return connection


def events(connection):
    """Each whole ``(id, kind, data)`` that comes; the kind of a state is None."""
    with connection, connection.makefile("rb") as lines, suppress(ConnectionError):
        while lines.readline().strip():
            continue
        event = {}
        for line in lines:
            if line == b"\n":
                id = int(event["id"]) if "id" in event else None
                yield id, event.get("event"), json.loads(event["data"])
                event = {}
            elif line.endswith(b"\n"):  # or it was cut
                name, value = line.decode().rstrip("\n").split(": ", 1)
                event[name] = value


class Page:
    """A client that remembers what it was told, and where it was."""

    def __init__(self):
        self.last = None
        self.told = []

    def read(self, connection, until="assistant_message"):
        """Take what comes; whether the event called *until* came."""
        for id, kind, data in events(connection):
            if id is not None:
                assert self.last is None or id > self.last or (id == self.last and not kind)
                self.last = id
            if kind and kind != "ping":
                self.told.append((id, kind, data))
            if kind == until:
                return True
        return False

    def kinds(self):
        """What was told, without the deltas."""
        return [kind for _, kind, _ in self.told if kind != "assistant_delta"]

    def deltas(self):
        return [data["text"] for _, kind, data in self.told if kind == "assistant_delta"]

    @property
    def text(self):
        return "".join(self.deltas())


class Tunnel:
    """A way to the server that is cut after so many bytes."""

    def __init__(self, server):
        self._server = server
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = self._listener.getsockname()

    def carry(self, budget, rudely):
        """Carry one connection on a thread of its own."""
        thread = threading.Thread(target=self._carry, args=(budget, rudely))
        thread.start()
        return thread

    def _carry(self, budget, rudely):
        ours, _ = self._listener.accept()
        theirs = socket.create_connection(self._server)
        with ours, theirs, suppress(ConnectionError):
            theirs.sendall(ours.recv(4096))
            while budget and (data := theirs.recv(min(budget, 4096))):
                ours.sendall(data)
                budget -= len(data)
            if rudely:
                reset_at_close(theirs)
                reset_at_close(ours)

    def close(self):
        self._listener.close()


def reset_at_close(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def say(server, message):
    assert server.call("POST", "/api/chat", {"message": message, "session_id": "page"})[0] == 200


def state(server):
    return server.call("GET", "/api/state?session_id=page")[1]


def wait_until_answered(server):
    wait_for(lambda: not state(server)["is_processing"], 60)


def test_a_stream_cut_again_and_again_tells_everything_once(serve, chatter):
    chance = random.Random(CUTS)
    size = CUTS * LONGEST // COUNT + 25  # so that the answer is longer than all that is cut
    server = serve(path=chatter)
    page, tunnel = Page(), Tunnel(address(server))
    page.last = 0
    say(server, f"deltas {COUNT} {size}")

    for _ in range(CUTS):
        carrier = tunnel.carry(chance.randrange(LONGEST), rudely=chance.random() < 0.5)
        assert not page.read(listen(server, page.last, through=tunnel.address))
        carrier.join()
    tunnel.close()
    assert page.read(listen(server, page.last))

    assert page.text == spoken(COUNT, size) == page.told[-1][2]["content"]
    # Which session; then the turn, what the agent is told ahead of it, and the agent.
    assert page.kinds() == ["status", "user_message", *["status"] * 3, "assistant_message"]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_what_was_told_before_the_server_ended_is_told_by_the_next(number, serve, chatter):
    chance = random.Random(number)
    server = serve(path=chatter)
    page, tunnel = Page(), Tunnel(address(server))
    say(server, f"deltas {COUNT} 100")
    carrier = tunnel.carry(400_000 + chance.randrange(LONGEST), rudely=True)
    assert not page.read(listen(server, 0, through=tunnel.address))
    carrier.join()
    tunnel.close()

    os.killpg(server.process.pid, number)
    server.wait()
    again = serve(path=chatter)
    say(again, "deltas 100 10")
    before, first = page.last, len(page.told)
    for _ in ("the half answer", "the whole one"):
        assert page.read(listen(again, page.last))

    assert first and before
    half, _, whole = page.text.partition(spoken(100, 10))
    assert whole == "" and spoken(COUNT, 100).startswith(half)
    shown = [m for m in state(again)["messages"] if m["sender"] == "assistant"]
    assert [message["content"] for message in shown] == [half, spoken(100, 10)]
    assert page.kinds().count("user_message") == 2
    # On a busy machine, Janus may have heard all of the answer before the reader was cut off.
    assert "error" in page.kinds() or half == spoken(COUNT, 100)


def peak(server):
    """The most memory the worker ever had, in bytes."""
    pid = server.process.pid
    worker = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0]
    status = Path(f"/proc/{worker}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) * 1024


def wait_until_indexed(server):
    wait_for(lambda: server.call("GET", "/api/history/index")[1]["pending"] == 0)


def test_a_reader_that_does_not_read_costs_nobody_anything(serve, chatter):
    grown = []
    for stalled in (0, 32):
        server = serve(path=chatter)
        idle = [opened(server) for _ in range(stalled)]
        page, reader = Page(), opened(server, buffer=None)
        before = peak(server)
        say(server, f"deltas {COUNT} 100")
        assert page.read(reader)
        assert page.text == spoken(COUNT, 100)
        wait_until_indexed(server)  # that takes memory, too, whoever reads the stream
        grown.append(peak(server) - before)
        for connection in idle:
            connection.close()
        server.stop()

    # Of an answer of 2 MB, each has at most the event that it does not take: its text, as JSON,
    # as a frame, and what is left of the frame.
    assert grown[1] < grown[0] + 32 * 4 * LONGEST


def test_a_slow_reader_gets_fewer_and_larger_deltas(serve, chatter):
    server = serve(path=chatter)
    page, reader = Page(), listen(server, buffer=4096)
    say(server, f"deltas {COUNT} 100")
    wait_until_answered(server)

    while not page.read(reader):  # on a busy machine it was so slow that it was hung up on
        reader = listen(server, page.last, buffer=4096)

    assert page.text == spoken(COUNT, 100)
    assert len(page.deltas()) < COUNT / 4
    assert max(map(len, page.deltas())) > 100 * 100


def fall_silent(connection):
    """Drop whatever comes, unanswered, like a phone that has left the network."""
    keep_nothing = ctypes.create_string_buffer(struct.pack("HBBI", 0x06, 0, 0, 0))
    program = struct.pack("HP", 1, ctypes.addressof(keep_nothing))
    connection.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, program)


def test_readers_that_vanish_give_their_places_back(serve, chatter):
    server = serve(sys.executable, "-c", IMPATIENT, path=chatter)
    readers = [opened(server) for _ in range(64)]
    assert opened(server) is None
    assert server.call("GET", "/api/health")[0] == 200

    for connection in readers[::3]:
        reset_at_close(connection)
        connection.close()
    for connection in readers[1::3]:
        fall_silent(connection)
    say(server, f"deltas {COUNT} 100")  # the rest does not read it
    wait_until_answered(server)

    more = [wait_for(lambda: opened(server)) for _ in range(64)]
    for connection in readers + more:
        connection.close()


def opened(server, buffer=4096):
    """A stream that has begun to come; None if there is no place for it."""
    connection = listen(server, buffer=buffer)
    if connection.recv(12).endswith(b"200"):
        return connection
    connection.close()
    return None
