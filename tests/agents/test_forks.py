"""The server that forks guardians: shared by all agents, and nothing passes from one to another."""

import os
import signal
import warnings
from pathlib import Path

import pytest
from conftest import children, wait_for
from kit.leaks import is_spare
from test_process import running, shell

from janus.agents.process.process import AgentProcess
from janus.errors import AgentFailed
from janus.forks import client
from janus.forks.client import FORKS

pytestmark = pytest.mark.usefixtures("real_forks")
READS = shell("echo ready; exec cat")
SLEEPS = shell("echo ready; exec sleep 1000")


def server():
    return FORKS._server.process


def test_many_agents_have_one_server_and_none_has_what_is_another_ones():
    before = children()
    with running(READS, SECRET="of the first") as first, running(SLEEPS) as second:
        assert next(first.lines()) == next(second.lines()) == b"ready"
        assert children() - before == {str(server().pid)}

        for pid in (second.pid, second._launched.guardian.pid, server().pid):
            assert b"of the first" not in Path(f"/proc/{pid}/environ").read_bytes()
        # A program that begins opens its libraries for a moment; what was left to it stays open.
        own = Path(f"/proc/{second.pid}/fd")
        wait_for(lambda: {it.name for it in own.iterdir()} == {"0", "1", "2"})
        sessions = {os.getsid(it._launched.guardian.pid) for it in (first, second)}
        assert len(sessions | {os.getsid(0), os.getsid(server().pid)}) == 4
        first.close_stdin()  # nobody else holds that pipe

        assert first.wait() and first.exit.code == 0


def test_agents_get_exactly_the_environment_they_are_given(tmp_path):
    given = {"ONE": "1", "BYTES": os.fsdecode(b"\xff\xfe"), "PATH": os.environ["PATH"]}
    process = AgentProcess(["env", "-0"], tmp_path, given)
    process.start()
    try:
        text = b"".join(process.lines())
    finally:
        process.stop()

    assert text.rstrip(b"\0").split(b"\0") == [os.fsencode(f"{k}={v}") for k, v in given.items()]


def test_what_cannot_be_an_argument_is_a_failed_start(tmp_path):
    with pytest.raises(AgentFailed, match="Invalid argument"):
        AgentProcess(["true", "nul\0"], tmp_path, os.environ).start()


def test_agents_outlive_their_server_and_the_next_one_gets_another():
    with running(READS) as first:
        assert next(first.lines()) == b"ready"
        lost = server()
        lost.kill()
        os.waitid(os.P_PID, lost.pid, os.WEXITED | os.WNOWAIT)

        with running(READS) as second:
            assert next(second.lines()) == b"ready"
            assert server().pid != lost.pid
        first.send(b"still here\n")
        assert next(first.lines()) == b"still here"
        first.stop(grace=0)
        assert not Path(f"/proc/{first.pid}").exists()


def test_what_waits_to_be_forked_is_replaced_when_it_is_killed_and_goes_with_its_server():
    with running(SLEEPS):
        up, killed = server(), waiting()
        os.kill(killed, signal.SIGKILL)
        wait_for(lambda: not Path(f"/proc/{killed}").exists())  # it takes nothing any more
    with running(READS) as process:
        assert next(process.lines()) == b"ready"
        assert server() is up
        spare = waiting()
        FORKS.stop()
        wait_for(lambda: not Path(f"/proc/{spare}").exists())


def waiting():
    """The process that becomes the next agent's guardian."""
    return wait_for(lambda: next((it for it in forked() if is_spare(it)), 0))


def forked():
    """What the server has forked, and is its child."""
    pid = server().pid
    return [int(it) for it in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_a_server_of_another_mark_takes_its_place_and_both_have_theirs():
    with (
        running(SLEEPS, AGENT_OF_JANUS="one") as first,
        running(SLEEPS, AGENT_OF_JANUS="two") as second,
    ):
        for it, mark in ((first, b"one"), (second, b"two")):
            environ = Path(f"/proc/{it._launched.guardian.pid}/environ").read_bytes()
            assert b"AGENT_OF_JANUS=" + mark in environ.split(b"\0")


def test_a_fork_of_janus_does_not_use_its_server():
    FORKS.start({})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of threads, which it does not use
        pid = os.fork()
    if pid == 0:
        os._exit(0 if FORKS._server is None else 1)
    assert os.waitpid(pid, 0)[1] == 0
    with running(SLEEPS) as process:
        assert next(process.lines()) == b"ready"


def test_stopping_twice_is_fine_and_what_was_forked_goes_on():
    with running(READS) as process:
        assert next(process.lines()) == b"ready"
        FORKS.stop()
        FORKS.stop()
        process.send(b"hello\n")
        assert next(process.lines()) == b"hello"


def test_without_descriptors_of_processes_each_guardian_has_its_own_interpreter(monkeypatch):
    monkeypatch.setattr(client, "_HAS_PIDFD", False)
    with running(READS) as first, running(SLEEPS) as second:
        assert next(first.lines()) == next(second.lines()) == b"ready"
        assert len({it._launched.guardian.pid for it in (first, second)}) == 2
        second._launched.guardian.kill()
        assert second.wait() and second.exit.signal == signal.SIGKILL
        wait_for(lambda: not Path(f"/proc/{second.pid}").exists())
        first.stop(grace=0)
        assert first.exit
