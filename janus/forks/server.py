"""A tiny program that forks others as tiny, so that none of them waits for an interpreter to start.

    Janus ──requests──> a spare, forked ahead ──becomes──> a guardian, a leash
      └──────────────────control socket──────────────────────┘

Run with the argument ``REQUESTS``, a socket whose other end only Janus has: once that is closed,
for whatever reason, it exits. A request names a module, as ``FOLDER NUL NAME``, and brings four
descriptors: a control socket, and what will be 0, 1 and 2. It is taken by a spare process, which
has a session of its own and waits for that; then the server forks the next one. So nobody waits for
a fork, and the server sees nothing of what the process is given. That sends its pid, and a
descriptor of itself, over its control socket, reads from there what it is given, and calls
``module.serve``.

It has one thread and imports next to nothing, so that its forks are safe and cost a millisecond.
With a second argument it forks nothing: it becomes what is asked for first.
"""

from __future__ import annotations

# The public socket and signal wrap these in classes and enums, which costs memory in every fork.
import _signal as signal  # type: ignore[import-not-found]
import _socket
import gc
import marshal
import os
import select
import sys
from types import ModuleType

#: Bytes of a descriptor, as they are sent, and of the first line on a control socket: as many as
#: are read, for what comes after it is for others.
_SIZE, _LINE = 4, 16
#: Milliseconds that a process has to start its program before the next one is forked.
_HEAD_START = 5


def main() -> None:
    """Serve until nobody has the other end any more."""
    requests = _socket.socket(fileno=int(sys.argv[1]))
    if len(sys.argv) > 2:
        _become(requests)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel reaps them
    ahead = True
    # Where none could be forked ahead, or it was killed, not before somebody asks.
    while ahead or requests.recv(1, _socket.MSG_PEEK):
        gc.freeze()  # what is never looked at stays shared
        taken, takes = os.pipe()
        try:
            if os.fork() == 0:
                os.close(taken)
                _become(requests, takes)
        except OSError as error:
            if not ahead:
                _refuse(requests, error)
        os.close(takes)
        if name := os.read(taken, 4096):
            _load(name)  # for the next ones
        os.close(taken)
        ahead = bool(name)
        if ahead:
            _wait(requests)


def _wait(requests: _socket.socket) -> None:
    """Until somebody asks, or what was forked had the cores for itself to get going."""
    poll = select.poll()
    poll.register(requests, select.POLLIN)
    poll.poll(_HEAD_START)


def _asked(requests: _socket.socket) -> tuple[bytes, list[int]]:
    """The next request, and the descriptors that came with it."""
    room = _socket.CMSG_SPACE(8 * _SIZE)
    name, sent, _, _ = requests.recvmsg(4096, room, getattr(_socket, "MSG_CMSG_CLOEXEC", 0))
    fds = [fd for _, _, data in sent for fd in _numbers(data)]
    if len(fds) == 4 or not name:
        return name, fds
    for fd in fds:  # there was no room for the others
        os.close(fd)
    return _asked(requests)


def _refuse(requests: _socket.socket, error: OSError) -> None:
    """Tell who asks that it cannot be."""
    _, fds = _asked(requests)
    for fd in fds[:1]:
        os.write(fd, f"failed {error.errno}".ljust(_LINE).encode())
    for fd in fds:
        os.close(fd)


def _become(requests: _socket.socket, takes: int | None = None) -> None:
    """Be what is asked for next, and exit; tell its name to the server."""
    try:
        if takes is not None:
            os.setsid()
        name, fds = _asked(requests)
        if not name:
            return
        requests.close()
        if takes is not None:
            os.write(takes, name)
            os.close(takes)
        control, *streams = fds
        for number, fd in enumerate(streams):
            os.dup2(fd, number)
            os.close(fd)
        _tell(control, itself=takes is not None)
        size = int.from_bytes(_read(control, _SIZE), "big")
        _load(name).serve(control, *marshal.loads(_read(control, size)))
    finally:
        os._exit(1)


def _tell(control: int, *, itself: bool) -> None:
    """Send the pid, and a descriptor of *itself*: by then another process could have the pid."""
    socket = _socket.socket(fileno=control)
    fds = [os.pidfd_open(os.getpid())] if itself else []
    sent = [
        (_socket.SOL_SOCKET, _socket.SCM_RIGHTS, fd.to_bytes(_SIZE, sys.byteorder)) for fd in fds
    ]
    socket.sendmsg([str(os.getpid()).ljust(_LINE).encode()], sent)
    for fd in fds:
        os.close(fd)
    socket.detach()


def _read(control: int, size: int) -> bytes:
    data = b""
    while len(data) < size:
        more = os.read(control, size - len(data))
        if not more:
            os._exit(1)  # Janus is gone, or wants it no more
        data += more
    return data


def _load(name: bytes) -> ModuleType:
    folder, module = name.decode("utf-8", "surrogateescape").split("\0")
    if folder not in sys.path:
        sys.path.append(folder)
    return __import__(module)


def _numbers(data: bytes) -> list[int]:
    parts = [data[at : at + _SIZE] for at in range(0, len(data), _SIZE)]
    return [int.from_bytes(it, sys.byteorder) for it in parts]
