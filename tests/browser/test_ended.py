"""What ended stays in reach: listed, searched, read whole, continued, deleted; in every project."""

import re
import shutil
from pathlib import Path

import browsing
import pytest
from browsing import (
    ACP_AGENT,
    Server,
    answers,
    ask,
    back,
    button,
    composer,
    expect,
    questions,
    session_id,
)
from conftest import wait_for

from janus.cli.client import ClientError

again, regular = browsing.again, browsing.regular
pytestmark = pytest.mark.slow
#: How many pairs of messages a state has, and how many a long conversation has.
KEPT, LONG = 50, 80


@pytest.fixture(scope="module")
def small(tmp_path_factory, fork_server):
    """A server with room for two sessions."""
    server = Server(
        tmp_path_factory.mktemp("small"), JANUS_AGENT_COMMAND=str(ACP_AGENT), MAX_SESSIONS="2"
    )
    yield server
    server.stop()


@pytest.fixture
def server(small):
    """All its sessions end with the test."""
    yield small
    for session in small.owner.get("/api/sessions")["sessions"]:
        small.owner.post("/api/session/end", {"summary": False}, session_id=session["session_id"])


def ended(server, *said, **wishes):
    """The id of a session that ended after this was said."""
    id = server.session(*said, **wishes)
    server.owner.post("/api/session/end", session_id=id)
    return id


def group(page, name):
    return page.get_by_role("region", name=name)


def numbered(server, count):
    return ended(server, *(f"say plum {number} of many" for number in range(count)))


def manage(page):
    button(page, "More about this session").click()
    button(page, "Save, delete and more…").click()


@pytest.mark.slow(8)
def test_what_ended_is_read_whole_continued_saved_and_deleted(server, again):
    id = numbered(server, LONG)
    page = again(server)
    row = group(page, "Ended").get_by_role("listitem").filter(has_text="say plum 0 of many")
    row.get_by_role("link").click()
    expect(page.get_by_role("heading", name="This session has ended.")).to_be_visible()
    expect(page.get_by_role("region", name="Summary")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("say plum 0 of many")
    expect(questions(page)).to_have_count(KEPT)

    # At the top the older ones come, and nothing that is read moves.
    first = page.get_by_text("say plum 30 of many", exact=True)
    held = []
    page.route("**/api/messages?*", lambda route: held.append(route))
    with page.expect_request("**/api/messages?*"):
        page.evaluate("document.querySelector('#messages').scrollTop = 0")
    place = first.bounding_box()["y"]
    held.pop().continue_()
    page.unroute("**/api/messages?*")
    expect(questions(page)).to_have_count(75)
    assert abs(first.bounding_box()["y"] - place) < 2
    while not questions(page).first.inner_text().startswith("say plum 0 "):
        page.evaluate("document.querySelector('#messages').scrollTop = 0")
        page.wait_for_timeout(50)
    expect(questions(page)).to_have_count(LONG)
    expect(answers(page)).to_have_count(LONG)

    ask(page, "say and on")
    expect(answers(page).last).to_contain_text("and on")
    expect(page.get_by_role("heading", name="This session has ended.")).to_have_count(0)
    assert session_id(page) == id
    server.owner.post("/api/session/end", {"summary": False}, session_id=id)
    button(page, "Continue").click()
    expect(page.get_by_role("heading", name="This session has ended.")).to_have_count(0)
    server.owner.post("/api/session/end", {"summary": False}, session_id=id)

    expect(page.get_by_role("heading", name="This session has ended.")).to_be_visible()
    manage(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Save as file").click()
    assert "plum 0 of many" in download.value.path().read_text()
    composer(page).fill("What I never said")
    manage(page)
    button(page, "Delete…").click()
    button(page, "Delete for good").click()
    expect(page.get_by_role("dialog", name="Deleted")).to_contain_text("Your agent")
    button(page, "Done").click()
    expect(browsing.first_words(page)).to_be_visible()
    expect(page.get_by_text("say plum 0 of many")).to_have_count(0)
    page.clock.run_for(100)
    kept = page.evaluate("JSON.stringify(localStorage)")
    assert "never said" not in kept and "plum" not in kept, kept
    with pytest.raises(ClientError):
        server.owner.get("/api/session", session_id=id)


def test_a_deletion_that_would_lose_work_is_refused_in_words(server, again):
    id = server.session("say something", name="unsaved")
    worktree = server.owner.get("/api/session", session_id=id)["worktree_path"]
    server.owner.post("/api/session/end", {"summary": False}, session_id=id)
    Path(worktree, "new.py").write_text("pass\n")
    page = again(server)

    button(page, "More about unsaved").click()
    button(page, "Delete…").click()
    button(page, "Delete for good").click()

    expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("new.py")
    page.keyboard.press("Escape")
    expect(group(page, "Ended").get_by_role("link", name=re.compile("unsaved"))).to_be_visible()


def test_one_whose_folder_is_gone_goes_on_in_one_that_is_made_again(server, again):
    id = server.session("say something", name="swept")
    worktree = server.owner.get("/api/session", session_id=id)["worktree_path"]
    server.owner.post("/api/session/end", {"summary": False}, session_id=id)
    shutil.rmtree(worktree)
    page = again(server, path=f"/#/s/{id}")

    button(page, "Continue").click()
    expect(page.get_by_role("alert").first).to_contain_text("but not its branch feature/swept")
    button(page, "Make its folder again").click()
    expect(page.get_by_role("heading", name="This session has ended.")).to_have_count(0)
    assert Path(worktree, "cart.py").exists()

    shutil.rmtree(worktree)  # its agent runs in it
    ask(page, "say still here")
    button(page, "Make its folder again").click()
    expect(answers(page).last).to_contain_text("still here")
    assert Path(worktree, "cart.py").exists()


def test_what_was_said_is_found_and_opened_where_it_was_said(server, again):
    numbered(server, KEPT + 9)
    page = again(server)
    field = page.get_by_role("searchbox", name="Search everything said")
    field.fill("plum 7")
    wait_for(lambda: not server.owner.get("/api/history", q="plum")["pending"])
    field.fill("plum 7 of")
    page.clock.fast_forward(500)
    hit = page.get_by_role("link").filter(has_text="plum 7 of many").first
    expect(hit.locator("mark").first).to_have_text("plum")
    hit.click()

    found = page.get_by_text("say plum 7 of many", exact=True)
    expect(found).to_be_in_viewport()
    back(page)
    expect(field).to_have_value("plum 7 of")
    field.fill("nowhere & (to be) found*")
    page.clock.fast_forward(500)
    expect(page.get_by_text("Nothing was found.")).to_be_visible()


def test_room_for_a_session_is_made_in_one_tap(server, again):
    rested = server.session("say rested")
    server.session("say fresh")
    page = again(server)
    browsing.begin(page, "say third")
    expect(page.get_by_text("Maximum 2 sessions")).to_be_visible()

    button(page, "End “say rested” and start").click()

    expect(answers(page)).to_contain_text("third")
    back(page)
    row = group(page, "Ended").get_by_role("listitem").filter(has_text="say rested")
    expect(row).to_contain_text("made room for another")
    row.get_by_role("link").click()
    button(page, "Continue").click()
    page.get_by_role("button", name=re.compile("^End “say fresh” and start$")).click()
    expect(page.get_by_role("heading", name="This session has ended.")).to_have_count(0)
    expect(composer(page)).to_be_visible()
    assert session_id(page) == rested


def test_projects_are_added_moved_chosen_and_removed(server, again):
    site = server.workspace.parent / "site"
    site.mkdir()
    page = again(server)
    button(page, "shop master , Projects").click()
    button(page, "Add a project").click()
    button(page, "site").click()
    button(page, "Add “site”").click()
    sheet = page.get_by_role("dialog", name="Projects")
    expect(sheet.get_by_role("listitem")).to_have_count(3)
    expect(sheet).to_contain_text("no git repository")
    page.keyboard.press("Escape")

    page.get_by_label("Project", exact=True).select_option("site")
    browsing.begin(page, "say in the site")
    expect(answers(page)).to_contain_text("in the site")
    back(page)
    row = page.get_by_role("listitem").filter(has_text="say in the site")
    expect(row).to_contain_text("site")
    id = server.owner.get("/api/sessions")["sessions"][0]["session_id"]
    server.owner.post("/api/session/end", {"summary": False}, session_id=id)

    button(page, "All projects , Projects").click()
    button(page, "Remove site").click()
    button(page, "Remove").click()
    expect(sheet.get_by_role("listitem")).to_have_count(1)
    site.rename(site.with_name("shore"))
    button(page, "Add a project").click()
    button(page, "shore").click()
    button(page, "Add “shore”").click()
    button(page, "Add it with its conversations").click()
    expect(sheet.get_by_role("listitem").nth(2)).to_contain_text("/shore")
    page.keyboard.press("Escape")
    back_again = group(page, "Ended").get_by_role("listitem").filter(has_text="say in the site")
    expect(back_again).to_contain_text("site")
