"""Photos and files go from the phone to the agent, through what networks do to them."""

import base64
import json
import re

import browsing
import pytest
from browsing import (
    answers,
    ask,
    button,
    expect,
    first_words,
    questions,
    session_id,
    settings,
    talk,
)
from conftest import wait_for
from kit.pictures import PLACE, opened, photo
from serving import Server

visit, again, regular = browsing.visit, browsing.again, browsing.regular
SEES = f"{browsing.ACP_AGENT} sees resume"


@pytest.fixture(scope="module")
def seeing(tmp_path_factory, fork_server):
    """A server with an agent that takes pictures."""
    server = Server(tmp_path_factory.mktemp("seeing"), JANUS_AGENT_COMMAND=SEES)
    yield server
    server.stop()


def upload(name, content, kind="image/jpeg"):
    return {"name": name, "mimeType": kind, "buffer": content}


def choose(page, *files):
    page.locator("input[type=file]").set_input_files([*files])


def attached(page):
    """What goes with the next message."""
    return page.locator(".composer").locator("xpath=..").locator(".files > li")


def blocks(server):
    """What the agent was given last."""
    lines = (server.workspace.parent / "heard").read_text().splitlines()
    prompts = [json.loads(line) for line in lines if '"session/prompt"' in line]
    return prompts[-1]["params"]["prompt"]


@pytest.mark.slow
def test_a_photo_and_a_file_reach_the_agent_and_stay_in_the_conversation(
    visit, fork_server, tmp_path
):
    (tmp_path / "seeing").mkdir()
    seeing = Server(tmp_path / "seeing", JANUS_AGENT_COMMAND=SEES)
    page = talk(visit, seeing, "say one")
    choose(page, upload("IMG_0001.jpg", photo(3200, 2400, turned=True)))
    choose(page, upload("notes.html", b"<script>alert(1)</script>", "text/html"))
    expect(attached(page)).to_have_count(2)
    expect(attached(page).first).to_contain_text("IMG_0001.jpg")

    ask(page, "say seen")

    expect(answers(page).last).to_contain_text("seen")
    _, image, text = wait_for(lambda: (it := blocks(seeing)) and len(it) == 3 and it)
    content = base64.b64decode(image["data"])
    assert opened(content).size == (1500, 2000) and PLACE not in content
    assert text["resource"]["text"] == "<script>alert(1)</script>"
    mine = questions(page).last
    picture = mine.get_by_role("button", name="Show IMG_0001.jpg")
    expect(picture.locator("img")).to_have_js_property("naturalHeight", 320)
    expect(mine.get_by_role("link")).to_have_attribute("download", "notes.html")
    picture.click()
    whole = page.get_by_role("dialog", name="IMG_0001.jpg").get_by_role("img")
    expect(whole).to_have_js_property("naturalHeight", 2000)
    page.keyboard.press("Escape")

    seeing.stop()
    seeing.start()
    page.reload()
    expect(questions(page).last.locator("img")).to_have_js_property("naturalHeight", 320)
    link = seeing.url + questions(page).last.get_by_role("link").get_attribute("href")
    shown = page.request.get(link)
    assert shown.headers["content-disposition"].startswith("attachment")
    assert "sandbox" in shown.headers["content-security-policy"]
    seeing.stop()


@pytest.mark.slow
def test_a_photo_is_pasted_dropped_and_removed_and_begins_a_session(seeing, again):
    page = again(seeing)
    expect(settings(page)).to_be_visible()
    give = """([kind, data]) => {
        const bytes = Uint8Array.from(atob(data), it => it.charCodeAt(0))
        const given = new DataTransfer()
        given.items.add(new File([bytes], kind + '.jpg', {type: 'image/jpeg'}))
        const init = {bubbles: true, cancelable: true}
        const event = kind === 'paste'
            ? new ClipboardEvent('paste', {...init, clipboardData: given})
            : new DragEvent('drop', {...init, dataTransfer: given})
        document.querySelector('#first-words').dispatchEvent(event)
    }"""
    data = base64.b64encode(photo()).decode()
    for kind in ("paste", "drop"):
        page.evaluate(give, [kind, data])
    expect(attached(page)).to_have_text([re.compile("^paste.jpg"), re.compile("^drop.jpg")])
    button(page, "Remove paste.jpg").click()
    expect(attached(page)).to_have_count(1)
    wait_for(lambda: "paste.jpg" not in (it := browsing.kept(page)) and "drop.jpg" in it)
    page.reload()  # nothing that was attached is lost
    expect(attached(page)).to_have_text([re.compile("^drop.jpg")])

    button(page, "Start").click()

    expect(questions(page).last).to_contain_text("Attached: drop.jpg")
    expect(questions(page).last.locator("img")).to_have_js_property("naturalWidth", 60)
    assert seeing.said(session_id(page)) == ["Attached: drop.jpg"]
    page.goto(seeing.url)
    expect(first_words(page)).to_be_visible()
    expect(attached(page)).to_have_count(0)


@pytest.mark.slow(20)
def test_a_file_survives_a_slow_network_that_is_cut_and_is_there_whole_and_once(seeing, again):
    page = talk(again, seeing, "say one")
    content = b"".join(b"line %07d\n" % number for number in range(80_000))
    starts, broken = [], {2, 3}

    def cut(route):
        starts.append(int(re.search(r"offset=(\d+)", route.request.url)[1]))
        if len(starts) in broken:
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route("**/api/attachments?**", cut)
    cdp = page.context.new_cdp_session(page)
    cdp.send("Network.enable")
    slow = {"offline": False, "latency": 150, "uploadThroughput": 400_000, "downloadThroughput": -1}
    cdp.send("Network.emulateNetworkConditions", slow)
    choose(page, upload("log.txt", content, "text/plain"))
    ask(page, "say read")  # while it is on its way
    expect(
        page.get_by_text("Waiting for the connection").or_(page.get_by_text("Sending"))
    ).to_be_visible()
    expect(answers(page).last).to_contain_text("read")
    assert seeing.said(session_id(page)) == ["say one", "say read"]
    [words, *_] = blocks(seeing)
    place = words["text"].rpartition(", in ")[2].removesuffix("]")
    assert (seeing.workspace / place).read_bytes() == content
    assert len(set(starts)) < len(starts) <= 8 and starts.count(0) == 1, starts


@pytest.mark.slow
def test_what_cannot_be_attached_is_said_in_words(seeing, again):
    page = talk(again, seeing, "say one")
    heic = b"\0\0\0\x18ftypheic" + b"\0" * 99
    choose(page, upload("IMG_7.HEIC", heic, "image/heic"))
    wrong = attached(page).filter(has_text="IMG_7.HEIC")
    expect(wrong).to_contain_text("This photo is a HEIC file")
    ask(page, "say no")
    expect(questions(page)).to_have_count(1)
    button(page, "Remove IMG_7.HEIC").click()
    ask(page, "say yes")
    expect(questions(page)).to_have_count(2)
