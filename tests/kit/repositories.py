"""Workspaces over any repository, and what tests do in it."""

import os

import pytest
from conftest import git

from janus.storage.store import Store
from janus.workspace.worktrees import Workspace

ID = "3f1b2c9e-0000-4000-8000-000000000001"
ME = ("-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false")
ALLOW_FILES = ("-c", "protocol.file.allow=always")


@pytest.fixture
def shop(workspace, on):
    return on(workspace)


@pytest.fixture
def on(tmp_path_factory):
    """Makes a workspace of a folder, with its notes elsewhere; all are closed at the end."""
    made = []

    def on(folder, *, limit=60.0, bring=(), **environ):
        store = Store(tmp_path_factory.mktemp("state"))
        made.append(Workspace(folder, {**os.environ, **environ}, store, limit, bring))
        return made[-1]

    yield on
    for shop in made:
        shop.close()


def commit(folder, message="More"):
    git(folder, *ME, "commit", "-q", "--allow-empty", "-am", message)


def hook(folder, script):
    path = folder / ".git" / "hooks" / "post-checkout"
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
