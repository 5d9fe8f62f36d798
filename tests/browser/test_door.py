"""How a browser is let in, and how it is kept out."""

import http.server
import threading

import browsing
import pytest
from browsing import Server, ask, expect, field, session_id
from conftest import wait_for

pytestmark = pytest.mark.slow
browser, demo, visit = browsing.browser, browsing.demo, browsing.visit

MARKUP = "<img src=x onerror=alert(1)>"
#: What browsers say of themselves, how many fingers they feel, and what to call them.
AGENTS = [
    (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1",
        5,
        "iPhone",
    ),
    ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.0 Safari/605.1", 5, "iPad"),
    ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Safari/605.1", 0, "Safari on a Mac"),
    ("Mozilla/5.0 (Linux; Android 14; Pixel 8) Chrome/130.0 Mobile Safari/537.36", 5, "Pixel 8"),
    ("Mozilla/5.0 (Linux; Android 9; SM-G9 Build/P1) Chrome/99 Mobile Safari/537.36", 5, "SM-G9"),
    ("Mozilla/5.0 (Linux; Android 10; K) Chrome/130.0 Mobile Safari/537.36", 5, "Android phone"),
    ("Mozilla/5.0 (Android 14; Mobile; rv:131.0) Firefox/131.0", 5, "Android phone"),
    ("Mozilla/5.0 (X11; Linux x86_64) Chrome/130.0 Safari/537.36", 0, "Chrome on Linux"),
    ("Mozilla/5.0 (Windows NT 10.0; Win64) Chrome/130.0 Edg/130.0", 0, "Edge on Windows"),
    ("curl", 0, "A browser"),
]
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


@pytest.fixture
def fresh(tmp_path):
    """A server that nobody has paired with, and whose patience may be tried."""
    server = Server(tmp_path, JANUS_AGENT="demo")
    yield server
    server.stop()


@pytest.fixture
def elsewhere():
    """Another program's page on the same host; what cookies it was sent."""
    cookies = []

    class Page(http.server.BaseHTTPRequestHandler):
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


def pair_button(page):
    return page.locator("#pair")


def open_devices(page):
    page.get_by_role("button", name="Devices", exact=True).click()
    return page.get_by_role("dialog", name="Devices")


def let_in(page, server, name, scope="full"):
    page.goto("about:blank")
    page.goto(f"{server.url}/#p={server.code(scope)}")
    field(page, "Name of this device").fill(name)
    pair_button(page).click()
    expect(page.locator("#pairing")).to_be_hidden()


def test_a_scanned_code_lets_in_and_leaves_no_trace(demo, visit):
    code = demo.code()
    page = visit(demo, stranger=True, path=f"/#p={code.replace('-', '')}")

    expect(field(page, "Code")).to_have_value(code)
    expect(field(page, "Name of this device")).to_be_focused()
    assert page.url == f"{demo.url}/"
    page.keyboard.type("Ada's phone")
    page.keyboard.press("Enter")
    expect(field(page, "Your question")).to_be_visible()

    history = page.context.new_cdp_session(page).send("Page.getNavigationHistory")["entries"]
    assert not [entry for entry in history if "#p=" in entry["url"]]
    (cookie,) = page.context.cookies()
    assert cookie["httpOnly"] and cookie["sameSite"] == "Strict"
    assert page.evaluate("document.cookie") == ""
    assert demo.devices()["Ada's phone"]["scope"] == "full"
    kept = str(page.evaluate("({...localStorage})"))
    assert cookie["value"] not in kept and code.replace("-", "") not in kept

    page.reload()
    ask(page, "What is this project about?")
    expect(page.locator(".agent")).to_contain_text("Sells flowers by mail")


def test_a_code_is_typed_as_people_type(demo, visit):
    page = visit(demo, stranger=True)
    code = demo.code()
    expect(page.get_by_role("heading", name="Pair this device")).to_be_visible()
    expect(page.locator("#pairing")).to_contain_text("run janus pair")
    expect(field(page, "Your question")).to_be_hidden()
    expect(field(page, "Code")).to_be_focused()
    expect(field(page, "Name of this device")).to_have_value("Chrome on Linux")

    page.keyboard.type(f" {code[:3]} {code[3:6]}\u2013 {code[6:]}".lower())
    expect(field(page, "Code")).to_have_value(code)
    page.keyboard.press("Home")
    page.keyboard.press("Delete")
    page.keyboard.type(code[0])  # the caret stays where it was
    expect(field(page, "Code")).to_have_value(code)
    page.keyboard.press("Enter")

    expect(field(page, "Your question")).to_be_visible()


def test_a_wrong_code_is_said_and_a_right_one_still_helps(demo, visit):
    page = visit(demo, stranger=True)
    problem = page.locator("#pair-problem")
    code = demo.code()

    field(page, "Code").fill("ABC")
    pair_button(page).click()
    expect(problem).to_have_text("A code has 10 letters and digits.")
    field(page, "Code").fill("22222-22222")
    pair_button(page).click()
    expect(problem).to_contain_text("This code is wrong, was used, or is too old.")
    expect(field(page, "Code")).to_be_focused()
    page.keyboard.type(code)  # over the wrong one
    page.keyboard.press("Enter")
    expect(field(page, "Your question")).to_be_visible()

    other = visit(demo, stranger=True, path=f"/#p={code}")
    pair_button(other).click()
    expect(other.locator("#pair-problem")).to_contain_text("was used")


def test_who_guesses_waits_and_finds_the_codes_burnt(fresh, visit):
    page = visit(fresh, stranger=True)
    code = fresh.code()
    for number in range(5):
        field(page, "Code").fill(f"22222-2222{number + 2}")
        pair_button(page).click()
        expect(page.locator("#pair-problem")).to_contain_text("This code is wrong")
        expect(pair_button(page)).to_be_enabled()

    field(page, "Code").fill(code)
    pair_button(page).click()

    expect(page.locator("#pair-problem")).to_contain_text("Too many wrong codes. Wait ")
    expect(pair_button(page)).to_be_disabled()
    expect(pair_button(page)).to_contain_text("Wait ")
    page.clock.fast_forward(61_000)
    expect(pair_button(page)).to_have_text("Pair")
    expect(pair_button(page)).to_be_enabled()
    assert fresh.devices() == {}
    page.context.close()


def test_a_revoked_device_is_asked_to_pair_and_goes_on_where_it_was(fresh, visit):
    page = visit(fresh)
    ask(page, "What is this project about?")
    expect(page.locator(".agent")).to_have_count(1)
    field(page, "Your question").fill("half a thou")
    fresh.owner.delete("/api/devices", device_id="all")

    page.clock.fast_forward(30_000)  # to the next heartbeat
    expect(page.get_by_role("heading", name="Pair this device")).to_be_visible()
    expect(page.locator(".agent")).to_be_hidden()
    let_in_here(page, fresh)

    expect(page.locator(".agent")).to_have_count(1)
    expect(field(page, "Your question")).to_have_value("half a thou")

    fresh.owner.delete("/api/devices", device_id="all")
    ask(page, "Where is ShoppingCart defined?")
    expect(page.get_by_role("heading", name="Pair this device")).to_be_visible()
    let_in_here(page, fresh)
    expect(page.locator(".agent").nth(1)).to_contain_text("cart.py")
    page.context.close()


def let_in_here(page, server):
    field(page, "Code").fill(server.code())
    pair_button(page).click()
    expect(page.locator("#pairing")).to_be_hidden()


def test_pairing_in_one_tab_is_pairing_in_all(fresh, visit):
    page = visit(fresh, stranger=True)
    expect(pair_button(page)).to_be_visible()
    other = page.context.new_page()
    other.goto(f"{fresh.url}/#p={fresh.code()}")
    pair_button(other).click()
    expect(field(other, "Your question")).to_be_visible()

    expect(field(page, "Your question")).to_be_visible()
    page.context.close()


def test_a_page_on_another_port_gets_nowhere(fresh, visit, elsewhere):
    page = visit(fresh)
    ask(page, "What is this project about?")
    expect(page.locator(".agent")).to_have_count(1)
    address, cookies = elsewhere
    stranger = page.context.new_page()  # not listened to: the browser complains of what it refuses
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
    assert stranger.frames[1].locator("#composer").count() == 0
    page.context.close()


def test_the_sheet_of_devices_lets_in_and_out(fresh, visit):
    page = visit(fresh)
    sheet = open_devices(page)
    expect(sheet.locator("li")).to_have_count(1)
    expect(sheet.locator("li")).to_contain_text("This device")

    sheet.get_by_role("button", name="Add a device").click()
    expect(sheet.locator("#invitation-url")).to_contain_text(f"{fresh.url}/#p=")
    url = sheet.locator("#invitation-url").text_content()
    expect(sheet.locator("#invitation-code")).to_have_text(f"{url[-10:-5]}-{url[-5:]}")
    guest = visit(fresh, stranger=True, path=url.removeprefix(fresh.url))
    field(guest, "Name of this device").fill(MARKUP)
    pair_button(guest).click()
    ask(guest, "What is this project about?")
    expect(guest.locator(".agent")).to_have_count(1)

    sheet.get_by_role("button", name="Close").click()
    open_devices(page)
    theirs = sheet.locator("li").filter(has_text=MARKUP)
    expect(theirs.locator("strong")).to_have_text(MARKUP)
    assert sheet.locator("img").count() == 0
    theirs.get_by_role("button", name="Revoke").click()
    small = sheet.locator("button:visible, .box").evaluate_all(
        "(found) => found.filter((node) => node.offsetHeight < 48).map((node) => node.outerHTML)"
    )
    assert small == []
    theirs.get_by_role("button", name="No").click()
    expect(theirs.get_by_role("button", name="Revoke")).to_be_focused()
    theirs.get_by_role("button", name="Revoke").click()
    theirs.get_by_role("button", name="Yes, revoke").click()

    expect(theirs).to_have_count(0)
    assert MARKUP not in fresh.devices()
    guest.clock.fast_forward(30_000)
    expect(pair_button(guest)).to_be_visible()

    sheet.get_by_role("button", name="Add a device").click()
    let_in(guest, fresh, "Guest")
    sheet.get_by_role("button", name="Close").click()
    open_devices(page)
    sheet.get_by_role("button", name="Revoke all").click()
    sheet.get_by_role("button", name="Yes, revoke").click()
    expect(sheet).to_be_hidden()
    expect(pair_button(page)).to_be_visible()
    assert fresh.devices() == {}
    for one in (page, guest):
        one.context.close()


def test_a_device_that_may_only_look_sees_that(fresh, visit):
    page = visit(fresh)
    ask(page, "What is this project about?")
    expect(page.locator(".agent")).to_have_count(1)

    reader = visit(fresh, stranger=True, path=f"/#p={fresh.code('read')}")
    pair_button(reader).click()

    expect(reader.locator(".demo").last).to_contain_text("This device may only look.")
    expect(reader.locator(".agent")).to_have_count(1)
    expect(field(reader, "Your question")).to_be_hidden()
    expect(browsing.end(reader)).to_be_hidden()
    sheet = open_devices(reader)
    expect(sheet.locator("li")).to_have_count(2)
    expect(sheet).to_contain_text("This device may only look")
    expect(sheet.get_by_role("button")).to_have_text(["Close"])

    ask(page, "Where is ShoppingCart defined?")
    expect(page.locator(".agent")).to_have_count(2)
    reader.clock.fast_forward(3000)
    expect(reader.locator(".agent")).to_have_count(2)  # it looks by itself
    for one in (page, reader):
        one.context.close()


def test_a_device_that_is_in_needs_no_other_code(demo, visit):
    code = demo.code()
    page = visit(demo, path=f"/#p={code}")

    expect(page.locator(".note")).to_contain_text("paired already")
    assert page.url == f"{demo.url}/"
    other = visit(demo, stranger=True, path=f"/#p={code}")
    pair_button(other).click()
    expect(field(other, "Your question")).to_be_visible()


def test_a_browser_that_lost_its_key_is_asked_to_pair(demo, visit):
    page = visit(demo)
    expect(field(page, "Your question")).to_be_visible()
    page.evaluate("localStorage.removeItem('janus.key')")
    page.reload()
    expect(pair_button(page)).to_be_visible()

    page.evaluate("localStorage.setItem('janus.key', 'wrong')")
    page.reload()
    ask(page, "What is this project about?")
    expect(page.locator("#pair-problem")).to_contain_text("pair this device again")


def test_a_device_has_a_name_to_begin_with(demo, visit):
    page = visit(demo, stranger=True)
    called = page.evaluate(
        "async (agents) => {"
        "  const {nameOf} = await import('/pairing.js');"
        "  return agents.map(([agent, fingers]) => nameOf(agent, fingers))"
        "}",
        [[agent, fingers] for agent, fingers, _ in AGENTS],
    )

    assert called == [name for _, _, name in AGENTS]


def test_the_form_fits_small_screens_and_thumbs(demo, visit):
    page = visit(demo, stranger=True)
    field(page, "Code").fill("1")
    pair_button(page).click()
    expect(page.locator("#pair-problem")).to_be_visible()

    for width in (390, 320):
        page.set_viewport_size({"width": width, "height": 600})
        found = [one.bounding_box() for one in page.locator("#pairing input, #pair").all()]
        assert all(box["height"] >= 48 and box["x"] + box["width"] <= width for box in found), found
