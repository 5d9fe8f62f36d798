"""Starts Python programs by forking one that has imported Janus: ``forked_main.py SOCKET``.

Run by ``kit.forked``, which says on the socket what to start and gets, on a pipe for each program,
its pid and how it ended. It has one thread, so that it may fork. It is nobody's child, so that no
test finds it among its own, and ends with the test process, as do all that it started.
"""

import atexit
import contextlib
import gc
import importlib
import io
import json
import os
import pkgutil
import resource
import runpy
import select
import signal
import socket
import sys
import threading
import types
from pathlib import Path

#: Where a new program's arguments and environment are found in ``/proc/self/stat``, after its name.
_ARGUMENTS, _ENVIRONMENT = slice(45, 47), slice(47, 49)


def import_janus():
    """Import all that ``janus serve`` and the other commands may need."""
    import janus

    for module in pkgutil.walk_packages(janus.__path__, "janus."):
        if not module.name.endswith(("__main__", "guardian")) and ".demo" not in module.name:
            importlib.import_module(module.name)


def wait_for_requests(control):
    """Start what is asked for; return the request in the child, and never in the parent."""
    running = {}  # pidfd -> (pid, the pipe on which its end is told)
    poll = select.poll()
    poll.register(control, select.POLLIN)
    while True:
        for fd, _ in poll.poll():
            if fd in running:
                poll.unregister(fd)
                tell_end(fd, *running.pop(fd))
                continue
            message, fds, _, _ = socket.recv_fds(control, 1 << 20, 4)
            if not message:
                end_all(running)
            *streams, told = fds
            pid = os.fork()
            if pid == 0:
                os.setsid()  # before anybody knows whom to kill with all that it starts
                os.write(told, b"%d\n" % os.getpid())
                return json.loads(message), streams
            for stream in streams:
                os.close(stream)
            pidfd = os.pidfd_open(pid)
            running[pidfd] = pid, told
            poll.register(pidfd, select.POLLIN)


def tell_end(pidfd, pid, told):
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    os.close(pidfd)
    with contextlib.suppress(BrokenPipeError):  # nobody waits for it
        os.write(told, b"%d\n" % code)
    os.close(told)


def end_all(running):
    """The tests are over, or were killed."""
    for pid, _ in running.values():
        os.killpg(pid, signal.SIGKILL)
    os._exit(0)


def become(argv, cwd, environ, umask, descriptors, streams):
    """Be a new process in all that a program can see of it."""
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    os.closerange(3, 1 << 20)
    resource.setrlimit(resource.RLIMIT_NOFILE, tuple(descriptors))
    os.umask(umask)
    locale = {name: value for name, value in os.environ.items() if name == "LC_CTYPE"}
    os.environ.clear()
    os.environ.update({**environ, **locale})  # which the interpreter sets, if nobody else does
    os.chdir(cwd)
    overwrite(_ARGUMENTS, [sys.executable, *argv])
    overwrite(_ENVIRONMENT, [f"{name}={value}" for name, value in environ.items()])
    sys.stdin = reopened(sys.stdin, "r")
    sys.stdout = reopened(sys.stdout, "w")
    sys.stderr = reopened(sys.stderr, "w", line_buffering=True)


def reopened(stream, mode, line_buffering=False):
    """The same descriptor, with what is known of it now: whether it is a terminal."""
    raw = open(stream.fileno(), f"{mode}b", closefd=False)  # noqa: SIM115
    text = io.TextIOWrapper(
        raw, stream.encoding, stream.errors, line_buffering=line_buffering or raw.isatty()
    )
    text.mode = mode
    return text


def overwrite(where, values):
    """Let ``/proc`` show these *values*; whoever looks for all processes of a home reads them."""
    import ctypes

    start, end = map(int, Path("/proc/self/stat").read_text().rpartition(")")[2].split()[where])
    shown = b"".join(os.fsencode(value) + b"\0" for value in values)
    if len(shown) > end - start:
        raise ValueError(f"{len(shown)} bytes do not fit in {end - start}")
    ctypes.memmove(start, shown.ljust(end - start, b"\0"), end - start)


def run(kind, what, *arguments):
    """As ``python -m`` or ``python -c`` would."""
    sys.path[0] = str(Path.cwd()) if kind == "-m" else ""
    if kind == "-m":
        sys.argv = [what, *arguments]
        runpy.run_module(what, run_name="__main__", alter_sys=True)
    else:
        sys.argv = [kind, *arguments]
        sys.modules["__main__"] = main = types.ModuleType("__main__")
        exec(compile(what, "<string>", "exec"), vars(main))


def end_at_once(code):
    """As the interpreter ends, but for taking everything apart: that copies all shared memory."""
    threading._shutdown()
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):  # nobody reads it, or it was closed
            stream.flush()
    os._exit(code & 0xFF)


if __name__ == "__main__":
    import_janus()
    if os.fork():
        os._exit(0)
    os.setsid()
    gc.collect()
    gc.freeze()
    request, streams = wait_for_requests(socket.socket(fileno=int(sys.argv[1])))
    become(streams=streams, **request)
    try:
        run(*request["argv"])
        code = 0
    except SystemExit as end:
        code = end.code or 0
        if not isinstance(code, int):
            raise  # a sentence, which the interpreter prints
    end_at_once(code)
