"""What is sent later, as the page shows it: at a time, at a limit's reset, and missed."""

import re
import time

import browsing
import pytest
from browsing import answers, ask, button, expect, questions, session_id, talk
from conftest import wait_for

visit, asking = browsing.visit, browsing.asking


@pytest.mark.slow(100)
def test_a_limit_is_waited_for_and_a_message_is_sent_later(asking, visit):
    page = talk(visit, asking, "updates " + USAGE)
    expect(page.get_by_text("27%")).to_be_visible()
    resets = int(time.time()) + 7200
    ask(page, f"fail -32603 429 rate_limit_error: Claude AI usage limit reached|{resets}")
    button(page, "Go on then").click()
    later = page.get_by_role("list", name="Sent later")
    expect(later.get_by_role("listitem")).to_have_text([re.compile("Go on where you stopped")])
    page.reload()
    button(page, "Do not send: Go on where you stopped.").click()
    button(page, "Go on then").wait_for()

    button(page, "More about this session").click()
    expect(page.get_by_text("Context: 53,000 of 200,000 tokens (27%) · 0.045 USD")).to_be_visible()
    button(page, "Send later …").click()
    browsing.field(page.get_by_role("dialog"), "Message").fill("say from the past")
    page.get_by_label("When").fill("2020-01-01T10:00")
    button(page, "Send it then").click()
    expect(page.get_by_text("Choose a time to come.")).to_be_visible()
    then = time.localtime(time.time() + 90)
    page.get_by_label("When").fill(time.strftime("%Y-%m-%dT%H:%M", then))
    button(page, "Send it then").click()
    expect(later).to_contain_text("say from the past")
    state = asking.owner.get("/api/state", session_id=session_id(page))
    assert [it["content"] for it in state["scheduled"]] == ["say from the past"]
    expect(answers(page).last).to_contain_text("from the past", timeout=120_000)
    expect(questions(page).last).to_contain_text("say from the past")
    wait_for(lambda: not asking.owner.get("/api/state", session_id=session_id(page))["scheduled"])


USAGE = (
    '[{"sessionUpdate": "usage_update", "used": 53000, "size": 200000, '
    '"cost": {"amount": 0.045, "currency": "USD"}}]'
)
