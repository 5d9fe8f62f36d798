"""What is typed, pasted and dropped into the field for a message."""

import browsing
import pytest
from browsing import DESKTOP, button, composer, expect, questions, talk

visit = browsing.visit
again, regular = browsing.again, browsing.regular
asking = browsing.asking

KEY = """(field, init) => field.dispatchEvent(
  new KeyboardEvent('keydown', {key: 'Enter', bubbles: true, cancelable: true, ...init}))"""
#: Puts a picture onto a field, beside which there may be text; whether the page took care of it.
GIVE = """(field, [name, text]) => {
  const data = new DataTransfer()
  data.items.add(new File(['...'], 'screenshot.png', {type: 'image/png'}))
  if (text) data.setData('text/plain', text)
  const init = {bubbles: true, cancelable: true}
  const event = name === 'paste'
    ? new ClipboardEvent(name, {...init, clipboardData: data})
    : new DragEvent(name, {...init, dataTransfer: data})
  return !field.dispatchEvent(event)
}"""


@pytest.mark.slow
def test_enter_that_accepts_a_suggestion_of_an_input_method_does_not_send(asking, visit):
    page = talk(visit, asking, device=DESKTOP)
    composer(page).fill("say こんにちは")

    for init in ({"isComposing": True}, {"keyCode": 229}):  # the second is Safari's
        assert composer(page).evaluate(KEY, init), "the page took it"
    expect(composer(page)).to_have_value("say こんにちは")
    expect(questions(page)).to_have_count(0)

    composer(page).press("Enter")
    expect(questions(page)).to_have_count(1)


@pytest.mark.slow(4)
def test_a_paste_of_300_000_characters_is_kept_and_its_length_said(asking, visit):
    page = talk(visit, asking, device=DESKTOP, permissions=["clipboard-read", "clipboard-write"])
    said = page.locator("#composer-problem")

    def paste(text):
        composer(page).fill("Look: ")
        page.evaluate("(text) => navigator.clipboard.writeText(text)", text)
        composer(page).press("ControlOrMeta+v")
        expect(said).to_contain_text("300,006 characters; a message may have 100,000")
        expect(composer(page)).to_have_value(f"Look: {text}")
        composer(page).press("ControlOrMeta+End")

    # A key takes half a second in so many lines, and hardly longer than usual in one.
    lines = ("a line\n" * 300_000)[:300_000]
    paste(lines)
    composer(page).press("!")
    expect(composer(page)).to_have_value(f"Look: {lines}!")
    button(page, "Keep the first 100,000").click()
    expect(composer(page)).to_have_value(f"Look: {lines}"[:100_000])

    text = "x" * 300_000
    paste(text)
    composer(page).press_sequentially("!?")
    composer(page).press("Backspace")
    composer(page).press("Delete")
    expect(composer(page)).to_have_value(f"Look: {text}!")
    composer(page).press("Enter")
    expect(questions(page)).to_have_count(0)
    page.reload()
    expect(composer(page)).to_have_value(f"Look: {text}!")

    button(page, "Keep the first 100,000").click()
    expect(said).to_have_count(0)
    expect(composer(page)).to_have_value(f"Look: {text}"[:100_000])
    composer(page).fill("say apple")
    button(page, "Send").click()
    expect(questions(page)).to_have_count(1)


@pytest.mark.slow
def test_the_first_words_of_a_session_have_the_same_limit(asking, again):
    page = again(asking)
    first = browsing.first_words(page)
    first.fill("x" * 100_001)

    first.press("Enter")
    said = page.locator("#first-words-problem")
    expect(said).to_contain_text("100,001 characters; a message may have 100,000")
    expect(first).to_be_focused()
    first.fill("say apple")
    button(page, "Start").click()
    expect(questions(page)).to_have_text(["say apple"])


@pytest.mark.slow
@pytest.mark.parametrize("way", ["paste", "drop"])
def test_a_picture_goes_along(asking, again, way):
    page = talk(again, asking)
    composer(page).fill("Look")
    files = page.get_by_role("list", name="Attached files").get_by_role("listitem")

    assert composer(page).evaluate(GIVE, [way, ""])

    expect(files).to_contain_text(["screenshot.png"])
    expect(composer(page)).to_have_value("Look")
    # An office program offers a picture of the text that is pasted, too.
    assert composer(page).evaluate(GIVE, [way, "text"]) == (way == "drop")
    expect(files).to_have_count(1 if way == "paste" else 2)
