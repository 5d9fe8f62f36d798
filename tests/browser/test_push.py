"""A push is shown by the page's own worker, and Janus hears that it arrived."""

import shutil

import browsing
import pytest
from browsing import button, expect
from kit.browser import WHOLE
from kit.missing import missing
from push.browser import Browser
from push.told import ME

from janus.push.news import News, payload

visit, demo = browsing.visit, browsing.demo


@pytest.fixture(scope="module")
def browser(launch):
    """A whole one: only that may show notifications."""
    program = next(filter(None, map(shutil.which, WHOLE)), None)
    if not program:
        missing("Notifications are tested with Chromium; its headless shell has none.")
    browser = launch(executable_path=program)
    yield browser
    browser.close()


def test_a_push_is_shown_and_its_arrival_is_told(visit, demo):
    page = visit(demo, permissions=["notifications"])
    page.evaluate("navigator.serviceWorker.ready.then(() => {})")
    # Nobody can be reached there: the push comes from the browser's own tools for developers.
    subscription = Browser("https://push.invalid/a").subscription(contact=ME)
    demo.owner.post("/api/push/subscription", subscription)
    push_id = demo.owner.post("/api/push/test", {})["push_id"]
    asked = News(session_id="s", about="q", kind="permission", title="Fix: may it?", text="make")

    deliver(page, demo.url, payload(asked, push_id, f"{demo.url}/#/s/s").decode())

    until(page, lambda: demo.owner.get("/api/push/subscription")["tested"])
    shown = "navigator.serviceWorker.ready.then((it) => it.getNotifications())"
    [notification] = page.evaluate(
        f"{shown}.then((all) => all.map((it) => [it.title, it.body, it.tag]))"
    )
    assert notification == ["Fix: may it?", "make", "q"]
    demo.owner.delete("/api/push/subscription")


def until(page, fits):
    """Wait for something, while the browser goes on."""
    for _ in range(200):
        if fits():
            return
        page.wait_for_timeout(50)
    raise AssertionError("it did not happen")


def deliver(page, origin, data):
    """Have the browser believe that a push arrived for the page."""
    tools, found = page.context.new_cdp_session(page), []
    tools.on(
        "ServiceWorker.workerRegistrationUpdated", lambda it: found.extend(it["registrations"])
    )
    tools.send("ServiceWorker.enable")
    until(page, lambda: found)
    message = {"origin": origin, "registrationId": found[0]["registrationId"], "data": data}
    tools.send("ServiceWorker.deliverPushMessage", message)


@pytest.mark.slow
def test_the_settings_say_that_nothing_is_told_yet_and_ask_for_an_address(visit, demo):
    page = visit(demo, path="/#/settings", permissions=["notifications"])

    page.get_by_text("Notifications", exact=True).click()
    expect(page.get_by_text("Turn them on to hear")).to_be_visible()
    expect(page.get_by_label("Your e-mail address")).to_be_visible()
    expect(button(page, "Turn on notifications")).to_be_enabled()
