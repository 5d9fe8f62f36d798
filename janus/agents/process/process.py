"""One agent program: its terminal is a pexpect pty, its words go over plain pipes.

                 stdin, stdout (pipes)          lines(), send()
    agent  <──────────────────────────────────>  AgentProcess
      └──────── controlling terminal, stderr ──> pexpect: tail(), Ctrl-C
    guardian ──────── control socket ──────────> started, exited; end

Protocols need pipes: some agents never answer on a tty, and a cooked one cuts lines at 4096 bytes.
Agents need a terminal all the same: Ctrl-C reaches them there, and what they write on stderr is
read there, always, for a full terminal would stop them. Between Janus and the agent stands the
guardian, which ends everything the agent started however Janus ends.

This is the only module that knows pexpect. It does not use ``pexpect.spawn``, which forks a
threaded Python (slow, and a deadlock in waiting), but its ``fdspawn`` on a pty of our own.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import select
import signal
import socket
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pexpect
from pexpect.fdpexpect import fdspawn

from janus.agents.process.lines import LineBuffer
from janus.errors import AgentFailed, AgentNotFound
from janus.text import strip_controls

log = logging.getLogger(__name__)

#: Seconds any wait on an agent lasts unless the caller says otherwise.
TIMEOUT = 60.0
#: Seconds between the interrupt and SIGTERM, and between SIGTERM and SIGKILL.
INTERRUPT_GRACE, GRACE = 0.5, 5.0
#: Seconds the guardian gets for what it does by itself.
_SLACK = 5.0
_TAIL = 1 << 16
_CHUNK = 1 << 16
_HERE = str(Path(__file__).parent)
#: What starts the guardian; a script would be compiled each time.
_GUARDIAN = f"import sys; sys.path.append({_HERE!r}); import guardian; guardian.main()"


@dataclass(frozen=True, slots=True)
class Exit:
    """How the agent ended: by itself with ``code``, or by ``signal``."""

    code: int | None = None
    signal: int | None = None

    def __str__(self) -> str:
        return f"exit code {self.code}" if self.signal is None else f"signal {self.signal}"


class AgentProcess:
    """An agent from ``start`` to ``stop``, and all it starts in between.

    Two threads belong to it: one reads its stdout and listens to the guardian, alone asks for its
    death (``waitpid`` never races) and gives everything back; one reads its terminal.

    ``_writing`` guards the agent's stdin, and may be held while the agent is slow to read.
    ``_lock`` guards the other descriptors: none is closed while somebody writes to it.
    ``_starting`` is held by ``start``, so that ``stop`` can end what has not come up yet.
    """

    def __init__(
        self, argv: Sequence[str], cwd: Path, env: Mapping[str, str], name: str = "agent"
    ) -> None:
        self.argv = list(argv)
        self.exit: Exit | None = None
        self.pid: int | None = None
        self._cwd = cwd
        self._env = dict(env)
        self._name = name
        self._lines = LineBuffer()
        self._writing = threading.Lock()
        self._lock = threading.Lock()
        self._starting = threading.Lock()
        self._tail = bytearray()
        self._stdin: int | None = None
        self._control: socket.socket | None = None
        self._started = False
        self._stop_asked = False
        self._gone = threading.Event()

    @property
    def stopped(self) -> bool:
        """Whether somebody asked for its end."""
        return self._stop_asked

    def start(self) -> None:
        """Returns when the agent runs. Raises AgentNotFound or AgentFailed, leaving nothing."""
        with self._starting:
            if not self._stop_asked:
                self._start()
        if self._stop_asked:
            self.stop()
            raise AgentFailed("The agent was stopped before it had started.")

    def _start(self) -> None:
        try:
            with contextlib.ExitStack() as undo:
                self._spawn(undo)
                undo.pop_all()
        except OSError as error:
            raise self._cannot_start(error) from error
        self._reader = threading.Thread(
            target=self._read, name=f"agent {self._name[:8]} out", daemon=True
        )
        self._drainer = threading.Thread(
            target=self._drain, name=f"agent {self._name[:8]} tty", daemon=True
        )
        self._started = True
        self._drainer.start()
        self._reader.start()

    def send(self, data: bytes, timeout: float = TIMEOUT) -> None:
        """Write all of *data* to the agent's stdin; AgentFailed if it does not read in time."""
        deadline = time.monotonic() + timeout
        view = memoryview(data)
        with self._writing:
            while view:
                if self._stdin is None or not _writable(self._stdin, deadline):
                    raise AgentFailed("The agent does not listen any more.")
                try:
                    view = view[os.write(self._stdin, view[:_CHUNK]) :]
                except BlockingIOError:
                    continue
                except OSError as error:
                    raise AgentFailed("The agent is gone.") from error

    def close_stdin(self) -> None:
        """Tell the agent that nothing more will come. May be called twice."""
        with self._writing:
            if self._stdin is not None:
                os.close(self._stdin)
                self._stdin = None

    def lines(self, first: float = TIMEOUT, total: float = TIMEOUT) -> Iterator[bytes]:
        """Each line of its stdout until the agent is gone.

        Raises TimeoutError when the first line takes longer than *first* seconds, or all of them
        longer than *total*.
        """
        deadline = time.monotonic() + total
        line = self._lines.take(min(first, total))
        while line is not None:
            yield line
            left = deadline - time.monotonic()
            if left < 0:  # also when the agent never pauses
                raise TimeoutError
            line = self._lines.take(left)

    def tail(self) -> str:
        """The last 64 KiB the agent wrote on its terminal, as plain text.

        Complete once the agent is gone, unless something it left behind holds the terminal.
        """
        if self.exit:
            self._drainer.join(0.5)
        return strip_controls(bytes(self._tail[-_TAIL:]).decode("utf-8", "replace"))

    def interrupt(self) -> None:
        """Ctrl-C on the agent's terminal. Harmless when it is gone."""
        with self._lock, contextlib.suppress(OSError, termios.error):
            if self._control is None:
                return
            if termios.tcgetattr(self._tty.child_fd)[3] & termios.ISIG:
                self._tty.send(b"\x03")
            else:  # it reads the keys itself and might overlook this one
                self._control.send(b"interrupt\n")

    def leave(self, seconds: float) -> None:
        """End the agent in *seconds*, unless it leaves by itself before. Returns at once."""
        self._tell(f"linger {seconds} {GRACE}")

    def linger(self, seconds: float) -> None:
        """The same, where nobody wants to hear more of it."""
        self._lines.discard()
        self.leave(seconds)

    def wait(self, timeout: float = TIMEOUT) -> bool:
        """Wait until the agent, and all it started, is gone; False if that takes longer."""
        return not self._started or self._gone.wait(timeout)

    def stop(self, grace: float | None = None) -> None:
        """Interrupt, SIGTERM, after *grace* (5) seconds SIGKILL, to all the agent started.

        Returns when nothing is left. Callable from any thread, also twice.
        """
        self._stop_asked = True
        self._lines.discard()
        with self._starting:
            pass
        grace = GRACE if grace is None else grace
        self._tell(f"end {INTERRUPT_GRACE} {grace}")
        if not self.wait(INTERRUPT_GRACE + grace + _SLACK):
            log.error(
                "%s does not end; killing its guardian", self.argv[0],
                extra={"session_id": self._name},
            )  # fmt: skip
            self._guardian.kill()
            self._gone.wait(_SLACK)

    def _spawn(self, undo: contextlib.ExitStack) -> None:
        with contextlib.ExitStack() as theirs:  # what only the agent may hold
            master, slave = _keep(os.openpty(), undo, theirs)
            agent_in, stdin = _keep(os.pipe(), theirs, undo)
            stdout, agent_out = _keep(os.pipe(), undo, theirs)
            self._wake, self._waker = _keep(os.pipe(), undo, undo)
            ours, guardians = socket.socketpair()
            undo.callback(ours.close)
            theirs.callback(guardians.close)
            _prepare_terminal(slave)
            # The interpreter itself: through a virtual environment its start takes 3 ms more.
            python = os.path.realpath(sys.executable)
            command = [python, "-I", "-S", "-c", _GUARDIAN, str(guardians.fileno()), "--"]
            self._guardian = subprocess.Popen(
                command + self.argv,
                stdin=agent_in,
                stdout=agent_out,
                stderr=slave,
                cwd=self._cwd,
                env=self._env,
                pass_fds=[guardians.fileno()],
                start_new_session=True,
            )
        undo.callback(self._guardian.wait)
        undo.callback(self._guardian.kill)
        self.pid, self._heard = _await_start(ours)
        for fd in (master, stdin, stdout):
            os.set_blocking(fd, False)
        self._stdin, self._stdout, self._control = stdin, stdout, ours
        self._tty = fdspawn(master, timeout=TIMEOUT, maxread=_CHUNK, use_poll=True)
        self._tty.delaybeforesend = None  # pexpect sleeps 50 ms before each send otherwise

    def _cannot_start(self, error: OSError) -> AgentFailed:
        program = Path(self.argv[0]).name
        if not self._cwd.is_dir():
            return AgentFailed(f"The folder {self._cwd.name} does not exist any more.")
        if error.errno == errno.ENOENT:
            return AgentNotFound(f"{program} is not installed on this computer.")
        return AgentFailed(f"{program} cannot be started: {error.strerror or error}.")

    def _tell(self, command: str) -> None:
        with self._lock, contextlib.suppress(OSError):
            if self._control is not None:
                self._control.send(command.encode() + b"\n")

    def _read(self) -> None:
        assert self._control is not None
        poll = select.poll()
        poll.register(self._stdout, select.POLLIN)
        poll.register(self._control, select.POLLIN)
        while True:
            if b"\n" in self._heard and self.exit is None:
                self._agent_left()
            ready = dict(poll.poll())
            if self._stdout in ready and not self._pump():
                poll.unregister(self._stdout)
            if self._control.fileno() in ready:
                data = _receive(self._control)
                if not data:
                    break
                self._heard += data
        self._guardian_left()

    def _pump(self) -> bool:
        """Pass on what stdout holds; False at its end."""
        try:
            data = os.read(self._stdout, _CHUNK)
        except BlockingIOError:
            return True
        if not data:
            self._lines.end()
            return False
        self._lines.feed(data)
        return True

    def _agent_left(self) -> None:
        word, number = self._heard.split()
        self.exit = Exit(code=int(number)) if word == b"exited" else Exit(signal=int(number))
        self._finish_lines()

    def _finish_lines(self) -> None:
        """What the agent wrote before it died is in the pipe, which holds one chunk at most.

        Others may write there still: that is nobody's answer.
        """
        self._pump()
        self._lines.end()

    def _guardian_left(self) -> None:
        """The end: only here is anything reaped or closed."""
        if self.exit is None:  # somebody killed the guardian, and the agent died of that
            self.exit = Exit(signal=signal.SIGKILL)
            self._finish_lines()
        self._guardian.wait()
        self.close_stdin()
        os.close(self._stdout)
        os.close(self._waker)
        self._drainer.join()
        os.close(self._wake)
        with self._lock:
            assert self._control is not None
            self._control.close()
            self._control = None
            self._tty.close()
        self._gone.set()

    def _drain(self) -> None:
        """Keep the terminal empty: a full one stops the agent after about 20 kB of stderr."""
        poll = select.poll()
        poll.register(self._tty.child_fd, select.POLLIN)
        poll.register(self._wake, select.POLLIN)
        while True:
            ready = dict(poll.poll())
            try:
                data: bytes = self._tty.read_nonblocking(_CHUNK, timeout=0)  # type: ignore[assignment]
            except pexpect.TIMEOUT:
                if self._wake in ready:
                    return
                continue
            except (pexpect.EOF, OSError):
                return
            self._tail += data
            if len(self._tail) > 2 * _TAIL:
                del self._tail[:-_TAIL]


def _keep(
    pair: tuple[int, int], first: contextlib.ExitStack, second: contextlib.ExitStack
) -> tuple[int, int]:
    """A new pair of descriptors, each given to whoever closes it."""
    for fd, owner in zip(pair, (first, second), strict=True):
        owner.callback(os.close, fd)
    return pair


def _prepare_terminal(slave: int) -> None:
    """No echo, no translation of newlines, wide enough not to be wrapped; Ctrl-C is a signal."""
    mode = termios.tcgetattr(slave)
    mode[1] &= ~termios.OPOST
    mode[3] &= ~(termios.ECHO | termios.ECHONL)
    termios.tcsetattr(slave, termios.TCSANOW, mode)
    termios.tcsetwinsize(slave, (50, 200))


def _await_start(control: socket.socket) -> tuple[int, bytes]:
    """The agent's pid, from the guardian's first line, and what followed that.

    Raises OSError if it is bad news.
    """
    control.settimeout(TIMEOUT)
    line, _, rest = control.recv(64).partition(b"\n")
    word, _, number = line.partition(b" ")
    if word != b"started":
        code = int(number or 0)
        raise OSError(code, os.strerror(code) if code else "its guardian died at once")
    control.setblocking(False)
    return int(number), rest


def _receive(control: socket.socket) -> bytes:
    try:
        return control.recv(64)
    except ConnectionError:
        return b""


def _writable(fd: int, deadline: float) -> bool:
    poll = select.poll()
    poll.register(fd, select.POLLOUT)
    return bool(poll.poll(max(0.0, deadline - time.monotonic()) * 1000))
