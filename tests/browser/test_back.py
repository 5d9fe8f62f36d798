"""The phone's back button closes one thing at a time: what lies over a screen, then the screen."""

import json
import re

import browsing
import pytest
from browsing import ask, button, composer, expect, settings
from conftest import git, wait_for
from test_changes_page import session

visit, asking = browsing.visit, browsing.asking
CODE = r"""
from pathlib import Path
Path('a.py').write_text('one\n')
agent.update(**tool('w', title='Write', kind='edit', status='completed'))
agent.say('```python\n' + 'x = 1\n' * 30 + '```')
"""
#: Too long to be in view as a whole.
LONG = {
    "toolCall": {"toolCallId": "c", "kind": "execute", "title": "echo " + "all of it " * 300},
    "options": [{"optionId": "y", "name": "Allow", "kind": "allow_once"}],
}
#: What lies on top, in words, if anything lies over the screen.
TOP = """() => {
  const top = [...document.querySelectorAll('dialog[open]')].at(-1)
  return top ? top.textContent : ''
}"""


def closes(page, *taps, under=""):
    """Each way of closing closes what the last tap opened, and nothing *under* it; in the end there
    is the screen again, and no step more on the way back.
    """
    here = page.evaluate("location.hash")
    for close in (page.go_back, lambda: page.keyboard.press("Escape")):
        for tap in taps if not page.evaluate(TOP) else taps[-1:]:
            below = page.evaluate(TOP)
            tap()
            wait_for(lambda below=below: page.evaluate(TOP) not in ("", below))
        close()
        wait_for(lambda: page.evaluate(TOP)[: len(under) or None] == under)
    if under:
        page.go_back()
    state = "[location.hash, history.state?.sheet ?? 0]"
    wait_for(lambda: page.evaluate(state) == [here, 0])
    assert page.evaluate(TOP) == ""


@pytest.mark.slow(2)
def test_back_closes_one_thing_and_so_does_escape(asking, visit):
    git(asking.workspace, "config", "user.email", "owner@example.com")
    git(asking.workspace, "config", "user.name", "Owner")
    id = session(asking, CODE)
    page = visit(asking, path="/#/settings")

    def tap(name, place=page):
        return lambda: place.get_by_role("button", name=re.compile(name)).first.click()

    page.locator(".setting-row > summary", has_text="Devices").click()
    closes(page, tap("^Add a device$"))
    closes(page, tap("^Unpair all devices$"))
    page.evaluate("location.hash = '/'")

    closes(page, tap("^Where: "))
    closes(page, tap("^From the terminal$"))
    closes(page, tap(", Projects$"))
    closes(page, tap(", Projects$"), tap("^Add a project$"), under="Projects")
    closes(page, lambda: page.keyboard.press("?"))
    row = page.get_by_role("listitem").filter(has=page.locator(f'a[href*="{id}"]'))
    closes(page, tap("^More", row))

    page.locator(f'a[href*="{id}"]').first.click()
    expect(composer(page)).to_be_visible()
    menu = tap("^More about this session$")
    closes(page, menu)
    closes(page, menu, tap("^Send later"))
    closes(page, menu, tap("^Rename, end and more"))
    closes(page, menu, tap("^Rename, end and more"), tap("^Rename…"))
    closes(page, menu, tap("^Rename, end and more"), tap("^End.*…$"))
    closes(page, tap("^Undo…$"))
    closes(page, tap("^Full screen$"))
    closes(page, tap("^More about this message$", page.locator(".answer").last))
    ask(page, f"request session/request_permission {json.dumps(LONG)}")
    closes(page, tap("^Review$"))

    tap("^View changes$")()
    closes(page, tap("^Let it in…$"))
    tap("^a.py")()
    closes(page, lambda: page.get_by_text("one", exact=True).click())
    for screen in (button(page, "Let it in…"), composer(page), settings(page)):
        page.go_back()
        expect(screen).to_be_visible()
