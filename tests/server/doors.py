"""A server with its limits changed, and ways to knock at it."""

import os
import select
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from http.client import HTTPResponse
from pathlib import Path

import pytest
from conftest import wait_for
from kit.missing import missing

HEALTH = b"GET /api/health HTTP/1.1\r\nHost: localhost\r\n\r\n"
LAST = HEALTH.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
HALF = b"GET /api/health HTTP/1.1\r\nHost: local"
FOR_EVER = 3600
#: ``janus serve`` with other limits, few threads, and a certificate of its own if it is given one.
PROGRAM = """
from janus.cli import commands as cli
from janus.server import connection, gunicorn_app as server, worker
from janus.access import policy

policy.host_names = lambda *_: frozenset({{"localhost"}})  # which has tests of its own

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
        wait_for(lambda: self.descriptors() <= before)
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
        # Of an owner each, who has one Janus.
        own = {
            name: tempfile.mkdtemp(dir=tmp_path) for name in ("WORKSPACE_DIR", "JANUS_STATE_DIR")
        }
        return Door(serve(sys.executable, "-c", program, path=path, **own), tls)

    return open_door


@pytest.fixture(params=["http", pytest.param("https", marks=pytest.mark.slow)])
def tls(request):
    return request.getfixturevalue("certificate") if request.param == "https" else None


@pytest.fixture
def crowd():
    """Collects connections, and closes them in the end."""
    with ExitStack() as stack:
        yield lambda connection: stack.enter_context(connection)


def post(path, length, host="localhost", more=""):
    head = f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {length}\r\n{more}\r\n".encode()
