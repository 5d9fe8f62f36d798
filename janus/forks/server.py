"""A tiny program that forks others as tiny, so that none of them waits for an interpreter to start.

    Janus ──requests──> server ──fork──> a guardian, a leash
      └────────────────control socket─────────┘

Run with the argument ``REQUESTS``, a socket whose other end only Janus has: once that is closed,
for whatever reason, it exits. A request names a module, as ``FOLDER NUL NAME``, and brings four
descriptors: a control socket, and what will be 0, 1 and 2. The process that is forked for it has a
session of its own. It sends its pid, and a descriptor of itself, over its control socket, reads
from there what it is given, and calls ``module.serve``. So the server sees nothing of that.

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
import sys
from types import ModuleType

_SIZE = 4  # bytes of a descriptor, as they are sent


def main() -> None:
    """Serve until nobody has the other end any more."""
    requests = _socket.socket(fileno=int(sys.argv[1]))
    forks = len(sys.argv) == 2
    if forks:
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel reaps them
    room = _socket.CMSG_SPACE(8 * _SIZE)
    cloexec = getattr(_socket, "MSG_CMSG_CLOEXEC", 0)
    while True:
        request, sent, _, _ = requests.recvmsg(4096, room, cloexec)
        fds = [fd for _, _, data in sent for fd in _numbers(data)]
        if not request:
            return
        if len(fds) == 4:  # fewer: there was no room for them
            module = _load(*request.decode("utf-8", "surrogateescape").split("\0"))
            gc.freeze()  # what is never looked at stays shared
            try:
                if not forks or os.fork() == 0:
                    requests.close()
                    _become(module, *fds, leads=not forks)
            except OSError as error:
                os.write(fds[0], f"failed {error.errno}\n".encode())
        for fd in fds:
            os.close(fd)


def _become(module: ModuleType, control: int, *streams: int, leads: bool) -> None:
    """Be what was asked for, and exit."""
    try:
        if not leads:
            os.setsid()
        for number, fd in enumerate(streams):
            os.dup2(fd, number)
            os.close(fd)
        _tell(control, itself=not leads)
        size = int.from_bytes(_read(control, _SIZE), "big")
        module.serve(control, *marshal.loads(_read(control, size)))
    finally:
        os._exit(1)


def _tell(control: int, *, itself: bool) -> None:
    """Send the pid, and a descriptor of *itself*: by then another process could have the pid."""
    socket = _socket.socket(fileno=control)
    fds = [os.pidfd_open(os.getpid())] if itself else []
    sent = [
        (_socket.SOL_SOCKET, _socket.SCM_RIGHTS, fd.to_bytes(_SIZE, sys.byteorder)) for fd in fds
    ]
    socket.sendmsg([f"{os.getpid()}\n".encode()], sent)
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


def _load(folder: str, name: str) -> ModuleType:
    if folder not in sys.path:
        sys.path.append(folder)
    return __import__(name)


def _numbers(data: bytes) -> list[int]:
    parts = [data[at : at + _SIZE] for at in range(0, len(data), _SIZE)]
    return [int.from_bytes(it, sys.byteorder) for it in parts]
