"""Chromium, started once for all tests of the page that a worker runs.

Where it is installed, that of Debian's ``chromium-headless-shell``: the same engine without the
windows, tabs and profiles around it, which take two thirds of the time of a test.
"""

import shutil
from functools import partial

import pytest

from kit.missing import missing

WHOLE = ["chromium", "google-chrome"]
PROGRAMS = ["chromium-headless-shell", *WHOLE]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Requests with `keepalive` pass by what tests intercept, and pages that are loaded without a
    # network think there is one.
    "--disable-features=KeepAliveInBrowserMigration,RenderDocument",
]


@pytest.fixture(scope="session")
def launch():
    """Starts Chromium; its driver is there before anyone looks for leaks."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        program = None
    if not program:
        missing("The page is tested with Playwright and Chromium; one of them is not installed.")
    with sync_playwright() as playwright:
        yield partial(playwright.chromium.launch, executable_path=program, args=FLAGS)


@pytest.fixture(scope="session")
def browser(launch):
    """One for all; each test has contexts of its own."""
    browser = launch()
    yield browser
    browser.close()
