"""Start an agent under its guardian, with every pipe, pty and socket between it and Janus.

A pty and plain pipes, because protocols need pipes: some agents never answer on a tty, and a
cooked one cuts lines at 4096 bytes. ``pexpect.spawn`` is not used: it forks a threaded Python,
which is slow and can deadlock. ``fdspawn`` reads a pty that is opened here instead.
"""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import termios
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pexpect.fdpexpect import fdspawn

_READ_SIZE = 1 << 16
_HERE = str(Path(__file__).parent)
#: What starts the guardian; as a script it would be compiled each time.
_GUARDIAN = f"import sys; sys.path.append({_HERE!r}); import guardian; guardian.main()"


@dataclass(frozen=True, slots=True)
class Launched:
    """A guardian that is starting an agent, and Janus' ends of what connects them.

    ``wake`` becomes readable when something is written to ``waker``.
    """

    guardian: subprocess.Popen[bytes]
    stdin: int
    stdout: int
    control: socket.socket
    terminal: fdspawn[Any]  # typed as text, but without an encoding it reads bytes
    wake: int
    waker: int

    def await_start(self, timeout: float) -> tuple[int, bytes]:
        """Return the agent's pid, and whatever the guardian has sent after that.

        Raises OSError when the agent could not be started, or not within *timeout* seconds.
        """
        self.control.settimeout(timeout)
        line, _, rest = self.control.recv(64).partition(b"\n")
        word, _, number = line.partition(b" ")
        if word != b"started":
            code = int(number or 0)
            raise OSError(code, os.strerror(code) if code else "its guardian died at once")
        self.control.setblocking(False)
        return int(number), rest


def launch(
    argv: Sequence[str], cwd: Path, env: Mapping[str, str], undo: contextlib.ExitStack
) -> Launched:
    """Start a guardian that starts *argv*. Raises OSError.

    *undo* ends the guardian and closes everything that is in the result.
    """
    with contextlib.ExitStack() as agents:  # what only the agent may hold
        master, slave = _owned(os.openpty(), undo, agents)
        agent_in, stdin = _owned(os.pipe(), agents, undo)
        stdout, agent_out = _owned(os.pipe(), undo, agents)
        wake, waker = _owned(os.pipe(), undo, undo)
        control, guardians = socket.socketpair()
        undo.callback(control.close)
        agents.callback(guardians.close)
        _prepare_terminal(slave)
        guardian = subprocess.Popen(
            _command(argv, guardians),
            stdin=agent_in,
            stdout=agent_out,
            stderr=slave,
            cwd=cwd,
            env=env,
            pass_fds=[guardians.fileno()],
            start_new_session=True,
        )
    undo.callback(guardian.wait)
    undo.callback(guardian.kill)
    for fd in (master, stdin, stdout):
        os.set_blocking(fd, False)
    terminal = fdspawn(master, maxread=_READ_SIZE, use_poll=True)
    terminal.delaybeforesend = None  # pexpect sleeps 50 ms before each send otherwise
    return Launched(guardian, stdin, stdout, control, terminal, wake, waker)


def _command(argv: Sequence[str], control: socket.socket) -> list[str]:
    """Return the guardian's command line, with that of the agent at its end."""
    # The interpreter itself: through a virtual environment its start takes 3 ms more.
    python = os.path.realpath(sys.executable)
    return [python, "-I", "-S", "-c", _GUARDIAN, str(control.fileno()), "--", *argv]


def _owned(
    pair: tuple[int, int], first: contextlib.ExitStack, second: contextlib.ExitStack
) -> tuple[int, int]:
    """Return a new pair of descriptors after giving each to the stack that closes it."""
    for fd, owner in zip(pair, (first, second), strict=True):
        owner.callback(os.close, fd)
    return pair


def _prepare_terminal(slave: int) -> None:
    """Turn off echo and newline translation, keep Ctrl-C, and make lines too wide to wrap."""
    mode = termios.tcgetattr(slave)
    mode[1] &= ~termios.OPOST
    mode[3] &= ~(termios.ECHO | termios.ECHONL)
    termios.tcsetattr(slave, termios.TCSANOW, mode)
    termios.tcsetwinsize(slave, (50, 200))
