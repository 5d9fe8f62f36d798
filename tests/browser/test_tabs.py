"""One browser with several tabs: they share one stream, and take nothing from each other."""

import re

import browsing
import pytest
from browsing import answers, ask, button, composer, expect, questions, session_id, talk
from conftest import wait_for

visit = browsing.visit_secure
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


def tabs_of(page, addresses):
    """More tabs beside *page*, and all of them."""
    tabs = [page]
    for address in addresses:
        tabs.append(page.context.new_page())
        tabs[-1].goto(address)
        expect(composer(tabs[-1])).to_be_visible()
    return tabs


def begins_with(page, draft):
    """A tab beside *page* with its draft, which a browser hands over in its own time."""
    other = tabs_of(page, [page.url])[1]

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
@pytest.mark.parametrize("script", [None, NO_LOCKS])
def test_seven_tabs_share_one_stream_and_nothing_waits(dictated, dictation, visit, script):
    page = talk(visit, dictated, script=script)
    streams = Streams(page.context)
    tabs = tabs_of(page, [page.url] * 6)
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


@pytest.mark.slow(11)
def test_tabs_with_sessions_of_their_own_share_it_too(asking, visit):
    page = talk(visit, asking)
    streams = Streams(page.context)
    others = [f"{asking.url}/#/s/{asking.session()}" for _ in range(6)]
    tabs = tabs_of(page, others)
    wait_for(lambda: streams.of(*tabs) == [session_id(tabs[6])])

    for number, tab in enumerate(tabs):
        ask(tab, f"say apple {number}")
        expect(answers(tab)).to_contain_text(f"apple {number}")
        wait_for(lambda tab=tab: streams.of(*tabs) == [session_id(tab)])  # the one in use
    asking.owner.post("/api/ask", {"question": "say pear"}, session_id=session_id(tabs[0]))
    expect(answers(tabs[0]).last).to_contain_text("pear")  # beside the one in use, it sees that too
    wait_for(lambda: streams.of(*tabs) == [session_id(tabs[6])])


@pytest.mark.slow
@pytest.mark.parametrize("end", ["close", "hide", "freeze"])
def test_another_tab_takes_the_stream_without_losing_or_doubling(dictated, dictation, visit, end):
    page = talk(visit, dictated)
    streams = Streams(page.context)
    other = tabs_of(page, [page.url])[1]
    wait_for(lambda: len(streams.of(page, other)) == 1)
    ask(other, "What pays?")
    dictation.say("Patience ", "pays, ")
    for tab in (page, other):
        expect(answers(tab)).to_contain_text("pays,")

    resume = None
    if end == "close":
        other.close()
    elif end == "hide":
        other.evaluate(HIDE, True)
    else:
        resume = freeze(other)
    dictation.say(*(f"{number} " for number in range(50)))
    expect(answers(page)).to_contain_text("49")
    # What is frozen cannot close its own.
    wait_for(lambda: len(streams.of(page)) == (2 if resume else 1))
    dictation.say("they say.")
    dictation.end()

    said = f"Patience pays, {' '.join(map(str, range(50)))} they say."
    expect(answers(page).locator(".md")).to_have_text(said)
    if end == "close":
        return
    if resume:
        resume()
    else:
        other.evaluate(HIDE, False)
    expect(answers(other).locator(".md")).to_have_text(said)
    wait_for(lambda: len(streams.of(page, other)) == 1)


@pytest.mark.slow
def test_a_hidden_tab_has_no_stream_and_catches_up_when_it_is_seen_again(asking, visit):
    page = talk(visit, asking)
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
def test_no_tab_wipes_the_draft_of_another(asking, visit):
    page = talk(visit, asking)
    early = tabs_of(page, [page.url])[1]
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
def test_what_one_tab_sends_is_no_longer_a_draft_in_another(asking, visit):
    page = talk(visit, asking)
    composer(page).fill("say apple")
    other = begins_with(page, "say apple")

    button(other, "Send").click()

    expect(answers(page)).to_contain_text("apple")
    expect(composer(page)).to_have_value("")
    page.reload()
    expect(answers(page)).to_contain_text("apple")
    expect(composer(page)).to_have_value("")
