"""A real browser at a real server, for the tests of the page.

The policy of the page forbids eval, and with it ``page.wait_for_function``: ``expect`` waits.
"""

import re
from pathlib import Path

import pytest
import visiting
from conftest import wait_for
from kit import browser as chromium
from serving import Dictation, Server, dictated_server
from visiting import expect

browser = chromium.browser  # beside the fixtures here, for modules that name what they use
visit, visit_secure = visiting.visit, visiting.visit_secure
again, regular = visiting.again, visiting.regular
first_page, new_device = visiting.first_page, visiting.new_device
PHONE, DESKTOP = visiting.PHONE, visiting.DESKTOP
ROOT = Path(__file__).parents[2]
ACP_AGENT = ROOT / "tests" / "fake_agents" / "acp-agent"
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
    # Once the browser has gone back: until then, what is typed is typed there.
    expect(page.get_by_role("dialog")).to_have_count(0)


def back(page):
    button(page, "All sessions").click()
    expect(settings(page)).to_be_visible()


def kept(page):
    """All that a page finds stored."""
    return page.evaluate(KEPT)


def session_id(page):
    """Of the conversation that is open."""
    return wait_for(lambda: re.search(r"#/s/([\w-]+)$", page.url))[1]
