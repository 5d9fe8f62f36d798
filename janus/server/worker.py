"""A gunicorn worker whose threads serve only requests whose head has arrived.

    accept ──> waiting, in the loop ──whole head──> a thread ──answer──> waiting, or closing

gunicorn's threads read heads without a time limit: 8 half-sent ones block 8 threads for good. And
what its loop does for one connection delays all others: closing one takes 2 s where the client does
not, and one ``accept`` without a free descriptor ends the worker, and every session with it.

Here the loop never blocks: it does TLS handshakes (1 ms at most), reads heads and short bodies, and
closes connections, all by a deadline. What it has read is given to gunicorn's parser as if it had
been read ahead: TLS has no peek, and bytes that are only peeked at wake the loop again and again.
With a certificate, TLS and plain HTTP share the port and are told apart by the first byte.
Threads read only long bodies, by a deadline too, and none of a stranger's. 900 half-sent heads and
900 silent connections then change nothing for others. It alone has ``_waiting`` and ``_peers``.
"""

from __future__ import annotations

import contextlib
import errno
import os
import resource
import selectors
import socket
import ssl
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any

from gunicorn import sock, util
from gunicorn.http import errors
from gunicorn.workers.gthread import STOP_KEEPALIVE_LINGER, ThreadWorker

from janus.server.connection import Connection
from janus.server.dates import tolerate_any_clock
from janus.server.pool import request_threads
from janus.server.refusals import refusal

#: Seconds for a handshake and a head, and for a whole body.
HEAD, BODY = 10.0, 30.0
#: Seconds that a client may take to close after its answer.
LINGER = 2.0
#: Seconds in which a piece of an answer, 64 KiB of a long one, has to be on its way.
WRITE = 20.0
#: Connections of one address, and in total; the total is never more than half the descriptors. 64
#: streams and 84 asks fit twice, and so does what 128 threads can serve. Loopback is no exception
#: and need not be: one too many closes the oldest that waits, so a proxy still gets through.
PER_PEER, MOST = 256, 1024
#: Seconds without accepting when that is impossible, and between two checks of the deadlines.
PAUSE, TICK = 0.5, 0.25
#: The first byte of a TLS handshake (RFC 8446, 5.1), which no HTTP request begins with.
_TLS = b"\x16"


class Worker(ThreadWorker):  # type: ignore[misc]
    """gunicorn's threaded worker, with waiting connections kept in its loop."""

    orphaned: Callable[[], object] | None = None  # called once when the master was killed

    def init_process(self) -> None:
        # gunicorn creates a context for every connection, in 1.6 ms.
        self.tls: ssl.SSLContext | None = sock.ssl_context(self.cfg) if self.cfg.is_ssl else None
        self._waiting: dict[Connection, None] = {}  # oldest first
        self._peers: Counter[str] = Counter()
        self._most = min(MOST, resource.getrlimit(resource.RLIMIT_NOFILE)[0] // 2)
        self._full_until = self._next_check = 0.0
        self.worker_connections = self._most * 2  # where gunicorn would stop accepting
        tolerate_any_clock()
        super().init_process()

    def get_thread_pool(self) -> ThreadPoolExecutor:
        return request_threads(self.cfg.threads)

    def notify(self) -> None:
        # In every round, also of a stopping worker. gunicorn would wait for all streams.
        super().notify()
        if self.orphaned and self.ppid != os.getppid():
            self.orphaned()
            self.orphaned = None

    def set_accept_enabled(self, enabled: bool) -> None:
        super().set_accept_enabled(enabled and time.monotonic() >= self._full_until)

    def accept(self, listener: Any) -> None:
        """Accept a connection, if need be in place of the oldest that waits. Runs in the loop."""
        client = None
        try:
            client, address = listener.accept()
            conn = Connection(self, client, address, listener.getsockname())
        except (BlockingIOError, ConnectionAbortedError):
            return
        except OSError as error:
            if client:  # it disconnected at once
                client.close()
            elif not self._make_room():
                self.log.warning("Cannot accept connections: %s", error.strerror)
                self._full_until = time.monotonic() + PAUSE
                self.set_accept_enabled(False)
            return
        self.nr_conns += 1
        self._peers[conn.peer] += 1
        crowded = self._peers[conn.peer] > PER_PEER
        if not (crowded or self.nr_conns > self._most) or self._make_room(conn.peer, crowded):
            self._wait(conn, HEAD)
        else:
            self._close(conn)

    def _make_room(self, new: str = "", crowded: bool = False) -> bool:
        """Close the oldest that waits at the *crowded* address, or where most wait; or False."""
        peer = new
        if not crowded and self._waiting:  # who has many streams open is no reason to close others
            waiting = Counter(conn.peer for conn in self._waiting) + Counter({new: 1})
            peer = waiting.most_common(1)[0][0]
        oldest = next((conn for conn in self._waiting if conn.peer == peer), None)
        if oldest:
            self._close(oldest)
        return oldest is not None

    def _wait(self, conn: Connection, seconds: float) -> None:
        if not self.alive:
            seconds = min(seconds, STOP_KEEPALIVE_LINGER)
        conn.timeout = time.monotonic() + seconds
        try:
            conn.sock.setblocking(False)
            self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._receive, conn))
        except (OSError, ValueError):
            return self._close(conn)
        self._waiting[conn] = None
        self._receive(conn)  # TLS may have buffered what the poller cannot see

    def _receive(self, conn: Connection, _: Any = None) -> None:
        """Read what has arrived, in the loop; with a whole head the request goes to a thread."""
        if conn not in self._waiting:  # closed by another event of this round
            return
        try:
            complete = self._read(conn)
        except (BlockingIOError, ssl.SSLWantReadError):
            self.poller.modify(conn.sock, selectors.EVENT_READ, partial(self._receive, conn))
        except ssl.SSLWantWriteError:
            self.poller.modify(conn.sock, selectors.EVENT_WRITE, partial(self._receive, conn))
        except errors.ParseException as error:
            self._forget(conn)
            self.handle_error(None, conn.sock, conn.client, error)
            self._close_gently(conn)
        except Exception as error:  # whatever it is, other connections go on
            if not isinstance(error, OSError):
                self.log.exception("Closed a connection after an unexpected error")
            self._close(conn)
        else:
            if not complete:
                return self._close(conn)
            self._forget(conn)
            self.enqueue_req(conn)

    def _read(self, conn: Connection) -> bool:
        """Return whether a whole head is there, False at the end; raise while more must come."""
        if conn.discard:
            return conn.ignore()
        if conn.scheme is None and not self._choose_scheme(conn):
            return False
        if not conn.handshaken:
            conn.sock.do_handshake()
            conn.handshaken = True
        return conn.read_request(HEAD, BODY)

    def _choose_scheme(self, conn: Connection) -> bool:
        """Set the scheme by the first byte; return False if the client sent none."""
        first = conn.sock.recv(1, socket.MSG_PEEK)
        conn.scheme = "https" if first == _TLS else "http"
        if self.tls and conn.scheme == "https":
            self.poller.unregister(conn.sock)
            conn.secure(self.tls)
            self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._receive, conn))
        else:
            conn.handshaken = True
        return bool(first)

    def handle_request(self, req: Any, conn: Connection) -> Any:
        # gunicorn would derive the scheme from whether there is a certificate.
        req.scheme = conn.scheme
        conn.sock.settimeout(WRITE)
        try:
            return super().handle_request(req, conn)
        except TimeoutError as stalled:
            raise BrokenPipeError(errno.EPIPE, "The client does not read") from stalled

    def handle(self, conn: Connection) -> Any:
        """Serve a connection in a thread, until a deadline for the body."""
        conn.parser.unreader.deadline = 0.0 if conn.late else time.monotonic() + BODY
        conn.give_request()
        return super().handle(conn)

    def _keepalive_after(self, conn: Connection, keepalive: bool) -> Any:
        # A body that nobody has read is not waited for: closing discards it.
        conn.parser.unreader.deadline = 0.0
        return super()._keepalive_after(conn, keepalive)

    def finish_request(self, conn: Connection, future: Future[Any]) -> None:
        """Wait for the next request, or close. Runs in the loop when a thread has finished."""
        if future.cancelled() or future.exception() or not future.result():
            return self._close_gently(conn)
        conn.head = conn.parser.unreader.take_buffered()
        conn.idle = not conn.head
        self._wait(conn, self.cfg.keepalive if conn.idle else HEAD)

    def _close_gently(self, conn: Connection) -> None:
        """Close after the client has: closing over unread bytes would cut off its answer."""
        conn.say_goodbye()
        self._wait(conn, LINGER)

    def _forget(self, conn: Connection) -> None:
        if conn in self._waiting:
            del self._waiting[conn]
            self.poller.unregister(conn.sock)

    def _close(self, conn: Connection) -> None:
        self._forget(conn)
        self.nr_conns -= 1
        self._peers -= Counter([conn.peer])  # and drops addresses without any
        conn.close()

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        super().wait_for_and_dispatch_events(TICK if self._waiting else timeout)

    def murder_keepalived(self, force: bool = False) -> None:
        """Close what has waited too long. gunicorn calls this in every round of its loop."""
        now = time.monotonic()
        if force or now >= self._next_check:
            self._next_check = now + TICK
            for conn in [conn for conn in self._waiting if force or conn.timeout <= now]:
                if conn.whole and not force:  # the answer says that its body broke off
                    conn.late = True
                    self._forget(conn)
                    self.enqueue_req(conn)
                else:
                    self._close(conn)

    def _cap_keepalive(self, deadline: float) -> None:
        for conn in self._waiting:
            conn.timeout = min(conn.timeout, deadline)

    def handle_error(self, req: Any, client: socket.socket, addr: Any, exc: Exception) -> None:
        """Refuse a request in the JSON shape of the API."""
        if not isinstance(exc, ssl.SSLError):  # nothing can be sent over such a connection
            answer = refusal(exc, self.log)
            with contextlib.suppress(OSError):
                util.write_nonblock(client, answer)
