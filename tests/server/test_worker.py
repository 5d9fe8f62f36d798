"""What gunicorn's threads do not survive, done to the real server, and what clients may rely on."""

import inspect
import json
import os
import resource
import select
import socket
import ssl
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager, suppress
from http.client import HTTPResponse
from pathlib import Path

import gunicorn.http
import gunicorn.sock
import gunicorn.util
import pytest
from conftest import fake_path, wait_for
from gunicorn.config import Config
from gunicorn.http import errors
from gunicorn.http.parser import Parser
from gunicorn.http.unreader import SocketUnreader, Unreader
from gunicorn.workers import gthread
from gunicorn.workers.base import Worker as BaseWorker
from kit.missing import missing

HEALTH = b"GET /api/health HTTP/1.1\r\nHost: localhost\r\n\r\n"
LAST = HEALTH.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
HALF = b"GET /api/health HTTP/1.1\r\nHost: local"
FOR_EVER = 3600
#: ``janus serve`` with other limits, few threads, and a certificate of its own if it is given one.
PROGRAM = """
from janus.cli import commands as cli
from janus.server import connection, gunicorn_app as server, worker
from janus.blueprints import gate

gate._names = lambda server, port: frozenset({{"localhost"}})  # which has tests of its own

def options(settings, known=server.options):
    return {{**known(settings), "threads": {threads}, **{tls}}}

server.options = options
for name, value in {limits}.items():
    module = worker if hasattr(worker, name) else connection
    assert hasattr(module, name)
    setattr(module, name, value)
{more}
cli.main(["serve"])
"""


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("certificate")
    chosen = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
    names = ["-subj", "/CN=localhost", "-keyout", "key.pem", "-out", "cert.pem"]
    try:
        subprocess.run(
            ["openssl", *chosen.split(), *names], cwd=folder, check=True, capture_output=True
        )
    except FileNotFoundError:
        missing("needs openssl to make a certificate")
    return {"certfile": str(folder / "cert.pem"), "keyfile": str(folder / "key.pem")}


class Door:
    """A server with its limits changed, and ways to knock at it."""

    def __init__(self, server, tls):
        self.server = server
        self.address = "127.0.0.1", int(server.url.rpartition(":")[2])
        self._tls = ssl.create_default_context(cafile=tls["certfile"]) if tls else None

    def knock(self, source=None):
        """A connection on which nothing was said, not even the hello of TLS."""
        return socket.create_connection(self.address, 30, source and (source, 0))

    def connect(self):
        connection = self.knock()
        if self._tls:
            return self._tls.wrap_socket(connection, server_hostname="localhost")
        return connection

    def say(self, *words):
        """All that is answered until the end."""
        with self.connect() as connection:
            for word in words:
                connection.sendall(word)
            return everything(connection)

    def owners(self, request):
        """The same request, made by a program of the owner."""
        token = f"Authorization: Bearer {self.server.token}".encode()
        return request.replace(b"\r\n\r\n", b"\r\n" + token + b"\r\n\r\n", 1)

    def health(self):
        """The seconds until a new connection was answered."""
        started = time.monotonic()
        assert b" 200 OK" in self.say(LAST)
        return time.monotonic() - started

    @property
    def worker(self):
        pid = self.server.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children")
        return int(wait_for(lambda: children.read_text().split())[0])

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.worker}/fd"))  # noqa: PTH208

    @contextmanager
    def nothing_leaked(self):
        """All descriptors are closed in the end, by the worker that there was in the beginning."""
        self.health()
        worker, before = self.worker, self.descriptors()
        yield
        wait_for(lambda: self.descriptors() <= before, 30)
        assert self.worker == worker
        assert "Traceback" not in self.server.log


def answer_of(connection):
    """The next answer, and whether another may follow."""
    answer = HTTPResponse(connection)
    answer.begin()
    answer.read()
    return answer.status, not answer.will_close


def everything(connection):
    """What comes until the other side is done."""
    try:
        with connection.makefile("rb") as answer:
            return answer.read()
    except ConnectionError:
        return b""


def speaks(connection, seconds):
    """Whether something comes within so many seconds."""
    poll = select.poll()  # which takes descriptors of any number
    poll.register(connection, select.POLLIN)
    return bool(poll.poll(seconds * 1000))


def is_closed(connection):
    """Whether the other side closed it; it never said anything."""
    connection.setblocking(False)
    try:
        return connection.recv(1) == b""
    except BlockingIOError:
        return False
    except ConnectionError:
        return True


@pytest.fixture
def open_door(serve, tmp_path):
    """Starts a server with few threads, and the limits of ``janus.worker`` that are given."""

    def open_door(threads=3, tls=None, more="", path=None, **limits):
        program = PROGRAM.format(threads=threads, tls=tls or {}, limits=limits, more=more)
        folder = tempfile.mkdtemp(dir=tmp_path)
        return Door(serve(sys.executable, "-c", program, path=path, WORKSPACE_DIR=folder), tls)

    return open_door


@pytest.fixture(params=["http", "https"])
def tls(request):
    return request.getfixturevalue("certificate") if request.param == "https" else None


@pytest.fixture
def crowd():
    """Collects connections, and closes them in the end."""
    with ExitStack() as stack:
        yield lambda connection: stack.enter_context(connection)


# What it relies on


@pytest.mark.parametrize(
    ("what", "signature"),
    [
        (gthread.TConn.__init__, "self, cfg, sock, client, server"),
        (gthread.TConn.close, "self, graceful=False"),
        (gthread.ThreadWorker.init_process, "self"),
        (gthread.ThreadWorker.set_accept_enabled, "self, enabled"),
        (gthread.ThreadWorker.accept, "self, listener"),
        (gthread.ThreadWorker.enqueue_req, "self, conn"),
        (gthread.ThreadWorker.handle, "self, conn"),
        (gthread.ThreadWorker._keepalive_after, "self, conn, keepalive"),
        (gthread.ThreadWorker.finish_request, "self, conn, fs"),
        (gthread.ThreadWorker.wait_for_and_dispatch_events, "self, timeout"),
        (gthread.ThreadWorker.murder_keepalived, "self, force=False"),
        (gthread.ThreadWorker.murder_pending, "self"),
        (gthread.ThreadWorker._cap_keepalive, "self, deadline"),
        (BaseWorker.handle_error, "self, req, client, addr, exc"),
        (SocketUnreader.__init__, "self, sock, max_chunk=8192"),
        (SocketUnreader.chunk, "self, size_hint=None"),
        (Unreader.unread, "self, data"),
        (Unreader.take_buffered, "self"),
        (Parser.finish_body, "self, deadline=None, max_bytes=None"),
        (gunicorn.http.get_parser, "cfg, source, source_addr, http2_connection=False"),
        (gunicorn.sock.ssl_context, "conf"),
        (gunicorn.util.write_nonblock, "sock, data, chunked=False"),
    ],
    ids=lambda what: getattr(what, "__qualname__", ""),
)
def test_gunicorn_still_has_what_the_worker_overrides_and_calls(what, signature):
    assert str(inspect.signature(what)) == f"({signature})"


def test_gunicorn_still_works_as_the_worker_believes():
    loop = inspect.getsource(gthread.ThreadWorker.run)
    thread = inspect.getsource(gthread.ThreadWorker.handle)

    assert "can_accept = self.nr_conns < self.worker_connections" in loop
    assert loop.count("self.murder_keepalived(") == 3 and "while self.nr_conns > 0" in loop
    assert "if not conn.initialized and not conn.data_ready" in thread  # then it waits for a head
    assert issubclass(errors.NoMoreData, OSError)  # what a body that breaks off raises
    assert Config().http_protocols == ["h1"]


# What it withstands


def attack(door, crowd, size):
    """The seconds of some requests while *size* heads are half sent, and as many not begun."""
    for _ in range(size):
        with suppress(ConnectionError):  # one too many
            crowd(door.knock()).sendall(b"\x16\x03\x01\x02\x00\x01" if door._tls else HALF)
        crowd(door.knock())
    return [door.health() for _ in range(50)]


@pytest.fixture
def many_descriptors():
    """As many as may be, here and in the servers."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.parametrize(
    ("size", "limits"),
    [
        pytest.param(200, {"HEAD": 2.0}, id="200"),
        pytest.param(900, {}, id="900", marks=pytest.mark.slow),
        pytest.param(
            900,
            {"HEAD": 5.0, "PER_PEER": 4000, "MOST": 4000},
            id="900 at once",
            marks=pytest.mark.slow,
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


def test_one_address_has_so_many_connections_and_the_oldest_that_waits_goes(open_door, crowd):
    door = open_door(HEAD=FOR_EVER, PER_PEER=10)
    waiting = [crowd(door.knock()) for _ in range(30)]

    wait_for(lambda: all(is_closed(connection) for connection in waiting[:20]))

    assert not any(is_closed(connection) for connection in waiting[20:])
    door.health()


def test_who_has_most_makes_room_for_the_others(open_door, crowd):
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


#: So few descriptors that they run out before the worker thinks there are too many connections.
SCARCE = """
import resource
worker.resource.getrlimit = lambda _: (1000, 1000)
resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40))
"""


def test_without_a_descriptor_the_oldest_that_waits_goes(open_door, crowd):
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
    """The seconds a process has worked."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def post(path, length, host="localhost", more=""):
    head = f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {length}\r\n{more}\r\n".encode()


def test_a_body_that_stops_costs_a_thread_for_so_long(tls, open_door, crowd):
    door = open_door(threads=2, tls=tls, PIECE=0.5)

    with door.nothing_leaked():
        stalled = [crowd(door.connect()) for _ in range(4)]
        for connection in stalled:
            connection.sendall(door.owners(post("/api/session/start", 100)) + b"{")

        door.health()
        for connection in stalled:
            answer = everything(connection)
            assert b" 400 " in answer and b'"INVALID_REQUEST"' in answer
            connection.close()


def test_a_body_in_drops_costs_a_thread_for_so_long(tls, open_door):
    door = open_door(threads=1, tls=tls, BODY=1.0)

    with door.nothing_leaked(), door.connect() as connection:
        connection.sendall(door.owners(post("/api/session/start", 1 << 20)))
        connection.settimeout(0.05)
        answer = b""
        while b"}" not in answer:
            with suppress(TimeoutError):
                connection.sendall(b" ")
                answer += connection.recv(1 << 16)
    assert b" 400 " in answer


def test_who_is_refused_need_not_send_the_body_and_nobody_waits_for_it(tls, open_door, crowd):
    door = open_door(threads=1, tls=tls, PIECE=FOR_EVER, BODY=FOR_EVER, LINGER=FOR_EVER)

    for _ in range(3):
        connection = crowd(door.connect())
        connection.sendall(post("/api/session/start", 1 << 20, host="evil.example") + b"{")
        answer = everything(connection)  # to its end, though this side stays open
        assert b" 403 " in answer and b'"FORBIDDEN"' in answer
    door.health()


def test_what_is_sent_after_the_answer_does_not_cut_it_off(tls, open_door):
    door = open_door(tls=tls)

    with door.nothing_leaked():
        body = b" " * (3 << 20)
        answer = door.say(post("/api/session/start", len(body), host="evil.example"), body)

    assert b" 403 " in answer and answer.endswith(b"}\n")


def test_coming_and_going_leaves_nothing(tls, open_door):
    door = open_door(tls=tls)
    rudely = struct.pack("ii", 1, 0)  # with a reset

    with door.nothing_leaked():
        for number in range(300):
            with door.knock() as connection:
                if number % 3 == 1:
                    connection.sendall(HEALTH)
                if number % 2:
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, rudely)
        door.health()


def test_a_long_answer_has_all_its_time(tls, open_door, tmp_path):
    path = fake_path(tmp_path, "agent")
    door = open_door(tls=tls, path=path, HEAD=0.3, PIECE=0.2, BODY=0.2, LINGER=0.2)
    start = post("/api/session/start", 2, more="Connection: close\r\n")
    started = door.say(door.owners(start) + b"{}")
    id = json.loads(started.partition(b"\r\n\r\n")[2])["session_id"]
    question = json.dumps({"question": f"until {tmp_path}/go"}).encode()

    with door.connect() as connection:
        ask = post(f"/api/ask?session_id={id}", len(question))
        connection.sendall(door.owners(ask) + question)
        until = time.monotonic() + 1
        wait_for(lambda: time.monotonic() > until)
        (tmp_path / "go").touch()
        assert answer_of(connection) == (200, True)


def test_stopping_does_not_wait_for_who_says_nothing(tls, open_door, crowd):
    door = open_door(tls=tls, HEAD=FOR_EVER, LINGER=FOR_EVER)
    for _ in range(20):
        crowd(door.knock()).sendall(b"\x16" if tls else b"G")
    door.health()

    assert door.server.stop() == 0
    assert "Traceback" not in door.server.log


# What it answers


REFUSED = [
    (b"canary\r\n\r\n", 400),
    (b"\x00\xff canary\r\n\r\n", 400),
    (b"\r\n\r\n", 400),
    (b"GET /canary HTTP/1.1\nHost: localhost\n\n", 400),
    (b"GET /canary HTTP/9.9\r\n\r\n", 400),
    (b"GET / HTTP/1.1\r\nHost: localhost\r\ncanary\r\n\r\n", 400),
    (post("/canary", "canary"), 400),
    (b"GET /" + b"canary" * 1000 + b" HTTP/1.1\r\n\r\n", 414),
    (b"GET / HTTP/1.1\r\nCookie: " + b"canary" * 1400 + b"\r\n\r\n", 431),
    (b"GET / HTTP/1.1\r\nCookie: " + b"canary" * 6000, 431),
    (b"GET / HTTP/1.1\r\nExpect: canary\r\n\r\n", 417),
    (post("/", 1, more="Transfer-Encoding: canary\r\n") + b"x", 501),
]


def test_what_is_no_request_is_refused_in_the_shape_of_the_api(tls, open_door):
    door = open_door(tls=tls, HEAD=FOR_EVER)

    with door.nothing_leaked():
        for request, status in REFUSED:
            head, _, body = door.say(request).partition(b"\r\n\r\n")

            answer = json.loads(body)
            assert head.startswith(b"HTTP/1.1 %d " % status), request[:60]
            assert answer["error"]["code"] == "INVALID_REQUEST" and answer["error"]["message"]
            assert b"Connection: close" in head and b"Content-Type: application/json" in head
            assert f"X-Request-ID: {answer['request_id']}".encode() in head
            assert b"canary" not in body and b"gunicorn" not in head + body
    assert "canary" not in door.server.log


def test_a_malformed_body_is_refused_in_the_shape_of_the_api(open_door):
    head = post("/api/session/start", 0).replace(
        b"Content-Length: 0", b"Transfer-Encoding: chunked"
    )

    answer = open_door().say(head + b"canary\r\n")

    assert b" 400 " in answer and b'"INVALID_REQUEST"' in answer and b"canary" not in answer


def test_what_is_no_tls_is_hung_up_on(certificate, open_door):
    door = open_door(threads=1, tls=certificate, HEAD=FOR_EVER)

    with door.nothing_leaked():
        for hello in (b"\x16\x03\x01\xff\xff" * 100, b"\x16" * 1000, b"\x16" + HEALTH):
            with door.knock() as connection:
                connection.sendall(hello)
                assert b"HTTP" not in everything(connection)


def test_with_a_certificate_both_are_served_on_one_port(certificate, open_door):
    door = open_door(threads=1, tls=certificate)

    with door.nothing_leaked():
        for connect in (door.connect, door.knock, door.connect):
            with connect() as connection:
                connection.sendall(HEALTH)
                assert answer_of(connection) == (200, True)
                connection.sendall(LAST)  # the second request needs no other look
                assert b" 200 OK" in everything(connection)


def test_requests_may_come_together_and_in_pieces(tls, open_door, crowd):
    door = open_door(tls=tls, threads=1, HEAD=FOR_EVER)
    start = door.owners(post("/api/session/start", 2)) + b"{}"
    requests = HEALTH * 300 + start + HEALTH
    connection = crowd(door.connect())
    at = 0
    for size in [1, len(HEALTH) + 1, 12_000, 3, len(requests)]:
        connection.sendall(requests[at : at + size])
        at += size
        door.health()

    connection.sendall(LAST)
    assert everything(connection).count(b"HTTP/1.1 20") == 303


def test_a_connection_is_used_again(tls, open_door, crowd):
    door = open_door(tls=tls)
    connection = crowd(door.connect())

    for _ in range(20):
        connection.sendall(HEALTH)
        assert answer_of(connection) == (200, True)


def test_the_head_of_a_page_and_old_clients_are_answered(open_door):
    door = open_door()

    old = door.say(HEALTH.replace(b"HTTP/1.1", b"HTTP/1.0"))
    head = door.say(LAST.replace(b"GET", b"HEAD"))

    assert b"200 OK" in old and old.endswith(b"}\n")
    assert b"200 OK" in head and head.endswith(b"\r\n\r\n")


def test_who_asks_before_sending_a_body_is_told_to_go_on(open_door, crowd):
    door = open_door()
    connection = crowd(door.connect())

    start = post("/api/session/start", 2, more="Expect: 100-continue\r\n")
    connection.sendall(door.owners(start))
    assert connection.recv(25) == b"HTTP/1.1 100 Continue\r\n\r\n"
    connection.sendall(b"{}")
    assert answer_of(connection) == (201, True)
