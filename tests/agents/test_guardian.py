"""No process that an agent starts outlives it, however agent, Janus or guardian end."""

import os
import random
import signal
import subprocess
import sys
import threading
import uuid
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
from conftest import FAKE_AGENTS, processes_of, wait_for
from test_process import SILENT, fake, running, shell

from janus.agents.process import process as process_module
from janus.agents.process.guardian import Guardian
from janus.agents.process.process import AgentProcess
from janus.agents.process.reading import Exit
from janus.errors import AgentFailed
from janus.forks.client import FORKS, MARK

ROOT = FAKE_AGENTS.parents[1]
KINDS = [
    "polite", "busy", "stubborn", "frozen", "own_group", "own_session", "daemon", "nohup",
    "hup_proof", "holder", "heir", "crowd", "breeder", "odd_name",
]  # fmt: skip


@pytest.fixture(autouse=True)
def in_a_hurry(monkeypatch):
    monkeypatch.setattr(process_module, "INTERRUPT_GRACE", 0.05)


@pytest.fixture
def mark():
    """An environment variable by which all processes of a test are found."""
    return {"JANUS_TEST_MARK": uuid.uuid4().hex}


def alive(mark):
    """The command lines of all processes with the mark, whatever their parents."""
    sign = "=".join(*mark.items()).encode()
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if sign in (process / "environ").read_bytes().split(b"\0"):
                found.append((process / "cmdline").read_text().replace("\0", " "))
    return found


def agent_of(guardian):
    """The pid of the agent, which is the first child of its guardian."""
    listed = wait_for(Path(f"/proc/{guardian}/task/{guardian}/children").read_text)
    return int(listed.split()[0])


# However it ends


@pytest.mark.others_slow
@pytest.mark.parametrize("name", KINDS)
def test_no_process_survives_stop(name, mark, caplog):
    with running(fake(name), **mark) as process:
        assert next(process.lines()) == b"ready"
        wait_for(lambda: process.exit or alive(mark))

        process.stop(grace=0.05)

        assert alive(mark) == []
        assert process.exit
        assert caplog.messages == []  # or the guardian had to be killed


@pytest.mark.slow
def test_no_process_survives_a_killed_janus(mark, tmp_path):
    janus = subprocess.Popen(
        [sys.executable, str(FAKE_AGENTS / "host.py"), *KINDS],
        env={**os.environ, **mark, "HOME": str(tmp_path), "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
    )
    with janus:
        assert janus.stdout.read(6) == b"ready\n"
        assert len(alive(mark)) > 2 * len(KINDS)
        assert len(processes_of(tmp_path)) > 3 * len(KINDS)  # the guardians, too

        janus.kill()

    wait_for(lambda: not alive(mark) and not processes_of(tmp_path))


def test_no_process_survives_a_killed_guardian(mark):
    with running(fake("stubborn"), **mark) as process:
        assert next(process.lines()) == b"ready"

        process._launched.guardian.kill()

        assert process.wait()
        assert process.exit == Exit(signal=signal.SIGKILL)
        assert [*process.lines()] == []
    wait_for(lambda: not alive(mark))


def test_what_a_killed_guardian_leaves_is_gone_before_its_agent_is_told_to_be(mark):
    with running(fake("hup_proof"), **mark, **{MARK: "a run"}) as process:
        assert next(process.lines()) == b"ready"
        wait_for(lambda: len(alive(mark)) > 1)

        process._launched.guardian.kill()

        assert [*process.lines()] == []  # from here on the conversation may be gone on with
        assert alive(mark) == []


def test_an_orphan_that_keeps_writing_after_its_guardian_was_killed_delays_nothing(mark):
    with running(fake("noisy_orphan"), **mark) as process:
        assert next(process.lines()) == b"ready"

        process._launched.guardian.kill()

        assert process.wait()
    wait_for(lambda: not alive(mark))  # its terminal is gone


def test_a_hanging_guardian_is_killed(mark, monkeypatch):
    monkeypatch.setattr(process_module, "_SLACK", 0.1)
    with running(SILENT, **mark) as process:
        os.kill(process._launched.guardian.pid, signal.SIGSTOP)

        process.stop(grace=0)

        wait_for(lambda: process.wait(0))
    wait_for(lambda: not alive(mark))


def test_processes_of_an_agent_end_when_it_exits(mark):
    with running(shell("sleep 1000 & exit 0"), **mark) as process:
        assert process.wait()

        assert alive(mark) == []


def test_processes_of_an_agent_get_sigterm_before_sigkill():
    with running(fake("parent")) as process:
        assert next(process.lines()) == b"ready"

        process.leave(0)

        assert process.wait()
        assert process.tail() == "asked\n"


def test_a_stopped_agent_is_continued_to_handle_sigterm():
    with running(fake("frozen")) as process:
        status = Path(f"/proc/{agent_of(process._launched.guardian.pid)}/status")
        wait_for(lambda: "T (stopped)" in status.read_text())

        process.leave(0)

        assert process.wait()
        assert process.exit == Exit(signal=signal.SIGTERM)


# Whenever it is called


def test_stop_may_be_called_twice_and_by_several_threads(mark):
    with running(fake("crowd"), **mark) as process, ThreadPoolExecutor(4) as pool:
        assert next(process.lines()) == b"ready"

        left = pool.map(lambda _: process.stop(grace=0.05) or alive(mark), range(4))

        assert [*left] == [[]] * 4
        process.stop()


def test_an_agent_stopped_before_its_start_does_not_start(mark):
    process = AgentProcess(SILENT, FAKE_AGENTS, {**os.environ, **mark})
    process.stop()

    with pytest.raises(AgentFailed, match="stopped before it had started"):
        process.start()

    assert alive(mark) == []


def test_an_agent_stopped_during_its_start_is_gone_when_stop_returns(real_forks, mark):
    FORKS.start({})
    server = FORKS._server.process
    server.send_signal(signal.SIGSTOP)
    process = AgentProcess(SILENT, FAKE_AGENTS, {**os.environ, **mark})

    with ThreadPoolExecutor() as pool:
        starting = pool.submit(process.start)
        wait_for(process._starting.locked)
        stopping = pool.submit(lambda: process.stop() or alive(mark))
        wait_for(lambda: process.stopped)
        server.send_signal(signal.SIGCONT)

        assert stopping.result(60) == []
        assert isinstance(starting.exception(60), AgentFailed)


@pytest.mark.parametrize("ask", [AgentProcess.leave, AgentProcess.linger])
def test_leave_and_linger_end_the_agent_in_time(ask, mark):
    with running(shell("sleep 1000"), **mark) as process:
        ask(process, 0.05)

        assert process.wait()
        assert process.exit == Exit(signal=signal.SIGTERM)
        assert alive(mark) == []


def test_a_second_command_does_not_postpone_the_end():
    guardian = Guardian(control=-1, agent=0)
    guardian.execute("linger", "3", "5")
    planned = guardian.steps

    guardian.execute("linger", "3", "5")
    assert guardian.steps == planned

    guardian.execute("end", "1", "0")
    assert [number for _, number in guardian.steps] == [signal.SIGTERM, signal.SIGKILL]
    assert guardian.steps[1] < planned[0]

    guardian.agent_exited(0)
    assert guardian.steps[0] < planned[0]


# Under load


def do_everything(process, seed):
    acts = [process.interrupt, process.stop, process.tail, lambda: process.wait(1)]
    random.Random(seed).shuffle(acts)
    for act in acts:
        act()
        assert process.exit is None or isinstance(process.exit, Exit)


@pytest.mark.slow
def test_four_threads_may_do_anything_to_an_agent_at_any_time(mark):
    with ThreadPoolExecutor(4) as pool:
        for _ in range(25):
            batch = [AgentProcess(["true"], FAKE_AGENTS, {**os.environ, **mark}) for _ in range(4)]
            deque(pool.map(AgentProcess.start, batch))
            deque(pool.map(do_everything, sorted(batch * 4, key=id), range(16)))

            assert all(process.exit for process in batch)

    assert alive(mark) == []


def crash(process, moment, delay):
    """Kill the agent, or its guardian while that is about to start it."""
    with ThreadPoolExecutor() as pool:
        starting = pool.submit(process.start)
        if moment == "starting":
            guardian = wait_for(lambda: process._launched).guardian
            threading.Event().wait(delay)
            guardian.kill()
        failure = starting.exception(60)
    if failure:
        assert moment == "starting"
        assert isinstance(failure, AgentFailed)
        return
    if moment in ("in a line", "idle"):
        assert next(process.lines()) == b"one"
    if moment == "idle":
        process.send(b"go on\n")
        assert next(process.lines()) == b"half a line"
    if moment != "starting":
        os.kill(agent_of(process._launched.guardian.pid), signal.SIGKILL)
    assert process.wait()
    assert process.exit == Exit(signal=signal.SIGKILL)


@pytest.mark.slow
def test_two_hundred_crashes_at_any_moment_leave_nothing(mark):
    choose = random.Random(1)
    moments = choose.choices(["starting", "at once", "in a line", "idle"], k=200)
    delays = [choose.uniform(0, 0.04) for _ in moments]
    talk = "trap '' HUP; echo one; printf 'half a li'; read line; echo ne; exec sleep 1000"
    agents = [AgentProcess(shell(talk), FAKE_AGENTS, {**os.environ, **mark}) for _ in moments]

    with ThreadPoolExecutor(4) as pool:
        deque(pool.map(crash, agents, moments, delays))

    wait_for(lambda: not alive(mark))
