"""What Janus relies on in gunicorn, which a new version may change."""

import inspect

import gunicorn.http
import gunicorn.sock
import gunicorn.util
import pytest
from gunicorn.config import Config
from gunicorn.http import errors
from gunicorn.http.parser import Parser
from gunicorn.http.unreader import SocketUnreader, Unreader
from gunicorn.workers import gthread
from gunicorn.workers.base import Worker as BaseWorker


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
