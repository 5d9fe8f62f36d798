"""What happens to a conversation when the network, the server or the page goes away."""

import re
import socket
import threading
from contextlib import suppress

import browsing
import pytest
from browsing import (
    Dictation,
    Server,
    answers,
    ask,
    begin,
    button,
    composer,
    dictated_server,
    expect,
    questions,
    session_id,
    settings,
    talk,
)
from conftest import wait_for

demo, visit, visit_secure = browsing.demo, browsing.visit, browsing.visit_secure
asking, again, regular = browsing.asking, browsing.again, browsing.regular

#: Milliseconds after which a page has tried again, whatever it does.
AGAIN = 16_000
FLICKER = 2000
#: The addresses of all that is in a cache of the page.
CACHED = """async () => {
  const caches_ = await Promise.all((await caches.keys()).map((name) => caches.open(name)))
  const requests = await Promise.all(caches_.map((cache) => cache.keys()))
  return requests.flat().map(({url}) => url)
}"""


class Tunnel:
    """The way to a server, which can be cut: connections break, and new ones are refused."""

    def __init__(self):
        self.server = None  # its port, once there is one
        self._open = True
        self._ends = set()
        self._threads = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._start(self._accept)

    def cut(self):
        self._open = False
        for end in [*self._ends]:
            self._break(end)

    def mend(self):
        self._open = True

    def close(self):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()
        for thread in self._threads:
            thread.join()

    def _accept(self):
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            try:
                assert self._open
                far = socket.create_connection(("127.0.0.1", self.server))
            except (AssertionError, OSError):
                near.close()
                continue
            self._ends |= {near, far}
            self._start(self._pass, near, far)
            self._start(self._pass, far, near)

    def _pass(self, from_, to):
        try:
            while data := from_.recv(65536):
                to.sendall(data)
            to.shutdown(socket.SHUT_WR)
        except OSError:
            self._break(to)
        self._threads_end(from_)

    def _threads_end(self, end):
        """Each end is closed by the thread that reads it, and by no other."""
        self._ends.discard(end)
        self._break(end)
        end.close()

    def _break(self, end):
        with suppress(OSError):  # it is broken already
            end.shutdown(socket.SHUT_RDWR)

    def _start(self, target, *args):
        thread = threading.Thread(target=target, args=args)
        self._threads.append(thread)
        thread.start()


@pytest.fixture
def tunnel():
    tunnel = Tunnel()
    yield tunnel
    tunnel.close()


@pytest.fixture
def far(tmp_path, tunnel):
    """A server with the dictated agent, at the end of the tunnel."""
    server = dictated_server(tmp_path, JANUS_PUBLIC_URL=tunnel.url)
    tunnel.server = int(server.address.rpartition(":")[2])
    yield server
    server.stop()


@pytest.fixture
def dictation(far):
    dictation = Dictation(far)
    yield dictation
    dictation.end()


def banner(page):
    """What is said above all screens."""
    return page.locator("output.banner")


def expect_lost(page, words="Janus is not answering. Trying again…"):
    page.clock.fast_forward(AGAIN)
    expect(banner(page)).to_contain_text(words)


@pytest.mark.slow
def test_an_answer_is_whole_though_the_connection_was_lost_in_it(far, tunnel, dictation, visit):
    page = talk(visit, far)
    lines = [f"{number:3}: ü ≠ u, <b>\t{'=' * (number % 7)}" for number in range(200)]
    code = page.locator("#messages pre.code-body")
    ask(page, "What pays?")
    dictation.say("Patience ", "pays, ")
    expect(answers(page)).to_contain_text("pays,")

    tunnel.cut()
    dictation.say("so:\n\n```\n", *(f"{line}\n" for line in lines[:100]))
    expect_lost(page)
    tunnel.mend()
    page.clock.fast_forward(AGAIN)
    expect(code).to_contain_text(lines[99].strip())
    expect(button(page, "Stop")).to_be_visible()
    tunnel.cut()  # this time it ends meanwhile
    dictation.say(*(f"{line}\n" for line in lines[100:]), "```\n", "All told.")
    dictation.end()
    id = session_id(page)
    wait_for(lambda: not far.owner.get("/api/state", session_id=id)["is_processing"])
    tunnel.mend()
    page.clock.fast_forward(AGAIN)

    for _ in range(2):
        expect(answers(page)).to_contain_text("All told.")
        expect(answers(page)).to_have_attribute("aria-busy", "false")
        expect(banner(page)).to_be_hidden()
        expect(button(page, "Stop")).to_have_count(0)
        wait_for(lambda: page.locator("#messages .md [aria-busy=true]").count() == 0)
        wait_for(lambda: code.text_content().rstrip("\n") == "\n".join(lines))
        assert [one.text_content() for one in page.locator("#messages .md p").all()] == [
            "Patience pays, so:",
            "All told.",
        ]
        page.reload()
    page.context.close()


def test_the_page_comes_back_by_itself_after_a_crash_and_says_what_happened(
    far, dictation, visit_secure
):
    page = talk(visit_secure, far)
    ask(page, "What pays?")
    dictation.say("Patience ")
    expect(answers(page)).to_contain_text("Patience")

    far.kill()
    expect_lost(page)
    composer(page).fill("half a thou")
    far.start()
    page.clock.fast_forward(AGAIN)

    note = page.get_by_role("article", name="Janus", exact=True)
    expect(note).to_contain_text("Janus was stopped before it answered this.")
    expect(answers(page)).to_contain_text("Patience")  # what it had is kept
    expect(banner(page)).to_be_hidden()
    expect(button(page, "Stop")).to_have_count(0)
    expect(composer(page)).to_have_value("half a thou")
    composer(page).fill("")
    dictation.say("pays.")
    dictation.end()
    button(note, "Ask again").click()
    expect(answers(page).last).to_contain_text("Patience pays.")
    page.context.close()


@pytest.mark.slow
def test_what_is_said_while_janus_is_gone_is_delivered_once(tmp_path, visit):
    server = Server(tmp_path, JANUS_AGENT="demo")
    page = talk(visit, server, "What is this project about?")
    expect(answers(page)).to_have_count(1)
    id = session_id(page)
    server.stop()

    ask(page, "Where is ShoppingCart defined?")
    expect(questions(page).nth(1)).to_contain_text("Waiting for the connection")
    expect_lost(page, "1 message is kept here and sent later.")
    composer(page).fill("half a thou")
    server.start()
    page.clock.fast_forward(AGAIN)

    expect(answers(page).nth(1)).to_contain_text("cart.py")
    expect(questions(page)).to_have_count(2)
    expect(composer(page)).to_have_value("half a thou")
    assert server.said(id) == ["What is this project about?", "Where is ShoppingCart defined?"]
    page.context.close()  # an open connection would delay the end
    server.stop()


@pytest.mark.slow
def test_what_waits_survives_a_reload_and_is_delivered_once(asking, visit_secure):
    page = talk(visit_secure, asking)
    expect(composer(page)).to_be_visible()
    page.evaluate("navigator.serviceWorker.ready.then(() => {})")
    page.context.set_offline(True)
    ask(page, "say apple")
    expect(questions(page)).to_contain_text("Waiting for the connection")
    page.reload()
    expect(questions(page)).to_contain_text("Waiting for the connection")

    page.context.set_offline(False)

    expect(answers(page)).to_contain_text("apple")
    expect(questions(page)).to_have_count(1)
    assert asking.said(session_id(page)) == ["say apple"]


@pytest.mark.slow
def test_an_answer_that_got_lost_does_not_send_the_question_twice(asking, again):
    page = talk(again, asking)
    page.route("**/api/chat", lambda route: (route.fetch(), route.abort()), times=1)
    ask(page, "say apple")
    page.clock.fast_forward(AGAIN)

    expect(answers(page)).to_contain_text("apple")
    expect(questions(page)).to_have_count(1)
    expect(page.get_by_text("Waiting for the connection")).to_have_count(0)
    assert asking.said(session_id(page)) == ["say apple"]


@pytest.mark.slow
def test_what_several_tabs_have_to_send_is_sent_once(asking, visit_secure):
    page = talk(visit_secure, asking)
    page.evaluate("navigator.serviceWorker.ready.then(() => {})")
    page.context.set_offline(True)
    ask(page, "say apple")
    expect(questions(page)).to_contain_text("Waiting for the connection")
    other = page.context.new_page()
    other.goto(page.url)
    expect(questions(other)).to_contain_text("Waiting for the connection")

    page.context.set_offline(False)

    for tab in (page, other):
        expect(answers(tab)).to_contain_text("apple")
        expect(questions(tab)).to_have_count(1)
    assert asking.said(session_id(page)) == ["say apple"]


@pytest.mark.slow
def test_what_cannot_be_sent_is_said_and_can_be_taken_back(asking, again):
    page = talk(again, asking)
    refusal = '{"error": {"code": "QUEUE_FULL", "message": "Too many messages wait."}}'
    page.route("**/api/chat", lambda route: route.fulfill(status=409, body=refusal), times=2)
    ask(page, "say apple")
    expect(questions(page)).to_contain_text("Not sent: Too many messages wait.")

    page.reload()
    expect(questions(page)).to_contain_text("Not sent: Too many messages wait.")
    button(page, "Retry").click()
    expect(questions(page)).to_contain_text("Not sent")
    button(page, "Retry").click()
    expect(answers(page)).to_contain_text("apple")

    page.route("**/api/chat", lambda route: route.fulfill(status=409, body=refusal), times=1)
    ask(page, "say pear")
    button(page, "Discard").click()
    expect(questions(page)).to_have_count(1)
    wait_for(lambda: "pear" not in browsing.kept(page))
    page.reload()
    expect(answers(page)).to_have_count(1)
    expect(questions(page)).to_have_count(1)


@pytest.mark.slow
def test_a_session_that_could_not_be_started_keeps_the_words(demo, again):
    page = again(demo)
    before = len(demo.owner.get("/api/sessions")["sessions"])
    page.route("**/api/session/start", lambda route: route.abort())
    begin(page, "Where is ShoppingCart defined?")
    expect(page.get_by_text("Waiting for the connection")).to_be_visible()

    page.unroute("**/api/session/start")
    page.reload()
    expect(answers(page)).to_contain_text("cart.py")
    assert len(demo.owner.get("/api/sessions")["sessions"]) == before + 1


@pytest.mark.slow
def test_a_session_that_is_refused_goes_back_to_where_it_can_be_changed(demo, again):
    page = again(demo)
    refusal = '{"error": {"code": "INVALID_REQUEST", "message": "There is no such branch."}}'
    page.route("**/api/session/start", lambda route: route.fulfill(status=400, body=refusal))
    begin(page, "Where is ShoppingCart defined?")
    expect(page.get_by_text("There is no such branch.")).to_be_visible()

    button(page, "Change it").click()
    expect(browsing.first_words(page)).to_have_value("Where is ShoppingCart defined?")
    page.unroute("**/api/session/start")
    button(page, "Start").click()
    expect(answers(page)).to_contain_text("cart.py")


@pytest.mark.slow
def test_the_page_opens_without_a_network_with_what_was_last_known(demo, visit_secure):
    page = visit_secure(demo)
    begin(page, "What is this project about?")
    expect(answers(page)).to_contain_text("Sells flowers")
    button(page, "All sessions").click()
    expect(page.get_by_role("link", name="What is this project about?").first).to_be_visible()
    page.evaluate("navigator.serviceWorker.ready.then(() => {})")

    page.context.set_offline(True)

    page.reload()
    expect(page.get_by_role("link", name="What is this project about?").first).to_be_visible()
    expect(settings(page)).to_be_visible()
    expect(page.locator(".link-state")).to_have_text(re.compile(r"^As of \d+:\d\d"))
    page.clock.fast_forward(FLICKER)
    expect(banner(page)).to_contain_text("This device is offline.")
    page.get_by_role("link", name="What is this project about?").first.click()
    expect(answers(page)).to_contain_text("Sells flowers")
    expect(page.get_by_text(re.compile(r"^As of \d+:\d\d"))).to_be_visible()
    button(page, "All sessions").click()
    settings(page).click()  # it is there, though it was never opened
    expect(page.get_by_role("heading", name="Diagnostics")).to_be_visible()

    outcome = "fetch('/api/sessions').then(() => 'answered', () => 'refused')"
    assert page.evaluate(outcome) == "refused"

    kept = page.evaluate(CACHED)
    assert kept
    assert not [url for url in kept if "/api/" in url or "/setup" in url]

    before = len(demo.owner.get("/api/sessions")["sessions"])
    page.goto(f"{demo.url}/")
    begin(page, "Where is ShoppingCart defined?")
    expect(page.get_by_text("Waiting for the connection")).to_be_visible()
    page.reload()
    expect(page.get_by_text("Waiting for the connection")).to_be_visible()
    page.context.set_offline(False)
    expect(answers(page)).to_contain_text("cart.py")
    expect(banner(page)).to_be_hidden()
    assert demo.said(session_id(page)) == ["Where is ShoppingCart defined?"]
    assert len(demo.owner.get("/api/sessions")["sessions"]) == before + 1


@pytest.mark.slow
def test_a_page_that_lacks_a_part_after_an_upgrade_is_loaded_anew_once(demo, again):
    page = again(demo, path="/#/settings")
    loads = []
    page.on("load", lambda _: loads.append(1))

    def upgraded(route):
        """The page of another version, to whoever looks which one there is."""
        if route.request.is_navigation_request():
            route.continue_()
        else:
            text = re.sub(r"assets/index-[\w-]+\.js", "assets/index-newer.js", route.fetch().text())
            route.fulfill(body=text, content_type="text/html")

    missing = page.context.request.get(f"{demo.url}/assets/gone-12345678.js")
    assert missing.status == 404 and "html" not in missing.headers["content-type"]
    page.route("**/assets/projects-*.js", lambda route: route.fulfill(status=404))
    page.route(f"{demo.url}/", upgraded)
    button(page, "Back").click()
    browsing.first_words(page).fill("half a thou")
    page.get_by_role("button", name=re.compile(", Projects$")).click()
    load_it = button(page, "Load it anew")
    expect(load_it).to_be_visible()
    assert not loads  # not over what is typed

    browsing.first_words(page).fill("")
    page.goto(f"{demo.url}/#/")
    with page.expect_event("load"):
        page.get_by_role("button", name=re.compile(", Projects$")).click()
    for number in (1, 2):
        expect(load_it).to_be_visible()  # once by itself, and then when it is asked for
        assert len(loads) == number
        with page.expect_event("load"):
            load_it.click()
