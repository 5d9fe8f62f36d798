"""What an agent asks is seen as a whole before it can be allowed, on whatever screen."""

import browsing
import pytest
from browsing import ask, back, button, expect, session_id, talk
from conftest import wait_for

again, regular, asking = browsing.again, browsing.regular, browsing.asking
visit = browsing.visit

EDIT = """
old = ''.join(f'line {number}\\n' for number in range(LINES))
new = old.replace('line 2\\n', 'line two\\n').replace(f'line {LINES - 3}\\n', '')
change = {'type': 'diff', 'path': '/cart.py', 'oldText': old, 'newText': new}
agent.update(**tool('e', title='Edit cart.py', kind='edit', status='pending', content=[change]))
options = [{'optionId': 'yes', 'name': 'Yes', 'kind': 'allow_once'},
           {'optionId': 'no', 'name': 'Not now', 'kind': 'reject_once'}]
agent.request('session/request_permission', {'options': options, 'toolCall': {'toolCallId': 'e'}})
agent.say('answered: ' + agent.answer()['outcome'].get('optionId', 'nothing'))
"""
#: What there is to do, and one step on: as one look, as each step may be the last.
READ_ON = """sheet => {
  const words = it => it.innerText.trim()
  const buttons = [...sheet.querySelectorAll("button")]
  const there = buttons.filter(it => /^(Read on|Yes)$/.test(words(it)))
  there.find(it => words(it) === 'Read on')?.click()
  return there.map(words)
}"""
ASK = """
options = [{'optionId': 'yes', 'name': 'Yes', 'kind': 'allow_once'},
           {'optionId': 'no', 'name': 'Not now', 'kind': 'reject_once'}]
call = {'toolCallId': 'c', 'title': 'ls', 'kind': 'execute'}
agent.request('session/request_permission', {'options': options, 'toolCall': call})
agent.say('answered: ' + agent.answer()['outcome'].get('optionId', 'nothing'))
"""
SMALL = [(375, 553), (390, 400), (844, 390), (320, 640)]


def change(page, lines=40):
    ask(page, "do " + EDIT.replace("LINES", str(lines)))
    expect(page.locator(".ask-card")).to_be_visible()


def read_through(sheet):
    """Read on until the end is in view; before that nothing can be allowed."""
    expect(sheet.locator(".diff-hunk")).to_have_count(2)
    while (there := sheet.evaluate(READ_ON)) == ["Read on"]:
        pass
    assert there == ["Yes"]


@pytest.mark.slow
@pytest.mark.parametrize(("width", "height"), SMALL)
def test_what_is_not_in_view_is_reviewed_full_screen(asking, again, width, height):
    page = talk(again, asking)
    page.set_viewport_size({"width": width, "height": height})
    change(page)
    card = page.locator(".ask-card")
    expect(button(card, "Review")).to_be_visible()
    expect(button(card, "Yes")).to_have_count(0)
    box = button(card, "Review").bounding_box()
    assert box["y"] + box["height"] <= height, "its button is in view"

    button(card, "Review").click()
    sheet = page.get_by_role("dialog", name="Allow this change?")
    read_through(sheet)
    button(sheet, "Yes").click()
    expect(page.get_by_text("answered: yes", exact=True)).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_what_is_in_view_is_answered_at_once_with_the_words_of_the_agent(asking, again):
    page = talk(again, asking)
    change(page, lines=8)
    card = page.locator(".ask-card")
    expect(card.locator(".diff-add")).to_have_text(["+line two"])
    expect(button(card, "Yes")).to_be_visible()
    options = card.locator(".ask-options").bounding_box()

    page.set_viewport_size({"width": 390, "height": 400})
    expect(button(card, "Review")).to_be_visible()
    # Else the one would make room for the other, again and again.
    assert card.locator(".ask-options").bounding_box()["height"] == options["height"]

    page.set_viewport_size(browsing.PHONE["viewport"])
    button(card, "Yes").click()
    expect(page.get_by_text("answered: yes", exact=True)).to_be_visible()


@pytest.mark.slow
def test_the_list_asks_as_the_conversation_does_and_takes_a_reason(asking, again):
    page = talk(again, asking)
    change(page, lines=60)
    id = session_id(page)
    back(page)
    row = page.get_by_role("listitem").filter(has_text="Allow this change?").first
    expect(button(row, "Yes")).to_have_count(0)
    button(row, "Review").click()
    sheet = page.get_by_role("dialog", name="Allow this change?")
    read_through(sheet)
    sheet.get_by_text("More choices").click()
    button(sheet, "Deny, and say why").click()
    sheet.get_by_role("textbox").fill("say it is the wrong file")
    button(sheet, "Deny").click()

    expect(page.get_by_role("dialog")).to_have_count(0)
    page.goto(f"{asking.url}/#/s/{id}")
    expect(page.get_by_text("answered: no", exact=True)).to_be_visible()
    expect(page.get_by_text("it is the wrong file", exact=True)).to_be_visible()


@pytest.mark.slow
def test_what_was_asked_when_the_page_was_opened_is_not_asked_at_a_later_visit(asking, visit):
    id = asking.session()
    asking.owner.post("/api/chat", {"message": "do " + ASK, "session_id": id})
    wait_for(lambda: asking.state(id)["permissions"])
    page = visit(asking, path=f"/#/s/{id}")
    button(page.locator(".ask-card"), "Yes").click()
    expect(page.get_by_text("answered: yes", exact=True)).to_be_visible()
    back(page)
    wait_for(lambda: "answered: yes" in browsing.kept(page))

    page.route("**/api/chat/stream?*", lambda route: route.abort())  # the network is bad now
    page.locator(f'a[href$="{id}"]').click()

    expect(page.get_by_text("answered: yes", exact=True)).to_be_visible()
    expect(page.locator(".ask-card")).to_have_count(0)
