"""One browser with several tabs: they share one stream, and take nothing from each other."""

import re

import browsing
import pytest
from browsing import answers, ask, button, composer, expect, questions, session_id, talk
from conftest import wait_for

visit, again, regular = browsing.visit, browsing.again, browsing.regular
asking, dictated, dictation = browsing.asking, browsing.dictated, browsing.dictation

#: What a plain http address in a network does not have.
NO_LOCKS = "Object.defineProperty(Navigator.prototype, 'locks', {value: undefined})"
HIDE = """(hidden) => {
  const state = hidden ? 'hidden' : 'visible'
  Object.defineProperty(document, 'visibilityState', {value: state, configurable: true})
  document.dispatchEvent(new Event('visibilitychange'))
}"""


class Streams:
    """The streams that the tabs of a browser have open."""

    def __init__(self, context):
        self._open = {}
        context.on("request", self._begin)
        context.on("requestfailed", lambda request: self._open.pop(request, None))
        context.on("requestfinished", lambda request: self._open.pop(request, None))

    def _begin(self, request):
        if "/api/chat/stream" in request.url:
            self._open[request] = request.url

    def of(self, *pages):
        """The sessions they are of, once the tabs have said what was to say."""
        for page in pages:
            page.evaluate("0")
        # What a closed tab had open ends without a word.
        live = [url for request, url in self._open.items() if not request.frame.page.is_closed()]
        return [re.search(r"session_id=([\w-]+)", url)[1] for url in live]


def tabs_of(page, count):
    """The tab *page*, and as many as make *count* with what it shows; a browser has them share a
    process, which takes half the work."""
    tabs = [page]
    while len(tabs) < count:
        with page.expect_popup() as opened:
            page.evaluate("() => { open(location.href) }")
        tabs.append(opened.value)
        expect(composer(tabs[-1])).to_be_visible()
    return tabs


def begins_with(page, draft):
    """A tab beside *page* with its draft, which a browser hands over in its own time."""
    other = tabs_of(page, 2)[1]

    def look():
        if composer(other).input_value() != draft:
            other.reload()
        return composer(other).input_value() == draft

    wait_for(look)
    return other


def freeze(page):
    """Stop all of its scripts, as a browser does to save power; returns what lets it go on."""
    session = page.context.new_cdp_session(page)
    session.send("Debugger.enable")
    session.send("Debugger.pause")

    def resume():
        session.send("Debugger.resume")
        session.detach()

    return resume


@pytest.mark.slow(8)
@pytest.mark.parametrize(("count", "script"), [(7, None), (3, NO_LOCKS)])
def test_tabs_share_one_stream_and_nothing_waits(dictated, dictation, visit, count, script):
    """Of seven, six with a stream of their own would leave no connection for anything else."""
    page = talk(visit, dictated, script=script)
    streams = Streams(page.context)
    tabs = tabs_of(page, count)
    wait_for(lambda: len(streams.of(*tabs)) == 1)

    ask(tabs[2], "What pays?")
    dictation.say("Patience ")
    for tab in tabs:
        expect(answers(tab)).to_contain_text("Patience")
    dictation.say("pays, ", "so ", "they say.")
    for tab in tabs:
        expect(answers(tab).locator(".md")).to_have_text("Patience pays, so they say.")
    button(tabs[0], "Stop").click()
    for tab in tabs:
        expect(button(tab, "Stop")).to_have_count(0)
        expect(questions(tab)).to_have_count(1)
    wait_for(lambda: len(streams.of(*tabs)) == 1)
    if count < 7:
        return

    # With sessions of their own they share it, too.
    for tab in tabs:
        tab.goto(f"{dictated.url}/#/s/{dictated.session()}")
        expect(questions(tab)).to_have_count(0)
    wait_for(lambda: streams.of(*tabs) == [session_id(tabs[6])])
    dictation.forget()
    dictation.say("An apple.")
    dictation.end()
    for number, tab in enumerate(tabs):
        ask(tab, f"What is sold at door {number}?")
        expect(answers(tab)).to_contain_text("An apple.")
        expect(questions(tab)).to_contain_text(f"door {number}?")
        wait_for(lambda tab=tab: streams.of(*tabs) == [session_id(tab)])  # the one in use
    first = session_id(tabs[0])
    dictated.owner.post("/api/ask", {"question": "And else?"}, session_id=first)
    expect(answers(tabs[0])).to_have_count(2)  # beside the one in use, it sees that too
    wait_for(lambda: streams.of(*tabs) == [session_id(tabs[6])])


@pytest.mark.slow(4)
def test_another_tab_takes_the_stream_without_losing_or_doubling(dictated, dictation, again):
    page = talk(again, dictated)
    streams = Streams(page.context)
    other = page.context.new_page()  # in a process of its own, which can stand still
    other.goto(page.url)
    expect(composer(other)).to_be_visible()

    for number, end in enumerate(("hide", "freeze", "close")):
        dictation.forget()
        wait_for(lambda: len(streams.of(page, other)) == 1)
        ask(other, f"What pays, {number}?")
        dictation.say("Patience ", "pays, ")
        for tab in (page, other):
            expect(answers(tab).nth(number)).to_contain_text("pays,")

        resume = None
        if end == "close":
            other.close()
        elif end == "hide":
            other.evaluate(HIDE, True)
        else:
            resume = freeze(other)
        dictation.say(*(f"{word} " for word in range(50)))
        expect(answers(page).nth(number)).to_contain_text("49")
        # What is frozen cannot close its own.
        wait_for(lambda resume=resume: len(streams.of(page)) == (2 if resume else 1))
        dictation.say("they say.")
        dictation.end()

        said = f"Patience pays, {' '.join(map(str, range(50)))} they say."
        expect(answers(page).nth(number).locator(".md")).to_have_text(said)
        if end == "close":
            return
        if resume:
            resume()
        else:
            other.evaluate(HIDE, False)
        expect(answers(other).nth(number).locator(".md")).to_have_text(said)
        for tab in (page, other):
            expect(button(tab, "Stop")).to_have_count(0)


@pytest.mark.slow
def test_a_hidden_tab_has_no_stream_and_catches_up_when_it_is_seen_again(asking, again):
    page = talk(again, asking)
    streams = Streams(page.context)
    page.reload()
    wait_for(lambda: len(streams.of(page)) == 1)

    page.evaluate(HIDE, True)
    wait_for(lambda: streams.of(page) == [])
    asking.owner.post("/api/ask", {"question": "say apple"}, session_id=session_id(page))
    page.evaluate(HIDE, False)

    expect(answers(page)).to_contain_text("apple")
    wait_for(lambda: len(streams.of(page)) == 1)


@pytest.mark.slow
def test_no_tab_wipes_the_draft_of_another(asking, again):
    page = talk(again, asking)
    early = tabs_of(page, 2)[1]
    composer(page).fill("Rename the cart")
    late = begins_with(page, "Rename the cart")  # begun there, and gone on with here
    composer(late).fill("Delete the cart")
    composer(early).fill("Sell the cart")
    composer(early).fill("")

    for tab, text in ((page, "Rename the cart"), (late, "Delete the cart"), (early, "")):
        expect(composer(tab)).to_have_value(text)
    for text in ("Delete the cart", "Rename the cart"):  # saved, also what was put back
        wait_for(lambda text=text: text in page.evaluate("JSON.stringify(localStorage)"))
    page.reload()
    late.reload()
    expect(composer(page)).to_have_value("Rename the cart")
    expect(composer(late)).to_have_value("Delete the cart")

    page.close()
    composer(late).fill("say apple")
    button(late, "Send").click()
    early.reload()
    expect(composer(early)).to_have_value("Rename the cart")  # what nobody has sent is still there
    early.reload()
    button(early, "Send").click()
    expect(questions(late)).to_have_count(2)
    late.reload()
    expect(questions(late)).to_have_count(2)
    expect(composer(late)).to_have_value("")


@pytest.mark.slow
def test_what_one_tab_sends_is_no_longer_a_draft_in_another(asking, again):
    page = talk(again, asking)
    composer(page).fill("say apple")
    other = begins_with(page, "say apple")

    button(other, "Send").click()

    expect(answers(page)).to_contain_text("apple")
    expect(composer(page)).to_have_value("")
    page.reload()
    expect(answers(page)).to_contain_text("apple")
    expect(composer(page)).to_have_value("")
