"""What waits while the agent works: held by Stop, sent, discarded; and why an answer ended."""

import browsing
import pytest
from browsing import answers, ask, button, composer, expect, questions, session_id, talk
from conftest import wait_for

again, regular = browsing.again, browsing.regular
dictated, dictation, asking = browsing.dictated, browsing.dictation, browsing.asking


def stopped_with_two_waiting(dictated, dictation, again):
    """A conversation whose first answer was stopped, and the page on it."""
    page = talk(again, dictated)
    ask(page, "What pays?")
    dictation.say("Patience")
    expect(answers(page)).to_contain_text("Patience")
    ask(page, "Or does it?")
    ask(page, "And then?")
    # What is on its way when the agent is stopped would not wait: it is said after that.
    wait_for(lambda: len(dictated.state(session_id(page))["queue"]) == 2)
    button(page, "Stop").click()
    expect(held(page)).to_have_count(2)
    return page


def held(page):
    return page.get_by_role("list", name="2 waiting: send, or discard").get_by_role("button")


@pytest.mark.slow
def test_stop_holds_what_waits_until_it_is_sent(dictated, dictation, again):
    page = stopped_with_two_waiting(dictated, dictation, again)
    expect(answers(page)).to_contain_text("Stopped by you")
    expect(button(page, "Stop")).to_have_count(0)

    page.reload()
    expect(held(page)).to_have_text(["Or does it?", "And then?"])
    expect(questions(page)).to_have_count(1)
    dictation.say(" pays.")
    dictation.end()
    button(page, "Send what waits").click()

    expect(answers(page)).to_have_count(3)
    expect(questions(page)).to_have_text(["What pays?", "Or does it?", "And then?"])
    expect(button(page, "Send what waits")).to_have_count(0)
    assert dictated.said(session_id(page)) == ["What pays?", "Or does it?", "And then?"]


@pytest.mark.slow
def test_what_is_held_is_discarded(dictated, dictation, again):
    page = stopped_with_two_waiting(dictated, dictation, again)

    button(page, "Discard what waits").click()

    expect(page.get_by_text("2 messages discarded.").first).to_be_visible()
    expect(button(page, "Discard what waits")).to_have_count(0)
    wait_for(lambda: dictated.said(session_id(page)) == ["What pays?"])
    expect(questions(page)).to_have_count(1)


@pytest.mark.slow
def test_a_new_message_is_answered_while_others_are_held(dictated, dictation, again):
    page = stopped_with_two_waiting(dictated, dictation, again)
    dictation.say(" pays.")
    dictation.end()

    ask(page, "Who said so?")

    expect(answers(page)).to_have_count(2)
    expect(button(page, "Stop")).to_have_count(0)
    expect(questions(page).last).to_contain_text("Who said so?")
    expect(held(page)).to_have_text(["Or does it?", "And then?"])


@pytest.mark.slow
def test_what_waits_for_the_running_turn_is_neither_held_nor_discarded(dictated, dictation, again):
    page = stopped_with_two_waiting(dictated, dictation, again)
    ask(page, "Who said so?")
    expect(answers(page)).to_have_count(2)
    ask(page, "Since when?")

    queued = page.get_by_role("list", name="Will be sent after this step").get_by_role("button")
    expect(queued).to_have_text(["Since when?"])
    expect(held(page)).to_have_text(["Or does it?", "And then?"])
    expect(button(page, "Stop and send now")).to_be_visible()  # and what is held stays so
    button(page, "Discard what waits").click()

    expect(page.get_by_text("2 messages discarded.").first).to_be_visible()
    expect(held(page)).to_have_count(0)
    expect(queued).to_have_text(["Since when?"])
    expect(button(page, "Stop and send now")).to_be_visible()
    dictation.end()
    expect(answers(page)).to_have_count(3)
    expect(questions(page)).to_have_text(["What pays?", "Who said so?", "Since when?"])
    assert dictated.said(session_id(page)) == ["What pays?", "Who said so?", "Since when?"]


@pytest.mark.slow
def test_what_is_held_takes_one_line_above_a_keyboard(dictated, dictation, again):
    page = stopped_with_two_waiting(dictated, dictation, again)

    page.set_viewport_size({"width": 390, "height": 480})

    lines = {chip.bounding_box()["y"] for chip in held(page).all()}
    assert len(lines) == 1, lines
    expect(answers(page).get_by_text("Stopped by you")).to_be_in_viewport()


@pytest.mark.slow
def test_the_agent_is_stopped_and_what_waits_is_sent_at_once(asking, again):
    page = talk(again, asking)
    ask(page, "hang")
    expect(answers(page)).to_contain_text("Working")
    ask(page, "say hello")

    button(page, "Stop and send now").click()

    expect(answers(page)).to_have_count(2)
    expect(answers(page).first).to_contain_text("Stopped by you")
    expect(answers(page).last).to_contain_text("hello")
    expect(composer(page)).to_be_visible()


@pytest.mark.slow
def test_a_step_of_a_turn_that_was_stopped_runs_no_more_for_who_comes_later(asking, again):
    page = talk(again, asking)
    ask(page, "ask")
    expect(page.locator(".ask-card")).to_be_visible()
    button(page, "Stop").click()
    expect(page.locator(".ask-card")).to_have_count(0)
    expect(answers(page)).to_contain_text("Stopped by you")

    page.reload()

    expect(answers(page)).to_contain_text("Stopped by you")
    expect(page.locator(".ask-card")).to_have_count(0)
    expect(page.locator(".step .icon-spin")).to_have_count(0)


@pytest.mark.slow
def test_an_unknown_conversation_is_empty_until_somebody_speaks_in_it(asking, again):
    before = asking.owner.get("/api/sessions")["sessions"]
    page = again(asking, path="/#/s/nobody-spoke-here")
    expect(page.get_by_role("heading", name="There is no such conversation")).to_be_visible()
    assert asking.owner.get("/api/sessions")["sessions"] == before

    words = {"message": "say hello", "session_id": "nobody-spoke-here"}
    asking.owner.post("/api/chat", words)

    expect(answers(page)).to_contain_text("hello")
