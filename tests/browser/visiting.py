"""How a page is opened, on a device that was let in; and what it complained of."""

import json

import pytest

try:
    from playwright.sync_api import expect
except ImportError:  # then all tests of the page are skipped
    expect = None

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
DESKTOP = {"viewport": {"width": 1280, "height": 800}}
#: Milliseconds for whatever is waited for; what takes one second takes twenty on a busy computer.
PATIENCE = 60_000

#: Not through the browser's own tools: a tab of the same process would see that a moment later.
FORGET = """async () => {
  localStorage.clear()
  sessionStorage.clear()
  for (const name of await caches.keys()) await caches.delete(name)
  await Promise.all((await indexedDB.databases()).map(({name}) => new Promise((done, fail) => {
    const gone = indexedDB.deleteDatabase(name)
    gone.onsuccess = done
    gone.onerror = () => fail(gone.error)
  })))
}"""


@pytest.fixture
def visit(browser, fork_server):
    """Opens a page, on a device that was let in unless it is a *stranger*; in the end, nothing may
    have been refused or have failed in any of them.

    It is as at a plain http address in a network, where browsers have no service worker: to install
    that takes a third of the work of a visit. Tests of what it does ask for ``visit_secure``.
    """
    yield from ended(Visits(browser, service_workers="block"))


@pytest.fixture
def visit_secure(browser, fork_server):
    """The same, with the service worker of an address that the browser trusts."""
    yield from ended(Visits(browser))


@pytest.fixture(scope="module")
def regular(browser, fork_server):
    regular = Regular(browser, service_workers="block")
    yield regular
    regular.end()


@pytest.fixture
def again(regular):
    """As ``visit``, in a tab of a browser that stays open for the whole module: that takes half the
    work. Not for tests that ask for what a browser has before any page is in it."""
    yield regular
    regular.rest()
    regular.check()


def ended(visits):
    yield visits
    visits.end()
    visits.check()


class Visits:
    """The pages that a test opens, and what they complained of."""

    def __init__(self, browser, **defaults):
        self._browser = browser
        # What moves takes a third of the work of a page, and shows no test anything.
        self._defaults = {"reduced_motion": "reduce", **defaults}
        self._contexts, self._complaints = [], []
        expect.set_options(timeout=PATIENCE)

    def __call__(self, server, device=PHONE, stranger=False, path="", script=None, **options):
        if not (stranger or server.paired):
            server.paired = new_device(self._browser, server)
        kept = None if stranger else server.paired
        context = self._browser.new_context(**{**device, **self._defaults, **options})
        self._contexts.append(context)
        context.set_default_timeout(PATIENCE)
        context.on("console", self._hear)
        context.on("weberror", lambda error: self._complaints.append(str(error.error)))
        if script:
            context.add_init_script(script)
        return first_page(context, server.url + path, kept)

    def end(self):
        for context in self._contexts:
            self._unroute(context)
            context.close()

    def check(self):
        complaints, self._complaints = self._complaints, []
        assert not complaints, complaints

    def _unroute(self, context):
        # What still answers requests for a test would fail with the context, and Playwright gives
        # such a failure to whatever is asked next: in another test, at the start of a browser.
        for page in context.pages:
            page.unroute_all(behavior="wait")

    def _hear(self, message):
        # The browser itself says this of every answer that is no success.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self._complaints.append(message.text)


class Regular(Visits):
    """Opens each page as a tab beside one that rests: in the process that is there already."""

    def __init__(self, browser, **defaults):
        super().__init__(browser, **defaults)
        self._resting = {}

    def __call__(self, server, path="/", device=PHONE, stranger=False):
        """A *stranger* comes with nothing, whoever was here before; no other tab may be open."""
        kind = server, device["viewport"]["width"], stranger
        if kind not in self._resting:
            self._resting[kind] = super().__call__(server, device, stranger, path="/icon.svg")
        resting = self._resting[kind]
        if stranger:
            assert resting.context.pages == [resting]
            resting.context.clear_cookies()
            resting.evaluate(FORGET)
        with resting.expect_popup() as opened:
            resting.evaluate("address => { open(address) }", server.url + path)
        opened.value.wait_for_load_state()
        return opened.value

    def rest(self):
        """Close what a test has opened, and set the clock that it may have moved."""
        for context in self._contexts:
            self._unroute(context)
            for page in context.pages:
                if page not in self._resting.values():
                    page.close()
            context.clock.install()


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
