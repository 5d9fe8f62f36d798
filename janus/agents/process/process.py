"""One agent program: a pexpect pty is its terminal, plain pipes carry what is said.

                 stdin, stdout (pipes)          lines(), send()
    agent  <──────────────────────────────────>  AgentProcess
      └──────── controlling terminal, stderr ──> pexpect: tail(), Ctrl-C
    guardian ──────── control socket ──────────> started, exited; end

The protocol needs pipes (see ``launch``). Agents need a terminal all the same: Ctrl-C reaches them
there, and stderr is read there, always: a full terminal would stop them. The guardian between Janus
and the agent ends everything the agent started, however Janus ends.
"""

from __future__ import annotations

import contextlib
import logging
import os
import select
import socket
import termios
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from janus.agents.process.guardian import descendants
from janus.agents.process.launch import Launched, cannot_start, launch
from janus.agents.process.lines import LineBuffer, each
from janus.agents.process.reading import Exit, OutputReader, TerminalReader
from janus.errors import AgentFailed
from janus.logs import about
from janus.text import as_shown

log = logging.getLogger(__name__)

#: Seconds any wait on an agent lasts unless the caller says otherwise.
TIMEOUT = 60.0
#: Seconds between the interrupt and SIGTERM, and between SIGTERM and SIGKILL.
INTERRUPT_GRACE, GRACE = 0.5, 5.0
#: Seconds the guardian gets for what it does by itself.
_SLACK = 5.0
_WRITE_SIZE = 1 << 16


class AgentProcess:
    """An agent from ``start`` to ``stop``, together with everything it starts in between.

    Two threads belong to it. One reads stdout and listens to the guardian; it alone reaps that (so
    ``waitpid`` never races) and closes what was opened. The other reads the terminal.

    ``_writing`` guards ``_stdin``, and may be held while the agent is slow to read.
    ``_lock`` guards ``_control`` and the terminal: neither is closed while somebody writes to it.
    ``_starting`` is held by ``start``, so that ``stop`` can end an agent that is still coming up.
    """

    def __init__(
        self, argv: Sequence[str], cwd: Path, env: Mapping[str, str], name: str = "agent"
    ) -> None:
        self.argv = list(argv)
        self.pid: int | None = None
        self._cwd = cwd
        self._env = dict(env)
        self._name = name
        self._lines = LineBuffer()
        self._writing = threading.Lock()
        self._lock = threading.Lock()
        self._starting = threading.Lock()
        self._launched: Launched | None = None
        self._stdin: int | None = None
        self._control: socket.socket | None = None
        self._output: OutputReader | None = None
        self._terminal: TerminalReader | None = None
        #: Why it was ended, where what it writes could not be read.
        self.failure: Exception | None = None
        #: Whether ``stop`` was called.
        self.stopped = False
        self._gone = threading.Event()

    @property
    def exit(self) -> Exit | None:
        """How the agent ended; None while it runs."""
        return self._output.exit if self._output else None

    def start(self) -> None:
        """Return once the agent runs. Raises AgentNotFound or AgentFailed, and then leaks nothing.

        Called at most once.
        """
        with self._starting:
            if not self.stopped:
                self._start()
        if self.stopped:
            self.stop()
            raise AgentFailed("The agent was stopped before it had started.")

    def _start(self) -> None:
        try:
            with contextlib.ExitStack() as undo:
                self._launched = launch(self.argv, self._cwd, self._env, undo)
                self.pid, received = self._launched.await_start(TIMEOUT)
                undo.pop_all()
        except OSError as error:
            raise cannot_start(self.argv[0], self._cwd, error) from error
        self._stdin, self._control = self._launched.stdin, self._launched.control
        name = f"agent {self._name[:8]}"
        self._terminal = TerminalReader(self._launched, f"{name} tty")
        self._output = OutputReader(self._launched, received, self._lines)
        args = (self._launched, self._output, self._terminal)
        threading.Thread(target=self._read, args=args, name=f"{name} out", daemon=True).start()

    def announce(self) -> None:
        """Log that a session's agent runs."""
        log.info(
            "Agent %s runs as process %d", self._name[:8], self.pid,
            extra={"event": "spawned", "session_id": self._name, "pid": self.pid},
        )  # fmt: skip

    def send(self, data: bytes, timeout: float = TIMEOUT) -> None:
        """Write all of *data* to the agent's stdin.

        Raises AgentFailed when the agent is gone, or has not read it after *timeout* seconds.
        """
        deadline = time.monotonic() + timeout
        view = memoryview(data)
        with self._writing:
            while view:
                if self._stdin is None or not _writable(self._stdin, deadline):
                    raise AgentFailed("The agent does not accept input any more.")
                try:
                    view = view[os.write(self._stdin, view[:_WRITE_SIZE]) :]
                except BlockingIOError:
                    continue
                except OSError as error:
                    raise AgentFailed("The agent is gone.") from error

    def close_stdin(self) -> None:
        """Tell the agent that no more input will come. May be called twice."""
        with self._writing:
            if self._stdin is not None:
                os.close(self._stdin)
                self._stdin = None

    def lines(self, first: float = TIMEOUT, total: float = TIMEOUT) -> Iterator[bytes]:
        """Yield each line of the agent's stdout until the agent is gone.

        Raises TimeoutError when the first line takes longer than *first* seconds, or all of them
        longer than *total*.
        """
        return each(self._lines.take, first, total)

    def batches(self, first: float = TIMEOUT, total: float = TIMEOUT) -> Iterator[Iterator[bytes]]:
        """The same lines, as many at once as are there: so a fast agent is caught up with."""
        return each(self._lines.take_ready, first, total)

    def tail(self) -> str:
        """Return the last 64 KiB the agent wrote on its terminal, as that shows them.

        Complete once it is gone, unless something it left behind holds the terminal.
        """
        if self._terminal is None:
            return ""
        tail = self._terminal.tail(0.5 if self.exit else 0)
        return as_shown(tail.decode("utf-8", "replace"))

    def interrupt(self) -> None:
        """Press Ctrl-C on the agent's terminal. Does nothing when the agent is gone."""
        with self._lock, contextlib.suppress(OSError, termios.error):
            if self._control is None or self._launched is None:
                return
            terminal = self._launched.terminal
            if termios.tcgetattr(terminal.child_fd)[3] & termios.ISIG:
                terminal.send(b"\x03")
            else:  # the agent reads the keys itself and might overlook this one
                self._control.send(b"interrupt\n")

    def leave(self, seconds: float, grace: float | None = None) -> None:
        """End the agent in *seconds*, unless it exits by itself before. Returns at once."""
        self._command(f"linger {seconds} {GRACE if grace is None else grace}")

    def linger(self, seconds: float, grace: float | None = None) -> None:
        """The same, and discard what the agent still writes."""
        self._lines.discard()
        self.leave(seconds, grace)

    def descendants(self, since: int) -> list[int]:
        """The processes below the agent that began *since*, in the kernel's ticks."""
        root = None if self._gone.is_set() else self._launched
        found = descendants(root.guardian.pid, since) if root else []
        return [pid for pid in found if pid != self.pid]

    def signal(self, number: int, since: int) -> None:
        """Send a signal to those processes."""
        self._command(f"signal {number} {since}")

    def wait(self, timeout: float = TIMEOUT) -> bool:
        """Wait until the agent and all it started are gone; False after *timeout* seconds."""
        return self._output is None or self._gone.wait(timeout)

    def stop(self, grace: float | None = None) -> None:
        """Interrupt the agent and all it started, then SIGTERM, after *grace* (5) s SIGKILL.

        Returns when nothing is left of them. May be called from any thread, and twice.
        """
        self.stopped = True
        self._lines.discard()
        with self._starting:
            pass
        grace = GRACE if grace is None else grace
        self._command(f"end {INTERRUPT_GRACE} {grace}")
        if not self.wait(INTERRUPT_GRACE + grace + _SLACK):
            program, told = self.argv[0], about(self._name)
            log.error("%s does not end; killing its guardian", program, extra=told)
            assert self._launched is not None
            self._launched.guardian.kill()
            self._gone.wait(_SLACK)

    def _command(self, command: str) -> None:
        """Give the guardian a command; nothing happens when it is gone."""
        with self._lock, contextlib.suppress(OSError):
            if self._control is not None:
                self._control.send(command.encode() + b"\n")

    def _read(self, launched: Launched, output: OutputReader, terminal: TerminalReader) -> None:
        """Read until the guardian is gone, then reap it and close everything: only here."""
        while not output.is_done:
            try:
                output.run()
            except Exception as failure:
                log.exception("Agent %s: what it writes cannot be read", self._name)
                self.failure = failure
                self.linger(0)  # what comes from now on is dropped: it needs no memory
                self._gone.wait(0.1)
        launched.guardian.wait()
        self.close_stdin()
        os.close(launched.stdout)
        terminal.stop()
        with self._lock:
            self._control = None
            launched.control.close()
            launched.terminal.close()
        self._gone.set()


def _writable(fd: int, deadline: float) -> bool:
    poll = select.poll()
    poll.register(fd, select.POLLOUT)
    return bool(poll.poll(max(0.0, deadline - time.monotonic()) * 1000))
