"""One client connection of the worker: its socket, its next request, its deadlines."""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
import time
from typing import Any

from gunicorn import http
from gunicorn.http import errors
from gunicorn.http.unreader import SocketUnreader
from gunicorn.workers.gthread import TConn

from janus.access.policy import STRANGERS_BODY

#: Seconds allowed between two pieces of a body.
PIECE = 10.0
#: Bytes of a head: more than gunicorn accepts in a line, and than any browser sends.
LONGEST = 1 << 15
#: Bytes of a body that is read before a thread is taken: all that a stranger may send.
SHORT = STRANGERS_BODY
#: Bytes that a client may still send after its last answer.
DISCARD = 4 << 20
#: A blank line, also with bare line feeds: gunicorn refuses those, but at once.
_END = re.compile(rb"\n\r?\n")
#: Good enough to wait for the right number of bytes; gunicorn looks closely afterwards.
_LENGTH = re.compile(rb"(?i)\ncontent-length:[ \t]*(\d{1,9})[ \t]*\r?\n")
_EXPECTS = re.compile(rb"(?i)\nexpect:[ \t]*100-continue[ \t]*\r?(?=\n)")


class Reader(SocketUnreader):  # type: ignore[misc]
    """Reads a body until ``deadline``, after which the client counts as disconnected."""

    deadline = 0.0

    def chunk(self, size_hint: int | None = None) -> bytes:
        left = min(PIECE, self.deadline - time.monotonic())
        if left <= 0:
            raise errors.NoMoreData()
        before = self.sock.gettimeout()
        self.sock.settimeout(left)
        try:
            return bytes(super().chunk(size_hint))
        except TimeoutError:
            raise errors.NoMoreData() from None
        finally:
            self.sock.settimeout(before)  # writing has its own timeout


class Connection(TConn):  # type: ignore[misc]
    """A client, what has arrived of its next request, and how long it may wait."""

    sock: Any

    def __init__(self, worker: Any, client: socket.socket, address: Any, server: Any) -> None:
        super().__init__(worker.cfg, client, address, server)
        self.peer = address[0] if isinstance(address, tuple) else ""
        self.scheme: str | None = None if worker.tls else "http"  # its first byte tells
        self.handshaken = worker.tls is None
        self._parse()
        self.initialized = True  # otherwise gunicorn would do all this in the thread
        self.head = b""  # and the short body that follows
        self.whole = 0  # bytes of both, once the head is there
        self.late = False  # its body did not come in time
        self.idle = False  # between two requests
        self.discard = 0  # bytes it may still send after its last answer
        self._until = 0.0  # when its body has to be there

    def _parse(self) -> None:
        self.parser = http.get_parser(self.cfg, self.sock, self.client)
        self.parser.unreader = Reader(self.sock)

    def secure(self, context: ssl.SSLContext) -> None:
        """Switch to TLS. The plain socket object is detached by that."""
        self.sock = context.wrap_socket(self.sock, server_side=True, do_handshake_on_connect=False)
        self._parse()

    def read_request(self, head: float, body: float) -> bool:
        """Return whether a head and its short body are there, False if the client has left before.

        Raises what the socket raises while more must come, by ``timeout``: in *head* and *body*
        seconds at most. A long body is left to the thread that serves the request.
        """
        while not (end := _END.search(self.head)):
            if len(self.head) > LONGEST:
                raise errors.LimitRequestHeaders("no end")
            if not self._receive(LONGEST):
                return False
            if self.idle:
                self.idle, self.timeout = False, time.monotonic() + head
        if not self.whole:
            self._expect_body(end.end(), body)
        while len(self.head) < self.whole and self._receive(self.whole - len(self.head)):
            self.timeout = min(time.monotonic() + PIECE, self._until)
        return True

    def give_request(self) -> None:
        """Hand what has arrived to gunicorn's parser, as if it had been read ahead."""
        self.parser.unreader.unread(self.head)
        self.head, self.whole, self.late = b"", 0, False

    def say_goodbye(self) -> None:
        """Send nothing more; what the client still sends is to be ignored."""
        self.discard = DISCARD
        with contextlib.suppress(OSError, ValueError):
            self.sock.setblocking(False)
            if isinstance(self.sock, ssl.SSLSocket):
                with contextlib.suppress(OSError, ValueError):
                    self.sock.unwrap()  # otherwise it looks truncated
            self.sock.shutdown(socket.SHUT_WR)

    def ignore(self) -> bool:
        """Read what is not wanted; False at the end, or when it is too much."""
        while self.discard > 0 and (ignored := self.sock.recv(1 << 16)):
            self.discard -= len(ignored)
        return False

    def _receive(self, size: int) -> bool:
        more = self.sock.recv(size)
        self.head += more
        return bool(more)

    def _expect_body(self, end: int, seconds: float) -> None:
        head, rest = self.head[:end], self.head[end:]
        given = _LENGTH.search(head)
        length = int(given[1]) if given else 0
        if 0 < length <= SHORT:
            if len(rest) < length and _EXPECTS.search(head):
                self.sock.send(b"HTTP/1.1 100 Continue\r\n\r\n")
                head = _EXPECTS.sub(b"", head, 1)  # it need not be said twice
            now = time.monotonic()
            self._until = now + seconds
            self.timeout = min(now + PIECE, self._until)
            self.head = head + rest
        self.whole = len(head) + (length if length <= SHORT else 0)
