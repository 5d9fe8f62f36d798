"""The home screen: where one is, what is there, and how something begins."""

import re

import browsing
import pytest
from browsing import answers, back, begin, button, expect, first_words, settings, talk

visit, visit_secure, asking = browsing.visit, browsing.visit_secure, browsing.asking
again, regular = browsing.again, browsing.regular


@pytest.mark.slow
def test_a_link_to_no_conversation_says_so_and_makes_none(asking, again):
    page = again(asking, path="/#/s/11111111-2222-4111-8111-111111111111")
    expect(page.get_by_role("heading", name="There is no such conversation")).to_be_visible()
    button(page, "All sessions").click()
    expect(settings(page)).to_be_visible()
    ids = [it["session_id"] for it in asking.owner.get("/api/sessions")["sessions"]]
    assert "11111111-2222-4111-8111-111111111111" not in ids


@pytest.mark.slow
def test_a_link_to_a_conversation_is_followed_while_the_first_script_comes(asking, visit):
    """On a slow network each request that waits for another one costs half a second."""
    page = visit(asking)
    session, first = asking.session("say it soon"), re.compile("/assets/(index|style)-")
    page.goto("about:blank")
    page.route(first, lambda _: None)
    with (
        page.expect_request("**/assets/chat-*.js"),
        page.expect_request("**/assets/markdown-*.js"),
        page.expect_request("**/api/state?*"),
        page.expect_request("**/api/sessions"),
    ):
        page.goto(f"{asking.url}/#/s/{session}", wait_until="commit")
    page.unroute(first)  # what it held goes on
    expect(answers(page)).to_contain_text("it soon")


@pytest.mark.slow
def test_a_session_that_is_begun_in_a_tunnel_is_there_after_it(asking, visit_secure):
    page = visit_secure(asking)
    expect(settings(page)).to_be_visible()
    page.evaluate("navigator.serviceWorker.ready.then(() => {})")  # all of the page is here
    before = len(asking.owner.get("/api/sessions")["sessions"])
    page.context.set_offline(True)
    begin(page, "say out of the tunnel")
    expect(page.get_by_text("Waiting for the connection")).to_be_visible()

    page.context.set_offline(False)

    expect(answers(page)).to_contain_text("out of the tunnel")
    assert len(asking.owner.get("/api/sessions")["sessions"]) == before + 1


@pytest.mark.slow
def test_a_row_is_drawn_aside_and_says_what_can_be_done(asking, again):
    page = talk(again, asking, "say something to end")
    back(page)
    row = page.get_by_role("listitem").filter(has_text="something to end").first
    box = row.bounding_box()
    assert box["height"] <= 66
    cdp = page.context.new_cdp_session(page)
    y = box["y"] + 30

    def touch(kind, x=None):
        points = [] if x is None else [{"x": x, "y": y}]
        cdp.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", 300)
    for x in range(290, 140, -25):
        touch("touchMove", x)
    touch("touchEnd")

    button(row, "Rename").click()
    dialog = page.get_by_role("dialog", name="Rename")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(first_words(page)).to_be_visible()


@pytest.mark.slow
def test_what_was_begun_in_a_terminal_goes_on_here_and_there(asking, again):
    memory = asking.workspace.parent / ".acp-fake" / "began"
    memory.parent.mkdir(exist_ok=True)
    memory.write_text('"What is sold here?"\n')
    page = again(asking)
    button(page, "From the terminal").click()

    button(page, "Continue “About began” here").click()

    expect(browsing.questions(page)).to_contain_text("What is sold here?")
    expect(answers(page)).to_contain_text("an old answer")
    back(page)
    button(page, "From the terminal").click()
    expect(page.get_by_text("Nothing was begun in a terminal")).to_be_visible()


@pytest.mark.slow
def test_a_session_begins_in_the_mode_that_was_chosen_above_its_words(asking, again):
    page = talk(again, asking, "say so that its modes are known")
    page.goto(asking.url)
    page.get_by_label("Mode", exact=True).select_option("Plan")
    begin(page, "say planned")
    expect(answers(page)).to_contain_text("planned")

    chosen = [it["value"] for it in state_of(page, asking)["options"] if it["id"] == "mode"]

    assert chosen == ["plan"]
    assert state_of(page, asking)["messages"][0]["content"] == "say planned"


def state_of(page, server):
    return server.owner.get("/api/state", session_id=browsing.session_id(page))


@pytest.mark.slow
def test_the_settings_say_how_it_goes(asking, again):
    asking.session("say hello", "say goodbye")
    page = again(asking)
    settings(page).click()
    row = page.get_by_role("region", name="How it goes")
    row.get_by_text("How it goes").click()
    expect(row.get_by_text("Turns", exact=True)).to_be_visible()
    numbers = row.locator("dd").all_text_contents()
    assert int(re.match(r"\d+", numbers[0])[0]) >= 2
    assert re.match(r"[\d.]+s", numbers[1]) and re.match(r"[\d.]+s", numbers[2])
    expect(row).to_contain_text("/metrics")
