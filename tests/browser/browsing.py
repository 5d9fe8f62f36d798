"""A real browser at a real server, for the tests of the page.

The policy of the page forbids eval, and with it ``page.wait_for_function``: ``expect`` waits.
"""

import json
import re
from pathlib import Path

import pytest
from conftest import wait_for
from kit import browser as chromium
from serving import Dictation, Server, dictated_server

try:
    from playwright.sync_api import expect
except ImportError:  # then all these tests are skipped
    expect = None

browser = chromium.browser  # beside the fixtures here, for modules that name what they use
ROOT = Path(__file__).parents[2]
ACP_AGENT = ROOT / "tests" / "fake_agents" / "acp-agent"
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
DESKTOP = {"viewport": {"width": 1280, "height": 800}}
#: Milliseconds for whatever is waited for; what takes one second takes twenty on a busy computer.
PATIENCE = 60_000
#: All that a page finds stored.
KEPT = """async () => {
  const all = await indexedDB.databases()
  const rows = await Promise.all(all.map(({name}) => new Promise((done) => {
    const opening = indexedDB.open(name)
    opening.onsuccess = () => {
      const [table] = opening.result.objectStoreNames
      const all = opening.result.transaction(table).objectStore(table).getAll()
      all.onsuccess = () => done(all.result)
    }
  })))
  return JSON.stringify([{...localStorage}, {...sessionStorage}, rows])
}"""


@pytest.fixture(scope="module")
def demo(tmp_path_factory, fork_server):
    """A server with the demo agent, for all tests that leave it running."""
    server = Server(tmp_path_factory.mktemp("demo"), JANUS_AGENT="demo")
    yield server
    server.stop()


@pytest.fixture
def fresh(tmp_path, fork_server):
    """A server with the demo agent that nobody has used, and whose patience may be tried."""
    server = Server(tmp_path, JANUS_AGENT="demo")
    yield server
    server.stop()


@pytest.fixture(scope="module")
def asking(tmp_path_factory, fork_server):
    """A server with an agent over ACP that does what it is told; for tests that leave it so."""
    server = Server(tmp_path_factory.mktemp("asking"), JANUS_AGENT_COMMAND=str(ACP_AGENT))
    yield server
    server.stop()


@pytest.fixture(scope="module")
def dictated(tmp_path_factory, fork_server):
    server = dictated_server(tmp_path_factory.mktemp("dictated"))
    yield server
    server.stop()


@pytest.fixture
def dictation(dictated):
    dictation = Dictation(dictated)
    yield dictation
    dictation.end()  # nothing waits for more words


@pytest.fixture
def visit(browser, fork_server):
    """Opens a page, on a device that was let in unless it is a *stranger*; in the end, nothing may
    have been refused or have failed in any of them.

    It is as at a plain http address in a network, where browsers have no service worker: to install
    that takes a third of the work of a visit. Tests of what it does ask for ``visit_secure``.
    """
    yield from visits(browser, service_workers="block")


@pytest.fixture
def visit_secure(browser, fork_server):
    """The same, with the service worker of an address that the browser trusts."""
    yield from visits(browser)


def visits(browser, **defaults):
    contexts, complaints = [], []

    def hear(message):
        # The browser itself says this of every answer that is no success.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            complaints.append(message.text)

    def visit(server, device=PHONE, stranger=False, path="", script=None, **options):
        if not (stranger or server.paired):
            server.paired = new_device(browser, server)
        kept = None if stranger else server.paired
        contexts.append(browser.new_context(**{**device, **defaults, **options}))
        contexts[-1].set_default_timeout(PATIENCE)
        contexts[-1].on("console", hear)
        contexts[-1].on("weberror", lambda error: complaints.append(str(error.error)))
        if script:
            contexts[-1].add_init_script(script)
        return first_page(contexts[-1], server.url + path, kept)

    expect.set_options(timeout=PATIENCE)
    yield visit
    for context in contexts:
        # What still answers requests for a test would fail with the context, and Playwright gives
        # such a failure to whatever is asked next: in another test, at the start of a browser.
        for page in context.pages:
            page.unroute_all(behavior="wait")
        context.close()
    assert not complaints, complaints


def new_device(browser, server):
    """Let a device in; its cookies, and the script that stores what its page keeps."""
    with browser.new_context() as context:
        names = {"code": server.code(), "name": "Tests"}
        admitted = context.request.post(f"{server.url}/api/pair", data=names).json()
        admission = json.dumps({"key": admitted["key"], "scope": admitted["scope"]})
        script = f"localStorage.setItem('janus.admission', {json.dumps(admission)})"
        return context.cookies(), script


def first_page(context, address, kept):
    """The page at *address*, on a device of which this is kept.

    It is stored as the page comes: for what a context has from the start, Playwright opens a page.
    """
    cookies, script = kept or ([], ";")
    context.add_cookies(cookies)
    page = context.new_page()
    page.clock.install()
    with page.add_init_script(script):
        page.goto(address)
    return page


def button(page, name):
    return page.get_by_role("button", name=name, exact=True)


def field(page, name):
    return page.get_by_role("textbox", name=name, exact=True)


def settings(page):
    """Stands in the list of sessions, and only there."""
    return button(page, "Settings")


def composer(page):
    return field(page, "Message")


def answers(page):
    return page.get_by_role("article", name="Agent", exact=True)


def questions(page):
    return page.get_by_role("article", name="You", exact=True)


def talk(visit, server, *said, path="", **options):
    """A page on a new session of its own, in which this was said and answered."""
    page = visit(server, path=f"/#/s/{server.session(*said)}{path}", **options)
    expect(composer(page)).to_be_visible()
    return page


def ask(page, question):
    composer(page).fill(question)
    page.get_by_role("button", name=re.compile("^Send( after this step)?$")).click()


def begin(page, words, own=None):
    """Start a session from the list with first words; on a branch of its own if that has a name."""
    if own:
        choose_branch(page, own)
    first_words(page).fill(words)
    button(page, "Start").click()
    expect(composer(page)).to_be_visible()


def first_words(page):
    """The field under the list that starts a session."""
    return field(page, "What should the agent do?")


def choose_branch(page, name):
    """The next session gets a branch of its own."""
    page.get_by_role("button", name=re.compile("^Where: ")).click()
    page.get_by_role("radio", name=re.compile("Its own branch")).check()
    field(page, "Name of the work").fill(name)
    button(page, "Done").click()


def back(page):
    button(page, "All sessions").click()
    expect(settings(page)).to_be_visible()


def kept(page):
    """All that a page finds stored."""
    return page.evaluate(KEPT)


def session_id(page):
    """Of the conversation that is open."""
    return wait_for(lambda: re.search(r"#/s/([\w-]+)$", page.url))[1]
