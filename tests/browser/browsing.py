"""A real browser at a real server, for the tests of the page.

The policy of the page forbids eval, and with it ``page.wait_for_function``: ``expect`` waits.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import git, wait_for

from janus.agents.folders import state_folder
from janus.client import Client

try:
    from playwright.sync_api import expect, sync_playwright
except ImportError:
    sync_playwright = None

ROOT = Path(__file__).parents[2]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
DESKTOP = {"viewport": {"width": 1280, "height": 800}}


@pytest.fixture(scope="module")
def browser():
    """Chromium, one for all tests; its driver is there before anyone looks for leaks."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if not (program and sync_playwright):
        reason = "The page is tested with Playwright and Chromium; one of them is not installed."
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


class Server:
    """``janus serve`` on a port of its own, which it keeps when started again."""

    #: What the browser keeps of a device that was let in here, once there is one.
    paired = None

    def __init__(self, folder, **environ):
        self.workspace = folder / "shop"
        self.workspace.mkdir()
        (self.workspace / "README.md").write_text("# Shop\n\nSells flowers by mail.\n")
        (self.workspace / "cart.py").write_text("class ShoppingCart:\n    total = 0\n")
        git(self.workspace, "init", "-q")
        self._log = folder / "log"
        self._environ = {
            "PATH": f"{folder}:{Path(sys.executable).parent}:/usr/bin:/bin",
            "HOME": str(folder),
            "PORT": "0",
            "JANUS_HOST": "127.0.0.1",
            "WORKSPACE_DIR": str(self.workspace),
            "MAX_SESSIONS": "100",
            "JANUS_SUMMARY_TIMEOUT": "3s",
            **environ,
        }
        self.start()

    def start(self):
        command = [sys.executable, "-m", "janus", "serve"]
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                command, cwd=ROOT, stdin=subprocess.DEVNULL, stderr=log, env=self._environ
            )
        self.url = wait_for(self._address)
        self._environ["PORT"] = self.url.rpartition(":")[2]

    @property
    def owner(self):
        """The owner's command line."""
        return Client.of(self.workspace, state_folder(self._environ))

    @property
    def certificates(self):
        """The folder of the authority."""
        return state_folder(self._environ) / "certificates"

    def code(self, scope="full"):
        """A pairing code, as ``janus pair`` shows it."""
        return self.owner.post("/api/pair/new", {"scope": scope})["code"]

    def devices(self):
        """The devices that were let in, by name."""
        return {d["name"]: d for d in self.owner.get("/api/devices")["devices"]}

    def stop(self):
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(30)

    def _address(self):
        assert self._process.poll() is None, self._log.read_text()
        found = re.search(r"listens on (\S+)", self._log.read_text())
        return found and found[1]


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """A server with the demo agent, for all tests that leave it running."""
    server = Server(tmp_path_factory.mktemp("demo"), JANUS_AGENT="demo")
    yield server
    server.stop()


@pytest.fixture
def visit(browser):
    """Opens a page, on a device that was let in unless it is a *stranger*; in the end, nothing may
    have been refused or have failed in any of them.
    """
    contexts, complaints = [], []

    def hear(message):
        # The browser itself says this of every answer that is no success.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            complaints.append(message.text)

    def visit(server, device=PHONE, stranger=False, path=""):
        if not (stranger or server.paired):
            server.paired = kept_of_a_new_device(browser, server)
        kept = None if stranger else server.paired
        contexts.append(browser.new_context(**device, storage_state=kept))
        contexts[-1].set_default_timeout(10_000)
        page = contexts[-1].new_page()
        page.clock.install()
        page.on("console", hear)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(server.url + path)
        return page

    expect.set_options(timeout=10_000)
    yield visit
    for context in contexts:
        context.close()
    assert complaints == []


def kept_of_a_new_device(browser, server):
    """Let a device in as its owner would; what its browser keeps, for other contexts to have."""
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{server.url}/#p={server.code()}")
        page.get_by_role("button", name="Pair", exact=True).click()
        expect(page.get_by_label("Your question")).to_be_visible()
        return context.storage_state()


def field(page, name):
    return page.get_by_role("textbox", name=name, exact=True)


def ask(page, question):
    field(page, "Your question").fill(question)
    page.get_by_role("button", name="Send").click()


def end(page):
    return page.get_by_role("button", name="End", exact=True)


def session_id(page):
    return page.evaluate("localStorage['janus.session']")
