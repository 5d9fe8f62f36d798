"""The processes of git that run: waited for, never for longer than allowed, and ended."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

from janus.errors import GitFailed, ServerStopping
from janus.workspace.commands import Leashed, Running, Unleashed

#: Seconds git gets to end by itself, and then to take its lock files away before it is killed.
_LINGER, _GRACE = 0.3, 1.0
Command = TypeVar("Command", bound=Running)


class RunningGit:
    """What runs, and of what is slow in which folder.

    ``_lock`` guards all fields, and is told where what was starting has started; it is not held
    while a process starts or is waited for.
    """

    def __init__(self) -> None:
        self.started = 0  # how many there were
        self._lock = threading.Condition()
        self._starting: list[Path] = []  # where what is slow starts, and is in no table yet
        self._running: dict[Running, Path | None] = {}
        self._ended: set[Running] = set()
        self._stopped = False

    def run(
        self, argv: Sequence[bytes | str], at: Path, timeout: float, what: str, *, slow: bool,
        name: str = "Git", remedy: str = "", **how: Any,
    ) -> int:  # fmt: skip
        """Run a command in a folder to its end, as ``Popen`` does with *how*; its exit code.

        One that is *slow* may run hooks: it ends with Janus, also with one that is killed. Raises
        OSError, GitFailed where it takes too long or is ended, ServerStopping.
        """
        kind: type[Running] = Leashed if slow else Unleashed
        with self._started(lambda: kind(argv, at, how), at if slow else None) as process:
            try:
                code = process.wait(timeout)
            except subprocess.TimeoutExpired as late:
                raise GitFailed(
                    f"{name} was stopped: {what} took longer than {timeout:g} seconds.{remedy}"
                ) from late
            if process in self._ended:
                if self._stopped:
                    raise ServerStopping("Janus is shutting down.")
                raise _ended(f"{name} was stopped while it ran {what}.")
            return code

    @contextlib.contextmanager
    def talking(
        self, argv: Sequence[bytes | str], at: Path, **how: Any
    ) -> Iterator[subprocess.Popen[bytes]]:
        """A command whose stdin and stdout are pipes to us; at the end it is over.

        Without a leash: it ends by itself once nobody holds the pipe. Raises OSError.
        """
        pipes = {**how, "stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        with self._started(lambda: Unleashed(argv, at, pipes), None) as process:
            try:
                yield process
            finally:
                for pipe in (process.stdin, process.stdout):
                    with contextlib.suppress(OSError):
                        if pipe:
                            pipe.close()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(_GRACE)

    def stop(self) -> None:
        """End what is slow, and start no more of that: Janus ends."""
        with self._lock:
            self._stopped = True
        self._end_those(None)

    def stop_in(self, folder: Path) -> bool:
        """End what is slow and runs in a folder; whether there was anything."""
        return self._end_those(folder)

    @contextlib.contextmanager
    def _started(self, start: Callable[[], Command], at: Path | None) -> Iterator[Command]:
        """What *start* gives, until it is over; in the table, if it is slow, with its folder."""
        with self._lock:
            self._check_going_on(at)
            self._starting += [at] if at else []
        process = None
        try:
            process = start()
        finally:
            with self._lock:
                if at:
                    self._starting.remove(at)
                    self._lock.notify_all()
                if process:
                    self._running[process] = at
                    self.started += 1
        try:
            with self._lock:
                self._check_going_on(at)
            yield process
        finally:
            if process.returncode is None:
                _end(process)
            with self._lock:
                del self._running[process]
                self._ended.discard(process)

    def _check_going_on(self, at: Path | None) -> None:
        """Refuse what is slow while Janus ends. With ``_lock`` held."""
        if at and self._stopped:
            raise ServerStopping("Janus is shutting down.")

    def _starts_in(self, folder: Path | None) -> bool:
        return any(folder in (None, at) for at in self._starting)

    def _end_those(self, folder: Path | None) -> bool:
        """End what is slow and runs in a folder, or anywhere; who waits for it reaps it."""
        with self._lock:
            self._lock.wait_for(lambda: not self._starts_in(folder), _GRACE)
            those = [it for it, at in self._running.items() if at and folder in (None, at)]
            self._ended.update(those)
        for number, patience in ((signal.SIGTERM, _LINGER), (signal.SIGKILL, _GRACE)):
            deadline = time.monotonic() + patience
            while any(it.returncode is None for it in those) and time.monotonic() < deadline:
                threading.Event().wait(0.02)
            for process in those:
                _signal(process, number)
        return bool(those)


def _ended(words: str) -> GitFailed:
    failure = GitFailed(words)
    failure.ended = True
    return failure


def _end(process: Running) -> None:
    """End git and all it started, such as a hook that sleeps."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        _signal(process, number)
        with contextlib.suppress(subprocess.TimeoutExpired, OSError):
            process.wait(_GRACE)


def _signal(process: Running, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)
