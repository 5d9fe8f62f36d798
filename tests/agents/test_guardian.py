"""Nothing an agent starts outlives it, however the agent, Janus or the guardian itself ends."""

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
from conftest import FAKE_AGENTS, wait_for
from test_process import SILENT, fake, running, shell

from janus.agents.process import process as process_module
from janus.agents.process.guardian import Guardian
from janus.agents.process.process import AgentProcess, Exit
from janus.errors import AgentFailed

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
    """Marks, as environment, a family of processes, so that every one of them is found."""
    return {"JANUS_TEST_MARK": uuid.uuid4().hex}


def alive(mark):
    """The command lines of all that bear the mark, whoever their parents are."""
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


@pytest.mark.parametrize("name", KINDS)
def test_nothing_is_left_of_an_agent_that_was_stopped(name, mark, caplog):
    with running(fake(name), **mark) as process:
        assert next(process.lines()) == b"ready"
        assert alive(mark)

        process.stop(grace=0.05)

        assert alive(mark) == []
        assert process.exit
        assert caplog.messages == []  # or the guardian had to be killed


def test_nothing_is_left_of_any_agent_when_janus_is_killed(mark):
    janus = subprocess.Popen(
        [sys.executable, str(FAKE_AGENTS / "host.py"), *KINDS],
        env={**os.environ, **mark, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
    )
    with janus:
        assert janus.stdout.read(6) == b"ready\n"
        assert len(alive(mark)) > 3 * len(KINDS)

        janus.kill()

    wait_for(lambda: not alive(mark))


def test_nothing_is_left_when_the_guardian_is_killed(mark):
    with running(fake("stubborn"), **mark) as process:
        assert next(process.lines()) == b"ready"

        process._guardian.kill()

        assert process.wait()
        assert process.exit == Exit(signal=signal.SIGKILL)
        assert [*process.lines()] == []
    wait_for(lambda: not alive(mark))


def test_whoever_goes_on_writing_after_the_guardian_was_killed_holds_nobody_up(mark):
    with running(fake("noisy_orphan"), **mark) as process:
        assert next(process.lines()) == b"ready"

        process._guardian.kill()

        assert process.wait()
    wait_for(lambda: not alive(mark))  # its terminal is gone


def test_a_guardian_that_hangs_is_killed(mark, monkeypatch):
    monkeypatch.setattr(process_module, "_SLACK", 0.1)
    with running(SILENT, **mark) as process:
        os.kill(process._guardian.pid, signal.SIGSTOP)

        process.stop(grace=0)

        wait_for(lambda: process.wait(0))
    wait_for(lambda: not alive(mark))


def test_an_agent_that_leaves_takes_along_what_it_started(mark):
    with running(shell("sleep 1000 & exit 0"), **mark) as process:
        assert process.wait()

        assert alive(mark) == []


def test_whatever_an_agent_started_is_asked_before_it_is_killed():
    with running(fake("parent")) as process:
        assert next(process.lines()) == b"ready"

        process.leave(0)

        assert process.wait()
        assert process.tail() == "asked\n"


def test_a_frozen_agent_is_woken_to_hear_that_it_is_to_leave():
    with running(fake("frozen")) as process:
        status = Path(f"/proc/{agent_of(process._guardian.pid)}/status")
        wait_for(lambda: "T (stopped)" in status.read_text())

        process.leave(0)

        assert process.wait()
        assert process.exit == Exit(signal=signal.SIGTERM)


# Whenever it is asked


def test_stop_may_be_called_again_and_by_many_at_once(mark):
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


def test_an_agent_stopped_during_its_start_is_gone_when_stop_returns(mark, monkeypatch, tmp_path):
    os.mkfifo(gate := tmp_path / "gate")
    slow = tmp_path / "python"
    slow.write_text(f'#!/bin/sh\nread _ < {gate}\nexec {sys.executable} "$@"\n')
    slow.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(slow))
    process = AgentProcess(SILENT, FAKE_AGENTS, {**os.environ, **mark})

    with ThreadPoolExecutor() as pool:
        starting = pool.submit(process.start)
        wait_for(lambda: alive(mark))
        stopping = pool.submit(lambda: process.stop() or alive(mark))
        wait_for(lambda: process._stop_asked)
        gate.write_text("go\n")

        assert stopping.result(10) == []
        assert isinstance(starting.exception(10), AgentFailed)


@pytest.mark.parametrize("ask", [AgentProcess.leave, AgentProcess.linger])
def test_an_agent_that_is_to_leave_is_ended_in_time(ask, mark):
    with running(shell("sleep 1000"), **mark) as process:
        ask(process, 0.05)

        assert process.wait()
        assert process.exit == Exit(signal=signal.SIGTERM)
        assert alive(mark) == []


def test_asking_again_does_not_postpone_the_end():
    guardian = Guardian(control=-1, agent=0)
    guardian.obey("linger", "3", "5")
    planned = guardian.steps

    guardian.obey("linger", "3", "5")
    assert guardian.steps == planned

    guardian.obey("end", "1", "0")
    assert [number for _, number in guardian.steps] == [signal.SIGTERM, signal.SIGKILL]
    assert guardian.steps[1] < planned[0]

    guardian.agent_left(0)
    assert guardian.steps[0] < planned[0]


# However often


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
            guardian = wait_for(lambda: getattr(process, "_guardian", None))
            threading.Event().wait(delay)
            guardian.kill()
        failure = starting.exception(10)
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
        os.kill(agent_of(process._guardian.pid), signal.SIGKILL)
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
