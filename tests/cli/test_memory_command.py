"""``janus memory`` and ``janus init``: what sessions left, and what their owner tells them."""

import json

import pytest


@pytest.fixture
def janus(serve):
    return serve()


def said(janus, words):
    id = janus.start()
    assert janus.ask(id, words)[0] == 200
    return id


def test_the_lines_are_listed_and_struck_by_number_or_id(janus, run):
    assert run("memory").stdout == ""
    first = said(janus, "where is the cart?")
    second = said(janus, "what is the total?")

    newest, oldest = run("memory").stdout.splitlines()
    assert newest.split()[:2] == ["1", second[:8]] and "done" in newest
    assert "what is the total?" in newest and "where is the cart?" in oldest
    assert run("memory", "strike", "2").stdout == "Struck: where is the cart?\n"
    assert first not in run("memory", "--json").stdout
    done = run("memory", "strike", second[:6], "--json")
    assert json.loads(done.stdout) == {"session_id": second, "struck": True}
    assert run("memory").stdout == ""
    assert run("memory", "strike", "1").returncode == 5


def test_what_was_given_is_shown(janus, run):
    said(janus, "where is the cart?")
    id = said(janus, "what is the total?")

    given = janus.call("GET", f"/api/memory/context?session_id={id}")[1]
    state = janus.call("GET", f"/api/state?session_id={id}")[1]

    assert "where is the cart?" in given["text"]
    assert state["session"]["context"] == {"bytes": given["bytes"], "sources": given["sources"]}
    assert state["messages"][0]["content"] == "what is the total?"


@pytest.mark.parametrize("id", [pytest.param("nobody", marks=pytest.mark.quick), "../x", "x" * 65])
def test_what_is_not_there_is_said(janus, id):
    for method, path in (("DELETE", "/api/memory"), ("GET", "/api/memory/context")):
        assert janus.call(method, f"{path}?session_id={id}")[0] in (400, 404)


def test_init_begins_the_files_and_replaces_nothing(run, workspace):
    (workspace / ".janus").mkdir()
    (workspace / ".janus" / "active-context.md").write_text("mine")

    first = run("init")
    again = json.loads(run("init", "--json").stdout)

    assert first.stdout.count("is there already") == 1
    assert again == {"path": str(workspace), "written": []}
    assert (workspace / ".janus" / "active-context.md").read_text() == "mine"
    assert "comments" in (workspace / ".janus" / "system-prompt.md").read_text()


def test_init_finds_the_project_around_a_folder(janus, run, workspace):
    below = workspace / "src"
    below.mkdir()

    assert run("init", cwd=below).returncode == 0

    assert (workspace / ".janus" / "system-prompt.md").exists()
    assert not (below / ".janus").exists()


def test_init_goes_through_no_link(run, workspace, tmp_path):
    (tmp_path / "outside").mkdir()
    (workspace / ".janus").symlink_to(tmp_path / "outside")

    done = run("init")

    assert done.returncode == 1 and "no real folder" in done.stderr
    assert [*(tmp_path / "outside").iterdir()] == []
