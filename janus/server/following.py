"""Follow this computer into another network: listen at its new address, with a certificate for it.

A laptop moves, and a service may start before the network does. What was listened at stays open:
an address that is gone costs nothing, and often comes back.
"""

from __future__ import annotations

import logging
import ssl
import threading
import time
from collections.abc import Callable
from selectors import EVENT_READ
from typing import Any, cast

from gunicorn import sock, util

from janus.config import SettingsError
from janus.network.authority import Leaf
from janus.network.endpoint import Endpoint, follow, renewal
from janus.runtime import Runtime
from janus.server.worker import Worker

log = logging.getLogger(__name__)


class Follower:
    """Keeps address and certificate as they should be, also those of a doorway.

    Only the cleanup thread uses it.
    """

    def __init__(self, worker: Worker, runtime: Runtime) -> None:
        self._worker = worker
        self._runtime = runtime
        self._folder = runtime.settings.state / "certificates"
        self._open = {*runtime.endpoint.addresses}
        self._failure = ""
        self._renew = self._renewal(runtime.endpoint)
        # The server of a doorway takes a moment to start.
        threading.Thread(target=self._tell_fleet, name="janus-fleet", daemon=True).start()

    def look(self) -> None:
        """To be called now and then."""
        before = self._runtime.endpoint
        try:
            now = follow(before, self._runtime.settings, self._folder)
            if now != before:
                self._move(now)
            self._failure = ""
        except (OSError, SettingsError) as failure:
            if self._failure != str(failure):  # once, not every minute
                log.warning("Cannot listen at the new address of this computer: %s", failure)
            self._failure = str(failure)
        if self._renew:
            self._renew()
        self._tell_fleet()

    def _tell_fleet(self) -> None:
        self._runtime.fleet.follow(self._runtime.endpoint)

    def _move(self, now: Endpoint) -> None:
        worker = self._worker
        if now.leaf:
            worker.tls = worker.tls or _context(worker, now.leaf)
            worker.tls.load_cert_chain(now.leaf.chain, now.leaf.key)
        for address in now.addresses:
            if address not in self._open:
                kind = sock.TCP6Socket if ":" in address else sock.TCPSocket
                listener = kind((address, now.port), worker.cfg, worker.log)
                util.close_on_exec(listener)
                worker.method_queue.defer(_accept_at, worker, listener)
                self._open.add(address)
        self._renew = self._renewal(now)
        self._runtime.endpoint = now
        if now.unreachable:
            log.warning("Phones cannot reach this Janus: %s", now.unreachable)
        else:
            log.info("The network has changed: phones reach Janus at %s now", now.phone_url)

    def _renewal(self, endpoint: Endpoint) -> Callable[[], None] | None:
        tls = self._worker.tls
        return renewal(endpoint, tls, time.monotonic) if tls else None


def _context(worker: Worker, leaf: Leaf) -> ssl.SSLContext:
    """The TLS of a worker that began without a certificate, since it had no network."""
    worker.cfg.set("certfile", str(leaf.chain))
    worker.cfg.set("keyfile", str(leaf.key))
    return cast(ssl.SSLContext, sock.ssl_context(worker.cfg))


def _accept_at(worker: Worker, listener: Any) -> None:
    """Accept connections there, too, until the end. Runs in the worker's loop."""
    worker.sockets.append(listener)
    if worker._accepting:
        worker.poller.register(listener, EVENT_READ, worker.accept)
