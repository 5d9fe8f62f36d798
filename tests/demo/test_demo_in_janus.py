"""The demo agent as Janus runs it: a plan and two kinds of questions, through the API."""

from conftest import wait_for


def state(client):
    return client.get("/api/state?session_id=s").json


def say(client, text):
    assert client.post("/api/chat", json={"session_id": "s", "message": text}).status_code == 200


def decide(client, wish, **answers):
    """Choose what the one open question offers as *wish*."""
    (asked,) = wait_for(lambda: state(client)["permissions"])
    options = {option["name"]: option["id"] for option in asked["options"]}
    body = {"session_id": "s", "request_id": asked["request_id"], "option_id": options[wish]}
    assert client.post("/api/permission", json={**body, **answers}).status_code == 200


def answered(client, number):
    """The text of answer *number*, counted from 0, when the turn is over."""

    def ended():
        now = state(client)
        answers = [one for one in now["messages"] if one["sender"] == "assistant"]
        return not now["is_processing"] and answers[number:] and answers

    return wait_for(ended)[number]["content"]


def test_it_plans_asks_and_writes(client, workspace):
    say(client, "Where is ShoppingCart defined? Who uses it?")
    assert answered(client, 0).count("`ShoppingCart` is a class in `cart.py`, line 4") == 2
    assert [entry["status"] for entry in state(client)["plan"]] == ["completed", "completed"]

    say(client, "ask me something")
    decide(client, "What is this project about?")
    assert "`Sells flowers by mail.`" in answered(client, 1)

    say(client, "write notes.txt: remember the milk")
    decide(client, "Allow once")
    assert answered(client, 2) == "I wrote 1 line to `notes.txt`."
    assert (workspace / "notes.txt").read_text() == "remember the milk\n"
    assert "secret.txt" not in str(state(client))
