"""Becomes a server that forks, in a process that such a server has forked: see ``kit.forks``."""

import os
import sys

#: Where a process's environment is found in ``/proc/self/stat``, after its name.
_ENVIRONMENT = slice(47, 49)


def serve(control, shown):
    """Be one that has this environment, and is asked on descriptor 0."""
    requests = os.dup(0)
    os.dup2(1, 0)
    os.close(control)
    os.environ.clear()
    os.environ.update(line.split("=", 1) for line in shown)
    overwrite([os.fsencode(line) for line in shown])
    sys.argv[1:] = [str(requests)]
    sys.modules["server"].main()


def overwrite(lines):
    """Let ``/proc`` show these; whoever looks for all processes of a home reads them."""
    with open("/proc/self/stat") as file:
        start, end = map(int, file.read().rpartition(")")[2].split()[_ENVIRONMENT])
    shown = b"".join(line + b"\0" for line in lines)
    if len(shown) > end - start:
        raise ValueError(f"{len(shown)} bytes do not fit in {end - start}")
    memory = os.open("/proc/self/mem", os.O_WRONLY)
    os.pwrite(memory, shown.ljust(end - start, b"\0"), start)
    os.close(memory)
