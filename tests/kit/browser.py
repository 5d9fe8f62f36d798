"""Chromium, started once for all tests of the page that a worker runs."""

import shutil
from functools import partial

import pytest

from kit.missing import missing

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
    program = shutil.which("chromium") or shutil.which("google-chrome")
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
    from playwright.sync_api import Error

    try:
        browser = launch()
    except Error:  # seen once: Playwright gave it the error of something else that was asked
        browser = launch()
    yield browser
    browser.close()
