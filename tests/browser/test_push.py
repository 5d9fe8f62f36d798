"""A push is shown by the page's own worker, and Janus hears that it arrived, or was answered."""

import json
import shutil

import browsing
import push.conftest
import pytest
from browsing import ACP_AGENT, button, expect
from conftest import wait_for
from kit.browser import WHOLE
from kit.missing import missing
from push.browser import Browser
from push.told import ME
from serving import Server

from janus.push.news import News, payload

visit, demo = browsing.visit_secure, browsing.demo
certified, service = push.conftest.certified, push.conftest.service
#: Nobody looks at the page, and it compares no notes: a browser for tests has no subscription.
HIDDEN = """Object.defineProperty(document, 'visibilityState', {value: 'hidden'})
Object.defineProperty(Notification, 'permission', {value: 'default'})"""
SUBSCRIBE = """subscription => fetch('/api/push/subscription', {
  method: 'POST', body: JSON.stringify(subscription),
  headers: {'Content-Type': 'application/json',
            'X-Janus-Key': JSON.parse(localStorage['janus.admission']).key},
}).then(answer => answer.status)"""
SHOWN = """navigator.serviceWorker.ready.then(it => it.getNotifications()).then(
  all => all.map(it => [it.title, it.body, it.actions.map(({title}) => title).join()]))"""
#: What the browser does for a tap on a button; only it can make an event that waits by itself.
TAP = """async action => {
  const [notification] = await registration.getNotifications()
  const event = new NotificationEvent('notificationclick', {notification, action})
  const work = []
  Object.defineProperty(event, 'waitUntil', {value: promise => work.push(promise)})
  dispatchEvent(event)
  await Promise.all(work)
}"""


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


@pytest.mark.slow
def test_a_short_question_is_answered_in_its_notification(visit, service, certified, tmp_path):
    server = Server(tmp_path, JANUS_AGENT_COMMAND=str(ACP_AGENT), JANUS_PUSH_HOSTS="localhost",
                    SSL_CERT_FILE=str(certified[0]))  # fmt: skip
    page = visit(server, permissions=["notifications"], script=HIDDEN)
    page.evaluate("navigator.serviceWorker.ready.then(() => {})")
    phone = Browser(f"{service.url}/phone")
    assert page.evaluate(SUBSCRIBE, phone.subscription(contact=ME)) == 200
    [worker] = page.context.service_workers

    def read(push):
        return json.dumps(phone.read(push[2]))

    def asks(command):
        """The session, once the notification of its question is shown."""
        kinds = {"once": "allow_once", "never": "reject_once"}
        options = [{"optionId": id, "name": id, "kind": kind} for id, kind in kinds.items()]
        call = {"toolCallId": "c", "kind": "execute", "title": command}
        words = json.dumps({"toolCall": call, "options": options})
        said = {"message": f"request session/request_permission {words}"}
        id = server.owner.post("/api/chat", said)["session_id"]
        body = f"Run: {command}"
        pushed = wait_for(lambda: [it for it in map(read, service.got) if body in it])
        deliver(page, server.url, pushed[0])
        # Asked for what is shown while it is just being shown, Chromium forgets that it is.
        until(page, lambda: server.state(id)["told"]["arrived_at"])
        assert [body, "Allow once,Deny"] in [it[1:] for it in page.evaluate(SHOWN)]
        return id

    try:
        for action, says, heard in [("allow", "Allowed once", "once"), ("deny", "Denied", "never")]:
            id = asks(f"ls {action}")
            worker.evaluate(TAP, action)
            assert page.evaluate(SHOWN) == [[says, f"Run: ls {action}", ""]]
            until(page, lambda id=id, heard=heard: heard in str(server.said(id, "assistant")))
            worker.evaluate("registration.getNotifications().then(([it]) => it.close())")

        id = asks("ls again")
        server.owner.delete("/api/devices", device_id=server.devices()["Tests"]["device_id"])
        worker.evaluate(TAP, "allow")
        [[title, body, buttons]] = page.evaluate(SHOWN)
        assert (title, buttons) == ("Your answer was not taken", "Open") and "not paired" in body
        assert server.owner.get("/api/state", session_id=id)["permissions"]
    finally:
        server.stop()


def until(page, fits):
    """Wait for something, a minute at most, while the browser goes on."""
    for _ in range(1200):
        if fits():
            return
        page.wait_for_timeout(50)
    raise AssertionError("it did not happen")


def deliver(page, origin, data):
    """Have the browser believe that a push arrived for the page."""
    tools, found = page.context.new_cdp_session(page), []

    def note(update):
        mine = [it for it in update["registrations"] if it["scopeURL"].startswith(origin)]
        found.extend(mine)

    tools.on("ServiceWorker.workerRegistrationUpdated", note)
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
