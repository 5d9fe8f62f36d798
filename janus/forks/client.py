"""The one server of this process that forks small programs; started when it is needed first."""

from __future__ import annotations

import contextlib
import errno
import marshal
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

#: The environment variable with the mark of the Janus that started a process. Not named like a
#: setting, which would stop the start of a Janus that an agent runs.
MARK = "AGENT_OF_JANUS"
#: What ``/proc`` shows of the environment that a program is for: whose it is, and what an
#: interpreter may need. Nobody's secrets.
_SHOWN = (MARK, "HOME", "LD_LIBRARY_PATH")
#: Seconds a forked process may take to say that it is there.
TIMEOUT = 60.0
_SERVER = (
    f"import sys; sys.path.append({str(Path(__file__).parent)!r}); import server; server.main()"
)


class Forked:
    """A process that was forked for us, and the socket by which it is spoken to.

    ``kill`` and ``wait`` may be called from any thread, and twice.
    """

    def __init__(
        self, pid: int, control: socket.socket, itself: int | subprocess.Popen[bytes]
    ) -> None:
        """*itself* is a descriptor of the process; or, where there are none, our child."""
        self.pid = pid
        self.control = control
        self._itself = itself
        self._lock = threading.Lock()  # guards ``_itself``, for moments
        self._gone = False

    def kill(self) -> None:
        """End it at once."""
        with self._lock, contextlib.suppress(ProcessLookupError):
            if isinstance(self._itself, subprocess.Popen):
                self._itself.kill()
            elif not self._gone:
                signal.pidfd_send_signal(self._itself, signal.SIGKILL)

    def wait(self) -> None:
        """Wait until it is gone, and forget it."""
        if isinstance(self._itself, subprocess.Popen):
            self._itself.wait()
            return
        if not self._gone:
            poll = select.poll()
            poll.register(self._itself, select.POLLIN)
            poll.poll()
        with self._lock:
            if not self._gone:
                self._gone = True
                os.close(self._itself)


class ForkServer:
    """``_lock`` guards ``_server``; it is held while that is started, for some 20 ms."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._server: _Server | None = None

    @property
    def pid(self) -> int | None:
        """That of the server, while there is one."""
        server = self._server
        return server.process.pid if server else None

    def fork(
        self, module: Path, streams: Sequence[int], environ: Mapping[str, str], given: Any
    ) -> Forked:
        """A process that runs ``serve`` of a small module with the arguments *given*, a tuple.

        Its *streams* are 0, 1 and 2; *environ* is what it is for. Raises OSError.
        """
        data = marshal.dumps(given)
        for again in (False, True):
            server = self._up(environ)
            ours, theirs = socket.socketpair()
            ours.settimeout(TIMEOUT)
            try:
                with theirs:
                    server.ask(module, [theirs.fileno(), *streams])
                with contextlib.suppress(BrokenPipeError):  # what it says then is still to be heard
                    ours.sendall(len(data).to_bytes(4, "big") + data)
                return _heard(ours, server)
            except ConnectionError:
                ours.close()
                self._drop(server)
                if again:
                    raise OSError(0, "what should start it died at once") from None
            except BaseException:
                ours.close()
                raise
        raise AssertionError("tried twice")

    def start(self, environ: Mapping[str, str]) -> None:
        """Start it, so that the first one need not wait for that. Raises OSError."""
        self._up(environ)

    def stop(self) -> None:
        """End the server, not what it has forked. May be called twice."""
        with self._lock:
            server, self._server = self._server, None
        if server:
            server.close()

    def forget(self) -> None:
        """In a fork of this process: it is the server of another one."""
        self._lock = threading.Lock()
        if self._server:
            self._server.forget()
            self._server = None

    def _up(self, environ: Mapping[str, str]) -> _Server:
        environ = {name: environ[name] for name in _SHOWN if name in environ}
        with self._lock:
            before = self._server
            if before and before.is_up and environ.items() <= before.environ.items():
                return before
            self._server = server = _Server(environ)
        if before:
            before.close()
        return server

    def _drop(self, server: _Server) -> None:
        with self._lock:
            if self._server is server:
                self._server = None
        server.close()


class _Server:
    """One that runs; ``_lock`` guards ``_requests``: it is not closed while somebody writes."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = dict(environ)
        self._lock = threading.Lock()
        # Each request comes whole, to one of those that wait for the next.
        kind = socket.SOCK_SEQPACKET if _HAS_PIDFD else socket.SOCK_STREAM
        self._requests, theirs = socket.socketpair(type=kind)
        self._requests.settimeout(TIMEOUT)
        try:
            with theirs:
                self.process = _started(self.environ, theirs.fileno())
        except BaseException:
            self._requests.close()
            raise

    @property
    def is_up(self) -> bool:
        """Whether it runs, to fork more than one."""
        return _HAS_PIDFD and self.process.poll() is None

    def ask(self, module: Path, fds: Sequence[int]) -> None:
        request = f"{module.parent}\0{module.stem}".encode("utf-8", "surrogateescape")
        with self._lock:
            if self._requests.fileno() < 0:
                raise ConnectionResetError
            socket.send_fds(self._requests, [request], fds)

    def close(self) -> None:
        with self._lock:
            self._requests.close()
        if _HAS_PIDFD:
            self.process.kill()  # it may be stopped
            self.process.wait()

    def forget(self) -> None:
        self._requests.close()
        self.process.returncode = 0  # it is no child of this process


def _started(environ: Mapping[str, str], requests: int) -> subprocess.Popen[bytes]:
    """A program that serves what is asked for on a socket."""
    # The interpreter itself: through a virtual environment its start takes 3 ms more.
    python = os.path.realpath(sys.executable)
    once = () if _HAS_PIDFD else ("once",)
    return subprocess.Popen(
        [python, "-I", "-S", "-c", _SERVER, str(requests), *once],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env=environ,
        pass_fds=[requests],
        start_new_session=True,
    )


def _heard(control: socket.socket, server: _Server) -> Forked:
    """The process at the other end. Raises ConnectionError if the server is gone, OSError."""
    line, fds, flags, _ = socket.recv_fds(control, 16, 1, getattr(socket, "MSG_CMSG_CLOEXEC", 0))
    word, _, number = line.strip().partition(b" ")
    if word == b"failed":
        raise OSError(int(number), os.strerror(int(number)))
    if not line:
        raise ConnectionResetError
    if fds:
        return Forked(int(word), control, fds[0])
    if flags & socket.MSG_CTRUNC:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
    return Forked(int(word), control, server.process)


def _has_pidfd() -> bool:
    try:
        os.close(os.pidfd_open(os.getpid()))
    except (AttributeError, OSError):
        return False
    return True


_HAS_PIDFD = _has_pidfd()
#: That of this process.
FORKS = ForkServer()
os.register_at_fork(after_in_child=FORKS.forget)
