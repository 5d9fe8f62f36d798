"""What is sent later, as the page shows it: at a time, at a limit's reset, and missed."""

import re
import time
from datetime import UTC, datetime, timedelta

import browsing
import pytest
from browsing import answers, ask, button, composer, expect, questions, session_id, talk

visit, asking = browsing.visit, browsing.asking


@pytest.mark.slow(12)
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
    button(page, "Close").click()
    composer(page).fill("say from the past")  # what is written and attached already
    notes = {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"notes"}
    page.locator("input[type=file]").set_input_files([notes])
    attached = page.get_by_role("list", name="Attached files")
    expect(attached).to_contain_text("notes.txt")
    button(page, "More about this session").click()
    button(page, "Send later…").click()
    sheet = page.get_by_role("dialog")
    expect(browsing.field(sheet, "Message")).to_have_value("say from the past")
    expect(sheet).to_contain_text("notes.txt")
    page.get_by_label("When").fill("2020-01-01T10:00")
    button(page, "Send it then").click()
    expect(page.get_by_text("Choose a time to come.")).to_be_visible()
    then = (datetime.now() + timedelta(hours=2)).replace(second=0, microsecond=0)
    page.get_by_label("When").fill(then.isoformat(timespec="minutes"))
    button(page, "Send it then").click()
    expect(later).to_contain_text("say from the past")
    expect(later).to_contain_text("notes.txt")
    expect(sheet).to_have_count(0)
    expect(composer(page)).to_have_value("")
    expect(button(page, "Remove notes.txt")).to_have_count(0)
    [kept] = asking.state(session_id(page))["scheduled"]
    assert kept["content"] == "say from the past" and kept["attachments"][0]["name"] == "notes.txt"
    assert datetime.fromisoformat(kept["at"]) == then.astimezone()

    # The field knows minutes, programs know seconds.
    soon = (datetime.now(UTC) + timedelta(seconds=8)).isoformat()
    body = {"session_id": session_id(page), "message": "say it is time", "at": soon}
    asking.owner.post("/api/schedule", body)
    expect(later).to_contain_text("say it is time")
    expect(answers(page).last).to_contain_text("it is time")
    expect(questions(page).last).to_contain_text("say it is time")
    expect(later.locator(":scope > li")).to_have_text([re.compile("say from the past")])

    # Edited it comes back with its file, which stays over a reload.
    button(page, "Edit, and do not send: say from the past").click()
    expect(later).to_have_count(0)  # it has a list of files, too
    expect(attached).to_contain_text("notes.txt")
    expect(composer(page)).to_have_value("say from the past")
    page.reload()
    expect(attached).to_contain_text("notes.txt")
    composer(page).fill("say ```\n```py\nx = 1\n```")
    button(page, "Send").click()
    expect(questions(page).last).to_contain_text("notes.txt")
    expect(questions(page).last.get_by_role("group", name="Python code")).to_have_text("x = 1")
    expect(button(page, "Remove notes.txt")).to_have_count(0)
    expect(answers(page).last).to_contain_text("x = 1")


USAGE = (
    '[{"sessionUpdate": "usage_update", "used": 53000, "size": 200000, '
    '"cost": {"amount": 0.045, "currency": "USD"}}]'
)
