"""How a browser is let in, and how it is kept out."""

import http.server
import re
import threading

import browsing
import pytest
import segno
from browsing import (
    answers,
    ask,
    back,
    begin,
    button,
    composer,
    expect,
    field,
    session_id,
    settings,
    talk,
)
from conftest import wait_for

demo, fresh = browsing.demo, browsing.fresh
visit, visit_secure = browsing.visit, browsing.visit_secure
again, regular = browsing.again, browsing.regular

MARKUP = "<img src=x onerror=alert(1)>"
#: Milliseconds after which the list has been asked for, whatever goes on.
SOON = 11_000
#: What a page from elsewhere may try, with the address of Janus and a session that is open there.
ATTACK = """async ([janus, session]) => {
  const outcome = async (path, options = {}) => {
    try {
      const answer = await fetch(janus + path, {credentials: 'include', ...options})
      return answer.type === 'opaque' ? 'opaque' : await answer.text()
    } catch { return 'refused' }
  }
  const post = {method: 'POST', body: '{}'}
  const json = {...post, headers: {'Content-Type': 'application/json', 'X-Janus-Key': 'guess'}}
  const state = `/api/state?session_id=${session}`
  const stream = (withCredentials) => new Promise((resolve) => {
    const source = new EventSource(
      `${janus}/api/chat/stream?session_id=${session}`, {withCredentials})
    source.onopen = () => resolve('open')
    source.onmessage = () => resolve('read')
    source.onerror = () => (source.close(), resolve('refused'))
  })
  const tag = (name, mark) => new Promise((resolve) => {
    const node = document.createElement(name)
    node.onload = () => resolve('loaded')
    node.onerror = () => resolve('refused')
    Object.assign(node, mark)
    document.head.append(node)
  })
  return {
    'start, as a form could': await outcome('/api/session/start', {...post, mode: 'no-cors'}),
    'start': await outcome('/api/session/start', json),
    'pair': await outcome('/api/pair', json),
    'invite': await outcome('/api/pair/new', json),
    'read the state': await outcome(state),
    'read the state blindly': await outcome(state, {mode: 'no-cors'}),
    'read the devices': await outcome('/api/devices'),
    'open a stream': await stream(true),
    'open a stream without the cookie': await stream(false),
    'run the state': await tag('script', {src: janus + state}),
    'style with the state': await tag('link', {rel: 'stylesheet', href: janus + state}),
  }
}"""

#: Remembers all that is ever shown.
WATCH = """window.painted = []
new MutationObserver(() => painted.push(document.body?.innerText ?? ''))
  .observe(document, {subtree: true, childList: true, characterData: true})"""


@pytest.fixture
def elsewhere():
    """Another program's page on the same host; what cookies it was sent."""
    cookies = []

    class Page(http.server.BaseHTTPRequestHandler):
        timeout = 5  # for a connection that the browser opens and does not use

        def do_GET(self):
            cookies.append(self.headers.get("Cookie", ""))
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!doctype html><title>Elsewhere</title>")

        def log_message(self, *args):
            pass

    # Of one thread: none is left when the browser keeps its connection.
    with http.server.HTTPServer(("127.0.0.1", 0), Page) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", cookies
        server.shutdown()
        thread.join()


def door(page):
    """Where a device is asked to pair."""
    return page.get_by_role("heading", name="Pair this device")


def squares(picture):
    """The rows of a QR code that is drawn as one path, as bytes of 0 and 1."""
    size = int(picture.get_attribute("viewBox").split()[-1]) - 8
    rows = [bytearray(size) for _ in range(size)]
    path = picture.locator("path").get_attribute("d")
    for x, y, run in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", path):
        rows[int(y)][int(x) : int(x) + int(run)] = b"\1" * int(run)
    return [bytes(row) for row in rows]


def alert(page):
    return page.locator("main [role=alert]")


def pair(page, code):
    field(page, "Code").fill(code)
    button(page, "Pair").click()


def open_devices(page):
    settings(page).click()
    region = page.get_by_role("region", name="Paired devices")
    region.get_by_text("Paired devices").click()
    return region


def test_a_scanned_code_lets_in_and_leaves_no_trace(demo, visit_secure):
    code = demo.code()
    page = visit_secure(demo, stranger=True, path=f"/#p={code.replace('-', '')}")

    expect(field(page, "Code")).to_have_value(code)
    expect(page.get_by_text("The code came with the link.")).to_be_visible()
    assert page.url == f"{demo.url}/"
    field(page, "Name of this device").fill("Ada's phone")
    page.keyboard.press("Enter")
    expect(settings(page)).to_be_visible()

    history = page.context.new_cdp_session(page).send("Page.getNavigationHistory")["entries"]
    assert not [entry for entry in history if "#p=" in entry["url"]]
    (cookie,) = page.context.cookies()
    assert cookie["httpOnly"] and cookie["sameSite"] == "Strict"
    assert page.evaluate("document.cookie") == ""
    assert demo.devices()["Ada's phone"]["scope"] == "full"
    kept = str(page.evaluate("({...localStorage})"))
    assert cookie["value"] not in kept and code.replace("-", "") not in kept

    page.reload()
    expect(settings(page)).to_be_visible()


@pytest.mark.slow
def test_a_code_is_typed_as_people_type(demo, again):
    page = again(demo, stranger=True)
    code = demo.code()
    expect(door(page)).to_be_visible()
    expect(page.locator("main")).to_contain_text("run janus pair")
    expect(browsing.first_words(page)).to_have_count(0)
    expect(field(page, "Name of this device")).to_have_value("Linux PC, Chrome")

    field(page, "Code").focus()
    page.keyboard.type(f" {code[:3]} {code[3:6]}\u2013 {code[6:]}".lower())
    expect(field(page, "Code")).to_have_value(code)
    page.keyboard.press("Enter")

    expect(settings(page)).to_be_visible()


@pytest.mark.slow
def test_a_wrong_code_is_said_and_a_right_one_still_helps(demo, again):
    page = again(demo, stranger=True)
    code = demo.code()

    pair(page, "ABC")
    expect(page.get_by_text("A code has ten letters and digits.")).to_be_visible()
    expect(field(page, "Code")).to_be_focused()
    pair(page, "22222-22222")
    expect(alert(page)).to_contain_text("This code is wrong, used, or expired.")
    expect(page.locator("main :is([role=alert], .wrong-ink)")).to_have_count(1)
    expect(field(page, "Code")).to_be_focused()
    page.keyboard.type("ABC")  # in its place
    expect(field(page, "Code")).to_have_value("ABC")
    expect(alert(page)).to_have_count(0)
    pair(page, code)
    expect(settings(page)).to_be_visible()

    page.close()
    other = again(demo, stranger=True, path=f"/#p={code}")
    button(other, "Pair").click()
    expect(alert(other)).to_contain_text("wrong, used")


@pytest.mark.slow
def test_the_link_of_this_computers_terminal_pairs_by_being_opened(demo, again):
    link = f"/#p={demo.code().replace('-', '')}&now"
    page = again(demo, stranger=True, path=link)

    expect(settings(page)).to_be_visible()
    assert page.url == f"{demo.url}/"

    page.close()
    other = again(demo, stranger=True, path=link)  # it is good once
    expect(alert(other)).to_contain_text("wrong, used")
    expect(door(other)).to_be_visible()


@pytest.mark.slow
def test_a_link_that_is_opened_while_the_page_is_open_is_understood(demo, again):
    page = again(demo, stranger=True)
    expect(door(page)).to_be_visible()
    code = demo.code()
    page.evaluate("(code) => { location.hash = `#p=${code}` }", code)

    expect(field(page, "Code")).to_have_value(code)
    assert page.url == f"{demo.url}/"
    button(page, "Pair").click()
    expect(settings(page)).to_be_visible()


@pytest.mark.slow
def test_who_guesses_waits_and_finds_the_codes_burnt(fresh, visit):
    page = visit(fresh, stranger=True)
    code = fresh.code()
    for number in range(5):
        with page.expect_response("**/api/pair"):
            pair(page, f"22222-2222{number + 2}")
        expect(alert(page)).to_contain_text("This code is wrong")
        expect(button(page, "Pair")).to_be_enabled()

    pair(page, code)

    expect(alert(page)).to_contain_text("Too many wrong codes. Wait ")
    waiting = page.get_by_role("button", name=re.compile("^Try again in"))
    expect(waiting).to_be_disabled()
    page.clock.fast_forward(61_000)
    expect(button(page, "Pair")).to_be_enabled()
    assert fresh.devices() == {}
    page.context.close()


@pytest.mark.slow
def test_a_revoked_device_is_asked_to_pair_and_goes_on_where_it_was(fresh, visit_secure):
    page = talk(visit_secure, fresh, "What is this project about?")
    expect(answers(page)).to_have_count(1)
    composer(page).fill("half a thou")
    fresh.owner.delete("/api/devices", device_id="all")

    page.clock.fast_forward(SOON)
    expect(door(page)).to_be_visible()
    expect(answers(page)).to_have_count(0)
    pair(page, fresh.code())

    expect(answers(page)).to_have_count(1)
    expect(composer(page)).to_have_value("half a thou")

    page.context.set_offline(True)
    ask(page, "Where is ShoppingCart defined?")
    fresh.owner.delete("/api/devices", device_id="all")
    page.context.set_offline(False)
    expect(door(page)).to_be_visible()
    pair(page, fresh.code())
    expect(answers(page).nth(1)).to_contain_text("cart.py")  # what was said is sent after all
    assert len(fresh.said(session_id(page))) == 2
    page.context.close()


@pytest.mark.slow
def test_a_revoked_device_forgets_before_it_shows_anything(fresh, visit_secure):
    page = talk(visit_secure, fresh, "What is this project about?", script=WATCH)
    expect(answers(page)).to_contain_text("Sells flowers")
    page.evaluate("navigator.serviceWorker.ready.then(() => {})")
    back(page)
    expect(page.get_by_role("link", name="What is this project about?")).to_be_visible()
    here = f"/#/s/{fresh.owner.get('/api/sessions')['sessions'][0]['session_id']}"
    wait_for(lambda: "flowers" in browsing.kept(page))

    page.context.set_offline(True)
    page.goto(fresh.url + here)
    page.reload()
    expect(answers(page)).to_contain_text("Sells flowers")  # it is kept
    fresh.owner.delete("/api/devices", device_id="all")
    page.context.set_offline(False)
    for path in ("/", here):
        page.goto("about:blank")
        page.goto(fresh.url + path)
        expect(door(page)).to_be_visible()
        seen = page.evaluate("painted.join()")
        assert "Pair this device" in seen
        assert "flowers" not in seen and "project about" not in seen and "shop" not in seen

    traces = r"flowers|project about|janus\.(admission|sessions|seen|read|projects)"
    wait_for(lambda: not re.search(traces, browsing.kept(page)))
    page.context.set_offline(True)
    page.reload()
    expect(door(page)).to_be_visible()
    page.context.close()


@pytest.mark.slow
def test_a_page_on_another_port_gets_nowhere(fresh, visit, elsewhere):
    page = talk(visit, fresh, "What is this project about?")
    address, cookies = elsewhere
    stranger = page.context.browser.new_context(storage_state=page.context.storage_state())
    stranger = stranger.new_page()  # not listened to: the browser complains of what it refuses
    stranger.goto(address)
    assert "janus-" in cookies[0]  # browsers keep cookies by host, so it is sent along

    outcomes = stranger.evaluate(ATTACK, [fresh.url, session_id(page)])

    blind = {"start, as a form could", "read the state blindly"}
    assert {name for name, outcome in outcomes.items() if outcome != "refused"} <= blind, outcomes
    assert {outcomes[name] for name in blind} <= {"opaque", "refused"}
    assert len(fresh.owner.get("/api/sessions")["sessions"]) == 1
    assert len(fresh.devices()) == 1
    stranger.evaluate(
        "(src) => document.body.append(Object.assign(document.createElement('iframe'), {src}))",
        fresh.url,
    )
    wait_for(lambda: len(stranger.frames) == 2 and stranger.frames[1].url != "about:blank")
    assert stranger.frames[1].locator("#page").count() == 0
    stranger.context.close()
    page.context.close()


@pytest.mark.slow
def test_devices_are_let_in_and_out_in_the_settings(fresh, visit):
    page = visit(fresh)
    region = open_devices(page)
    expect(region.get_by_role("listitem")).to_have_count(1)
    expect(region.get_by_role("listitem")).to_contain_text("this device")

    button(region, "Add a device").click()
    sheet = page.get_by_role("dialog", name="Add a device")
    button(sheet, "Create a code").click()
    expect(sheet.locator(".invitation-url")).to_contain_text(f"{fresh.url}/#p=")
    url = sheet.locator(".invitation-url").text_content()
    expect(sheet.locator(".invitation-code")).to_have_text(f"{url[-10:-5]}-{url[-5:]}")
    expect(sheet.get_by_text("Janus is listening on this computer only")).to_be_visible()
    drawn = squares(sheet.get_by_role("img", name="QR code of the address"))
    assert drawn == [bytes(row) for row in segno.make(url, error="m", micro=False).matrix]
    guest = visit(fresh, stranger=True, path=url.removeprefix(fresh.url))
    field(guest, "Name of this device").fill(MARKUP)
    button(guest, "Pair").click()
    expect(settings(guest)).to_be_visible()
    page.clock.fast_forward(4000)
    expect(sheet.get_by_text(f"“{MARKUP}” is paired.")).to_be_visible()
    button(sheet, "Done").click()

    button(region, "Add a device").click()
    button(sheet, "Create a code").click()
    expect(sheet.get_by_text(re.compile(r"for [45]:\d\d more"))).to_be_visible()
    page.clock.fast_forward(301_000)
    expect(sheet.get_by_text("This code has expired.")).to_be_visible()
    expect(sheet.locator(".invitation-url")).to_have_count(0)
    button(sheet, "Close").click()
    theirs = region.get_by_role("listitem").filter(has_text=MARKUP)
    expect(theirs.locator("strong")).to_have_text(MARKUP)
    assert region.locator("img").count() == 0
    button(theirs, f"Unpair {MARKUP}").click()
    sheet = page.get_by_role("dialog", name=f"Unpair “{MARKUP}”?")
    button(sheet, "Cancel").click()
    expect(button(theirs, f"Unpair {MARKUP}")).to_be_focused()
    button(theirs, f"Unpair {MARKUP}").click()
    button(sheet, "Unpair").click()

    expect(theirs).to_have_count(0)
    assert MARKUP not in fresh.devices()
    guest.clock.fast_forward(SOON)
    expect(door(guest)).to_be_visible()

    pair(guest, fresh.code())
    expect(settings(guest)).to_be_visible()
    button(region, "Unpair all devices").click()
    button(page.get_by_role("dialog"), "Unpair").click()
    expect(door(page)).to_be_visible()
    assert fresh.devices() == {}
    guest.clock.fast_forward(SOON)
    expect(door(guest)).to_be_visible()
    for one in (page, guest):
        one.context.close()


@pytest.mark.slow
def test_a_device_with_read_only_access_sees_that(fresh, visit):
    page = talk(visit, fresh, "What is this project about?")
    expect(answers(page)).to_have_count(1)

    reader = visit(fresh, stranger=True, path=f"/#p={fresh.code('read')}")
    button(reader, "Pair").click()
    expect(reader.get_by_text("This device has read-only access.")).to_be_visible()
    expect(browsing.first_words(reader)).to_have_count(0)
    reader.get_by_role("link", name=re.compile("What is this project about")).click()

    expect(reader.get_by_text("This device has read-only access")).to_be_visible()
    expect(answers(reader)).to_have_count(1)
    expect(composer(reader)).to_have_count(0)
    ask(page, "write notes.txt: milk")
    expect(reader.get_by_role("heading", name="Allow this change?")).to_be_visible()
    expect(button(page, "Allow once")).to_be_visible()
    expect(button(reader, "Allow once")).to_have_count(0)
    expect(button(reader, "Stop")).to_have_count(0)
    button(page, "Deny").click()
    expect(answers(reader)).to_have_count(2)  # it sees what happens, as it happens

    back(reader)
    region = open_devices(reader)
    expect(region.get_by_role("listitem")).to_have_count(2)
    expect(region).to_contain_text("read-only")
    expect(region.get_by_role("button")).to_have_count(0)
    for one in (page, reader):
        one.context.close()


@pytest.mark.slow
def test_pairing_in_one_tab_is_pairing_in_all(demo, again):
    page = again(demo, stranger=True)
    expect(door(page)).to_be_visible()
    other = page.context.new_page()
    other.goto(f"{demo.url}/#p={demo.code()}")
    button(other, "Pair").click()
    expect(settings(other)).to_be_visible()

    expect(settings(page)).to_be_visible()
    other.goto(f"{demo.url}/#p={demo.code()}")  # to begin anew
    button(other, "Pair").click()
    expect(settings(other)).to_be_visible()
    begin(page, "What is this project about?")
    expect(answers(page)).to_contain_text("Sells flowers by mail")


@pytest.mark.slow
def test_a_browser_that_lost_its_key_pairs_again(demo, again):
    page = again(demo, stranger=True, path=f"/#p={demo.code()}")
    button(page, "Pair").click()
    expect(settings(page)).to_be_visible()
    page.evaluate("localStorage.removeItem('janus.admission')")
    page.reload()
    expect(door(page)).to_be_visible()
    pair(page, demo.code())
    expect(settings(page)).to_be_visible()

    kept = '{"key": "wrong", "scope": "full"}'
    page.evaluate("(kept) => localStorage.setItem('janus.admission', kept)", kept)
    page.reload()
    browsing.first_words(page).fill("What is this project about?")
    button(page, "Start").click()
    expect(page.get_by_text("pair this device again")).to_be_visible()
    page.goto(f"{demo.url}/#p={demo.code()}")
    button(page, "Pair").click()
    begin(page, "What is this project about?")
    expect(answers(page)).to_contain_text("Sells flowers by mail")


@pytest.mark.slow
def test_who_is_in_and_opens_a_link_may_stay(demo, again):
    code = demo.code()
    page = again(demo, path=f"/#p={code}")

    expect(door(page)).to_be_visible()
    assert page.url == f"{demo.url}/"
    button(page, "Cancel").click()
    expect(settings(page)).to_be_visible()
    other = again(demo, stranger=True, path=f"/#p={code}")  # it is as good as it was
    button(other, "Pair").click()
    expect(settings(other)).to_be_visible()
