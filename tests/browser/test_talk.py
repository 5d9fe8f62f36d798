"""A conversation, from the first words to the summary, as a thumb has it."""

import json
import re

import browsing
import pytest
from browsing import (
    DESKTOP,
    PHONE,
    answers,
    ask,
    back,
    begin,
    button,
    composer,
    expect,
    field,
    questions,
    session_id,
    settings,
    talk,
)
from conftest import git, wait_for

demo, fresh = browsing.demo, browsing.fresh
visit, visit_secure = browsing.visit, browsing.visit_secure
again, regular = browsing.again, browsing.regular
asking, dictated, dictation = browsing.asking, browsing.dictated, browsing.dictation

#: A recogniser that hears what a test says: ``heard.say('…')``.
SPEECH = """
window.webkitSpeechRecognition = window.SpeechRecognition = class {
  start() {
    if (this.running) throw new DOMException('it runs already', 'InvalidStateError')
    this.running = true
    window.heard = this
    setTimeout(() => this.onstart())
  }
  say(transcript) { this.onresult({results: [[{transcript}]]}) }
  stop() {
    setTimeout(() => {
      this.running = false
      this.onend()
    })
  }
  abort() { this.stop() }
}
"""
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


def card(page):
    """What the agent asks."""
    return page.locator(".ask-card")


def shown(page):
    """The text of the newest answer."""
    return answers(page).last.locator(".md").text_content()


def test_the_first_minute(fresh, visit_secure):
    page = visit_secure(fresh, reduced_motion="no-preference")
    page.reload()
    expect(page.get_by_text("No real agent is installed yet.")).to_be_visible()
    assert fresh.owner.get("/api/sessions")["sessions"] == []  # who only looks starts nothing

    page.get_by_role("list", name="Begin with a question").get_by_role("button").first.click()
    expect(answers(page)).to_contain_text("Sells flowers by mail")
    ask(page, "Where is ShoppingCart defined?")
    expect(answers(page).nth(1)).to_contain_text("cart.py")
    expect(answers(page).nth(1)).to_have_attribute("aria-busy", "false")
    said, answered = questions(page).all_text_contents(), shown(page)
    page.reload()
    expect(answers(page)).to_have_count(2)
    expect(questions(page)).to_have_text(said)
    expect(answers(page).last.locator(".md")).to_have_text(answered)

    button(page, "More about this session").click()
    button(page, "Rename, end and more…").click()
    expect(button(page, "End session…")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    button(page, "More about this session").click()
    button(page, "Rename, end and more…").click()
    button(page, "End session…").click()
    button(page, "End it").click()
    sheet = page.get_by_role("dialog", name="Session ended")
    expect(sheet).to_contain_text("ShoppingCart")
    expect(sheet).to_contain_text("The summary is saved on the computer.")
    button(sheet, "Done").click()
    expect(page.get_by_role("heading", name="What shall we do?")).to_be_visible()
    assert fresh.owner.get("/api/sessions")["sessions"] == []


@pytest.mark.slow
def test_a_session_has_a_branch_of_its_own_if_that_is_wished(demo, again):
    page = again(demo)
    begin(page, "What is this project about?", own="a better door!")  # that could name no branch

    expect(answers(page)).to_contain_text("Sells flowers by mail")
    expect(page.get_by_role("heading", level=1)).to_have_text("a-better-door")
    assert "a-better-door" in git(demo.workspace, "branch", "--all")


@pytest.mark.slow
def test_an_answer_grows_as_the_agent_writes_it(dictated, dictation, again):
    page = again(dictated)
    begin(page, "What pays?")
    expect(button(page, "Stop")).to_be_visible()
    sizes = []

    for piece in ("Patience ", "pays, ", "more **often** "):
        dictation.say(piece)
        expect(answers(page)).to_contain_text(piece.replace("*", "").strip())
        sizes.append(len(shown(page)))
    expect(button(page, "Stop")).to_be_visible()  # it is not at its end
    dictation.say("than not.\n\n```py\nprint('<b>')\n```\nSo `wait`.")
    dictation.end()

    expect(button(page, "Stop")).to_have_count(0)
    assert sizes == sorted(set(sizes))
    expect(answers(page).locator("strong")).to_have_text("often")
    expect(answers(page).locator("pre")).to_have_text("print('<b>')")
    expect(answers(page).locator("code").last).to_have_text("wait")
    expect(page.locator(".last-row")).to_be_visible()


@pytest.mark.slow
def test_what_is_spoken_lands_in_the_composer_once_the_microphone_is_allowed(demo, visit):
    page = talk(visit, demo, script=SPEECH)
    button(page, "Speak").click()
    expect(button(page, "Stop listening")).to_be_visible()
    page.evaluate("heard.onerror({error: 'not-allowed'}); heard.stop()")
    expect(page.locator(".composer-problem")).to_be_visible()
    button(page, "Dismiss").click()
    expect(page.locator(".composer-problem")).to_have_count(0)

    button(page, "Speak").click()
    expect(page.get_by_text("Listening…")).to_be_visible()

    page.evaluate("heard.say('where is')")
    expect(page.locator(".composer-transcript")).to_have_text("where is")
    page.evaluate("heard.say('Where is ShoppingCart defined?')")
    button(page, "Stop listening").click()

    expect(composer(page)).to_have_value("Where is ShoppingCart defined?")
    expect(questions(page)).to_have_count(0)  # what was said is looked at first
    with page.expect_request(lambda it: it.url.endswith("/api/chat")) as sent:
        button(page, "Send").click()
    assert sent.value.post_data_json["voice"] is True
    expect(answers(page)).to_contain_text("cart.py")


@pytest.mark.slow
def test_a_file_is_written_if_that_is_allowed_and_only_then(demo, again):
    page = talk(again, demo)
    ask(page, "write notes.txt: <b>milk</b>")
    expect(card(page)).to_contain_text("Write notes.txt")
    expect(card(page)).to_contain_text("<b>milk</b>")
    assert not (demo.workspace / "notes.txt").exists()
    page.reload()
    button(card(page), "Allow once").click()

    expect(answers(page)).to_contain_text("I wrote 1 line to notes.txt.")
    expect(card(page)).to_have_count(0)
    assert (demo.workspace / "notes.txt").read_text() == "<b>milk</b>\n"

    ask(page, "write secret.txt: milk")
    button(card(page), "Deny").click()

    expect(answers(page).nth(1)).to_contain_text("You did not allow it")
    expect(card(page)).to_have_count(0)
    assert not (demo.workspace / "secret.txt").exists()


@pytest.mark.slow
def test_the_list_shows_who_needs_the_user_and_takes_the_answer(demo, again):
    page = talk(again, demo)
    ask(page, "write eggs.txt: a dozen")
    expect(card(page)).to_be_visible()
    back(page)

    row = page.get_by_role("listitem").filter(has_text="write eggs.txt")
    expect(page.get_by_role("heading", name=re.compile(r"Needs you \(\d+\)"))).to_be_visible()
    expect(row).to_contain_text("asks for permission")
    expect(row).to_contain_text("a dozen")
    button(row, "Allow once").click()

    expect(button(row, "Allow once")).to_have_count(0)
    wait_for(lambda: (demo.workspace / "eggs.txt").exists())


@pytest.mark.slow
def test_who_asks_elsewhere_too_is_told_that_it_was_answered(asking, again):
    page = talk(again, asking)
    ask(page, "ask")
    expect(card(page)).to_be_visible()
    id = session_id(page)
    (asked,) = asking.owner.get("/api/state", session_id=id)["permissions"]
    answer = {"session_id": id, "request_id": asked["request_id"]}
    answer["option_id"] = asked["options"][0]["id"]

    asking.owner.post("/api/permission", answer)

    expect(page.get_by_text("Answered on another device.").first).to_be_visible()
    expect(card(page)).to_have_count(0)


@pytest.mark.slow
def test_an_agent_is_stopped(asking, again):
    page = talk(again, asking)
    ask(page, "hang")
    expect(answers(page)).to_contain_text("Working")

    button(page, "Stop").click()

    expect(button(page, "Stop")).to_have_count(0)
    ask(page, "say hello")
    expect(answers(page).last).to_contain_text("hello")


@pytest.mark.slow
def test_what_is_said_meanwhile_waits_and_can_be_taken_back(dictated, dictation, again):
    page = talk(again, dictated)
    ask(page, "What pays?")
    dictation.say("Patience")
    expect(answers(page)).to_contain_text("Patience")
    ask(page, "Or does it?")
    ask(page, "And then?")
    waiting = page.get_by_role("list", name="Will be sent after this step")
    expect(waiting.get_by_role("button")).to_have_count(2)

    page.reload()
    button(page, "Waiting: Or does it?").click()
    button(page, "Take back").click()
    expect(waiting.get_by_role("button")).to_have_count(1)
    dictation.say(" pays.")
    dictation.end()

    expect(answers(page)).to_have_count(2)
    expect(answers(page).first).to_contain_text("Patience pays.")
    expect(answers(page).last).to_contain_text("Patience pays.")
    expect(waiting).to_have_count(0)
    expect(questions(page)).to_have_text([re.compile("What pays"), re.compile("And then")])
    assert dictated.said(session_id(page)) == ["What pays?", "And then?"]


@pytest.mark.slow
def test_what_waits_is_changed_before_it_is_sent(dictated, dictation, again):
    page = talk(again, dictated)
    ask(page, "What pays?")
    expect(button(page, "Stop")).to_be_visible()
    ask(page, "And than?")

    button(page, "Waiting: And than?").click()
    button(page, "Edit").click()
    expect(composer(page)).to_have_value("And than?")
    ask(page, "And then?")

    expect(button(page, "Waiting: And then?")).to_be_visible()
    expect(button(page, "Waiting: And than?")).to_have_count(0)


@pytest.mark.slow
def test_a_question_the_agent_failed_at_is_asked_again_as_a_new_one(dictated, dictation, again):
    page = talk(again, dictated)
    dictation.fail()
    ask(page, "What pays?")
    note = page.get_by_role("article", name="Janus", exact=True)
    expect(note).to_contain_text("Cursor")
    dictation.forget()
    dictation.say("Patience pays.")
    dictation.end()

    button(note, "Ask again").click()

    expect(answers(page).last).to_contain_text("Patience pays.")
    expect(questions(page)).to_have_count(2)


@pytest.mark.slow
def test_a_form_is_filled_in(asking, again):
    page = talk(again, asking)
    form = card(page)
    ask(page, f"request elicitation/create {json.dumps(FORM)}")
    expect(form).to_contain_text("About the <b>release</b>")
    name = form.get_by_role("textbox", name="Its <i>name</i>")
    expect(name).to_be_visible()
    expect(form).to_contain_text("Not <u>much</u>")

    send = button(form, "Send")
    send.click()  # what is required is asked for, not sent
    expect(name).to_be_focused()
    expect(form.get_by_text("Please fill this in.").first).to_be_visible()
    name.fill("v")
    form.get_by_role("radio", name="Safe").check()
    form.get_by_role("checkbox", name="<c>").check()
    form.get_by_role("textbox", name="count").fill("3")
    form.get_by_role("checkbox", name="Sure").check()
    send.click()
    expect(form).to_contain_text("must be at least 2 characters")
    name.fill("v1")  # nothing else is lost
    send.click()

    expect(answers(page)).to_contain_text('"action": "accept"')
    expect(form).to_have_count(0)
    [said] = asking.said(session_id(page), "assistant")
    assert json.loads(said)["content"] == {
        "name": "v1",
        "notes": "None",
        "way": 2,
        "parts": ["a", "<c>"],
        "count": 3,
        "__proto__": True,
    }

    ask(page, f"request elicitation/create {json.dumps(FORM)}")
    button(form, "Skip").click()
    expect(answers(page).nth(1)).to_contain_text("decline")


@pytest.mark.slow
def test_what_looks_like_markup_is_text(demo, again):
    markup = '<img src=x onerror="alert(1)"><script>alert(2)</script>'
    (demo.workspace / "evil.html").write_text(f"{markup}\n")
    page = talk(again, demo)
    alerts = []
    page.on("dialog", lambda dialog: (alerts.append(dialog.message), dialog.dismiss()))

    ask(page, "Show me evil.html")
    expect(answers(page)).to_contain_text(markup)
    ask(page, markup)

    expect(answers(page)).to_have_count(2)
    expect(questions(page).last).to_contain_text(markup)
    assert page.locator("#messages img, #messages script").count() == 0
    back(page)
    begin(page, markup)
    expect(page.get_by_role("heading", level=1)).to_have_text(markup)
    back(page)
    expect(
        page.get_by_role("listitem").filter(has_text=markup).locator("strong").first
    ).to_have_text(markup)
    assert page.locator("main script, main img[onerror]").count() == 0
    assert alerts == []


@pytest.mark.slow
def test_links_of_an_answer_lead_nowhere_by_themselves(dictated, dictation, again):
    page = talk(again, dictated)
    dictation.say("[here](javascript:alert(1)) ![seen](https://example.com/spy.png) ")
    dictation.say("[there](https://example.com/) <a href='data:text/html,x'>raw</a>")
    dictation.end()
    requests = []
    page.on("request", lambda request: requests.append(request.url))

    ask(page, "Where?")
    expect(answers(page).get_by_role("link", name="there")).to_be_visible()
    expect(answers(page)).to_have_attribute("aria-busy", "false")

    links = answers(page).get_by_role("link").all()
    assert {link.get_attribute("href") for link in links} <= {
        "https://example.com/",
        "https://example.com/spy.png",
    }
    assert all("noopener" in link.get_attribute("rel") for link in links)
    assert not [url for url in requests if "example.com" in url]


@pytest.mark.slow
def test_two_sessions_side_by_side_do_not_mix_and_one_is_the_same_in_both(asking, again):
    page, other = talk(again, asking), talk(again, asking)
    for tab, word in ((page, "apple"), (other, "pear")):
        composer(tab).fill(f"half a thought of the {word}")
    for tab, word in ((page, "apple"), (other, "pear")):
        ask(tab, f"say {word}")

    for tab, mine, theirs in ((page, "apple", "pear"), (other, "pear", "apple")):
        expect(answers(tab)).to_contain_text(mine)
        expect(questions(tab)).to_have_count(1)
        expect(tab.locator("#messages")).not_to_contain_text(theirs)
    composer(page).fill("a draft")
    page.reload()
    other.reload()
    expect(composer(page)).to_have_value("a draft")
    expect(composer(other)).to_have_value("")

    other.goto(page.url)
    expect(questions(other)).to_contain_text("say apple")
    ask(page, "say plum")
    expect(answers(other).last).to_contain_text("plum")
    ask(other, "say cherry")
    expect(answers(page).last).to_contain_text("cherry")
    expect(questions(page)).to_have_count(3)


@pytest.mark.slow
def test_a_session_that_ended_elsewhere_is_noticed_and_opened_again(asking, again):
    page = talk(again, asking, "say hello")
    expect(answers(page)).to_have_count(1)
    asking.owner.post("/api/session/end", session_id=session_id(page))

    expect(page.get_by_role("heading", name="This session has ended.")).to_be_visible()
    button(page, "Continue").click()
    expect(page.get_by_role("heading", name="This session has ended.")).to_have_count(0)
    ask(page, "say again")
    expect(answers(page).last).to_contain_text("again")


@pytest.mark.slow
def test_a_session_gets_a_name(demo, again):
    page = talk(again, demo, "What is this project about?")
    back(page)
    row = page.get_by_role("listitem").filter(has_text="What is this project about?").first
    row.get_by_role("button", name=re.compile("^More about")).click()
    button(page, "Rename…").click()
    field(page, "Name").fill("Blumen für alle")
    button(page, "Save").click()

    expect(page.get_by_role("link", name=re.compile("Blumen für alle"))).to_be_visible()


@pytest.mark.slow
def test_a_missing_agent_is_said(tmp_path, visit):
    server = browsing.Server(tmp_path, JANUS_AGENT="cursor-agent")
    page = visit(server)

    page.get_by_role("button", name=re.compile("^Agent: ")).click()

    page.get_by_text("not ready").click()
    sheet = page.get_by_role("dialog", name="New session")
    expect(sheet.get_by_role("definition").first).to_contain_text("install it from")
    expect(sheet.get_by_role("radio", name=re.compile("demo"))).to_be_checked()
    page.context.close()
    server.stop()


@pytest.mark.slow
@pytest.mark.parametrize("device", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_the_send_key_sends(demo, again, device):
    page = talk(again, demo, device=device)
    composer(page).fill("What is this project about?")

    page.keyboard.press("Shift+Enter")
    page.keyboard.press("Enter")

    expect(questions(page)).to_have_count(1)
    expect(composer(page)).to_have_value("")


@pytest.mark.slow
def test_on_a_wide_screen_the_list_stays_beside_the_conversation(demo, again):
    page = talk(again, demo, "What is this project about?", device=DESKTOP)

    expect(settings(page)).to_be_visible()
    expect(answers(page)).to_contain_text("Sells flowers")
    expect(page.get_by_role("complementary", name="Sessions")).to_be_visible()
