"""``janus`` as a person at a terminal runs it, in a forked process; or quicker, in this one."""

import os
import select
import subprocess
import time
from dataclasses import dataclass

import pytest
from click.testing import CliRunner

from janus.cli.commands import main


class Command:
    """A command at work. Its output is read from pipes, unless a stream is given."""

    def __init__(self, start, stdout=None, stderr=None):
        self._reading = []
        writing = [given or self._pipe() for given in (stdout, stderr)]
        try:
            self._process = start(*writing)
        finally:
            for made, given in zip(writing, (stdout, stderr), strict=True):
                if not given:
                    os.close(made)
        self.wait, self.send_signal = self._process.wait, self._process.send_signal

    def _pipe(self):
        reading, writing = os.pipe()
        self._reading.append(reading)
        return writing

    @property
    def returncode(self):
        return self._process.poll()

    @property
    def stdout(self):
        """The descriptor of what it says."""
        return self._reading[0]

    @property
    def stderr(self):
        """The descriptor of what it says about that."""
        return self._reading[1]

    def communicate(self, timeout=None):
        """All that it still says on its pipes, each; it has ended then."""
        deadline = None if timeout is None else time.monotonic() + timeout
        said = dict.fromkeys(self._reading, b"")
        while self._reading:
            left = None if deadline is None else max(0, deadline - time.monotonic())
            ready, _, _ = select.select(self._reading, [], [], left)
            if not ready:
                raise subprocess.TimeoutExpired("janus", timeout)
            for fd in ready:
                piece = os.read(fd, 1 << 16)
                said[fd] += piece
                if not piece:
                    self._reading.remove(fd)
                    os.close(fd)
        self.wait(timeout)
        return [text.decode() for text in said.values()]

    def kill(self):
        self._process.kill()


@dataclass(frozen=True)
class Done:
    """What a command that has ended said."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def begin(workspace, home, fork_server):
    """Starts ``janus`` in the workspace, and lets it run."""
    begun = []

    def begin(*args, stdin=None, stdout=None, stderr=None, **environ):
        environ = {"HOME": str(home), "PATH": "/usr/bin:/bin", **environ}

        def start(out, err):
            return fork_server.start(("-m", "janus", *args), workspace, environ, stdin, out, err)

        begun.append(Command(start, stdout, stderr))
        return begun[-1]

    yield begin
    for command in begun:
        command.kill()
        command.communicate()


@pytest.fixture
def run(begin, workspace, home, monkeypatch):
    """Runs ``janus`` in the workspace, or in *cwd*, without a terminal, and waits for its end.

    Within this process; only ``janus serve`` has one of its own.
    """

    def run(*args, input=None, cwd=workspace, **environ):
        if args[0] == "serve" and "--help" not in args:
            command = begin(*args, **environ)
            stdout, stderr = command.communicate(timeout=60)
            return Done(command.returncode, stdout, stderr)
        monkeypatch.chdir(cwd)
        done = CliRunner().invoke(main, args, input=input, env={"HOME": str(home), **environ})
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        return Done(done.exit_code, done.stdout, done.stderr)

    return run
