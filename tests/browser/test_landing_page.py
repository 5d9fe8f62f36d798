"""Work is let in, or taken back, on the page: looked at first, done as it was shown."""

import re

import browsing
import pytest
from browsing import answers, button, expect, field
from conftest import git
from test_changes_page import identity, row, session
from test_looks import accessible, axe

again, regular, asking = browsing.again, browsing.regular, browsing.asking
assert axe and identity


def work(name, text):
    """Something that an agent does."""
    return f"""
from pathlib import Path
Path({name!r}).write_text({text!r})
agent.update(**tool('w', title='Write', kind='edit', status='completed'))
agent.say('Done.')
"""


def landing(page):
    button(page, "Let it in…").click()
    expect(page.get_by_role("dialog", name="Let it in")).to_be_visible()
    return page.get_by_role("dialog")


def folder(server, id):
    """The worktree of a session."""
    return server.workspace / ".worktrees" / id


def commits(server, branch="main"):
    return git(server.workspace, "log", "--format=%s", branch).split("\n")[:-1]


@pytest.mark.slow(2)
def test_a_turn_is_undone_and_so_is_the_undo(asking, again, axe):
    id = session(asking, work("cart.py", "new\n"))
    page = again(asking, path=f"/#/s/{id}")
    cart, before = folder(asking, id) / "cart.py", (asking.workspace / "cart.py").read_text()

    button(page, "Undo…").click()
    expect(page.locator(".undo-files li")).to_have_text(["cart.py as it was"])
    accessible(page, axe)
    button(page, "Undo").click()
    expect(button(page, "Undo the undo")).to_be_visible()
    assert cart.read_text() == before
    button(page, "Undo the undo").click()
    expect(page.locator("dialog", has_text="Everything is as it was")).to_be_visible()
    assert cart.read_text() == "new\n"
    button(page, "Close").click()

    button(page, "Undo…").click()
    expect(button(page, "Undo")).to_be_enabled()
    cart.write_text("mine\n")
    button(page, "Undo").click()
    expect(page.locator("dialog [role=alert]")).to_contain_text("cart.py")
    assert cart.read_text() == "mine\n"


@pytest.mark.slow(2)
def test_what_changed_meanwhile_is_shown_anew_and_a_hook_that_refuses_is_quoted(asking, again, axe):
    id = session(asking, work("new.txt", "new\n"))
    page = again(asking, path=f"/#/s/{id}/changes")
    sheet = landing(page)
    expect(button(sheet, "Commit 1 file")).to_be_enabled()
    accessible(page, axe)
    (folder(asking, id) / "more.txt").write_text("more\n")
    button(sheet, "Commit 1 file").click()
    expect(sheet.get_by_role("alert")).to_contain_text("Something changed meanwhile")
    expect(button(sheet, "Commit 2 files")).to_be_enabled()
    assert git(folder(asking, id), "log", "--format=%s").split("\n")[:-1] == commits(asking)

    hook = asking.workspace / ".git" / "hooks" / "pre-commit"
    hook.write_text("#!/bin/sh\necho 'No tabs, please.' >&2\nexit 1\n")
    hook.chmod(0o755)
    button(sheet, "Commit 2 files").click()
    expect(sheet.locator("pre")).to_contain_text("No tabs, please.")
    hook.unlink()

    button(sheet, "Choose files").click()
    sheet.get_by_label("more.txt").uncheck()
    field(sheet, "Message").fill("Add a file")
    button(sheet, "Commit 1 file").click()
    expect(sheet.get_by_text("Committed 1 file as")).to_be_visible()
    assert git(folder(asking, id), "show", "--name-only", "--format=%s").split() == [
        "Add", "a", "file", "new.txt",
    ]  # fmt: skip
    expect(sheet.get_by_text("1 file not committed here")).to_be_visible()

    # Its owner commits to the branch at the same moment.
    git(asking.workspace, "commit", "-q", "--allow-empty", "-m", "Mine")
    button(sheet, "Merge into main").click()
    expect(sheet.get_by_role("alert")).to_contain_text("Something changed meanwhile")
    expect(sheet.get_by_text("A merge commit brings 1 commit into main")).to_be_visible()
    button(sheet, "Merge into main").click()
    expect(sheet.get_by_text("Merged: main is at")).to_be_visible()
    assert (asking.workspace / "new.txt").read_text() == "new\n"
    button(sheet, "Undo").first.click()
    expect(sheet.get_by_text("Taken back: Merged")).to_be_visible()
    assert commits(asking)[0] == "Mine"

    sheet.get_by_text("Discard", exact=True).click()
    button(sheet, "Discard 1 file").click()
    expect(sheet.get_by_text("Discarded changes to 1 file.")).to_be_visible()
    assert not (folder(asking, id) / "more.txt").exists()
    button(sheet, "Undo").first.click()
    expect(sheet.get_by_text("Taken back: Discarded")).to_be_visible()
    assert (folder(asking, id) / "more.txt").exists()


@pytest.mark.slow(2)
def test_a_branch_is_chosen_squashed_and_cleaned_up(asking, again):
    id = session(asking, work("one.txt", "one\n"))
    for name in ("one.txt", "two.txt"):
        (folder(asking, id) / name).write_text(f"{name}\n")
        git(folder(asking, id), "add", ".")
        git(folder(asking, id), "commit", "-qm", name)
    git(asking.workspace, "branch", "release", "HEAD~0")
    page = again(asking, path=f"/#/s/{id}/changes")
    sheet = landing(page)
    sheet.get_by_label("Into the branch").select_option("release")
    expect(button(sheet, "Merge into release")).to_be_enabled()
    sheet.get_by_label("As one commit").check()
    button(sheet, "Merge into release").click()
    expect(sheet.get_by_text("It was merged into release as it is now")).to_be_visible()
    button(sheet, "Close").click()
    page.goto(f"{asking.url}/#/s/{id}/changes")
    sheet = landing(page)  # on another day
    sheet.get_by_label("Into the branch").select_option("release")
    button(sheet, "End it and clean up").click()
    expect(button(page, "Settings")).to_be_visible()
    assert not folder(asking, id).exists() and commits(asking, "release")[0] != "two.txt"


@pytest.mark.slow(2)
def test_a_push_sets_up_the_upstream_and_says_where_it_went(asking, again, tmp_path):
    id = session(asking, work("three.txt", "three\n"))
    git(tmp_path, "init", "-q", "--bare", "remote.git")
    git(asking.workspace, "remote", "add", "origin", str(tmp_path / "remote.git"))
    try:
        page = again(asking, path=f"/#/s/{id}/changes")
        sheet = landing(page)
        button(sheet, "Commit 1 file").click()
        expect(sheet.get_by_text("Committed 1 file as")).to_be_visible()
        sheet.get_by_text("Push and pull request").click()
        button(sheet, "Push").click()
        expect(sheet.get_by_text(re.compile("Pushed feature/.* to origin"))).to_be_visible()
        expect(sheet.get_by_text("origin has all of feature/")).to_be_visible()
        branch = git(folder(asking, id), "branch", "--show-current").strip()
        there = git(tmp_path / "remote.git", "for-each-ref", "--format=%(refname:short)")
        assert there == f"{branch}\n"
        upstream = git(folder(asking, id), "rev-parse", "--abbrev-ref", "@{upstream}")
        assert upstream == f"origin/{branch}\n"
        button(sheet, "Open a pull request").click()
        expect(sheet.get_by_text("Nobody here knows the page of this remote")).to_be_visible()
    finally:
        git(asking.workspace, "remote", "remove", "origin")


@pytest.mark.slow(2)
def test_the_agent_is_asked_to_resolve_what_conflicts(asking, again, axe):
    id = session(asking, work("cart.py", "theirs\n"))
    (asking.workspace / "cart.py").write_text("mine\n")
    git(asking.workspace, "commit", "-qam", "Mine, too")
    page = again(asking, path=f"/#/s/{id}/changes")
    sheet = landing(page)
    button(sheet, "Commit 1 file").click()
    expect(sheet.locator(".land-conflicts")).to_have_text("cart.py")
    expect(button(sheet, "Merge into main")).to_have_count(0)
    accessible(page, axe)
    button(sheet, "Ask the agent to resolve").click()

    expect(answers(page).last).to_be_visible()
    said = asking.said(id)[-1]
    assert "Merging this branch into `main` conflicts in 1 file" in said
    assert re.search(r"<<<<<<< .*\nmine\n=+\ntheirs\n>>>>>>> ", said)
    assert commits(asking)[0] == "Mine, too"


def test_in_a_shared_folder_the_owners_own_work_is_left_alone(asking, again):
    (asking.workspace / "mine.txt").write_text("mine\n")
    id = asking.session(f"do {work('theirs.txt', 'theirs')}")
    page = again(asking, path=f"/#/s/{id}/changes")
    expect(row(page, "theirs.txt")).to_be_visible()
    expect(page.get_by_text("1 file of yours, not committed before the session")).to_be_visible()
    button(page, "Let it in…").click()
    sheet = page.get_by_role("dialog")
    button(sheet, "Commit 1 file").click()
    expect(sheet.get_by_text("Committed 1 file as")).to_be_visible()
    assert "?? mine.txt" in git(asking.workspace, "status", "--porcelain")
    sheet.get_by_text("Push and pull request").click()
    expect(sheet.get_by_role("alert")).to_contain_text("no remote")
