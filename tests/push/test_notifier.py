"""Each call ends seen, or known as not seen and told another way."""

import os
import random
import time
from collections import Counter

import pytest
from conftest import wait_for

from janus.errors import NotFound
from janus.push import notifier as module
from janus.push.channels import Ntfy, WebPush
from janus.push.keys import PushKey
from janus.push.notifier import Notifier
from janus.push.subscription import QuietHours, Subscription
from janus.push.subscriptions import Subscriptions
from janus.storage.store import Store
from push.browser import Browser
from push.told import ME, Paired, answer, asked, failure, state

PUSHES = int(os.environ.get("JANUS_PUSHES", 60))


class Sessions:
    """What the notifier knows of sessions, and what it wants to be kept in them."""

    def __init__(self):
        self.states = {}
        self.kept = []
        self.front = False
        #: What notifications say of questions that they answer, by their ids.
        self.short = {}

    def record(self, session_id, event):
        self.kept.append((session_id, event))

    def outcomes(self):
        return [(event.about, event.outcome, event.way) for _, event in self.kept]


@pytest.fixture
def sessions():
    return Sessions()


@pytest.fixture
def hurried(monkeypatch):
    """What nobody sees is told another way soon, not only after a minute."""
    monkeypatch.setattr(module, "UNSEEN", 0.3)


@pytest.fixture
def make(tmp_path, sessions, monkeypatch):
    monkeypatch.setattr(module, "_QUIET", 0.1)
    made = []

    def make(ntfy=None):
        here = ("localhost",)
        push = WebPush(PushKey(tmp_path / "push", time), time, here)
        made.append(
            Notifier(
                Subscriptions(Store(tmp_path), Paired({"phone", "tablet"})),
                push,
                Ntfy(ntfy, time, here) if ntfy else None,
                state=sessions.states.get,
                record=sessions.record,
                in_front=lambda: sessions.front,
                link=lambda id: f"https://janus.example.org/#/s/{id}",
                glance=lambda session_id, id: sessions.short.get(id),
                may_answer=lambda device_id: device_id == "phone",
                clock=time,
            )
        )
        made[-1]._began = 0.0
        return made[-1]

    yield make
    for notifier in made:
        notifier.stop()
        notifier.stop()


def subscribe(notifier, browser, device="phone", **more):
    keys = browser.subscription()["keys"]
    phone = Subscription(
        device_id=device, endpoint=browser.endpoint, created_at=1.0, **keys, **more
    )
    notifier.subscriptions.add(phone, ME)
    return phone


@pytest.fixture
def notifier(make, browser):
    notifier = make()
    subscribe(notifier, browser)
    return notifier


def change(notifier, sessions, *messages, **now):
    seq = getattr(sessions.states.get("s"), "seq", 0) + 1
    sessions.states["s"] = state(*messages, seq=seq, **now)
    notifier.changed("s")


def resting(notifier, *, waiting):
    """Whether all that was due is done: no thread is at a job, and so many wait for their time."""
    timetable = notifier._timetable
    with timetable._changed:
        is_idle = timetable._idle == len(timetable._threads)
        return is_idle and [at > time.monotonic() for at, *_ in timetable._jobs] == [True] * waiting


def test_a_question_reaches_the_phone_and_is_seen(notifier, sessions, service, browser):
    change(notifier, sessions, questions=(asked(),), turn="t")

    [(path, headers, body)] = service.wait(1)
    shown = browser.read(body)["notification"]
    assert path == "/phone" and shown["title"] == "Fix the login: may it?"
    assert shown["navigate"] == "https://janus.example.org/#/s/s"
    assert (headers["Urgency"], headers["TTL"], headers["Content-Encoding"]) == (
        "high", "900", "aes128gcm",
    )  # fmt: skip
    assert len(headers["Topic"]) == 32

    notifier.receipt(shown["data"]["push_id"], seen=False)
    notifier.receipt(shown["data"]["push_id"], seen=True)
    notifier.receipt(shown["data"]["push_id"], seen=False)

    ways = [("q", outcome, "push") for outcome in ("sent", "arrived", "seen")]
    assert sessions.outcomes() == ways


def test_done_and_failed_are_told_less_urgently(notifier, sessions, service, browser):
    change(notifier, sessions, answer())
    service.wait(1)
    change(notifier, sessions, answer(), failure("u"), error="AGENT_FAILED")

    got = service.wait(2)
    texts = {browser.read(body)["notification"]["body"] for _, _, body in got}
    assert texts == {"All done.", "The agent crashed."}
    assert {headers["Urgency"] for _, headers, _ in got} == {"normal"}


def test_nothing_is_sent_while_a_page_is_in_front_unless_nobody_answers_there(
    hurried, notifier, sessions, service, browser
):
    sessions.front = True
    change(notifier, sessions, answer())
    change(notifier, sessions, answer(), questions=(asked(),), turn="u")

    [(_, _, body)] = service.wait(1)

    assert browser.read(body)["notification"]["tag"] == "q"


def test_an_answer_given_anywhere_replaces_the_notification_on_every_device(
    notifier, sessions, service, browser
):
    sessions.short["q"] = ("Run: ls", "digest")
    tablet = Browser(f"{service.url}/tablet")
    subscribe(notifier, tablet, "tablet")
    change(notifier, sessions, questions=(asked(),), turn="t")
    asking = {path: headers["Topic"] for path, headers, _ in service.wait(2)}

    wait_for(lambda: resting(notifier, waiting=1))
    change(notifier, sessions, turn="t")

    for path, headers, body in service.wait(4)[2:]:
        shown = (browser if path == "/phone" else tablet).read(body)["notification"]
        assert (shown["tag"], shown["body"], shown["silent"]) == ("q", "Answered.", True)
        assert "digest" not in shown["data"]
        assert headers["Topic"] == asking.pop(path)
    assert not asking
    wait_for(lambda: sessions.outcomes()[-1] == ("q", "seen", "push"))


def test_what_a_tap_may_answer_is_shown_whole_and_not_to_who_only_reads(
    notifier, sessions, service, browser
):
    sessions.short["q"] = ("Run: ls", "digest")
    tablet = Browser(f"{service.url}/tablet")
    subscribe(notifier, tablet, "tablet")

    change(notifier, sessions, questions=(asked(), asked("r")), turn="t")

    told = {}
    for path, _, body in service.wait(4):
        shown = (browser if path == "/phone" else tablet).read(body)["notification"]
        told[path, shown["tag"]] = shown["body"], shown["data"].get("digest")
    assert told == {
        ("/phone", "q"): ("Run: ls", "digest"), ("/tablet", "q"): ("Run: ls", None),
        ("/phone", "r"): ("Run `make`", None), ("/tablet", "r"): ("Run `make`", None),
    }  # fmt: skip


def test_opening_the_session_is_seeing_it(notifier, sessions, service):
    change(notifier, sessions, answer())
    service.wait(1)
    wait_for(lambda: sessions.outcomes())

    notifier.opened("s")
    notifier.opened("s")

    assert sessions.outcomes() == [("t", "sent", "push"), ("t", "seen", "push")]


def test_what_nobody_sees_is_told_by_ntfy_without_its_content_then_once_more(
    hurried, make, sessions, service, browser
):
    notifier = make(f"{service.url}/topic")
    subscribe(notifier, browser)

    change(notifier, sessions, answer(content="the secret"))

    service.wait(3)
    wait_for(lambda: ("t", "unseen", "again") in sessions.outcomes())
    assert [path for path, _, _ in service.got] == ["/phone", "/topic", "/phone"]
    _, headers, body = service.got[1]
    assert body == b"A session is done." and "secret" not in str(headers)
    assert "Fix" not in str(headers) and headers["Click"].endswith("/#/s/s")
    assert sessions.outcomes() == [
        ("t", "sent", "push"), ("t", "sent", "ntfy"), ("t", "sent", "again"),
        ("t", "unseen", "again"),
    ]  # fmt: skip


def test_without_a_phone_ntfy_is_told_at_once(hurried, make, sessions, service):
    notifier = make(f"{service.url}/topic")

    change(notifier, sessions, answer())

    service.wait(1)
    wait_for(lambda: sessions.outcomes() == [("t", "sent", "ntfy"), ("t", "unseen", "ntfy")])


def test_a_question_that_closed_is_not_told_again(notifier, sessions, service):
    change(notifier, sessions, questions=(asked(),), turn="t")
    service.wait(1)
    wait_for(lambda: sessions.outcomes())
    change(notifier, sessions, turn="t")
    wait_for(lambda: ("q", "seen", "push") in sessions.outcomes())
    service.wait(2)  # it was replaced

    change(notifier, sessions, answer())
    service.wait(3)

    assert "unseen" not in {outcome for about, outcome, _ in sessions.outcomes() if about == "q"}


@pytest.mark.parametrize("status", [404, 410])
def test_a_subscription_that_is_gone_is_dead(hurried, notifier, sessions, service, status):
    service.answers = [(status, {})]
    change(notifier, sessions, answer())

    wait_for(lambda: notifier.subscriptions.of("phone").problem)

    assert "Turn them on again" in notifier.subscriptions.of("phone").problem
    assert notifier.subscriptions.usable() == []
    wait_for(lambda: ("t", "unseen", "push") in sessions.outcomes())


@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_service_that_refuses_us_is_named(notifier, sessions, service, status):
    service.answers = [(status, {})]
    change(notifier, sessions, answer())

    wait_for(lambda: notifier.subscriptions.of("phone").problem)

    assert "localhost refuses" in notifier.subscriptions.of("phone").problem


def test_one_that_is_busy_is_asked_again_when_it_says(notifier, sessions, service):
    service.answers = [(429, {"Retry-After": "0"}), (503, {"Retry-After": "0"})]

    change(notifier, sessions, answer())

    service.wait(3)
    assert notifier.subscriptions.of("phone").problem == ""


def test_quiet_hours_hold_back_all_but_what_is_still_asked_after_them(
    notifier, sessions, service, browser
):
    always = QuietHours("00:00", "23:59:59.999999", "UTC")
    subscribe(notifier, browser, quiet=always)
    change(notifier, sessions, answer())
    change(notifier, sessions, answer(), questions=(asked(),), turn="u")
    wait_for(lambda: resting(notifier, waiting=1))
    assert service.got == [] and sessions.outcomes() == []

    subscribe(notifier, browser)

    [(_, _, body)] = service.wait(1)
    assert browser.read(body)["notification"]["tag"] == "q"


def test_each_device_gets_one(notifier, sessions, service, browser):
    for _ in range(3):
        subscribe(notifier, browser)
    tablet = Browser(f"{service.url}/tablet")
    subscribe(notifier, tablet, "tablet")

    change(notifier, sessions, answer())

    service.wait(2)
    wait_for(lambda: sessions.outcomes())
    assert sorted(path for path, _, _ in service.got[:2]) == ["/phone", "/tablet"]


def test_a_test_says_what_happened(notifier, sessions, service, browser):
    push_id, reply = notifier.test("phone")
    assert reply.status == 201
    assert browser.read(service.got[0][2])["notification"]["data"]["push_id"] == push_id
    notifier.receipt(push_id, seen=False)
    assert sessions.kept == []

    service.answers = [(410, {})]
    assert notifier.test("phone")[1].status == 410
    assert notifier.subscriptions.of("phone").problem
    with pytest.raises(NotFound):
        notifier.test("tablet")


def test_a_receipt_of_nothing_is_refused(notifier):
    with pytest.raises(NotFound):
        notifier.receipt("made up", seen=True)


def test_a_deleted_session_is_forgotten(notifier, sessions, service, browser):
    change(notifier, sessions, answer())
    [(_, _, body)] = service.wait(1)

    notifier.forget("s")

    with pytest.raises(NotFound):
        notifier.receipt(browser.read(body)["notification"]["data"]["push_id"], seen=True)


def test_a_stopped_one_tells_nothing(notifier, sessions, service):
    notifier.stop()
    change(notifier, sessions, answer())
    assert service.got == []


@pytest.mark.slow
def test_each_of_many_ends_seen_or_is_told_another_way(hurried, make, sessions, service, browser):
    """``JANUS_PUSHES=1000`` for a whole afternoon of them."""
    notifier = make(f"{service.url}/topic")
    chance = random.Random(7)
    kinds = [(201, {})] * 6 + [(429, {"Retry-After": "0"}), (503, {"Retry-After": "0"}), (404, {})]
    expected = set()
    for number in range(PUSHES):
        subscribe(notifier, browser)  # the page renews what was found dead
        with service.arrived:
            service.answers = [chance.choice(kinds)]
            before = len(service.got)
        sessions.states[f"s{number}"] = state(answer(f"t{number}"), seq=1)
        notifier.changed(f"s{number}")
        expected.add(f"t{number}")
        got = service.wait(before + 1)[before:]
        lost = chance.random() < 0.2
        for path, _, body in [] if lost else got:
            if path == "/phone":
                notifier.receipt(browser.read(body)["notification"]["data"]["push_id"], seen=True)

    def ends():
        return {about: outcome for about, outcome, _ in sessions.outcomes() if outcome != "sent"}

    wait_for(lambda: ends().keys() == expected, 60)
    ways = Counter(way for about, outcome, way in sessions.outcomes() if outcome == "unseen")
    assert "push" not in ways and set(ends().values()) <= {"seen", "unseen"}


def test_where_nobody_can_be_told_nothing_is_kept(make, sessions):
    notifier = make()
    change(notifier, sessions, answer())
    wait_for(lambda: "s" in notifier._heard)

    notifier.stop()

    assert sessions.kept == []
