"""Notifications over HTTP, with a real agent; every answer is as described."""

from dataclasses import replace

import pytest
from blueprints.described import described
from conftest import wait_for

from push.told import ME


@pytest.fixture
def app(settings, service):
    with described(replace(settings, push_hosts=("localhost",))) as app:
        yield app


def subscribe(client, browser, **more):
    return client.post(
        "/api/push/subscription", json=browser.subscription(**{"contact": ME, **more})
    )


def test_a_turn_is_told_and_what_became_of_it_is_in_the_state(client, service, browser):
    assert client.get("/api/push/subscription").json["subscribed"] is False
    known = subscribe(client, browser, quiet={"start": "03:00", "end": "03:00", "zone": "UTC"}).json
    assert known["subscribed"] and known["endpoint"] == browser.endpoint and not known["problem"]
    assert (known["contact"], known["quiet"]["zone"], known["ntfy"]) == (ME, "UTC", False)

    id = client.post("/api/session/start", json={"name": "fix-login"}).json["session_id"]
    client.post(f"/api/ask?session_id={id}", json={"question": "Where is the needle?"})

    [(_, _, body)] = service.wait(1)
    shown = browser.read(body)["notification"]
    assert shown["title"].startswith("fix-login") and shown["navigate"].endswith(f"/#/s/{id}")
    push_id = shown["data"]["push_id"]
    wait_for(lambda: client.get(f"/api/state?session_id={id}").json["told"])

    answer = client.post("/api/push/receipt", json={"push_id": push_id, "outcome": "arrived"})
    assert answer.json["outcome"] == "arrived"
    told = client.get(f"/api/state?session_id={id}").json["told"]
    assert told["way"] == "push" and told["arrived_at"] and not told["seen_at"]
    client.post("/api/push/receipt", json={"push_id": push_id, "outcome": "seen"})
    assert client.get(f"/api/state?session_id={id}").json["told"]["seen_at"]
    assert 'janus_notifications_total{outcome="seen",way="push"} 1.0' in client.get("/metrics").text


def test_a_phone_needs_no_other_credential_for_a_receipt(client, stranger, service, browser):
    subscribe(client, browser)
    push_id = client.post("/api/push/test").json["push_id"]

    assert (
        stranger.post(
            "/api/push/receipt", json={"push_id": push_id, "outcome": "arrived"}
        ).status_code
        == 200
    )
    made_up = stranger.post("/api/push/receipt", json={"push_id": "x", "outcome": "seen"})
    assert made_up.status_code == 404
    for method, path in [
        ("get", "push/subscription"),
        ("post", "push/test"),
        ("delete", "push/subscription"),
    ]:
        assert getattr(stranger, method)(f"/api/{path}").status_code == 401


def test_a_test_says_what_the_service_said(client, service, browser):
    assert client.post("/api/push/test").status_code == 404
    subscribe(client, browser)

    assert client.get("/api/push/subscription").json["tested"] is None
    sent = client.post("/api/push/test").json
    assert sent["taken"] is True and client.get("/api/push/subscription").json["tested"] is False
    client.post("/api/push/receipt", json={"push_id": sent["push_id"], "outcome": "arrived"})
    assert client.get("/api/push/subscription").json["tested"] is True
    service.answers = [(403, {})]
    refused = client.post("/api/push/test").json

    assert (refused["taken"], refused["status"]) == (False, 403)
    assert "refuses" in client.get("/api/push/subscription").json["problem"]


def test_it_is_turned_off(client, service, browser):
    subscribe(client, browser)

    assert client.delete("/api/push/subscription").json["subscribed"] is False
    assert client.delete("/api/push/subscription").status_code == 200


@pytest.mark.parametrize(
    "contact", ["", "me", "mailto:me@localhost", "mailto:me@laptop.local", "https://x.invalid",
                "mailto:a b@my-domain.org", "mailto:" + "a" * 300 + "@my-domain.org"],
)  # fmt: skip
def test_an_address_that_apple_would_refuse_is_refused_here(client, browser, contact):
    refused = subscribe(client, browser, contact=contact)

    assert refused.status_code == 400 and "contact" in refused.json["error"]["message"]


def test_a_stranger_s_address_is_refused(client, browser):
    browser.endpoint = "http://169.254.169.254/latest"

    assert subscribe(client, browser).status_code == 400
    assert client.get("/api/push/subscription").json["subscribed"] is False


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"keys": "x"}, "keys must be an object with p256dh, auth."),
        ({"keys": {"p256dh": "x"}}, "keys.auth is missing."),
        ({"keys": {"p256dh": 7, "auth": "x"}}, "keys.p256dh must be a string."),
        ({"keys": {"p256": "x", "auth": "x"}}, "keys.p256: there is no such field; did you mean"),
        ({"quiet": {"start": "22:00", "end": "7", "zone": "UTC"}}, "quiet: Give the hours"),
        ({"quiet": {"start": "22:00"}}, "quiet.end is missing."),
        ({"quiet": 7}, "quiet must be an object with start, end, zone."),
        ({"endpoints": "x"}, "endpoints: there is no such field; did you mean endpoint?"),
    ],
)
def test_what_does_not_fit_is_named_wherever_it_lies(client, browser, more, words):
    refused = subscribe(client, browser, **more)

    assert refused.status_code == 400 and words in refused.json["error"]["message"]


def test_a_page_in_front_keeps_its_devices_quiet(client, service, browser):
    subscribe(client, browser)
    id = client.post("/api/session/start").json["session_id"]

    client.get("/api/push/subscription", headers={"X-Janus-Front": "1"})
    client.post(f"/api/ask?session_id={id}", json={"question": "Where is the needle?"})
    client.post("/api/push/test")

    assert [browser.read(body)["notification"]["tag"] for _, _, body in service.got] == ["test"]
    assert client.get(f"/api/state?session_id={id}").json["told"] is None
