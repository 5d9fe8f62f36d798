"""How much work the page is for a slow phone, in a browser that is slowed down, and how long it
waits for a slow network.
"""

import json
import shutil
import time
from contextlib import contextmanager

from bench.rig import AUTHOR, QUICK, Rig

try:
    from playwright.sync_api import expect, sync_playwright
except ImportError:
    sync_playwright = None

#: How much slower than this computer a cheap phone is, according to Lighthouse.
SLOWER = 4
ANSWER, MESSAGES = 50_000, 3000
#: Slow 4G as the browser's own tools have it: each answer takes that many milliseconds longer.
SLOW_4G = {
    "offline": False,
    "latency": 562.5,
    "downloadThroughput": 1_440_000 / 8,
    "uploadThroughput": 675_000 / 8,
}
#: Milliseconds; a longer task makes taps feel late.
LONGEST_TASK = 100
LONG_TASKS = """
longest = 0
new PerformanceObserver(list => {
  longest = Math.max(longest, ...list.getEntries().map(task => task.duration))
}).observe({type: 'longtask'})
"""


def in_a_browser():
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if not (program and sync_playwright):
        yield "the page in a browser", "not measured: no Playwright or no Chromium", "", False
        return
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield from _long_answer(browser)
        yield _long_conversation(browser)
        yield from _cold(browser)
        yield _hundred(browser)
        yield _back_again(browser)
        browser.close()


def _long_answer(browser):
    what = f"the page: an answer of {ANSWER // 1000} kB, as fast as it comes, {SLOWER}x slower"
    with Rig(AUTHOR) as rig, _page(browser, rig) as (page, spent):
        page.goto(f"{rig.url}/#/s/{rig.start()}")
        expect(page.locator("#composer")).to_be_visible()
        for number, which in enumerate(("", ", the next one")):
            before = spent()
            page.evaluate("longest = 0")
            page.locator("#composer").fill(f"write {ANSWER}")
            page.get_by_role("button", name="Send").click()
            drawn = page.locator(".md[aria-busy=false]")
            expect(drawn).to_have_count(number + 1, timeout=120_000)
            script, all = (now - then for now, then in zip(spent(), before, strict=True))
            longest = page.evaluate("longest")
            spends = f"{script:.2f} s of script, {all:.2f} s in all"
            yield f"{what}{which}", spends, "≤ 2 s of script", script <= 2
            aim = f"≤ {LONGEST_TASK} ms"
            yield "its longest task", f"{longest:.0f} ms", aim, longest <= LONGEST_TASK


def _long_conversation(browser):
    with Rig(QUICK) as rig, _page(browser, rig) as (page, spent):
        session = rig.start()
        for number in range(MESSAGES // 2):
            rig.post(f"/api/ask?session_id={session}", question=f"question {number}")
        page.goto("about:blank")
        before = spent()
        page.goto(f"{rig.url}/#/s/{session}")
        expect(page.get_by_text(f"question {number}").last).to_be_visible(timeout=120_000)
        script, all = (now - then for now, then in zip(spent(), before, strict=True))
    return (
        f"the page: to open a conversation of {MESSAGES:,} messages, {SLOWER}x slower",
        f"{script:.2f} s of script, {all:.2f} s in all",
        "",
        True,
    )


def _cold(browser):
    """The first visit ever, with nothing in any cache."""
    with Rig(QUICK) as rig:
        session = rig.start()
        for number in range(20):
            rig.post(f"/api/ask?session_id={session}", question=f"question {number}")
        for what, path, shown, most in (
            ("the list of sessions can be used", "/", "#first-words", 2),
            ("a link to a conversation is read", f"/#/s/{session}", "text=question 19", 3),
        ):
            with _page(browser, rig, SLOW_4G) as (page, _):
                asked = []
                page.on("request", lambda request, asked=asked: asked.append(request.url))
                began = time.monotonic()
                page.goto(rig.url + path, wait_until="commit")
                page.locator(shown).last.wait_for()
                took = time.monotonic() - began
            figure = f"{took:.1f} s, {len(asked)} requests"
            what = f"the page on slow 4G, cold, {SLOWER}x slower: {what}"
            yield what, figure, f"≤ {most} s", took <= most


def _hundred(browser):
    """How often the list of many sessions asks the server, each of which has been used."""
    with Rig(QUICK, MAX_SESSIONS="100") as rig:
        for _ in range(100):
            rig.start()
        with _page(browser, rig) as (page, _):
            asked = []
            page.on("request", lambda request: asked.append(request.url))
            page.goto(rig.url)
            expect(page.locator(".list-body li")).to_have_count(100, timeout=60_000)
            page.wait_for_timeout(2000)
        lists = [url for url in asked if "/api/sessions" in url and "ended" not in url]
        states = [url for url in asked if "/api/state" in url or "/api/session?" in url]
    what = "requests for the list of 100 sessions, and for the state of one"
    return what, f"{len(lists)}, {len(states)}", "1, 0", (len(lists), len(states)) == (1, 0)


def _back_again(browser):
    """How long a message waits, once the server listens again that it was said without."""
    with Rig(QUICK) as rig, _page(browser, rig) as (page, _):
        session = rig.start()
        page.goto(f"{rig.url}/#/s/{session}")
        expect(page.locator("#composer")).to_be_visible()
        rig.stop()
        page.locator("#composer").fill("are you there?")
        page.get_by_role("button", name="Send").click()
        page.wait_for_timeout(20_000)
        with page.expect_request_finished(
            lambda request: request.url.endswith("/api/chat"), timeout=60_000
        ):
            rig.serve()
            began = time.monotonic()
        took = time.monotonic() - began
    what = "a message said without the server is out, after it is back"
    return what, f"{took:.1f} s", "≤ 1 s", took <= 1


@contextmanager
def _page(browser, rig, network=None):
    """Yield a slow, paired page, and a function for its seconds spent: in scripts, and in all."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    code = rig.post("/api/pair/new", scope="full")["code"]
    names = {"code": code, "name": "bench"}
    paired = context.request.post(f"{rig.url}/api/pair", data=names).json()
    admission = json.dumps({"key": paired["key"], "scope": paired["scope"]})
    keep = f"localStorage.setItem('janus.admission', {json.dumps(admission)})"
    context.add_init_script(f"if (location.protocol !== 'about:') {keep}")
    context.add_init_script(LONG_TASKS)
    page = context.new_page()
    browser_side = context.new_cdp_session(page)
    browser_side.send("Performance.enable")
    if network:
        browser_side.send("Network.enable")
        browser_side.send("Network.emulateNetworkConditions", network)
    browser_side.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})

    def spent():
        metrics = browser_side.send("Performance.getMetrics")["metrics"]
        by_name = {metric["name"]: metric["value"] for metric in metrics}
        return by_name["ScriptDuration"], by_name["TaskDuration"]

    yield page, spent
    context.close()
