"""One agent process on a real pty: its input and output, its start and its exit."""

import itertools
import json
import os
import resource
import sys
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from conftest import FAKE_AGENTS, descriptors, wait_for

from janus.agents.process import process as process_module
from janus.agents.process.process import AgentProcess
from janus.agents.process.reading import Exit
from janus.errors import AgentFailed, AgentNotFound
from janus.text import strip_controls

MB = 1 << 20
SILENT = ["sleep", "1000"]


def fake(name):
    return [sys.executable, "-I", "-S", str(FAKE_AGENTS / f"{name}.py")]


def shell(script):
    return ["sh", "-c", script]


@pytest.fixture(autouse=True)
def in_a_hurry(monkeypatch):
    monkeypatch.setattr(process_module, "INTERRUPT_GRACE", 0.05)


@contextmanager
def running(argv, **env):
    """A started agent; stopped at the end of the block."""
    process = AgentProcess(argv, FAKE_AGENTS, {**os.environ, **env}, "test")
    process.start()
    try:
        yield process
    finally:
        process.stop(grace=0.1)


def inventory():
    with running(fake("inventory")) as process:
        return json.loads(next(process.lines()))


# Its descriptors


def test_an_agent_gets_pipes_and_a_controlling_terminal():
    assert inventory() == {"descriptors": [0, 1, 2], "terminals": [2], "in_front": True}


def test_agents_inherit_nothing_from_janus_or_from_each_other():
    ours, _ = pipe = os.pipe()
    os.set_inheritable(ours, True)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: inventory()["descriptors"], range(8)))
    for fd in pipe:
        os.close(fd)

    assert found == [[0, 1, 2]] * 8


def test_descriptors_above_1024_work():
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, limits[1]), limits[1]))
    crowd = [os.open(os.devnull, os.O_RDONLY) for _ in range(1100)]
    try:
        with running(fake("complainer")) as process:
            assert [*process.lines()] == [b"answer"]
    finally:
        for fd in crowd:
            os.close(fd)
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)


# Input and output


@pytest.mark.others_slow
@pytest.mark.parametrize("size", [MB, 10 * MB])
def test_a_huge_line_arrives_whole_both_ways(size):
    line = bytes(range(32, 127)) * (size // 95)
    with running(fake("echo")) as process:
        process.send(line + b"\n")

        assert next(process.lines()) == line


def test_any_bytes_are_a_line_also_the_last_without_newline():
    with running(shell(r"printf 'one\n\n\377\376\000\r\ntwo'")) as process:
        assert [*process.lines()] == [b"one", b"", b"\xff\xfe\x00\r", b"two"]


def test_closing_stdin_is_end_of_file_for_the_agent():
    with running(["cat"]) as process:
        process.send(b"all")
        process.close_stdin()
        process.close_stdin()

        assert [*process.lines()] == [b"all"]
        with pytest.raises(AgentFailed):
            process.send(b"more")


def test_sending_to_an_agent_that_does_not_read_times_out():
    with ThreadPoolExecutor() as pool, running(SILENT) as process:
        process.send(b"x")  # so that what follows does not fit the pipe exactly
        for _ in range(2):
            failure = pool.submit(process.send, b"x" * MB, timeout=0.05).exception(60)

            assert isinstance(failure, AgentFailed)
            assert "does not accept input" in str(failure)


def test_sending_to_a_dead_agent_raises_agent_failed():
    with running(["true"]) as process:
        with pytest.raises(AgentFailed, match=r"gone|does not accept input"):
            process.send(b"x" * MB)
        process.wait()
        with pytest.raises(AgentFailed, match="does not accept input"):
            process.send(b"x")


def test_output_that_nobody_reads_is_bounded_and_the_agent_can_be_stopped():
    with running(["yes"]) as process:
        wait_for(lambda: process._lines._changed._waiters)

        assert process._lines._size < MB + (1 << 17)
        assert next(process.lines()) == b"y"


def test_endless_output_can_be_discarded_while_the_agent_leaves():
    with running(["yes"]) as process:
        wait_for(lambda: process._lines._changed._waiters)

        process.linger(0.01)

        assert process.wait()
        assert [*process.lines()] == []


# Its terminal


def test_writing_to_its_terminal_never_blocks_the_agent():
    with running(fake("complainer")) as process:
        assert next(process.lines(first=10)) == b"answer"

        process.wait()
        *_, first, last = process.tail().splitlines()
        assert (first, last) == ("complaint 09998" + "." * 76, "complaint 09999" + "." * 76)
        assert len(process.tail()) < 1 << 16
        assert len(process._terminal._tail) <= 1 << 17


def test_the_tail_is_complete_as_soon_as_the_agent_is_gone():
    for _ in range(10):
        with running(shell("head -c 60000 /dev/zero | tr '\\0' x >&2; echo bye >&2")) as process:
            wait_for(lambda: process.exit)

            assert process.tail() == "x" * 60000 + "bye\n"


def test_escape_sequences_and_control_characters_are_not_shown():
    shown = "\x1b]0;title\x07\x1b[1;31mred\x1b[0m\a\x7f\x9c\ttab\r\nn\xefve\x1b(B\x1b[?25l\0"

    assert strip_controls(shown) == "red\ttab\nn\xefve"


def test_ctrl_c_reaches_the_agent_through_its_terminal():
    with running(fake("interruptible")) as process:
        lines = process.lines()
        assert next(lines) == b"ready"
        assert process._launched.terminal.delaybeforesend is None  # or pexpect sleeps

        for _ in range(3):
            process.interrupt()
            assert next(lines) == b"interrupted"
        assert process.tail() == ""  # no echo


def test_ctrl_c_reaches_the_foreground_process_group():
    with running(fake("background")) as process:
        lines = process.lines()
        assert next(lines) == b"ready"

        process.interrupt()

        assert next(lines) == b"the one in front was interrupted"


def test_ctrl_c_reaches_an_agent_that_reads_the_keys_itself():
    with running(fake("raw")) as process:
        lines = process.lines()
        assert next(lines) == b"ready"

        process.interrupt()

        assert next(lines) == b"interrupted"


def test_ctrl_c_does_nothing_before_the_start_and_after_the_end():
    process = AgentProcess(["true"], FAKE_AGENTS, os.environ)
    process.interrupt()
    process.start()
    process.wait()
    process.interrupt()

    assert process.exit == Exit(code=0)


# Time limits


@pytest.fixture(params=[3600, -3600], ids=["ahead", "back"])
def jumping_clock(monkeypatch, request):
    """A wall clock that jumps by an hour whenever it is read."""
    monkeypatch.setattr(time, "time", itertools.count(time.time(), request.param).__next__)


def test_a_jump_of_the_wall_clock_ends_no_wait(jumping_clock):
    with running(fake("echo")) as process:
        process.send(b"x" * MB + b"\nhello\n")

        assert [len(line) for line in itertools.islice(process.lines(), 2)] == [MB, 5]


def test_a_jump_of_the_wall_clock_prolongs_no_wait(jumping_clock):
    with ThreadPoolExecutor() as pool, running(SILENT) as process:
        reading = pool.submit(next, process.lines(first=0.05))
        writing = pool.submit(process.send, b"x" * MB, timeout=0.05)

        assert isinstance(reading.exception(60), TimeoutError)
        assert isinstance(writing.exception(60), AgentFailed)


@pytest.mark.others_slow
@pytest.mark.parametrize("argv", [["yes"], shell("echo hello; exec sleep 1000")])
def test_the_total_limit_holds_for_output_without_a_pause(argv):
    with ThreadPoolExecutor() as pool, running(argv) as process:
        reading = pool.submit(deque, process.lines(total=0.2), maxlen=1)

        assert isinstance(reading.exception(60), TimeoutError)


# Starting


@pytest.mark.parametrize(
    ("argv", "folder", "error", "words"),
    [
        (["no-such-agent"], ".", AgentNotFound, "no-such-agent is not installed"),
        (["true"], "missing", AgentFailed, "folder missing does not exist"),
        (["no-such-agent"], "missing", AgentFailed, "folder missing does not exist"),
        (["./plain.txt"], ".", AgentFailed, "plain.txt cannot be started: Permission denied"),
        (["true", "x" * 200_000], ".", AgentFailed, "true cannot be started: Argument list too"),
    ],
)
def test_a_failed_start_names_the_reason(tmp_path, argv, folder, error, words):
    (tmp_path / "plain.txt").write_text("not a program")
    process = AgentProcess(argv, tmp_path / folder, os.environ)

    with pytest.raises(AgentFailed, match=words) as failure:
        process.start()

    assert failure.type is error
    process.stop()


def test_a_guardian_that_cannot_start_is_an_agent_failure(real_forks, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/bin/false")

    with pytest.raises(
        AgentFailed, match="true cannot be started: what should start it died at once"
    ):
        AgentProcess(["true"], FAKE_AGENTS, os.environ).start()


def test_running_out_of_descriptors_is_reported_and_leaks_nothing():
    """Start with one more descriptor available each time, until that is enough."""
    before, limits = descriptors(), resource.getrlimit(resource.RLIMIT_NOFILE)
    gaps = [os.open(os.devnull, os.O_RDONLY) for _ in range(len(before))]
    failures = []
    try:
        for more in itertools.count():
            resource.setrlimit(resource.RLIMIT_NOFILE, (max(gaps) + 1 + more, limits[1]))
            process = AgentProcess(["true"], FAKE_AGENTS, os.environ)
            try:
                process.start()
                break
            except AgentFailed as failure:
                failures.append(str(failure))
            finally:
                resource.setrlimit(resource.RLIMIT_NOFILE, limits)
            assert descriptors() == before | {*gaps}
    finally:
        for fd in gaps:
            os.close(fd)
    process.stop()

    assert set(failures) == {"true cannot be started: Too many open files."}
    assert len(failures) >= 10


# Exits


@pytest.mark.parametrize(
    ("script", "exit", "words"),
    [
        ("exit 0", Exit(code=0), "exit code 0"),
        ("exit 3", Exit(code=3), "exit code 3"),
        ("kill -KILL $$", Exit(signal=9), "signal 9"),
    ],
)
def test_the_exit_code_or_signal_is_known(script, exit, words):
    with running(shell(script)) as process:
        assert process.wait()

        assert (process.exit, str(process.exit)) == (exit, words)


def test_lines_end_when_the_agent_closes_its_output_and_keeps_running():
    with running(shell("echo done; exec sleep 1000 >&-")) as process:
        assert [*process.lines()] == [b"done"]
        assert process.exit is None
        assert not process.wait(timeout=0)


@pytest.mark.others_slow
@pytest.mark.parametrize("name", ["holder", "heir"])
def test_lines_end_with_the_agent_not_with_its_orphans(name):
    with running(fake(name)) as process:
        said = [*process.lines()]

        assert said[0] == b"ready"
        assert process.exit == Exit(code=3)
        assert not process.wait(timeout=0)
        assert [*process.lines()] == []


def test_orphans_do_not_delay_the_end_of_an_agent(monkeypatch):
    monkeypatch.setattr(process_module, "GRACE", 0.05)
    with running(fake("heir")) as process:
        deque(process.lines(), maxlen=0)

        process.leave(0)

        assert process.wait()
