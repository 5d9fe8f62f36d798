"""A session from its first words to its summary without looking at the phone."""

import re
from pathlib import Path

import browsing
import pytest
from browsing import PHONE, Server, button, expect
from conftest import wait_for
from test_looks import AXE, RUN, SMALL, WIDE
from test_lost import AGAIN, Tunnel

visit = browsing.visit
AGENT = Path(__file__).parent / "driven-agent"

#: A voice that says everything to ``spoken``, and a recogniser that hears what a test says; in
#: ``overlaps`` is what was said while somebody listened.
SPEECH = """
window.spoken = []
window.overlaps = []
window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text } }
const voice = {
  speaking: false, pending: false, queue: [],
  speak(utterance) {
    if (!utterance.text) return
    spoken.push(utterance.text)
    if (window.heard?.running) overlaps.push(utterance.text)
    this.speaking = true
    this.now = utterance
    setTimeout(() => utterance.onstart?.({}), 5)
    setTimeout(() => this.end(utterance), 10 + utterance.text.length)
  },
  end(utterance) {
    if (this.now !== utterance) return
    this.speaking = false
    utterance.onend?.({})
  },
  cancel() { this.speaking = false; this.now = null },
  getVoices: () => [],
  addEventListener() {},
}
Object.defineProperty(window, 'speechSynthesis', {value: voice})
window.webkitSpeechRecognition = window.SpeechRecognition = class {
  start() {
    window.starts = (window.starts ?? 0) + 1
    if (this.running) throw new DOMException('it runs already', 'InvalidStateError')
    if (voice.speaking) overlaps.push(voice.now.text)
    this.running = true
    window.heard = this
    setTimeout(() => this.running && this.onstart())
  }
  say(transcript) {
    const words = transcript.split(' ')
    // As phones do: guesses first, the last of which is final.
    words.forEach((_, at) => this.guess(words.slice(0, at).join(' '), false))
    this.guess(transcript, true)
  }
  guess(transcript, isFinal) {
    const result = [{transcript, confidence: isFinal ? 0.9 : 0}]
    this.onresult({results: [Object.assign(result, {isFinal})]})
  }
  stop() {
    setTimeout(() => {
      if (!this.running) return
      this.running = false
      this.onend()
    })
  }
  abort() { this.stop() }
}
"""


class Passenger:
    """Talks, listens, and taps; sees nothing."""

    def __init__(self, page):
        self.page = page
        self._past = 0

    def says(self, words):
        """As soon as the phone listens; who is not listened to any more taps."""
        talk = self.page.locator(".drive-talk")

        def listens():
            if self.page.evaluate("window.heard?.running === true"):
                return True
            if talk.get_by_text(re.compile("^(Tap to talk|Needs you)$")).count():
                talk.click()
            return False

        wait_for(listens)
        self.page.evaluate("words => heard.say(words)", words)

    def hears(self, *expected):
        """These, in this order, whatever else is said between them."""
        for words in expected:

            def said(words=words):
                everything = self.page.evaluate("spoken")[self._past :]
                found = next((at for at, text in enumerate(everything) if words in text), None)
                if found is None:
                    return False
                self._past += found + 1
                return True

            try:
                wait_for(said)
            except AssertionError:
                told = self.all()[self._past :], self.page.locator(".drive").inner_text()
                raise AssertionError(f"{words!r} is not in {told}") from None

    def all(self):
        return self.page.evaluate("spoken")


@pytest.fixture
def tunnel():
    tunnel = Tunnel()
    yield tunnel
    tunnel.close()


@pytest.fixture
def car(tmp_path, tunnel):
    """A server at the end of a tunnel, with an agent that is spoken with."""
    server = Server(tmp_path, JANUS_AGENT_COMMAND=str(AGENT), JANUS_PUBLIC_URL=tunnel.url)
    tunnel.server = int(server.address.rpartition(":")[2])
    yield server
    server.stop()


def working(server, id):
    return server.owner.get("/api/state", session_id=id)["is_processing"]


def open_questions(server, id):
    return server.owner.get("/api/state", session_id=id)["permissions"]


@pytest.mark.slow(20)
def test_the_drive(car, tunnel, tmp_path, visit):
    docs = car.session(name="write-the-docs", isolated=False)
    cart = car.session(name="fix-the-cart", isolated=False)
    page = visit(car, script=SPEECH, path=f"/#/drive/{cart}")
    passenger = Passenger(page)
    page.locator(".drive-talk").click()

    # The digest.
    passenger.hears("Nothing needs you.", "You are in fix the cart.")

    # A question, and an answer that is heard before it has ended.
    passenger.says("where is the cart defined")
    passenger.hears("Okay.", "It is in cart dot p y.")
    assert working(car, cart)

    # The tunnel, in the middle of the answer.
    tunnel.cut()
    page.clock.fast_forward(20_000)
    expect(page.locator(".drive-problem")).to_contain_text("The connection is lost.")
    (tmp_path / "go-on").touch()
    wait_for(lambda: not working(car, cart))
    tunnel.mend()
    page.clock.fast_forward(AGAIN)
    passenger.hears("The connection is back.", "It has one total.", "Nothing else is there.")

    # What is dangerous is not allowed by silence, nor by words.
    passenger.says("clean the build folder up")
    passenger.hears("It runs rm.")
    passenger.says("allow it once")
    passenger.hears("This needs your hands")
    listens = "before => starts > before && heard.running && starts"
    first = wait_for(lambda: page.evaluate(listens, 0))
    page.clock.fast_forward(10_000)
    wait_for(lambda: page.evaluate(listens, first))  # it was asked again
    page.clock.fast_forward(10_000)
    passenger.hears("It stays open.")
    assert len(open_questions(car, cart)) == 1
    passenger.says("what needs me")
    passenger.hears("fix-the-cart asks for a permission", "It runs rm.")
    passenger.says("deny")
    passenger.hears("Denied.", "I have not run it.")

    # What only looks is allowed by a whole phrase, and by nothing less.
    passenger.says("list the files")
    passenger.hears("The agent asks. Run: ls.")
    passenger.says("yes")
    passenger.hears("That is no clear yes.")
    assert len(open_questions(car, cart)) == 1
    passenger.says("okay allow it once please")
    passenger.hears("Allowed once.", "I have run it.")

    # Another session, and back; then the end, with its summary.
    passenger.says("switch to the docs")
    passenger.hears("Now in write the docs.")
    passenger.says("switch to the cart")
    passenger.hears("Now in fix the cart.")
    passenger.says("end session")
    passenger.hears("Ending fix the cart.", "The summary:", "The cart was looked at.")
    passenger.hears("It is saved on the computer.")

    said = passenger.all()
    answer = ["It is in cart dot p y.", "It has one total.", "Nothing else is there."]
    for once in [*answer, "The connection is back."]:
        assert said.count(once) == 1, said
    assert page.evaluate("overlaps") == []
    asked = ["where is the cart defined", "clean the build folder up", "list the files"]
    assert car.said(cart) == asked
    assert [it["session_id"] for it in car.owner.get("/api/sessions")["sessions"]] == [docs]
    assert "The cart was looked at." in "".join(
        file.read_text() for file in car.workspace.rglob("*.md") if ".janus" in str(file)
    )
    page.context.close()


@pytest.mark.slow(8)
def test_its_screen_is_four_targets_for_every_thumb_and_reader(car, visit):
    cart = car.session(name="fix-the-cart", isolated=False)
    page = visit(car, script=SPEECH, path="/")
    button(page, "Drive").click()
    for width, height in ((390, 844), (320, 640), (844, 390)):
        page.set_viewport_size({"width": width, "height": height})
        targets = page.locator(".drive > button")
        expect(targets).to_have_count(4)
        boxes = [target.bounding_box() for target in targets.all()]
        assert all(box["height"] >= height * 0.24 and box["width"] >= 90 for box in boxes), boxes
        assert page.evaluate(WIDE) == [] and page.evaluate(SMALL) == []
    page.evaluate(AXE.read_text())
    assert page.evaluate(RUN) == []

    page.set_viewport_size(PHONE["viewport"])
    page.keyboard.press("Tab")
    page.locator(".drive-talk").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".drive-talk")).to_contain_text("fix-the-cart")
    page.evaluate(AXE.read_text())
    assert page.evaluate(RUN) == []
    leave = page.get_by_role("button", name="Hold to leave")
    leave.click()  # a tap is not enough
    expect(page.get_by_text("Hold it for a second to leave.")).to_be_visible()
    leave.dispatch_event("pointerdown")
    page.clock.fast_forward(1000)
    expect(button(page, "Settings")).to_be_visible()

    page.goto(f"{car.url}/#/drive/{cart}")
    leave.press("Enter")
    expect(button(page, "Settings")).to_be_visible()
    page.context.close()
