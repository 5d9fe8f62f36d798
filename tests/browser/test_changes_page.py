"""What a session changed, on a phone: read, commented on, changed by the agent, let in."""

import base64
import re

import browsing
import pytest
from browsing import DESKTOP, ask, button, composer, expect, field
from conftest import git, wait_for
from test_looks import accessible, axe
from test_work import png

visit, asking = browsing.visit, browsing.asking
again, regular = browsing.again, browsing.regular
assert axe

#: 300 lines in 8 files.
WRITE = """
from pathlib import Path
Path('src').mkdir(exist_ok=True)
for name in 'abcdefgh':
    text = ''.join(f'{name}{line} = {line}\\n' for line in range(38 if name < 'e' else 37))
    Path('src', f'{name}.py').write_text(text)
agent.update(**tool('w', title='Write', kind='edit', status='completed'))
agent.say('Eight files, such as `src/c.py:7` and `d.py:3`.')
"""
#: One of each kind.
KINDS = """
import os
from pathlib import Path
Path('README.md').unlink()
text = Path('cart.py').read_text()
Path('cart.py').write_text(text.replace('total = 0', 'total = 1.5'))
Path('.env').write_text('KEY=1\\n')
Path('run.sh').write_text('echo hi\\n'); Path('run.sh').chmod(0o755)
os.symlink('cart.py', 'link.py')
Path('data.bin').write_bytes(b'\\0\\1\\2')
Path('package-lock.json').write_text('{}\\n' * 900)
png = 'PICTURE'
import base64; Path('dot.png').write_bytes(base64.b64decode(png))
Path('logo.png').write_bytes(base64.b64decode('OTHER'))
agent.update(**tool('k', title='Work', kind='execute', status='completed'))
agent.say('Done.')
"""


@pytest.fixture(scope="module", autouse=True)
def identity(asking):
    """Who commits."""
    config = "[user]\n\tname = Owner\n\temail = owner@example.com\n"
    (asking.workspace.parent / ".gitconfig").write_text(config)
    git(asking.workspace, "branch", "-M", "main")


class Thumb:
    """Taps and swipes, which are counted."""

    def __init__(self, page):
        self._page = page
        self._raw = page.context.new_cdp_session(page)
        self.taps = self.swipes = 0

    def tap(self, place):
        place.tap()
        self.taps += 1

    def swipe(self, start, end, height=400):
        for kind, points in (
            ("touchStart", [{"x": start, "y": height}]),
            ("touchMove", [{"x": end, "y": height}]),
            ("touchEnd", []),
        ):
            self._raw.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        self.swipes += 1


def session(server, code, **wishes):
    """The id of one with a branch of its own, in which this was done."""
    return server.session(f"do {code}", isolated=True, **wishes)


def screen(page, name):
    """The screen with this heading is shown."""
    heading = page.get_by_role("heading", level=1, name=name)
    expect(heading.last).to_be_focused()
    return heading


def row(page, path):
    return page.locator(f"[data-path='{path}']")


def line(page, number, kind="add"):
    return page.locator(f".diff-{kind}", has=page.get_by_text(str(number), exact=True)).first


@pytest.mark.slow(3)
def test_a_change_is_read_commented_on_changed_and_let_in_with_few_taps(asking, again):
    id = session(asking, WRITE.replace("src", "stock"))
    page = again(asking, path=f"/#/s/{id}")
    thumb = Thumb(page)

    thumb.tap(button(page, "View changes"))
    thumb.tap(row(page, "stock/a.py"))
    for name in "abcdefgh":
        screen(page, f"{name}.py")
        expect(page.locator(".diff-add")).to_have_count(38 if name < "e" else 37)
        if name != "h":
            thumb.swipe(300, 120)
    for number, words in ((5, "h4 = 'four'"), (9, "h8 = 'eight'")):
        thumb.tap(line(page, number))
        field(page, "Comment").fill(words)
        thumb.tap(button(page, "Save"))
        expect(page.locator(".comment", has_text=words)).to_be_visible()
    thumb.tap(button(page, "2 comments"))
    thumb.tap(button(page, "Send 2 comments"))
    expect(page.get_by_text("All comments are seen to.", exact=True)).to_be_visible()
    expect(button(page, "View changes")).to_have_count(2)
    thumb.tap(button(page, "View changes").last)
    expect(row(page, "stock/h.py")).to_contain_text(re.compile(r"\+2 .2"))
    thumb.tap(button(page, "Let it in…"))
    thumb.tap(button(page, "Commit 8 files"))
    thumb.tap(button(page, "Merge into main"))
    expect(page.locator("dialog", has_text="Merged: main is at")).to_be_visible()

    assert thumb.taps <= 15, thumb.taps
    assert thumb.swipes == 7
    landed = (asking.workspace / "stock" / "h.py").read_text().split("\n")
    assert (landed[4], landed[8], landed[9]) == ("h4 = 'four'", "h8 = 'eight'", "h9 = 9")
    said = asking.said(id)[-1]
    assert "1. `stock/h.py`, line 5:\n\n```\nh4 = 4\n```\n\nh4 = 'four'" in said

    # One more tap takes it back; then it lands again, and nothing is left behind.
    button(page, "Undo").first.tap()
    expect(page.locator("dialog", has_text="Taken back: Merged")).to_be_visible()
    assert not (asking.workspace / "stock").exists()
    button(page, "Merge into main").tap()
    button(page, "End it and clean up").tap()
    wait_for(lambda: "feature/" not in git(asking.workspace, "branch"))
    assert not list((asking.workspace / ".worktrees").iterdir())


@pytest.mark.slow(3)
def test_every_kind_of_change_is_told_in_words_to_everybody(asking, again, visit, axe):
    (asking.workspace / "logo.png").write_bytes(base64.b64decode(png(1, 1)))
    git(asking.workspace, "add", "logo.png")
    git(asking.workspace, "commit", "-qm", "A logo")
    kinds = KINDS.replace("PICTURE", png(1, 1)).replace("OTHER", png(2, 1))
    id = session(asking, kinds)
    page = again(asking, path=f"/#/s/{id}/changes")
    screen(page, "Changes")
    risky = page.get_by_role("region", name="Look closely").get_by_role("button")
    expect(risky).to_have_text(
        [
            re.compile("README.md.*Deleted"),
            re.compile("^.env.*New · May hold secrets"),
            re.compile("link.py.*New · Link"),
            re.compile("run.sh.*New · Can be run now"),
        ]
    )
    expect(row(page, "data.bin")).to_contain_text("New · Binary, 3 B")
    expect(row(page, "package-lock.json")).not_to_be_visible()
    page.get_by_text("1 lock or generated file").click()
    expect(row(page, "package-lock.json")).to_be_visible()
    accessible(page, axe)

    row(page, "cart.py").click()
    screen(page, "cart.py")
    expect(page.locator(".diff-add mark").first).to_have_text(re.compile("1"))
    expect(page.locator(".diff-del")).to_contain_text("total = 0")
    accessible(page, axe)
    line(page, 2).click()
    button(page, "Line above").click()
    expect(page.get_by_role("heading", name=re.compile("cart.py, lines 1.2"))).to_be_visible()
    accessible(page, axe)
    field(page, "Comment").fill("Is that so?")
    page.keyboard.press("Escape")
    line(page, 2).click()
    expect(field(page, "Comment")).to_have_value("Is that so?")
    button(page, "Save").click()
    button(page, "Viewed").click()
    button(page, "1 comment").click()
    expect(page.get_by_text("Is that so?").last).to_be_visible()
    accessible(page, axe)
    page.keyboard.press("Escape")

    # Another device has it all.
    wait_for(lambda: all(asking.owner.get("/api/review", session_id=id).values()))
    page = visit(asking, path=page.url.removeprefix(asking.url))
    expect(page.locator(".comment")).to_contain_text("Is that so?")
    expect(button(page, "Viewed")).to_have_attribute("aria-pressed", "true")
    button(page, "All changed files").click()
    expect(row(page, "cart.py")).to_have_text(re.compile("1 comment.*, Viewed"))
    row(page, "dot.png").click()
    picture = page.get_by_role("img", name="dot.png, as it is now")
    expect(picture).to_have_js_property("naturalWidth", 1)
    button(page, "All changed files").click()
    row(page, "logo.png").click()
    for name, width in (("was", 1), ("is now", 2)):
        picture = page.get_by_role("img", name=f"logo.png, as it {name}")
        expect(picture).to_have_js_property("naturalWidth", width)
    accessible(page, axe)


def test_the_same_is_done_with_keys(asking, visit):
    page = visit(asking, device=DESKTOP, path=f"/#/s/{session(asking, WRITE)}")
    button(page, "View changes").press("Enter")
    screen(page, "Changes")
    row(page, "src/a.py").press("Enter")
    screen(page, "a.py")
    page.keyboard.press("ArrowRight")
    screen(page, "b.py")
    page.keyboard.press("v")
    expect(button(page, "Viewed")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("ArrowLeft")
    screen(page, "a.py")
    page.get_by_role("listbox").focus()
    for key in ("ArrowDown", "ArrowDown", "Shift+ArrowDown", "Enter"):
        page.keyboard.press(key)
    expect(page.get_by_role("heading", name=re.compile("a.py, lines 2.3"))).to_be_visible()
    field(page, "Comment").fill("Why?")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".comment")).to_contain_text(re.compile("Lines 2.3"))
    page.keyboard.press("Escape")
    screen(page, "Changes")
    button(page, "Back to the conversation").press("Enter")
    expect(button(page, "View changes")).to_be_focused()


def test_files_that_are_named_open_and_names_are_completed(asking, again, axe):
    id = session(asking, WRITE)
    page = again(asking, path=f"/#/s/{id}")
    page.get_by_role("link", name="src/c.py:7").click()
    screen(page, "c.py")
    expect(page.locator("[aria-current=location]")).to_contain_text("c6 = 6")
    expect(page.locator("[aria-current=location] .hljs-number")).to_have_text("6")
    accessible(page, axe)
    button(page, "Back").click()
    page.get_by_role("link", name="d.py:3").click()
    page.get_by_role("button", name="d.py src").click()
    expect(page.locator("[aria-current=location]")).to_contain_text("d2 = 2")
    button(page, "Back").click()

    composer(page).press_sequentially("Look at @src/g")
    expect(page.get_by_role("option")).to_have_text(["src/g.py"])
    composer(page).press("Enter")
    expect(composer(page)).to_have_value("Look at @src/g.py ")
    commands = (
        "[{'name': 'review', 'description': 'Look at it'}, {'name': 'test', 'description': ''}]"
    )
    update = f"sessionUpdate='available_commands_update', availableCommands={commands}"
    composer(page).fill("")
    ask(page, f"do agent.update({update}); agent.say('ready')")
    expect(page.get_by_text("ready", exact=True)).to_be_visible()
    composer(page).press_sequentially("/r")
    page.get_by_role("option", name="review").click()
    expect(composer(page)).to_have_value("/review ")
    page.goto(re.sub("#.*", f"#/s/{id}/file?p=../../etc/passwd", page.url))
    expect(page.locator("main [role=alert]")).to_be_visible()


@pytest.mark.slow
def test_a_device_with_read_only_access_looks_and_changes_nothing(asking, visit):
    id = session(asking, WRITE)
    page = visit(asking, stranger=True)
    field(page, "Code").fill(asking.code("read"))
    button(page, "Pair").click()
    expect(browsing.settings(page)).to_be_visible()
    page.goto(f"{asking.url}/#/s/{id}/changes")
    row(page, "src/a.py").click()
    expect(page.locator(".diff-add")).to_have_count(38)
    for name in ("Viewed", "Let it in…", "Undo…"):
        expect(button(page, name)).to_have_count(0)
    page.locator(".diff-add").first.click()
    expect(page.get_by_role("dialog")).to_have_count(0)
