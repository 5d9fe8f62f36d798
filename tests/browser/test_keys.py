"""At a desk: three panes, and keys instead of taps."""

import browsing
import pytest
from browsing import ask, composer, expect, field, first_words, talk

visit, asking = browsing.visit, browsing.asking
#: A browser that takes its time to go back.
LATE = """
const go = history.go.bind(history)
history.go = steps => void setTimeout(() => go(steps), 300)
"""
DESK = {"viewport": {"width": 1440, "height": 900}}


@pytest.mark.slow
def test_keys_lead_everywhere_and_one_escape_has_one_effect(asking, visit):
    page = talk(visit, asking, "say hello", device=DESK)
    search = page.get_by_role("searchbox", name="Search everything said")
    keys = page.get_by_role("dialog", name="Keys")
    aside = page.get_by_role("complementary", name="Plan and steps")
    expect(aside).to_contain_text("plan and steps appear here")

    page.keyboard.press("Control+k")
    expect(search).to_be_focused()
    page.keyboard.type("n/?")  # letters are letters in a field
    expect(search).to_have_value("n/?")
    page.keyboard.press("Escape")
    expect(search).to_have_value("")
    search.blur()
    page.keyboard.press("n")
    expect(first_words(page)).to_be_focused()
    first_words(page).blur()

    ask(page, "hang")
    expect(page.get_by_role("button", name="Stop", exact=True)).to_be_visible()
    composer(page).blur()
    page.keyboard.press("?")
    expect(keys).to_be_visible()
    page.keyboard.press("Escape")
    expect(keys).to_have_count(0)
    expect(page.get_by_role("button", name="Stop", exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Stop", exact=True)).to_have_count(0)

    composer(page).focus()
    page.keyboard.press("ArrowUp")
    expect(field(page, "Message")).to_have_value("hang")
    composer(page).fill("")
    composer(page).blur()
    page.keyboard.press("?")
    keys.get_by_role("switch", name="Single keys").click()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    expect(search).not_to_be_focused()
    page.keyboard.press("Control+k")
    expect(search).to_be_focused()


@pytest.mark.slow
def test_a_key_finds_its_field_however_long_the_way_back_to_it_takes(asking, visit):
    page = visit(asking, path="/", script=LATE)
    page.locator(f'a[href$="{asking.session("say hello")}"]').click()
    expect(composer(page)).to_be_visible()

    page.keyboard.press("n")

    expect(first_words(page)).to_be_focused()
