"""The page in a real browser, on a real server: the first minute, and what can go wrong."""

import json

import browsing
import pytest
from browsing import DESKTOP, PHONE, ROOT, Server, ask, end, expect, session_id
from conftest import wait_for

pytestmark = pytest.mark.slow
browser, demo, visit = browsing.browser, browsing.demo, browsing.visit

#: A cursor-agent that says one word at once, and the rest when there is a file ``go``; where there
#: is a file ``fail``, it fails.
SLOW_AGENT = """#!/usr/bin/env python3
import json, sys, time
from pathlib import Path

def say(text, **marks):
    message = {"role": "assistant", "content": [{"type": "text", "text": text}]}
    print(json.dumps({"type": "assistant", "message": message, **marks}), flush=True)

if "--version" in sys.argv:
    sys.exit(print("2026.10.01-e373342"))
print(json.dumps({"type": "system", "subtype": "init", "session_id": "1", "model": "slow"}))
if Path("fail").exists():
    sys.exit(1)
say("Patience", timestamp_ms=1)
while not Path("go").exists():
    time.sleep(0.01)
rest = " pays.\\n\\n```py\\nprint('<b>')\\n```\\nSo `wait`."
say(rest, timestamp_ms=2)
say("Patience" + rest)
print(json.dumps({"type": "result", "subtype": "success", "is_error": False, "result": ""}))
"""


@pytest.fixture(scope="module")
def slow(tmp_path_factory):
    """A server with the slow agent, and little patience."""
    folder = tmp_path_factory.mktemp("slow")
    (folder / "agent").write_text(SLOW_AGENT)
    (folder / "agent").chmod(0o755)
    impatience = {"JANUS_ASK_TIMEOUT": "1500ms", "JANUS_SUMMARY_TIMEOUT": "1ms"}
    server = Server(folder, JANUS_AGENT="cursor-agent", **impatience)
    yield server
    server.stop()


@pytest.fixture
def asking(tmp_path):
    """A server with an agent over ACP that asks what it is told to ask."""
    server = Server(tmp_path, JANUS_AGENT_COMMAND=str(ROOT / "tests" / "fake_agents" / "acp-agent"))
    yield server
    server.stop()


@pytest.fixture
def go(slow):
    """The file the slow agent waits for."""
    path = slow.workspace / "go"
    yield path
    path.unlink(missing_ok=True)


def conversation(page, server):
    found = page.request.get(f"{server.url}/api/session?session_id={session_id(page)}")
    return found.json()["conversation"]


def test_the_first_minute(demo, visit):
    page = visit(demo)
    expect(page.get_by_text("This is the built-in demo agent")).to_be_visible()
    expect(end(page)).to_be_hidden()
    assert session_id(page) is None  # who only looks starts nothing

    page.get_by_role("button", name="What is this project about?").click()
    expect(page.locator(".agent")).to_contain_text("Sells flowers by mail")
    ask(page, "Where is ShoppingCart defined?")
    expect(page.locator(".agent").nth(1)).to_contain_text("cart.py")
    said = page.locator(".words").all_text_contents()
    page.reload()
    expect(page.locator(".agent")).to_have_count(2)
    assert page.locator(".words").all_text_contents() == said

    end(page).click()
    page.keyboard.press("Escape")
    expect(end(page)).to_be_focused()
    end(page).click()
    page.get_by_role("button", name="Yes, end").click()
    expect(page.locator(".summary")).to_contain_text("ShoppingCart")
    expect(page.locator(".summary")).to_contain_text("Saved in")
    page.get_by_role("button", name="New conversation").click()
    expect(page.get_by_role("heading", name="Ask about your code")).to_be_visible()
    expect(page.locator(".user")).to_have_count(0)


def test_a_file_is_written_if_that_is_allowed_and_only_then(demo, visit):
    page = visit(demo)
    card = page.locator(".permission")

    ask(page, "write notes.txt: <b>milk</b>")
    expect(card).to_contain_text("Write notes.txt")
    expect(card.locator("pre")).to_contain_text("+<b>milk</b>")
    assert not (demo.workspace / "notes.txt").exists()
    page.reload()
    card.get_by_role("button", name="Allow once").click()

    expect(page.locator(".agent")).to_contain_text("I wrote 1 line to notes.txt.")
    expect(card).to_have_count(0)
    assert (demo.workspace / "notes.txt").read_text() == "<b>milk</b>\n"

    ask(page, "write secret.txt: milk")
    card.get_by_role("button", name="Reject").click()

    expect(page.locator(".agent").nth(1)).to_contain_text("You did not allow it")
    expect(card).to_have_count(0)
    assert not (demo.workspace / "secret.txt").exists()


FORM = {
    "mode": "form",
    "message": "About the <b>release</b>",
    "requestedSchema": {
        "properties": {
            "name": {"type": "string", "title": "Its <i>name</i>", "minLength": 2},
            "notes": {"type": "string", "description": "Not <u>much</u>", "default": "None"},
            "way": {"oneOf": [{"const": 1, "title": "Fast"}, {"const": 2, "title": "Safe"}]},
            "parts": {"type": "array", "items": {"enum": ["a", "b", "<c>"]}, "default": ["a"]},
            "count": {"type": "integer"},
            "price": {"type": "number"},
            "__proto__": {"type": "boolean", "title": "Sure"},
        },
        "required": ["name", "way", "count", "__proto__"],
    },
}


def test_a_form_is_filled_in(asking, visit):
    page = visit(asking)
    card = page.locator(".permission")
    ask(page, f"request elicitation/create {json.dumps(FORM)}")
    expect(card).to_contain_text("About the <b>release</b>")
    expect(card.get_by_label("Its <i>name</i>")).to_be_visible()

    send = card.get_by_role("button", name="Send", exact=True)
    send.click()  # what is required is asked for, not sent
    expect(card.get_by_label("Its <i>name</i>")).to_be_focused()
    card.get_by_label("Its <i>name</i>").fill("v")
    card.get_by_label("way").select_option("Safe")
    card.get_by_label("<c>").check()
    card.get_by_label("count").fill("3")
    card.get_by_label("Sure").check()
    small = card.locator("button, select, textarea, input[type=number], .box").evaluate_all(
        "(found) => found.filter((node) => node.offsetHeight < 48).map((node) => node.outerHTML)"
    )
    assert small == []
    send.click()
    expect(page.locator(".note")).to_contain_text("must be at least 2 characters")
    page.clock.fast_forward(3000)
    card.get_by_label("Its <i>name</i>").fill("v1")  # nothing else is lost
    send.click()

    expect(page.locator(".agent")).to_contain_text('"action": "accept"')
    expect(card).to_have_count(0)
    said = json.loads(page.locator(".agent .words").text_content())
    assert said["content"] == {
        "name": "v1",
        "notes": "None",
        "way": 2,
        "parts": ["a", "<c>"],
        "count": 3,
        "__proto__": True,
    }

    ask(page, f"request elicitation/create {json.dumps(FORM)}")
    card.get_by_role("button", name="No answer").click()
    expect(page.locator(".agent").nth(1)).to_contain_text("decline")
    page.context.close()


def test_what_looks_like_markup_is_text(demo, visit):
    markup = '<img src=x onerror="alert(1)"><script>alert(2)</script>'
    (demo.workspace / "evil.html").write_text(f"{markup}\n")
    page = visit(demo)
    alerts = []
    page.on("dialog", lambda dialog: (alerts.append(dialog.message), dialog.dismiss()))

    ask(page, "Show me evil.html")
    ask(page, markup)

    expect(page.locator(".agent code").first).to_contain_text(markup)
    expect(page.locator(".user").last).to_contain_text(markup)
    assert page.locator("#log img, #log script").count() == 0
    assert alerts == []


def test_nothing_is_lost_when_the_server_is_gone(tmp_path, visit):
    server = Server(tmp_path, JANUS_AGENT="demo")
    page = visit(server)
    ask(page, "What is this project about?")
    expect(page.locator(".agent")).to_have_count(1)
    server.stop()

    ask(page, "Where is ShoppingCart defined?")
    expect(page.locator(".problem")).to_contain_text("Your question is kept.")
    page.get_by_label("Your question").fill("half a thou")
    server.start()
    page.get_by_role("button", name="Retry").click()

    expect(page.locator(".agent").nth(1)).to_contain_text("cart.py")
    expect(page.locator(".note")).to_have_count(0)  # the conversation goes on
    expect(page.locator(".user")).to_have_count(2)
    expect(page.get_by_label("Your question")).to_have_value("half a thou")
    page.context.close()  # an open connection would delay the end
    server.stop()


def test_a_retry_is_the_same_question(demo, visit):
    page = visit(demo)
    page.route("**/api/ask*", lambda route: (route.fetch(), route.abort()), times=1)
    ask(page, "Where is ShoppingCart defined?")

    page.get_by_role("button", name="Retry").click()

    expect(page.locator(".agent")).to_contain_text("cart.py")
    assert len(conversation(page, demo)) == 2


def test_what_was_asked_in_a_tunnel_is_sent_behind_it(demo, visit):
    page = visit(demo)
    ask(page, "What is this project about?")
    expect(page.locator(".agent")).to_have_count(1)
    page.context.set_offline(True)
    ask(page, "Where is ShoppingCart defined?")
    expect(page.locator(".problem")).to_be_visible()

    page.context.set_offline(False)

    expect(page.locator(".agent").nth(1)).to_contain_text("cart.py")
    expect(page.locator(".problem")).to_have_count(0)


def test_unsent_words_survive_a_reload(demo, visit):
    page = visit(demo)
    page.route("**/api/session/start", lambda route: route.abort())
    ask(page, "Where is ShoppingCart defined?")
    expect(page.locator(".problem")).to_be_visible()
    page.get_by_label("Your question").fill("half a thou")

    page.reload()
    expect(page.get_by_label("Your question")).to_have_value("half a thou")
    page.get_by_role("button", name="Edit").click()

    expected = "Where is ShoppingCart defined?\nhalf a thou"
    expect(page.get_by_label("Your question")).to_have_value(expected)
    expect(page.locator(".user")).to_have_count(0)


def test_an_answer_that_takes_long_is_waited_for(slow, go, visit):
    page = visit(slow)

    ask(page, "What pays?")
    ask(page, "And then?")
    expect(page.locator(".wait").first).to_contain_text("Still working")
    expect(page.locator(".wait").last).to_contain_text("waits for its turn")
    expect(page.locator(".agent")).to_contain_text("Patience")
    go.touch()
    wait_for(lambda: len(conversation(page, slow)) == 4)
    page.clock.fast_forward(3000)

    expect(page.locator(".agent").first).to_contain_text("Patience pays.")
    expect(page.locator(".agent").last).to_contain_text("Patience pays.")
    expect(page.locator(".agent pre").last).to_have_text("print('<b>')")
    expect(page.locator(".agent code").last).to_have_text("wait")
    expect(page.locator(".wait")).to_have_count(0)


def test_a_question_that_waits_survives_a_reload(slow, go, visit):
    page = visit(slow)
    ask(page, "What pays?")
    expect(page.locator(".wait")).to_be_visible()
    wait_for(lambda: session_id(page))

    page.reload()
    expect(page.locator(".wait")).to_be_visible()
    go.touch()
    wait_for(lambda: len(conversation(page, slow)) == 2)
    page.clock.fast_forward(3000)

    expect(page.locator(".agent")).to_contain_text("Patience pays.")
    expect(page.locator(".user")).to_have_count(1)


def test_a_question_the_agent_failed_at_is_asked_again_as_a_new_one(slow, go, visit):
    page = visit(slow)
    fail = slow.workspace / "fail"
    fail.touch()
    ask(page, "What pays?")
    expect(page.locator(".problem")).to_contain_text("Cursor")
    fail.unlink()
    go.touch()

    page.get_by_role("button", name="Ask again").click()

    expect(page.locator(".agent")).to_contain_text("Patience pays.")
    expect(page.locator(".user")).to_have_count(2)


def test_a_session_that_ended_elsewhere_is_noticed(demo, visit):
    page = visit(demo)
    ask(page, "What is this project about?")
    expect(page.locator(".agent")).to_have_count(1)
    demo.owner.post("/api/session/end", session_id=session_id(page))

    page.clock.fast_forward(30_000)

    expect(page.locator(".note")).to_contain_text("The former conversation has ended.")
    expect(end(page)).to_be_hidden()


def test_a_missing_agent_is_said(tmp_path, visit):
    server = Server(tmp_path, JANUS_AGENT="cursor-agent")
    page = visit(server)

    expect(page.locator(".alert")).to_contain_text("is not installed")
    page.context.close()
    server.stop()


@pytest.mark.parametrize(("device", "sent"), [(PHONE, 0), (DESKTOP, 1)], ids=["phone", "desktop"])
def test_enter_sends_where_there_is_a_keyboard(demo, visit, device, sent):
    page = visit(demo, device)
    page.get_by_label("Your question").fill("What is this project about?")

    page.keyboard.press("Shift+Enter")
    page.keyboard.press("Enter")

    expect(page.locator(".user")).to_have_count(sent)
    left = "" if sent else "What is this project about?\n\n"
    expect(page.get_by_label("Your question")).to_have_value(left)


def test_nothing_is_wider_than_the_screen_or_smaller_than_a_thumb(demo, visit):
    page = visit(demo)
    ask(page, f"Where is {'Very' * 50}Long? {'x ' * 2000}")
    expect(page.locator(".agent")).to_have_count(1)
    end(page).click()

    for width in (390, 320):
        page.set_viewport_size({"width": width, "height": 600})
        wide = page.locator("html, body, main, #log, article").evaluate_all(
            "(found) => found.filter((node) => node.scrollWidth > innerWidth).length"
        )
        small = page.locator("button:visible").evaluate_all(
            "(found) => found.filter((node) => node.offsetHeight < 48).map((node) => node.id)"
        )

        assert wide == 0
        assert page.evaluate("document.documentElement.scrollHeight") == 600
        assert small == []
