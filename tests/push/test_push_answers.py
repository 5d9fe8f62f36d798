"""A tap on a notification answers the question that it showed, and nothing else."""

import json
from dataclasses import replace

import pytest
from blueprints.described import described
from blueprints.test_gate import Page
from conftest import FAKE_AGENTS, fake_path, wait_for

from push.told import ME

ALLOW = {"optionId": "once", "name": "Allow", "kind": "allow_once"}
DENY = {"optionId": "never", "name": "Deny", "kind": "reject_once"}


@pytest.fixture
def app(settings, service, home, tmp_path):
    environ = {"HOME": str(home), "PATH": fake_path(tmp_path)}
    agent = {"agent": "auto", "agent_command": (str(FAKE_AGENTS / "acp-agent"),)}
    with described(replace(settings, push_hosts=("localhost",), environ=environ, **agent)) as app:
        yield app


@pytest.fixture
def phone(app, browser):
    """A paired page whose browser takes pushes."""
    phone = Page(app, app.response_class, use_cookies=True)
    phone.pair()
    phone.write("/api/push/subscription", browser.subscription(contact=ME))
    return phone


@pytest.fixture
def told(client, service, browser, phone):
    """Has the agent ask for something; what its notification says."""
    told = []

    def ask(title="ls src", kind="execute", options=(ALLOW, DENY)):
        wanted = {"toolCall": {"toolCallId": "c", "kind": kind, "title": title}}
        words = json.dumps({**wanted, "options": options})
        client.post("/api/chat", json={"message": f"request session/request_permission {words}"})
        told.append(service.wait(len(told) + 1)[-1])
        return browser.read(told[-1][2])["notification"]

    return ask


def tap(page, shown, decision="allow", **more):
    """As a worker does: with the cookie of its page, without its write key."""
    data = shown["data"]
    body = {"push_id": data["push_id"], "digest": data["digest"], "decision": decision, **more}
    return page.write("/api/push/answer", body, X_Janus_Key=None)


def refused(response, status, code):
    assert (response.status_code, response.json["error"]["code"]) == (status, code), response.text


def answer_of(client, shown):
    """What the agent was answered, once it has said so."""
    state = client.get(f"/api/state?session_id={shown['data']['session_id']}").json
    return not state["is_processing"] and state["messages"][-1]["content"]


@pytest.mark.others_slow
@pytest.mark.parametrize(("decision", "option"), [("allow", "once"), ("deny", "never")])
def test_a_tap_gives_one_of_the_two_answers_once(client, phone, told, decision, option):
    shown = told()
    assert shown["body"] == "Run: ls src"

    given = tap(phone, shown, decision)

    assert given.status_code == 200 and given.json["decision"] == decision
    wait_for(lambda: option in (answer_of(client, shown) or ""))
    for again in ("allow", "deny"):
        refused(tap(phone, shown, again), 409, "ALREADY_ANSWERED")


def test_a_late_tap_leaves_the_next_question_alone(client, phone, told):
    first = told()
    assert tap(phone, first, "deny").status_code == 200
    wait_for(lambda: answer_of(client, first))
    id = first["data"]["session_id"]
    other = json.dumps({"toolCall": {"toolCallId": "d", "kind": "execute", "title": "ls src"},
                        "options": [ALLOW, DENY]})  # fmt: skip
    client.post("/api/chat", json={"message": f"request session/request_permission {other}",
                                   "session_id": id})  # fmt: skip
    wait_for(lambda: client.get(f"/api/state?session_id={id}").json["permissions"])

    refused(tap(phone, first), 409, "ALREADY_ANSWERED")

    assert client.get(f"/api/state?session_id={id}").json["permissions"]


@pytest.mark.others_slow
@pytest.mark.parametrize(
    "asked",
    [
        {"title": "rm -rf src"},
        {"title": "ls /etc"},
        {"title": "Edit a.py", "kind": "edit"},
        {"title": "ls " + "a" * 130},  # a voice would read it, a notification cut it
        {"options": (ALLOW, {**DENY, "kind": "reject_always"})},
        {"options": (ALLOW, {**ALLOW, "optionId": "more"}, DENY)},
        {"options": (ALLOW, DENY, {**DENY, "optionId": "other"})},
    ],
    ids=str,
)
def test_what_does_more_than_look_is_opened_instead(phone, told, asked):
    shown = told(**asked)

    assert shown["data"]["kind"] == "permission" and "digest" not in shown["data"]
    refused(tap(phone, {"data": {**shown["data"], "digest": "d"}}), 409, "CONSENT_UNCLEAR")


def test_another_question_than_the_one_shown_is_not_answered(client, app, phone, told, workspace):
    shown = told()
    id = shown["data"]["session_id"]
    refused(tap(phone, shown, digest="of another"), 409, "CONSENT_UNCLEAR")
    refused(tap(phone, shown, push_id="made up"), 404, "NOT_FOUND")
    (workspace / "src").symlink_to("/etc")  # since then it leads elsewhere
    refused(tap(phone, shown), 409, "CONSENT_UNCLEAR")

    assert client.get(f"/api/state?session_id={id}").json["permissions"]


def test_who_is_no_device_that_writes_answers_nothing(client, app, phone, stranger, told):
    shown = told()
    refused(tap(Page(app, app.response_class), shown), 401, "UNAUTHORIZED")
    reader = Page(app, app.response_class, use_cookies=True)
    reader.pair("read")
    refused(tap(reader, shown), 403, "FORBIDDEN")
    for origin in (None, "http://localhost:5000", "https://evil.example"):
        elsewhere = {"Origin": origin, "X_Janus_Key": None}
        refused(phone.write("/api/push/answer", shown["data"], **elsewhere), 403, "FORBIDDEN")

    [device] = [it for it in client.get("/api/devices").json["devices"] if it["kind"] == "page"
                and it["scope"] == "full"]  # fmt: skip
    client.delete(f"/api/devices?device_id={device['device_id']}")
    refused(tap(phone, shown), 401, "UNAUTHORIZED")

    id = shown["data"]["session_id"]
    assert client.get(f"/api/state?session_id={id}").json["permissions"]


def test_a_test_is_no_question(phone):
    push_id = phone.write("/api/push/test").json["push_id"]

    refused(tap(phone, {"data": {"push_id": push_id, "digest": "d"}}), 409, "CONSENT_UNCLEAR")
