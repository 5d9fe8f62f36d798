"""What the owner writes for new sessions, and which files changed: read as text, and no further."""

import os
import shutil
import time

import pytest
from conftest import git

from janus.storage.store import Store
from janus.workspace.context_files import TEMPLATES, write_templates
from janus.workspace.worktrees import Workspace


@pytest.fixture
def owned(workspace, tmp_path):
    (workspace / ".janus").mkdir()
    made = Workspace(workspace, {**os.environ}, Store(tmp_path / "state"))
    yield made
    made.close()


def write(workspace, name, data):
    (workspace / ".janus" / name).write_bytes(data)


def test_the_files_are_read_in_their_order(owned, workspace):
    for name in reversed(TEMPLATES):
        write(workspace, name, f"About {name}.\n".encode())
    write(workspace, "else.md", b"Not this one.")

    assert owned.context_files() == [(name, f"About {name}.") for name in TEMPLATES]


def test_missing_files_are_fine(workspace, tmp_path):
    bare = Workspace(workspace, {}, Store(tmp_path / "state"))

    assert bare.context_files() == []
    bare.close()


def test_templates_say_nothing_until_something_is_written_in_them(owned, workspace):
    assert write_templates(workspace) == [*TEMPLATES]
    assert owned.context_files() == []

    with (workspace / ".janus" / "active-context.md").open("a") as file:
        file.write("The login is being mended.\n")
    [(name, text)] = owned.context_files()
    assert name == "active-context.md"
    assert text.endswith("The login is being mended.") and "<!--" not in text


def test_templates_replace_nothing(workspace):
    (workspace / ".janus").mkdir()
    (workspace / "elsewhere").write_text("mine")
    write(workspace, "system-prompt.md", b"Answer in German.")
    (workspace / ".janus" / "project-overview.md").symlink_to(workspace / "elsewhere")
    (workspace / ".janus" / "active-context.md").symlink_to(workspace / "nowhere")

    assert write_templates(workspace) == []

    assert (workspace / ".janus" / "system-prompt.md").read_text() == "Answer in German."
    assert (workspace / "elsewhere").read_text() == "mine"
    assert not (workspace / "nowhere").exists()


def test_templates_go_through_no_link(workspace, tmp_path):
    (tmp_path / "outside").mkdir()
    (workspace / ".janus").symlink_to(tmp_path / "outside")

    with pytest.raises(OSError, match="no real folder"):
        write_templates(workspace)
    assert [*(tmp_path / "outside").iterdir()] == []


def test_no_link_is_followed_and_nothing_strange_opened(owned, workspace, tmp_path):
    secret = tmp_path / "credentials"
    secret.write_text("a secret")
    (workspace / ".janus" / "system-prompt.md").symlink_to(secret)
    os.link(secret, workspace / ".janus" / "project-overview.md")
    os.mkfifo(workspace / ".janus" / "active-context.md")

    assert owned.context_files() == []


def test_a_link_in_the_place_of_the_folder_is_not_followed(workspace, tmp_path):
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "system-prompt.md").write_text("a secret")
    (workspace / ".janus").symlink_to(tmp_path / "outside")
    made = Workspace(workspace, {}, Store(tmp_path / "state"))

    assert made.context_files() == []
    made.close()


def test_odd_bytes_and_sizes_cost_nothing(owned, workspace):
    write(workspace, "system-prompt.md", b"\xef\xbb\xbfAnswer \xff in German." + b"\0" * 10)
    write(workspace, "project-overview.md", b"x" * (10 << 20))
    write(workspace, "active-context.md", b"<!-- " * 100_000)

    (_, prompt), (_, overview) = owned.context_files()

    assert prompt.startswith("Answer \ufffd in German.")
    assert len(overview) <= 1 << 16


def test_files_changed_lately_are_those_that_git_tells_of(workspace):
    committed = workspace / "new name.py"
    committed.write_text("1")
    git(workspace, "add", ".")
    git(workspace, "-c", "user.name=t", "-c", "user.email=t@t", "commit", "-qm", "More")
    (workspace / "src").mkdir()
    (workspace / "src" / "ünten.py").write_text("2")
    (workspace / "ignored.log").write_text("3")
    (workspace / ".gitignore").write_text("*.log\nsecret.txt\n")
    (workspace / "gone.py").symlink_to("nowhere")
    for hours, name in enumerate([".gitignore", "src/ünten.py", "new name.py", "cart.py"]):
        at = time.time() - hours * 3600
        os.utime(workspace / name, (at, at))

    found = lately(workspace)

    assert [it for it in found if it not in ("README.md", "cart.py")] == [
        ".gitignore",
        "src/ünten.py",
        "new name.py",
    ]
    assert lately(workspace, time.time() + 4 * 86_400) == []


def test_without_git_a_short_look_is_enough(workspace):
    shutil.rmtree(workspace / ".git")
    (workspace / ".hidden").mkdir()
    (workspace / ".hidden" / "x.py").write_text("")
    (workspace / "loop").symlink_to(workspace)
    for number in range(30):
        folder = workspace / f"d{number}"
        folder.mkdir()
        (folder / "file.py").write_text("")

    found = lately(workspace)

    assert len(found) == 20
    assert all(name.endswith(".py") and not name.startswith((".", "loop")) for name in found)


def lately(workspace, now=None):
    made = Workspace(workspace, {**os.environ}, Store(workspace.parent / "state"))
    try:
        return made.changed_lately(now or time.time())
    finally:
        made.close()
