"""This project as somebody else has it: what git knows of it, and nothing else that lies here."""

import shutil
from pathlib import Path

import pytest

from kit.workspace import git

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def tracked():
    """The files of this project that git knows, asked before a test has a home of its own.

    Nothing else is to be copied: who runs the tests may run Janus here, too.
    """
    names = git(ROOT, "ls-files", "-z").split("\0")
    return [name for name in names if (ROOT / name).is_file()]


@pytest.fixture(scope="session")
def checkout(tracked, tmp_path_factory):
    """A copy of them, without git."""
    copy = tmp_path_factory.mktemp("checkout") / "janus"
    for name in tracked:
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, copy / name)
    return copy
