"""What is read of an agent: its stdout, its terminal, and its guardian's word on how it ended."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import threading
from dataclasses import dataclass

import pexpect

from janus.agents.process.launch import Launched
from janus.agents.process.lines import LineBuffer
from janus.agents.process.orphans import end_session

_READ_SIZE = 1 << 16
_TAIL = 1 << 16


@dataclass(frozen=True, slots=True)
class Exit:
    """How the agent ended: by itself with ``code``, or by ``signal``."""

    code: int | None = None
    signal: int | None = None

    def __str__(self) -> str:
        return f"exit code {self.code}" if self.signal is None else f"signal {self.signal}"


class OutputReader:
    """Feeds an agent's stdout to *lines*, and listens to its guardian for ``exit``.

    Everything here runs on the thread that calls ``run``. *received* is what the guardian has sent
    so far.
    """

    def __init__(self, launched: Launched, received: bytes, lines: LineBuffer) -> None:
        self.exit: Exit | None = None
        #: Whether the guardian is gone.
        self.is_done = False
        self._stdout = launched.stdout
        self._control = launched.control
        self._guardian = launched.guardian.pid
        self._received = received
        self._lines = lines

    def run(self) -> None:
        """Read until the guardian is gone; by then the lines have ended and ``exit`` is known.

        May be called again where it failed.
        """
        poll = select.poll()
        poll.register(self._stdout, select.POLLIN)
        poll.register(self._control, select.POLLIN)
        while True:
            if b"\n" in self._received and self.exit is None:
                self._agent_left()
            ready = dict(poll.poll())
            if self._stdout in ready and not self._pump():
                poll.unregister(self._stdout)
            if self._control.fileno() in ready:
                data = b""
                with contextlib.suppress(ConnectionError):
                    data = self._control.recv(64)
                if not data:
                    break
                self._received += data
        self.is_done = True
        if self.exit is None:  # somebody killed the guardian, and the agent died of that
            end_session(self._guardian)
            self.exit = Exit(signal=signal.SIGKILL)
            self._finish_lines()

    def _pump(self) -> bool:
        """Pass on what stdout holds; False at its end."""
        try:
            data = os.read(self._stdout, _READ_SIZE)
        except BlockingIOError:
            return True
        if not data:
            self._lines.end()
            return False
        self._lines.feed(data)
        return True

    def _agent_left(self) -> None:
        word, number = self._received.split()
        self.exit = Exit(code=int(number)) if word == b"exited" else Exit(signal=int(number))
        self._finish_lines()

    def _finish_lines(self) -> None:
        """Read what the agent wrote before it died: the pipe holds one read of it at most.

        What it left behind may write there still; that belongs to no answer.
        """
        self._pump()
        self._lines.end()


class TerminalReader:
    """Keeps an agent's terminal empty, and remembers the last 64 KiB written on it.

    A full terminal stops the agent after about 20 kB of stderr. ``stop`` ends the thread even
    while something that the agent left behind holds the terminal open.
    """

    def __init__(self, launched: Launched, name: str) -> None:
        self._terminal = launched.terminal
        self._wake, self._waker = launched.wake, launched.waker
        self._tail = bytearray()
        self._thread = threading.Thread(target=self._drain, name=name, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread and close the pipe that wakes it. Called once, by one thread."""
        os.close(self._waker)
        self._thread.join()
        os.close(self._wake)

    def tail(self, timeout: float) -> bytes:
        """Return the last 64 KiB, as written, after up to *timeout* seconds for what is unread."""
        self._thread.join(timeout)
        return bytes(self._tail[-_TAIL:])

    def _drain(self) -> None:
        poll = select.poll()
        poll.register(self._terminal.child_fd, select.POLLIN)
        poll.register(self._wake, select.POLLIN)
        while True:
            ready = dict(poll.poll())
            try:
                data: bytes = self._terminal.read_nonblocking(_READ_SIZE, timeout=0)
            except pexpect.TIMEOUT:
                if self._wake in ready:
                    return
                continue
            except (pexpect.EOF, OSError):
                return
            self._tail += data
            if len(self._tail) > 2 * _TAIL:
                del self._tail[:-_TAIL]
