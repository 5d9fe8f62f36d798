"""Everybody can use the page: with a thumb, a small screen, a screen reader, either colours."""

import gzip
import json
import re

import browsing
import pytest
from browsing import (
    ROOT,
    answers,
    ask,
    button,
    composer,
    expect,
    field,
    session_id,
    settings,
    talk,
)
from conftest import wait_for
from kit.missing import missing
from test_talk import FORM

visit, asking = browsing.visit, browsing.asking
again, regular = browsing.again, browsing.regular

AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
RUN = """async () => {
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
  const {violations} = await axe.run(document, {runOnly: tags, resultTypes: ['violations']})
  return violations.map(({id, nodes}) => [id, ...nodes.map(({html, any}) =>
    `${html.slice(0, 200)} ${any.map(({message}) => message).join(' ')}`)])
}"""
#: What is smaller than a thumb. A box or a dot is as large as the label around it; a link within a
#: sentence is as large as its words.
SMALL = """() => {
  const targets = 'button, a[href], input, select, textarea, summary, [role=button]'
  const label = (node) => node.matches('[type=radio], [type=checkbox]') && node.closest('label')
  return [...document.querySelectorAll(targets)]
    .filter((node) => !node.closest('p, .md') && node.checkVisibility())
    .map((node) => label(node) || node)
    .map((node) => [node, node.getBoundingClientRect()])
    .filter(([, {width, height}]) => width && height && (width < 47.5 || height < 47.5))
    .map(([node, {width, height}]) => `${width} x ${height}: ${node.outerHTML.slice(0, 150)}`)
}"""
#: What is wider than it may be; code and the like scroll by themselves.
WIDE = """() => [...document
  .querySelectorAll('html, body, main, dialog, .sheet-body, .messages, .dock')]
  .filter((node) => node.scrollWidth > Math.max(node.clientWidth, 1))
  .map((node) => `${node.scrollWidth} in ${node.clientWidth}: ${node.tagName}.${node.className}`)"""
UPDATES = [
    {
        "sessionUpdate": "plan",
        "entries": [
            {"content": "Read the tests", "priority": "high", "status": "completed"},
            {"content": "Write a" + " very" * 40 + " long one", "status": "in_progress"},
            {"content": "Run them", "priority": "low", "status": "pending"},
        ],
    },
    {
        "sessionUpdate": "tool_call",
        "toolCallId": "1",
        "title": "cat " + "a-long-name/" * 20,
        "kind": "execute",
        "status": "failed",
        "content": [{"type": "content", "content": {"type": "text", "text": "no such file\n" * 9}}],
    },
    {
        "sessionUpdate": "tool_call",
        "toolCallId": "2",
        "title": "Edit cart.py",
        "kind": "edit",
        "status": "completed",
        "content": [
            {"type": "diff", "path": "/cart.py", "oldText": "total = 0\n", "newText": "total = 1\n"}
        ],
    },
    {
        "sessionUpdate": "agent_message_chunk",
        "content": {
            "type": "text",
            "text": "# Done\n\n| a | b |\n|---|---|\n| 1 | "
            + "x" * 400
            + " |\n\n- one\n  - two\n\n"
            "> quoted [link](https://example.com)\n\n```py\nprint('" + "y" * 200 + "')\n```\n",
        },
    },
]


def pairing(visit, server):
    page = visit(server, stranger=True)
    field(page, "Code").fill("22222-22222")
    button(page, "Pair").click()
    expect(page.locator("main [role=alert]")).to_be_visible()
    return page


def empty_list(visit, server):
    page = visit(server)
    nothing = json.dumps({"sessions": []})
    page.route("**/api/sessions", lambda route: route.fulfill(body=nothing))
    page.evaluate("localStorage.removeItem('janus.sessions')")
    page.reload()
    expect(page.get_by_role("heading", name="What shall we do?")).to_be_visible()
    return page


def needing_list(visit, server):
    page = talk(visit, server)
    ask(page, "ask")
    expect(page.locator(".ask-card")).to_be_visible()
    button(page, "All sessions").click()
    expect(page.get_by_role("heading", name=re.compile("Needs you"))).to_be_visible()
    return page


def new_session(visit, server):
    page = visit(server, path="/#/new")
    page.get_by_role("radio", name=re.compile("Its own branch")).check()
    field(page, "Name of the work").fill("no name!")
    page.get_by_text("not ready").click()
    return page


def empty_chat(visit, server):
    return talk(visit, server)


def streaming(visit, server):
    page = talk(visit, server)
    ask(page, "hang")
    expect(answers(page)).to_contain_text("Working")
    ask(page, "And then" + "?" * 400)
    expect(page.get_by_role("list", name="Will be sent after this step")).to_be_visible()
    return page


def permission(visit, server):
    page = talk(visit, server)
    ask(page, "ask")
    expect(page.locator(".ask-card")).to_be_visible()
    return page


def form(visit, server):
    page = talk(visit, server)
    ask(page, f"request elicitation/create {json.dumps(FORM)}")
    button(page.locator(".ask-card"), "Send").click()
    expect(page.get_by_text("Please fill this in.").first).to_be_visible()
    return page


def plan_and_tools(visit, server):
    page = talk(visit, server)
    ask(page, f"updates {json.dumps(UPDATES)}")
    expect(answers(page).get_by_role("heading", name="Done")).to_be_visible()
    expect(page.locator(".last-row")).to_be_visible()
    for summary in page.locator("summary").all():
        if summary.locator("..").get_attribute("open") is None:
            summary.click()
    return page


def offline(visit, server):
    page = talk(visit, server)
    page.context.set_offline(True)
    ask(page, "And then?")
    page.clock.fast_forward(2000)
    expect(page.locator("output.banner")).to_be_visible()
    return page


def all_settings(visit, server):
    page = visit(server)
    settings(page).click()
    rows = page.locator(".setting-row > summary")
    expect(rows.first).to_be_visible()
    for row in rows.all():
        row.click()
    expect(page.get_by_text("this device", exact=True)).to_be_visible()
    expect(page.get_by_text("Agents that died", exact=True)).to_be_visible()
    return page


def dialog(visit, server):
    page = talk(visit, server, "say hello")
    button(page, "More about this session").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    return page


def ended_chat(visit, server):
    page = talk(visit, server, "say something")
    server.owner.post("/api/session/end", session_id=session_id(page))
    expect(page.get_by_role("heading", name="This session has ended.")).to_be_visible()
    return page


def ended_menu(visit, server):
    page = ended_chat(visit, server)
    button(page, "More about this session").click()
    button(page, "Save, delete and more…").click()
    expect(button(page, "Delete…")).to_be_visible()
    return page


def ended_list(visit, server):
    page = ended_chat(visit, server)
    button(page, "All sessions").click()
    expect(page.get_by_role("heading", name="Ended")).to_be_visible()
    return page


def found(visit, server):
    id = server.session(f"say the quinces of {'x' * 90}")
    page = ended_list(visit, server)
    wait_for(lambda: server.owner.get("/api/history", q="quinces")["hits"])
    page.get_by_role("searchbox").fill("quinces")
    page.clock.fast_forward(500)
    expect(page.locator("mark").first).to_be_visible()
    server.owner.post("/api/session/end", {"summary": False}, session_id=id)
    return page


def projects(visit, server):
    page = visit(server, path="/#/projects")
    expect(page.get_by_role("dialog", name="Projects")).to_contain_text("shop")
    return page


def folders(visit, server):
    page = projects(visit, server)
    button(page, "Add a project").click()
    expect(button(page, "shop")).to_be_visible()
    return page


#: Every two of colours, width and direction come together once.
SCREENS = [
    ("light", 390, "ltr"),
    ("light", 320, "rtl"),
    ("dark", 390, "rtl"),
    ("dark", 320, "ltr"),
]
#: Each once, for axe: it looks at colours and at what is written. Of places it knows nothing
#: that SMALL and WIDE do not say more strictly.
SEEN = [SCREENS[0], ("dark", 320, "rtl")]
STATES = [
    pairing,
    empty_list,
    needing_list,
    new_session,
    empty_chat,
    streaming,
    permission,
    form,
    plan_and_tools,
    offline,
    all_settings,
    dialog,
    ended_chat,
    ended_menu,
    ended_list,
    found,
    projects,
    folders,
]
#: That of a stranger, and of who is cut off, as all tabs of a browser would be.
ALONE = [pairing, offline]


@pytest.fixture
def axe():
    """What looks for what keeps people out."""
    if not AXE.exists():
        missing("Accessibility is tested with axe-core; get it: cd frontend && npm ci")
    return AXE.read_text()


def accessible(page, axe):
    """In both colours, widths and directions."""
    page.evaluate(axe)
    for checks, screens in (([RUN], SEEN), ([SMALL, WIDE], SCREENS)):
        for scheme, width, direction in screens:
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            page.set_viewport_size({"width": width, "height": 844})
            page.evaluate("(dir) => { document.documentElement.dir = dir }", direction)
            for check in checks:
                assert page.evaluate(check) == [], (scheme, width, direction)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 390, "height": 844})
    page.evaluate("document.documentElement.dir = 'ltr'")


@pytest.mark.slow
@pytest.mark.parametrize("state", STATES)
def test_nobody_is_kept_out_whatever_the_screen(asking, visit, again, axe, state):
    page = state(visit if state in ALONE else again, asking)
    accessible(page, axe)

    page.set_viewport_size({"width": 320, "height": 640})
    page.evaluate("() => { document.documentElement.dataset.text = 'larger' }")
    assert page.evaluate(WIDE) == []


@pytest.mark.slow
def test_the_composer_stays_in_reach(asking, again):
    page = talk(again, asking, f"say {'word ' * 2000}")
    expect(answers(page)).to_be_visible()

    def look():
        for height in (844, 400):  # as with a keyboard
            page.set_viewport_size({"width": 390, "height": height})
            box = composer(page).bounding_box()
            assert box["y"] + box["height"] <= height
            assert page.evaluate("document.documentElement.scrollHeight") <= height

    look()
    asking.owner.post("/api/session/end", {"summary": False}, session_id=session_id(page))
    expect(page.get_by_role("heading", name="This session has ended.")).to_be_visible()
    look()


def test_what_is_fetched_at_first_is_small():
    dist = ROOT / "frontend_dist"
    page = (dist / "index.html").read_text()
    first = re.findall(r"(?:src|href)=\"\.?/(assets/[^\"]+\.js)\"", page)

    size = sum(len(gzip.compress((dist / file).read_bytes())) for file in first)

    assert first
    assert size <= 45_000
