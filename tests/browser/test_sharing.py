"""What other apps share with the installed page: it is kept, shown, and put where its user says."""

import base64
import json

import browsing
import pytest
from browsing import button, composer, expect, first_words, questions, session_id, settings
from conftest import wait_for
from kit.pictures import photo
from test_changes_page import accessible
from test_looks import axe

visit, asking = browsing.visit_secure, browsing.asking
assert axe

#: As the system posts what is shared: a form from no page, whose files have names.
POST = """([address, fields, files]) => {
  const form = Object.assign(document.createElement('form'), {
    action: address, method: 'post', enctype: 'multipart/form-data',
  })
  const given = new DataTransfer()
  for (const [name, type, data, times] of files) {
    const bytes = Uint8Array.from(atob(data), it => it.charCodeAt(0))
    given.items.add(new File(Array(times).fill(bytes), name, {type}))
  }
  const input = Object.assign(document.createElement('input'), {type: 'file', name: 'files'})
  input.multiple = true
  input.files = given.files
  form.append(input)
  for (const [name, value] of Object.entries(fields)) {
    form.append(Object.assign(document.createElement('textarea'), {name, value}))
  }
  document.body.append(form)
  form.submit()
}"""


@pytest.fixture
def installed(visit, asking):
    """A page whose worker runs; the policy of the page itself lets no form be sent from it."""
    page = visit(asking)
    expect(settings(page)).to_be_visible()
    page.evaluate("navigator.serviceWorker.ready.then(() => {})")
    blank = {"content_type": "text/html", "body": "<!doctype html><body>"}
    page.context.route("**/launcher", lambda route: route.fulfill(**blank))
    return page


def share(page, server, *files, at="http", **fields):
    page.goto(f"{server.url}/launcher" if at == "http" else at)
    given = [(name, kind, base64.b64encode(data).decode(), 1) for name, kind, data in files]
    page.evaluate(POST, [f"{server.url}/share", fields, given])


#: Whether something waits is a question that a browser may take its time for: until ``answer()``.
WAITS = """
  const has = caches.has.bind(caches)
  caches.has = async name => {
    await new Promise(resolve => (globalThis.answer = resolve))
    return await (globalThis.answered = has(name))
  }
"""


def sheet(page):
    return page.get_by_role("dialog", name="Shared with Janus")


def attached(page):
    return page.get_by_role("list", name="Attached files").get_by_role("listitem")


@pytest.mark.slow
def test_what_is_shared_is_added_to_a_message_and_nothing_is_sent_by_itself(installed, asking, axe):
    page, id = installed, asking.session("say one")
    link = {
        "title": "A bug",
        "text": "A bug\nhttps://bugs.example/7",
        "url": "https://bugs.example/7",
    }
    share(page, asking, ("IMG_1.jpg", "image/jpeg", photo()), **link)
    expect(sheet(page)).to_contain_text("https://bugs.example/7")
    expect(sheet(page)).to_contain_text("IMG_1.jpg")
    accessible(page, axe)
    button(sheet(page), "Close").click()
    expect(page).to_have_url(f"{asking.url}/#/")  # once it has gone back, and not before
    page.reload()  # put nowhere yet: it is offered again
    page.clock.fast_forward(5000)
    expect(sheet(page)).to_contain_text("IMG_1.jpg")

    button(sheet(page), "say one").click()

    expect(composer(page)).to_have_value("A bug\nhttps://bugs.example/7")
    expect(attached(page)).to_have_count(1)
    assert session_id(page) == id and asking.said(id) == ["say one"]
    composer(page).press("Control+End")
    composer(page).press_sequentially(" say seen")
    button(page, "Send").click()
    expect(questions(page).last.locator("img")).to_have_js_property("naturalWidth", 60)
    button(page, "All sessions").click()

    first_words(page).fill("say two of")
    share(page, asking, ("notes.txt", "text/plain", b"notes"), text="these")
    button(sheet(page), "New session").click()
    expect(first_words(page)).to_have_value("say two of\nthese")
    expect(attached(page)).to_contain_text("notes.txt")
    page.go_back()
    expect(sheet(page)).to_have_count(0)
    assert json.loads(page.evaluate("caches.open('janus-shared').then(it => it.keys())"
                                    ".then(it => JSON.stringify(it.length))")) == 0  # fmt: skip


@pytest.mark.slow
def test_who_has_gone_on_is_not_led_to_what_was_shared(installed, asking):
    page, id = installed, asking.session("say one")
    share(page, asking, text="these")
    button(sheet(page), "Close").click()
    expect(page).to_have_url(f"{asking.url}/#/")
    with page.add_init_script(WAITS):
        page.reload()
        page.clock.fast_forward(5000)
        wait_for(lambda: page.evaluate("'answer' in globalThis"))
    page.locator(f'a[href$="{id}"]').click()
    expect(composer(page)).to_be_visible()

    find_out(page)
    assert page.evaluate("location.hash") == f"#/s/{id}"


@pytest.mark.slow
def test_who_has_closed_what_was_shared_is_not_asked_again_by_the_same_page(installed, asking):
    page = installed
    with page.add_init_script(WAITS):
        share(page, asking, text="these")
        button(sheet(page), "Close").click()
        expect(page).to_have_url(f"{asking.url}/#/")
        page.clock.fast_forward(5000)
        wait_for(lambda: page.evaluate("'answer' in globalThis"))

    find_out(page)
    assert page.evaluate("location.hash") == "#/"


def find_out(page):
    """Answer whether something waits, and let the page take it in."""
    page.evaluate("answer()")
    assert wait_for(lambda: page.evaluate("globalThis.answered"))
    assert page.evaluate("caches.open('janus-shared').then(it => it.keys()).then(it => it.length)")


@pytest.mark.slow
def test_what_is_too_much_is_refused_in_words(installed, asking):
    page = installed
    page.goto(f"{asking.url}/launcher")
    many = [["x.png", "image/png", "eA==", 1]] * 11
    page.evaluate(POST, [f"{asking.url}/share", {"text": "all"}, many])
    button(sheet(page), "New session").click()
    expect(sheet(page).get_by_role("alert")).to_contain_text("10 files go with one message at most")
    button(sheet(page), "Discard").click()
    expect(sheet(page)).to_have_count(0)
    expect(first_words(page)).to_have_value("")

    page.goto(f"{asking.url}/launcher")
    large = base64.b64encode(b"x" * (1 << 20)).decode()
    page.evaluate(POST, [f"{asking.url}/share", {}, [("film.mp4", "video/mp4", large, 21)]])
    alert = sheet(page).get_by_role("alert")
    expect(alert).to_contain_text("Larger than 20 MB, so left out: film.mp4")
    expect(button(sheet(page), "New session")).to_have_count(0)
    button(sheet(page), "Discard").click()


@pytest.mark.slow
def test_a_page_elsewhere_leaves_nothing_behind(installed, asking):
    page = installed
    page.context.route("http://elsewhere.example/", lambda route: route.fulfill(
        content_type="text/html", body="<!doctype html><body>"))  # fmt: skip
    share(page, asking, at="http://elsewhere.example/", text="rm -rf")
    expect(settings(page)).to_be_visible()
    assert page.evaluate("caches.has('janus-shared')") is False
    expect(sheet(page)).to_have_count(0)
