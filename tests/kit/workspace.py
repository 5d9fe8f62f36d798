"""A home and a git checkout for every test."""

import os
import shutil
import subprocess

import pytest


def git(folder, *args):
    return subprocess.run(
        ["git", *args], cwd=folder, check=True, capture_output=True, text=True
    ).stdout


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home of its own, so that no agent of the user is found or touched."""
    path = tmp_path / "home"
    path.mkdir()
    monkeypatch.setenv("HOME", str(path))
    for name in [*os.environ]:
        if name.startswith(("JANUS_", "CURSOR_", "XDG_")):
            monkeypatch.delenv(name)
    return path


@pytest.fixture(scope="session")
def workspace_template(tmp_path_factory):
    """What every workspace is a copy of: three runs of git for all tests of a worker."""
    path = tmp_path_factory.mktemp("template") / "shop"
    path.mkdir()
    (path / "README.md").write_text("# Shop\n\nSells flowers by mail.\n")
    (path / "cart.py").write_text(
        '"""The cart of a customer."""\n\n\n'
        'class ShoppingCart:\n    """What is going to be bought."""\n\n'
        "    def total_price(self):\n        return 0\n"
    )
    (path / ".gitignore").write_text("secret.txt\n")
    (path / "secret.txt").write_text("ShoppingCart ignored\n")
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("HOME", str(path.parent))  # no configuration of the user
        git(path, "init", "-q")
        for sample in (path / ".git/hooks").iterdir():  # 14, half of all files that are copied
            sample.unlink()
        git(path, "add", ".")
        git(path, "-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "-qm", "A shop")
        git(path, "repack", "-adqn")  # few files again
    return path


@pytest.fixture
def workspace(tmp_path, home, workspace_template):
    """A git checkout with a few files worth asking about."""
    path = tmp_path / "shop"
    shutil.copytree(workspace_template, path)
    return path
