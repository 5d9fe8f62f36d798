"""A forked program sees what an executed one sees, so tests that fork one prove as much."""

import json
import signal
import subprocess
import sys

import pytest
from conftest import children, processes_of, wait_for
from kit.command import Command
from kit.forked import ForkServer

PROGRAM = """
import json, os, resource, signal, sys, threading
from pathlib import Path

def shown(name):
    return [it for it in Path(f"/proc/self/{name}").read_text().split(chr(0)) if it]

def stream(it):
    return [it.fileno(), it.encoding, it.errors, it.mode, it.line_buffering, it.isatty()]

print(json.dumps({
    "argv": sys.argv,
    "path": sys.path,
    "name": __name__,
    "executable": sys.executable,
    "flags": list(sys.flags),
    "environ": dict(os.environ),
    "shown": [shown("environ"), shown("cmdline")],
    "cwd": os.getcwd(),
    "umask": os.umask(0),
    "descriptors": sorted(int(it) for it in os.listdir("/proc/self/fd"))[:-1],
    "limit": resource.getrlimit(resource.RLIMIT_NOFILE),
    "leads": [os.getsid(0) == os.getpid(), os.getpgrp() == os.getpid()],
    "streams": [stream(it) for it in (sys.stdin, sys.stdout, sys.stderr)],
    "threads": threading.active_count(),
    "mask": list(signal.pthread_sigmask(signal.SIG_BLOCK, [])),
    "ignored": Path("/proc/self/status").read_text().partition("SigIgn:")[2].split()[0],
    "caught": Path("/proc/self/status").read_text().partition("SigCgt:")[2].split()[0],
}))
print("to whom it concerns", file=sys.stderr)
EXIT
"""


@pytest.fixture
def both(fork_server, home, tmp_path):
    """Runs a program in both ways: how each ended, and what it said."""
    environ = {"HOME": str(home), "PATH": "/usr/bin:/bin", "ODD": "ünïcode = \x7f"}

    def both(*argv):
        executed = subprocess.run(
            [sys.executable, *argv], cwd=tmp_path, env=environ, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, start_new_session=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )  # fmt: skip

        def start(*streams):
            return fork_server.start(argv, tmp_path, environ, None, *streams)

        command = Command(start)
        stdout, stderr = command.communicate(timeout=60)
        return (
            (executed.returncode, executed.stdout, executed.stderr),
            (command.returncode, stdout, stderr),
        )

    return both


@pytest.mark.others_slow
@pytest.mark.parametrize("end", ["", "sys.exit(3)", "os.kill(os.getpid(), signal.SIGKILL)"])
def test_a_forked_program_sees_what_an_executed_one_sees(end, both):
    executed, forked = both("-c", PROGRAM.replace("EXIT", f"sys.stdout.flush(); {end}"), "--more")

    assert executed[1] and json.loads(forked[1]) == json.loads(executed[1])
    assert forked == executed


@pytest.mark.others_slow
@pytest.mark.parametrize("words", ["--version", "--help", "nonsense", "ask", "sessions"])
def test_the_command_line_says_the_same(words, both):
    executed, forked = both("-m", "janus", *words.split())

    assert forked == executed


@pytest.mark.slow
def test_what_it_prints_at_its_end_is_the_same(both):
    program = "import atexit, sys, threading\natexit.register(print, 'bye')\n"
    thread = "threading.Thread(target=lambda: print('soon', flush=True)).start()\n"
    for end in ("", "sys.exit('a sentence')", "sys.exit(None)"):
        executed, forked = both("-c", program + thread + end)

        assert forked == executed and "bye" in forked[1]
    executed, forked = both("-c", "raise KeyError('x')")
    assert forked[0] == executed[0] and forked[2].endswith("KeyError: 'x'\n")


def test_it_is_no_child_of_the_test_and_ends_with_a_signal(fork_server, home, tmp_path):
    waiting = "import signal; signal.pause()"
    program = fork_server.start(("-c", waiting), tmp_path, {"HOME": str(home)})
    assert program.poll() is None and str(program.pid) not in children()
    wait_for(lambda: processes_of(home) == [program.pid])

    program.terminate()

    assert program.wait(60) == program.poll() == -signal.SIGTERM
    assert processes_of(home) == []
    program.terminate()


@pytest.mark.slow
def test_all_end_with_the_fork_server(home, tmp_path):
    server = ForkServer()
    waiting = "import signal; signal.pause()"
    programs = [server.start(("-c", waiting), tmp_path, {"HOME": str(home)}) for _ in range(3)]
    wait_for(lambda: len(processes_of(home)) == 3)

    server.close()

    wait_for(lambda: processes_of(home) == [])
    for program in programs:
        with pytest.raises(ChildProcessError, match="the fork server has ended"):
            program.wait(60)
