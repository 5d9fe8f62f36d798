"""``janus project``, and which project a command is about."""

import json
import shutil

import pytest
import served
from served import ended
from test_terminal import Terminal

serve = served.serve


@pytest.fixture
def library(tmp_path, workspace_template):
    """A folder that is no project yet."""
    return shutil.copytree(workspace_template, tmp_path / "library")


@pytest.mark.quick
def test_a_project_is_added_and_found_from_any_folder_in_it(serve, run, library):
    server = serve()
    (library / "src").mkdir()

    refused = run("ask", "Where is ShoppingCart?", cwd=library / "src")
    added = run("project", "add", cwd=library)
    asked = run("ask", "Where is ShoppingCart?", cwd=library / "src")

    assert refused.returncode == 4
    assert refused.stderr == (
        f"No project of the running Janus holds {library / 'src'}. Add it: janus project add\n"
    )
    assert (added.returncode, added.stdout) == (0, f"library is served: {library}\n")
    assert asked.returncode == 0 and ended(server)[0]["project"] == "library"
    assert run("project", "add", str(library), "--name", "books").stdout.startswith("books ")
    shop, books = run("project", "list").stdout.splitlines()
    assert shop.startswith("shop   ") and books == f"books  {library}  master  0 open"
    assert "books" not in run("sessions", "--all").stdout  # no other project has any


def test_a_link_to_a_project_is_that_project(serve, run, workspace, tmp_path):
    serve()
    (tmp_path / "link").symlink_to(workspace)

    done = run("ask", "Where is ShoppingCart?", cwd="/", WORKSPACE_DIR=str(tmp_path / "link"))

    assert done.returncode == 0


def test_what_is_served_by_default_is_not_where_a_command_is_run(
    serve, run, library, home, workspace
):
    server = serve()
    own = home / ".config" / "janus" / "env"
    own.parent.mkdir(parents=True)
    own.write_text(f"WORKSPACE_DIR={workspace}\n")

    assert run("project", "add", "library", cwd=library.parent).stdout.endswith(f"{library}\n")
    assert run("ask", "Where is ShoppingCart?", cwd=library).returncode == 0

    assert ended(server)[0]["project"] == "library"


def test_a_moved_project_brings_its_conversations_along(serve, run, library, tmp_path):
    server = serve()
    run("project", "add", str(library))
    run("ask", "Where is ShoppingCart?", cwd=library)
    moved = library.rename(tmp_path / "archive")

    told = run("project", "add", str(moved))
    assert told.returncode == 4 and f"janus project move {moved}" in told.stderr
    done = run("project", "move", cwd=moved)

    assert (done.returncode, done.stdout) == (0, f"library is in {moved} now.\n")
    session = ended(server)[0]["session_id"]
    assert run("ask", "--session", session[:8], "Who uses it?", cwd="/").returncode == 0
    assert run("project", "move", cwd=tmp_path).returncode == 4  # it was never anything else


def test_a_moved_folder_may_be_a_new_project(serve, run, begin, library, tmp_path):
    server = serve()
    run("project", "add", str(library))
    run("ask", "Where is ShoppingCart?", cwd=library)
    run("project", "remove", str(library))
    moved = library.rename(tmp_path / "archive")

    told = run("project", "add", str(moved))
    assert f"janus project add --new {moved}" in told.stderr
    terminal = Terminal(begin, "project", "add", str(moved))
    terminal.type("n\n")

    assert "archive is served" in terminal.wait()
    assert f"This folder was {library} before." in terminal.shown
    assert ended(server) == []
    run("project", "remove", "archive")
    again = moved.rename(tmp_path / "again")
    assert run("project", "add", "--new", str(again)).returncode == 0


def test_a_copy_is_moved_to_only_where_its_owner_says_which(serve, run, library, tmp_path):
    serve()
    run("project", "add", str(library))
    copy = shutil.copytree(library, tmp_path / "copy")
    library.rename(tmp_path / "gone")

    refused = run("project", "move", str(copy))
    assert refused.returncode == 4 and "--from" in refused.stderr
    done = run("project", "move", "--from", "library", str(copy), "--json")

    assert json.loads(done.stdout)["path"] == str(copy)


def test_a_project_is_removed_by_folder_or_name(serve, run, library):
    serve()
    for which in (str(library), "library"):
        run("project", "add", str(library))
        done = run("project", "remove", which)
        assert done.stdout.startswith(f"library is served no more. {library} is as it was. What")
    assert run("project", "remove", "library").returncode == 4
    only = run("project", "remove")
    assert only.returncode == 4 and "only project" in only.stderr


def test_who_sits_at_a_terminal_may_add_the_folder(serve, begin, library):
    server = serve()
    terminal = Terminal(begin, "ask", "Where is ShoppingCart?", WORKSPACE_DIR=str(library))

    terminal.type("y\n")

    assert "cart.py" in terminal.wait()
    assert "Add it now?" in terminal.shown and terminal.process.returncode == 0
    assert ended(server)[0]["project"] == "library"


def test_serve_takes_folders_and_options(serve, workspace, library):
    server = serve("python", "-c", SERVE.format([str(workspace), str(library)]), PORT="1")

    listed = [it["path"] for it in server.call("GET", "/api/projects")[1]["projects"]]

    assert listed == [str(workspace), str(library)]


SERVE = """
from janus.cli.commands import main
main(["serve", *{}, "--port", "0", "--host", "localhost"])
"""
