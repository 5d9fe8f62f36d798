"""Which other programs work on a conversation."""

import os
import subprocess
import sys
import time
from uuid import uuid4

import pytest

from janus.agents.process import rivals
from janus.agents.process.rivals import Rivals, Running

#: One for each process that runs tests: what another one starts is no rival here.
ID = f"{str(uuid4())[:-2]}aa"


@pytest.fixture
def start(tmp_path):
    """Starts a program, which counts as another's: its parent has gone."""
    made = []

    def start(*argv, cwd="/", code=""):
        code = f"import os; print(os.getpid(), flush=True); {code}import time; time.sleep(600)"
        launch = "import subprocess, sys; subprocess.Popen(sys.argv[2:], executable=sys.argv[1])"
        command = [sys.executable, "-c", launch, sys.executable, argv[0], "-c", code, *argv[1:]]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=cwd) as launcher:
            pid = int(launcher.stdout.readline())
            made.append(pid)
            launcher.stdout.close()
        return pid

    yield start
    for pid in made:
        os.kill(pid, 9)


@pytest.mark.others_slow
@pytest.mark.parametrize(
    "arguments",
    [("--resume", ID), (f"--resume={ID}",), ("resume", ID), ("-s", ID)],
    ids=["after the option", "with it", "after the command", "after a short option"],
)
def test_a_command_line_names_the_conversation(start, arguments, tmp_path):
    pid = start("claude", *arguments)

    found = Rivals().find(ID, tmp_path, {"claude"})

    assert (found.pid, str(found)) == (pid, f"claude (process {pid})")
    assert Rivals().find(ID[:-1], tmp_path, {"claude"}) is None
    assert Rivals().find(ID.replace("aa", "ab"), tmp_path, {"claude"}) is None


def test_janus_at_the_terminal_and_what_this_janus_started_are_none(start, tmp_path):
    start("/opt/venv/bin/janus", "adopt", "claude", ID)
    own = subprocess.Popen([sys.executable, "-c", "input()", ID], stdin=subprocess.PIPE)

    assert Rivals().find(ID, tmp_path, {"claude"}) is None

    own.communicate()


def test_a_file_that_is_open_for_writing_tells(start, tmp_path):
    (file := tmp_path / "store.db").write_text("x")
    start("sqlite", code=f"r = open({str(file)!r}); ")
    assert Rivals().find(ID, tmp_path, (), files=[file]) is None

    pid = start("sqlite", code=f"w = open({str(file)!r}, 'a'); ")

    assert Rivals().find(ID, tmp_path, (), files=[file]).pid == pid
    assert Rivals().find(ID, tmp_path, (), files=[tmp_path / "gone"]) is None


def test_the_agent_itself_in_the_folder_since_before_the_last_change_tells(start, tmp_path):
    pid = start("claude", cwd=tmp_path)
    later, earlier = time.time() + 60, time.time() - 600

    def found(folder=tmp_path, at=later, programs=("claude",), **more):
        rival = Rivals().find(ID, folder, programs, updated_at=at, **more)
        return rival and rival.pid

    assert found() == pid
    assert found(folder=tmp_path.parent) is None
    assert found(at=earlier) is None  # it has been begun since
    assert found(programs=("codex",)) is None
    assert found(strangers={pid}) is None  # it is at another one
    assert found(at=earlier, drivers={pid}) == pid


@pytest.mark.parametrize(
    ("arguments", "program"),
    [
        (("/usr/bin/node", "/opt/bin/claude", "--resume"), "claude"),
        (("node", "--no-warnings", "/x/codex.js"), "codex"),
        (("claude",), "claude"),
        (("vim", "notes"), "vim"),
    ],
)
def test_the_script_of_an_interpreter_is_the_program(arguments, program):
    assert Running(1, "\0".join(arguments).encode()).program({"claude", "codex"}) == program


def test_without_proc_nobody_is_seen(monkeypatch, tmp_path):
    monkeypatch.setattr(rivals, "_PROC", tmp_path / "none")

    assert Rivals().find(ID, tmp_path, {"claude"}, updated_at=1e12) is None
