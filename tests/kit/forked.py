"""Python programs in processes of their own, forked from one that has imported Janus already.

    tests ──socket──> fork server ──fork──> janus serve, janus ask, …

``python -m janus serve`` works for 0.3 s before it listens, and nearly all of that is imports; the
fork of a process that has done them works for 10 ms. A forked program has its own session,
directory, environment, umask, streams and arguments, runs the real command line and ends as the
interpreter ends. What differs from a program that was executed: its parent is not the test, its
modules are loaded by the time it begins, variables for the interpreter come too late, objects made
by imports are never collected, and at its end they are not taken apart. Tests of the real command
start it with ``COMMAND``; ``test_forked.py`` compares the two.
"""

import json
import os
import resource
import select
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

#: What a person types, for the tests of just that.
COMMAND = (sys.executable, "-m", "janus", "serve")
#: What is forked for that, and what for who operates gunicorn; the latter in the checkout.
JANUS, GUNICORN = ("-m", "janus", "serve"), ("-m", "gunicorn", "wsgi:app")
_PROGRAM = Path(__file__).with_name("forked_main.py")
#: So long may be what /proc shows of a program that is forked: its arguments, its environment.
_ARGUMENTS, _ENVIRONMENT = 16_384, 8_192


class Forked:
    """A forked program; as much of ``subprocess.Popen`` as tests use."""

    returncode = None

    def __init__(self, told):
        self._told = told  # the pid, and in the end how it ended
        self.pid = int(self._line())

    def poll(self):
        if self.returncode is None and select.select([self._told], [], [], 0)[0]:
            self._read_end()
        return self.returncode

    def wait(self, timeout=None):
        if self.returncode is None:
            if not select.select([self._told], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired(f"forked program {self.pid}", timeout)
            self._read_end()
        return self.returncode

    def send_signal(self, number):
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self):
        self.send_signal(signal.SIGTERM)

    def kill(self):
        self.send_signal(signal.SIGKILL)

    def _read_end(self):
        try:
            self.returncode = int(self._line())
        finally:
            os.close(self._told)

    def _line(self):
        """The next line; it is written at once."""
        line = b""
        while not line.endswith(b"\n"):
            piece = os.read(self._told, 1)
            if not piece:
                raise ChildProcessError("the fork server has ended")
            line += piece
        return line


class ForkServer:
    """The process that has imported Janus, and the socket on which it is told what to start."""

    #: The one of this worker, for those that start a server and are no fixture.
    running = None

    def __init__(self):
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        environ = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "ROOM": "x" * _ENVIRONMENT}
        with theirs:
            subprocess.run(
                [sys.executable, _PROGRAM, str(theirs.fileno()), "x" * _ARGUMENTS],
                env=environ, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, check=True,
            )  # fmt: skip

    def start(self, argv, cwd, environ, stdin=None, stdout=None, stderr=None):
        """Start ``python`` with these arguments; a stream is a descriptor, or ours."""
        assert argv[0] in ("-m", "-c"), argv
        assert not [name for name in environ if name.startswith(("PYTHON", "LC_", "LANG"))]
        request = {
            "argv": argv,
            "cwd": str(cwd),
            "environ": environ,
            "umask": umask(),
            "descriptors": resource.getrlimit(resource.RLIMIT_NOFILE),
        }
        ours, theirs = os.pipe()
        nothing = os.open(os.devnull, os.O_RDONLY)
        try:
            streams = [nothing if stdin is None else stdin, 1 if stdout is None else stdout]
            streams += [2 if stderr is None else stderr, theirs]
            socket.send_fds(self._control, [json.dumps(request).encode()], streams)
        finally:
            os.close(theirs)
            os.close(nothing)
        return Forked(ours)

    def close(self):
        """It ends, and so does all that still runs."""
        self._control.close()


def umask():
    """The mask of this process, which can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


@pytest.fixture(scope="session")
def fork_server():
    """One for all tests of a worker; it is there before anyone looks for leaks."""
    ForkServer.running = server = ForkServer()
    yield server
    server.close()
    ForkServer.running = None
