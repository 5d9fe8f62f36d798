"""What forks guardians and leashes, forked itself: nearly each test needs one that has its home.

    tests ──requests──> the first of this worker ──fork──> that of a test ──fork──> guardians, …

Started by an interpreter, as Janus does it, one works for 15 ms until it is there; forked, for 2.
What differs: it is no child of the test, and has the limits of the first one. ``real_forks`` is for
the tests of just that; every ``janus serve`` has a real one, too.
"""

import os
import select
from pathlib import Path

import pytest

from janus.forks import client

_PROGRAM = Path(__file__).with_name("forks_main.py")
#: So long may be what /proc shows of the environment of one.
_ENVIRONMENT = 8_192
_executed = client._started


class _Forked:
    """As much of ``Popen`` as Janus uses of what forks for it."""

    returncode = None

    def __init__(self, forked):
        forked.control.close()
        self.pid, self.kill, self._forked = forked.pid, forked.kill, forked

    def poll(self):
        poll = select.poll()
        poll.register(self._forked._itself, select.POLLIN)
        if self.returncode is None and poll.poll(0):
            self.wait()
        return self.returncode

    def wait(self):
        self._forked.wait()
        self.returncode = 0


@pytest.fixture(scope="session")
def first_forks():
    """One for all tests of a worker; it is there before anyone looks for leaks."""
    first = client.ForkServer()
    first.start({**os.environ, "HOME": "x" * _ENVIRONMENT})
    yield first
    first.stop()


@pytest.fixture(autouse=True)
def forks(first_forks):
    """Lets what forks for Janus in this process be forked itself.

    Without ``monkeypatch``, what that changes is undone before anyone looks for leaks.
    """

    def started(environ, requests):
        shown = [f"{name}={value}" for name, value in environ.items()]
        nothing = os.open(os.devnull, os.O_RDWR)
        try:
            streams = (requests, nothing, nothing)
            return _Forked(first_forks.fork(_PROGRAM, streams, {}, (shown,)))
        finally:
            os.close(nothing)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(client, "_started", started if client._HAS_PIDFD else _executed)
        yield


@pytest.fixture
def real_forks(forks, monkeypatch):
    """Starts it as Janus does where nobody tests it."""
    monkeypatch.setattr(client, "_started", _executed)
