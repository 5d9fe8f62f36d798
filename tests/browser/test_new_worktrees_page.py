"""Sessions with a folder of their own: made slowly, with warnings, and not lost by mistake."""

import re

import pytest
from browsing import again, answers, begin, browser, button, demo, regular, session_id  # noqa: F401
from conftest import git

try:
    from playwright.sync_api import expect
except ImportError:
    expect = None


@pytest.fixture
def hook(demo):  # noqa: F811
    """Writes the hook that runs when a session gets its folder; it is gone at the end."""
    path = demo.workspace / ".git/hooks/post-checkout"

    def write(script):
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    yield write
    path.unlink()


@pytest.mark.slow
def test_a_folder_that_takes_long_is_waited_for_and_the_first_words_are_said(
    demo, hook, again, tmp_path  # noqa: F811
):  # fmt: skip
    hook(f"until [ -e {tmp_path}/go ]; do sleep 0.02; done; echo 'no dependencies' >&2; exit 1")
    page = again(demo)
    begin(page, "Where is ShoppingCart defined?", own="slow")
    expect(page.get_by_role("timer")).to_have_text(re.compile(r"^0:(0[2-9]|[1-5]\d)$"))
    expect(page.get_by_text("a large project takes minutes")).to_be_visible()
    before = len(demo.owner.get("/api/sessions")["sessions"])

    page.reload()
    expect(page.get_by_role("timer")).to_be_visible()
    (tmp_path / "go").touch()

    expect(answers(page)).to_contain_text("cart.py")
    expect(page.get_by_text("hook failed (exit code 1): no dependencies")).to_be_visible()
    assert len(demo.owner.get("/api/sessions")["sessions"]) == before + 1


@pytest.mark.slow
def test_other_repositories_in_the_folder_are_named_before_they_are_lost(demo, again):  # noqa: F811
    page = again(demo)
    begin(page, "What is this project about?", own="nested")
    expect(answers(page)).to_contain_text("Sells flowers")
    path = demo.owner.get("/api/session", session_id=session_id(page))["worktree_path"]
    git(path, "clone", "-q", ".", ".claude/worktrees/one")
    with open(f"{path}/../../.git/info/exclude", "a") as exclude:  # noqa: PTH123
        exclude.write(".claude\n")

    button(page, "More about this session").click()
    button(page, "Rename, end and more…").click()
    button(page, "End session…").click()
    page.get_by_role("checkbox", name=re.compile("Ask the agent for a summary")).uncheck()
    page.get_by_role("checkbox", name=re.compile("Remove its working folder")).check()
    button(page, "End it").click()

    expect(page.get_by_role("alert").first).to_contain_text("other repositories or worktrees in it")
    named = page.get_by_role("list", name="Other repositories in the folder")
    expect(named).to_have_text(".claude/worktrees/one")
    button(page, "End and lose that work").click()
    expect(page.get_by_text("Session ended")).to_be_visible()
