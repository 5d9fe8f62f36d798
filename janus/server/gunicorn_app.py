"""Run gunicorn with our settings: one worker, many threads, an orderly shutdown.

One worker, because the sessions live in it; their threads are started there, because threads do
not survive a fork. So the application must not be preloaded, reloaded, or run in more workers.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.errors import HaltServer

from janus.access.invitation import invitation, invite, pairing_link
from janus.agents.catalog import check_choice
from janus.app import create_app
from janus.config import Settings, SettingsError
from janus.errors import CannotServe
from janus.logs import log_config
from janus.network.endpoint import Endpoint, choose
from janus.projects.finding import named
from janus.projects.listing import ProjectList
from janus.server import memory
from janus.server.following import Follower
from janus.server.worker import Worker
from janus.sessions.sessions_file import SessionsFile
from janus.storage.lock import check_free
from janus.storage.project import check_outside, project_folder
from janus.storage.store import Store

log = logging.getLogger(__name__)

#: An ask occupies one while it waits, and 21 may wait in each of 4 sessions. Threads are cheap.
THREADS = 128
#: Seconds; more than ``MemorySessionManager.stop`` takes.
GRACEFUL_TIMEOUT = 25
#: Seconds that a worker stays whose master was killed: nobody can stop it any more.
ORPHANED = 2.5
_SHARED_MEMORY = Path("/dev/shm")
_PR_SET_DUMPABLE = 4


@contextlib.contextmanager
def _or_exit() -> Iterator[None]:
    """End the program with a sentence that says why it cannot serve."""
    try:
        yield
    except (CannotServe, SettingsError) as why:
        sys.exit(f"Janus cannot start: {why}.")


@_or_exit()
def settings_or_exit() -> Settings:
    """Return the settings, or exit with a sentence that says what is wrong."""
    settings = Settings.from_env()
    check_choice(settings)
    return settings


@_or_exit()
def options(settings: Settings) -> dict[str, Any]:
    """gunicorn's settings, by name; exits where one is wrong."""
    endpoint = choose(settings, settings.state / "certificates")
    chosen: dict[str, Any] = {
        "bind": endpoint.binds,
        "workers": 1,
        "worker_class": Worker,
        "threads": THREADS,
        "graceful_timeout": GRACEFUL_TIMEOUT,
        "limit_request_line": 8190,  # its most: a long path, in any script, is an address too
        "timeout": 120,  # of a worker whose loop stands still
        # Any agent could connect to it, and add workers.
        "control_socket_disable": True,
        # By default gunicorn believes what this computer, hence any agent, says about the caller.
        "forwarded_allow_ips": "",
        "logconfig_dict": log_config(settings),
        "on_starting": lambda arbiter: on_starting(arbiter, settings),
        "when_ready": when_ready,
        "on_exit": on_exit,
        "post_worker_init": lambda worker: post_worker_init(worker, endpoint),
    }
    if endpoint.leaf:
        chosen |= {"certfile": str(endpoint.leaf.chain), "keyfile": str(endpoint.leaf.key)}
    if _SHARED_MEMORY.is_dir():
        chosen["worker_tmp_dir"] = str(_SHARED_MEMORY)  # on a busy disk a worker would look dead
    return chosen


class Server(BaseApplication):  # type: ignore[misc]
    """``janus serve``: gunicorn without a command line of its own."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        super().__init__()

    def load_config(self) -> None:
        for name, value in options(self._settings).items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return app_or_exit(self._settings)


def app_or_exit(settings: Settings | None = None) -> Flask:
    """Return the service, in a worker, or log why it cannot serve and end the master as well."""
    try:
        return create_app(settings)
    except CannotServe as why:  # although it could when the master checked
        log.error("Janus cannot start: %s.", why)
        sys.exit(Arbiter.WORKER_BOOT_ERROR)


@_or_exit()
def check_workspace(settings: Settings) -> None:
    """End the program if another Janus serves already, or a newer one wrote what is to be read."""
    check_free(settings.state)
    for entry in named(settings, ProjectList(Store(settings.state)).load()):
        check_outside(entry.folder, settings.state)
        store = Store(project_folder(entry.folder, settings.state))
        check_free(store.folder, entry.folder)
        SessionsFile(store, entry.folder).check()


def serve(settings: Settings) -> None:
    """Serve until a signal arrives; exit when the port is taken."""
    check_workspace(settings)
    server = Server(settings)
    for bound in server.cfg.address:
        _check_bindable(*bound)
    server.run()


@_or_exit()
def _check_bindable(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as failure:
            what = f"JANUS_HOST={host} is not an address of this computer"
            if failure.errno != errno.EADDRNOTAVAIL:
                what = f"PORT={port}: cannot listen on it ({failure.strerror}). "
                what += "Stop the program that uses the port, or choose another one"
            raise SettingsError(what) from failure


def on_starting(arbiter: Arbiter, settings: Settings) -> None:
    """Exit with a sentence when serving is impossible, before anything is opened or started."""
    memory.keep_the_heap_small()
    cfg = arbiter.cfg
    if cfg.workers != 1 or cfg.preload_app or cfg.max_requests or cfg.reload:
        sys.exit("Janus cannot start: its sessions live in one worker. Start it with: janus serve")
    check_workspace(settings)


def when_ready(arbiter: Arbiter) -> None:
    """Make signals that would lose sessions shut the server down in order, in the master."""
    memory.share()
    _hide()

    def stop(*_: object) -> None:
        signal.signal(signal.SIGINT, arbiter.signal)  # a second Ctrl-C does not wait
        arbiter.signal(signal.SIGTERM, None)

    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):
        signal.signal(number, stop)
    for number in (signal.SIGTTIN, signal.SIGTTOU, signal.SIGUSR2, signal.SIGWINCH):
        signal.signal(number, signal.SIG_IGN)


def on_exit(_: Arbiter) -> None:
    """Exit with 1 when the worker could not start."""
    if isinstance(sys.exc_info()[1], HaltServer):
        sys.exit(1)


def post_worker_init(worker: Worker, endpoint: Endpoint) -> None:
    """Announce the server, and end sessions while the worker still answers, in the worker."""
    runtime = worker.wsgi.extensions["janus"]
    endpoint = runtime.endpoint = endpoint.at(worker.sockets[0].sock.getsockname()[1])
    runtime.cleanup.also(Follower(worker, runtime).look)
    _hide()
    runtime.lock.announce(endpoint.local_url, worker.ppid)
    log.info("Janus listens on %s", endpoint.local_url)
    if endpoint.phone_url != endpoint.local_url:
        log.info("Phones reach it at %s", endpoint.phone_url)
    # A code is for the person there, not for a log.
    if not sys.stderr.isatty():
        log.info("To pair a phone, run on this computer: janus pair")
        if endpoint.unreachable:
            log.warning("Phones cannot reach this Janus: %s", endpoint.unreachable)
    else:
        if not runtime.devices.all():
            code = runtime.pairing.open(at_terminal=True)
            print(invitation(invite(endpoint, code)), file=sys.stderr)
        code = runtime.pairing.open(at_terminal=True)
        link = pairing_link(endpoint.local_url, code, at_once=True)
        print(f"  On this computer, open {link}", file=sys.stderr)

    def stop(number: int, frame: Any) -> None:
        threading.Thread(target=runtime.stop, name="janus-stop").start()
        worker.handle_exit(number, frame)

    def hurry() -> None:
        log.warning("The master of this server was killed; it ends")
        threading.Thread(target=runtime.stop, args=(ORPHANED / 2,), name="janus-stop").start()
        worker.handle_exit(signal.SIGTERM, None)
        # Agents end with this process, and what they were doing is told by the next one.
        deadline = threading.Timer(ORPHANED, os._exit, (1,))
        deadline.daemon = True
        deadline.start()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    worker.orphaned = hurry
    # When the terminal closes, the master gets SIGHUP too, and stops this worker in order.
    signal.signal(signal.SIGHUP, signal.SIG_IGN)


def _hide() -> None:
    """Keep agents, which run as the same user, from reading this process in ``/proc`` (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
