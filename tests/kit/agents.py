"""Agents that do what a test tells them, and a PATH on which they are found."""

import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

FAKE_AGENTS = Path(__file__).parents[1] / "fake_agents"
#: Not that of a virtual environment, through which every start takes 3 ms more.
PYTHON = Path(os.path.realpath(sys.executable)).parent
CURSOR = FAKE_AGENTS / "cursor-agent"
QUICK = FAKE_AGENTS / "quick-agent"


def fake_path(tmp_path, *names, program=CURSOR):
    """A PATH where the fake cursor-agent goes by these *names*, and Python and git are found."""
    folder = tmp_path / "bin"
    folder.mkdir(exist_ok=True)
    for name in names:
        (folder / name).symlink_to(program)
    return f"{folder}:{PYTHON}:/usr/bin:/bin"


@pytest.fixture
def cursor(settings, tmp_path, home):
    """Settings for the fake cursor-agent, which does what the first word of its prompt says."""
    environ = {"HOME": str(home), "PATH": fake_path(tmp_path, "agent")}
    return replace(settings, agent="cursor-agent", environ=environ)
