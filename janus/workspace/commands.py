"""A command that runs: on its own, or on a leash."""

from __future__ import annotations

import os
import select
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from janus.forks.client import FORKS

_LEASH = Path(__file__).with_name("leash.py")


class Unleashed(subprocess.Popen[bytes]):
    """A command in a session of its own. It may outlive a Janus that is killed."""

    def __init__(self, argv: Sequence[bytes | str], at: Path, how: Mapping[str, Any]) -> None:
        super().__init__(argv, cwd=at, start_new_session=True, **how)

    def wait(self, timeout: float | None = None) -> int:
        """The same, at once: that of ``Popen`` looks every now and then, up to 50 ms too late."""
        if timeout is None or self.returncode is not None:
            return super().wait(timeout)
        try:
            fd = os.pidfd_open(self.pid)
        except (AttributeError, OSError):  # not on this system
            return super().wait(timeout)
        try:
            poll = select.poll()
            poll.register(fd, select.POLLIN)
            if not poll.poll(timeout * 1000):
                raise subprocess.TimeoutExpired(self.args, timeout)
            return super().wait()
        finally:
            os.close(fd)


class Leashed:
    """A command that ends with Janus, also with one that is killed. See ``leash``.

    For one thread, but for ``pid`` and ``returncode``.
    """

    def __init__(self, argv: Sequence[bytes | str], at: Path, how: Mapping[str, Any]) -> None:
        """*how* has ``env``, ``stdin``, ``stdout`` and ``stderr``, as for ``Popen``."""
        streams = [how[name].fileno() for name in ("stdin", "stdout", "stderr")]
        environ = {os.fsencode(name): os.fsencode(it) for name, it in how["env"].items()}
        given = [os.fsencode(it) for it in argv], os.fsencode(at), environ
        self._forked = FORKS.fork(_LEASH, streams, how["env"], given)
        self._names = os.fsdecode(argv[0]), at
        self.pid = self._forked.pid
        self.returncode: int | None = None

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code. Raises TimeoutExpired, OSError where it could not start."""
        if self.returncode is not None:
            return self.returncode
        control, (program, at) = self._forked.control, self._names
        control.settimeout(timeout)
        try:
            word, _, number = control.recv(64).partition(b" ")
        except TimeoutError:
            raise subprocess.TimeoutExpired(program, timeout or 0) from None
        except ConnectionError:
            word, number = b"", b""
        # Without a word somebody has killed it.
        self.returncode = int(number) if word == b"exited" else 127 if word else -signal.SIGKILL
        control.close()
        self._forked.wait()
        if word in (b"failed", b"nowhere"):
            name = program if word == b"failed" else str(at)
            raise OSError(int(number), os.strerror(int(number)), name)
        return self.returncode


Running = Unleashed | Leashed
