"""Start an agent under its guardian, with every pipe, pty and socket between it and Janus.

A pty and plain pipes, because protocols need pipes: some agents never answer on a tty, and a
cooked one cuts lines at 4096 bytes. ``pexpect.spawn`` is not used: it forks a threaded Python,
which is slow and can deadlock. ``fdspawn`` reads a pty that is opened here instead.
"""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import termios
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pexpect.fdpexpect import fdspawn

from janus.errors import AgentFailed, AgentNotFound
from janus.forks.client import FORKS, Forked

_READ_SIZE = 1 << 16
_GUARDIAN = Path(__file__).with_name("guardian.py")


@dataclass(frozen=True, slots=True)
class Launched:
    """A guardian that is starting an agent, and Janus' ends of what connects them.

    ``wake`` becomes readable when something is written to ``waker``.
    """

    guardian: Forked
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
        _prepare_terminal(slave)
        given = (
            [os.fsencode(it) for it in argv],
            os.fsencode(cwd),
            {os.fsencode(name): os.fsencode(it) for name, it in env.items()},
        )
        guardian = FORKS.fork(_GUARDIAN, (agent_in, agent_out, slave), env, given)
    undo.callback(guardian.wait)
    undo.callback(guardian.kill)
    undo.callback(guardian.control.close)
    for fd in (master, stdin, stdout):
        os.set_blocking(fd, False)
    terminal = fdspawn(master, maxread=_READ_SIZE, use_poll=True)
    terminal.delaybeforesend = None  # pexpect sleeps 50 ms before each send otherwise
    return Launched(guardian, stdin, stdout, guardian.control, terminal, wake, waker)


def cannot_start(program: str, cwd: Path, error: OSError) -> AgentFailed:
    """What it means that ``launch`` or ``await_start`` failed."""
    name = Path(program).name
    if not cwd.is_dir():
        return AgentFailed(f"The folder {cwd.name} does not exist any more.")
    if error.errno == errno.ENOENT:
        return AgentNotFound(f"{name} is not installed on this computer.")
    return AgentFailed(f"{name} cannot be started: {error.strerror or error}.")


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
