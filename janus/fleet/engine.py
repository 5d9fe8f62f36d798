"""The server of a doorway, ``nats-server``: started, watched, told of new members, and ended.

supervisor thread ──starts──> nats-server ──its log, until it ends──> supervisor thread
"""

from __future__ import annotations

import logging
import re
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from janus.errors import FleetFailed
from janus.fleet.server_config import ServerConfig
from janus.fleet.server_process import CONFIG, STORE, check, locked, room, start, write

log = logging.getLogger(__name__)

#: Seconds until it is started again, at first and at most; after so many it has run well.
_FIRST, _LONGEST, _WELL = 0.2, 30.0, 60.0
#: Seconds that it may take to be ready, to take a new configuration, and to end by itself.
_READY, _RELOAD, _END = 20.0, 5.0, 5.0
#: Bytes that the disk should have left.
_SPARE = 100 << 20
_LINE = re.compile(r"\[\d+\] \[(\w{3})\] (.*)")


class Engine:
    """``_changing`` is held while what is in force changes, and guards ``_thread``; ``_state`` all
    other fields.
    """

    def __init__(self, folder: Path, environ: Mapping[str, str]) -> None:
        """All of it is in *folder*; the server runs with *environ*."""
        self._folder = folder
        self._environ = environ
        self._changing = threading.Lock()
        self._state = threading.Condition()
        self._thread: threading.Thread | None = None
        #: What it is to run with, what it does run with, and what it failed with.
        self._wanted: ServerConfig | None = None
        self._ready: ServerConfig | None = None
        self._failed: ServerConfig | None = None
        self._process: subprocess.Popen[str] | None = None
        self._most = 0
        self._reloads = 0
        self._problem = ""

    @property
    def problem(self) -> str | None:
        """Why it does not run, or will not for long; None while all is well, or it need not."""
        with self._state:
            if self._wanted is None or self._ready is None:
                return self._problem or None
        free = shutil.disk_usage(self._folder).free
        return f"The disk has only {free >> 20} MB left." if free < _SPARE else None

    @property
    def pid(self) -> int | None:
        """The process, while it is ready."""
        with self._state:
            return self._process.pid if self._process and self._ready else None

    def apply(self, config: ServerConfig) -> None:
        """Have the server run as *config* says before this returns. Raises FleetFailed.

        It goes on with what it had where the new one is refused. Whoever is no member any more is
        out: a server that does not say that it took the new file is started anew.
        """
        with self._changing:
            if config == self._wanted and self.pid:
                return
            check(self._folder, config.text(self._folder / STORE, self._most), self._environ)
            config = replace(config)  # one of its own, to be told apart
            with self._state:
                before, self._wanted, self._failed = self._ready, config, None
                self._state.notify_all()
            if self._thread is None:
                # As a daemon: else a process that ends would wait for it before it stops this.
                self._thread = threading.Thread(
                    target=self._supervise, name="janus-fleet-engine", daemon=True
                )
                self._thread.start()
            elif not (before and before.place == config.place and self._reload(config)):
                self._end()
            self._wait_for(config)

    def stop(self) -> None:
        """End it. May be called twice; ``apply`` starts it again, and one at work gives up."""
        self._give_up()
        with self._changing:
            self._give_up()
            self._end()
            thread, self._thread = self._thread, None
            if thread:
                thread.join()

    def _give_up(self) -> None:
        with self._state:
            self._wanted, self._problem = None, ""
            self._state.notify_all()

    def _end(self) -> None:
        """End the process, a frozen one too; the supervisor starts another, if one is wanted."""
        with self._state:
            process = self._process
            for number in (signal.SIGTERM, signal.SIGKILL):
                if process is None or self._process is not process:
                    return
                process.send_signal(number)
                self._state.wait_for(lambda: self._process is not process, _END)

    def _reload(self, config: ServerConfig) -> bool:
        """Whether the server says that it took the new file."""
        write(self._folder, CONFIG, config.text(self._folder / STORE, self._most))
        with self._state:
            before = self._reloads
            if self._process:
                self._process.send_signal(signal.SIGHUP)
            done = self._state.wait_for(lambda: self._reloads > before, _RELOAD)
            if done and self._ready:
                self._ready = config
        return done

    def _wait_for(self, config: ServerConfig) -> None:
        def settled() -> bool:
            return config is not self._wanted or self._ready is config or self._failed is config

        with self._state:
            self._state.wait_for(settled, _READY)
            if self._ready is not config:
                raise FleetFailed(self._problem or "The server does not get ready in time.")

    def _supervise(self) -> None:
        delay = _FIRST
        while config := self._wanted:
            began = time.monotonic()
            try:
                problem = self._run(config)
            except (FleetFailed, OSError) as why:
                problem = str(why)
            with self._state:
                self._process = self._ready = None
                self._state.notify_all()
                if self._wanted is config:
                    if problem != self._problem:  # once, however often it is tried
                        log.warning("%s", problem)
                    self._failed, self._problem = config, problem
                if time.monotonic() - began > _WELL:
                    delay = _FIRST
                if self._state.wait_for(lambda: self._wanted is not config, delay):
                    delay = _FIRST
            delay = min(2 * delay, _LONGEST)

    def _run(self, config: ServerConfig) -> str:
        """Run the server until it ends; why it did. Raises FleetFailed, OSError."""
        with locked(self._folder) as lock:
            self._most = room(self._folder)
            write(self._folder, CONFIG, config.text(self._folder / STORE, self._most))
            process = start(self._folder, self._environ, lock)
        with self._state:
            self._process = process
            if self._wanted is not config:  # stopped, or another one, before there was a process
                process.terminate()
        assert process.stderr
        with process.stderr:
            last = self._listen(process.stderr, config)
        return f"The server of the fleet ended with {process.wait()}: {last}"

    def _listen(self, lines: Iterable[str], config: ServerConfig) -> str:
        """Follow what the server says, to its end; the last that it complained of."""
        last = "it did not say why."
        for line in lines:
            match = _LINE.match(line)
            kind, text = match.groups() if match else ("FTL", line.strip())
            if kind in ("FTL", "ERR", "WRN") and " - cid:" not in text:  # else of a client of its
                last = text
                log.warning("The server of the fleet: %s", text)
            with self._state:
                if text == "Server is ready":
                    self._ready = config
                self._reloads += text.startswith("Reloaded server configuration")
                self._state.notify_all()
        return last
