"""An app on the home screen of an iPhone: it has nothing of what the browser keeps."""

import browsing
import pytest
from browsing import ask, button, expect, first_words, questions
from conftest import wait_for
from test_door import door, open_devices, pair

visit, demo = browsing.visit, browsing.demo
#: As Safari tells the pages of such apps.
STANDALONE = "Object.defineProperty(navigator, 'standalone', {value: true})"
#: Milliseconds after which the list has been asked for, whatever goes on.
SOON = 11_000


@pytest.mark.slow
def test_it_pairs_itself_and_keeps_what_was_not_sent(visit, demo):
    safari = visit(demo)
    start = safari.evaluate("""fetch(document.querySelector('[rel=manifest]').href)
        .then(it => it.json().then(({start_url}) => new URL(start_url, it.url).href))""")
    app = visit(demo, stranger=True, path=start.removeprefix(demo.url), script=STANDALONE)
    expect(door(app)).to_be_visible()
    expect(app.get_by_text("Type it here, or paste its address")).to_be_visible()

    open_devices(safari).get_by_role("button", name="Add a device").click()
    button(safari, "Create a code").click()
    address = safari.locator(".invitation-url").text_content()
    pair(app, address)
    expect(first_words(app)).to_be_visible()
    names = set(demo.devices())

    id = demo.session()
    app.goto(f"{demo.url}/#/s/{id}")
    app.reload()
    app.context.set_offline(True)
    ask(app, "What is sold here?")
    expect(questions(app)).to_contain_text("What is sold here?")
    [own] = names - {"Tests"}
    demo.owner.delete("/api/devices", device_id=demo.devices()[own]["device_id"])
    app.context.set_offline(False)
    app.clock.fast_forward(SOON)
    expect(door(app)).to_be_visible()
    assert demo.said(id) == []

    pair(app, demo.code())
    wait_for(lambda: demo.said(id) == ["What is sold here?"])
    app.reload()
    expect(questions(app)).to_have_count(1)
