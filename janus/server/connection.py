"""One client connection of the worker: its socket, its next request, its deadlines."""

from __future__ import annotations

import socket
import ssl
import time
from typing import Any

from gunicorn import http
from gunicorn.http import errors
from gunicorn.http.unreader import SocketUnreader
from gunicorn.workers.gthread import TConn

#: Seconds allowed between two pieces of a body.
PIECE = 10.0


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
    """A client, what has arrived of its next head, and how long it may wait."""

    sock: Any

    def __init__(self, worker: Any, client: socket.socket, address: Any, server: Any) -> None:
        super().__init__(worker.cfg, client, address, server)
        self.peer = address[0] if isinstance(address, tuple) else ""
        self.scheme: str | None = None if worker.tls else "http"  # its first byte tells
        self.handshaken = worker.tls is None
        self._parse()
        self.initialized = True  # otherwise gunicorn would do all this in the thread
        self.head = b""
        self.idle = False  # between two requests
        self.discard = 0  # bytes it may still send after its last answer

    def _parse(self) -> None:
        self.parser = http.get_parser(self.cfg, self.sock, self.client)
        self.parser.unreader = Reader(self.sock)

    def secure(self, context: ssl.SSLContext) -> None:
        """Switch to TLS. The plain socket object is detached by that."""
        self.sock = context.wrap_socket(self.sock, server_side=True, do_handshake_on_connect=False)
        self._parse()
