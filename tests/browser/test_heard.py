"""Real sound through the page: a microphone, Janus's own ears, and its own voice.

The engine that hears knows what is said here; ``make voice`` puts the real ones in its place.
"""

import os
import re
import shlex
import subprocess
import sys
import wave
from pathlib import Path

import pytest
from browsing import PHONE, Server, first_page, new_device
from conftest import wait_for
from kit.browser import FLAGS
from test_drive import AGENT, open_questions
from test_lost import AGAIN, Tunnel

HEARING = Path(__file__).parent / "hearing"
#: Samples of a second.
RATE = 22_050
#: A Whisper model and a Piper voice, if they are to be used.
MODEL, _, VOICE = os.environ.get("JANUS_HEARD", "").partition(":")

#: As Firefox, or a home-screen app on an iPhone. In ``microphones`` is what was opened, and in
#: ``heard`` what Janus has said to its end.
NO_RECOGNISER = """
delete window.webkitSpeechRecognition
delete window.SpeechRecognition
window.microphones = []
const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices)
navigator.mediaDevices.getUserMedia = async wanted => {
  const stream = await open(wanted)
  microphones.push(stream)
  return stream
}
window.recorders = []
window.MediaRecorder = class extends MediaRecorder {
  constructor(...given) {
    super(...given)
    recorders.push(this)
  }
}
window.heard = []
window.playing = ''
const [texts, addresses, fetched, made] = [new Map(), new Map(), fetch, URL.createObjectURL]
window.fetch = async (address, init) => {
  const answer = await fetched(address, init)
  if (!String(address).includes('/api/speak')) return answer
  const [{text}, blob] = [JSON.parse(init.body), answer.blob.bind(answer)]
  answer.blob = async () => {
    const sound = await blob()
    texts.set(sound, text)
    return sound
  }
  return answer
}
URL.createObjectURL = sound => {
  const address = made(sound)
  addresses.set(address, texts.get(sound))
  return address
}
window.Audio = class extends Audio {
  constructor(...given) {
    super(...given)
    this.addEventListener('ended', () => playing && heard.push(playing))
  }
}
const {play} = HTMLMediaElement.prototype
HTMLMediaElement.prototype.play = function () {
  window.playing = addresses.get(this.src) ?? ''
  return play.call(this)
}
"""


class Person:
    """Speaks, with a voice that the engine knows, and listens to what Janus says."""

    def __init__(self, folder):
        self.known = folder / "known"
        self.known.mkdir()
        self.microphone = folder / "microphone.wav"
        self._past = 0
        #: A voice of Janus that takes its time for what is very long.
        self.voice = folder / "voice"
        self.voice.write_text(
            "#!/bin/sh\nread -r words\n"
            "case $words in *very*) speed='80 -g 80';; *) speed=300;; esac\n"
            'exec espeak-ng -s $speed --stdout "$words"\n'
        )
        self.voice.chmod(0o755)

    def speech(self, words):
        """The file of these words, which the engine knows from now on."""
        file = self.known / f"{words}.wav"
        if not file.exists():
            espeak = ["espeak-ng", "-s", "140", "-w", str(file), words]
            piper = [sys.executable, "-m", "piper", "-m", VOICE, "-f", str(file), "--", words]
            subprocess.run(piper if VOICE else espeak, check=True)
        return file

    def will_say(self, words):
        """Into the next microphone that the browser opens: it reads a file."""
        with (
            wave.open(str(self.microphone), "wb") as file,
            wave.open(str(self.speech(words))) as speech,
        ):
            file.setparams((1, 2, RATE, 0, "NONE", ""))
            file.writeframes(bytes(RATE * 3) + speech.readframes(1 << 30) + bytes(RATE * 4))

    def says(self, page, words, to="listening"):
        """Into another microphone, as soon as the page has one open; who rests is tapped."""
        drive, talk = page.locator(".drive"), page.locator(".drive-talk")

        def records():
            phase = drive.get_attribute("data-phase")
            if phase == "quiet" and to == "listening":
                talk.click()
            return phase == to and page.evaluate("recorders.some(it => it.state === 'recording')")

        self.will_say(words)
        wait_for(records, 60)
        page.evaluate("microphones.at(-1).getAudioTracks()[0].dispatchEvent(new Event('ended'))")

    def hears(self, page, *expected):
        """These, in this order and each to its end, whatever else is said between them."""
        for words in expected:

            def said(words=words):
                everything = page.evaluate("heard")[self._past :]
                found = next((at for at, text in enumerate(everything) if words in text), None)
                self._past += 0 if found is None else found + 1
                return found is not None

            try:
                wait_for(said, 60)
            except AssertionError:
                told = page.evaluate("heard")[self._past :], page.locator(".drive").inner_text()
                raise AssertionError(f"{words!r} is not in {told}") from None


@pytest.fixture
def person(tmp_path):
    return Person(tmp_path)


@pytest.fixture
def tunnel():
    tunnel = Tunnel()
    yield tunnel
    tunnel.close()


@pytest.fixture
def car(tmp_path, tunnel, person, fork_server):
    hearing = shlex.join([str(HEARING), str(person.known)])
    server = Server(
        tmp_path,
        JANUS_AGENT_COMMAND=str(AGENT),
        JANUS_PUBLIC_URL=tunnel.url,
        JANUS_TTS=str(person.voice),
        **{"JANUS_STT_MODEL": MODEL} if MODEL else {"JANUS_STT": hearing},
    )
    tunnel.server = int(server.address.rpartition(":")[2])
    (tmp_path / "go-on").touch()  # the agent does not wait
    yield server
    server.stop()


def said(car, id):
    """What was said in a session, as an engine without capitals and commas would write it."""
    return [" ".join(re.findall("[a-zI]+", it[0].lower() + it[1:])) for it in car.said(id)]


@pytest.fixture
def visit(launch, car, person):
    """Opens the page in a browser of its own, which has no recogniser, and no voice."""
    browsers = []

    def visit(path):
        flags = [
            "--use-fake-ui-for-media-stream",
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-audio-capture={person.microphone}%noloop",
        ]
        browsers.append(launch(args=[*FLAGS, *flags]))
        kept = new_device(browsers[-1], car)
        context = browsers[-1].new_context(**PHONE, reduced_motion="reduce")
        context.add_init_script(NO_RECOGNISER)
        return first_page(context, car.url + path, kept)

    yield visit
    for browser in browsers:
        browser.close()


@pytest.mark.slow(30)
def test_a_browser_that_neither_hears_nor_speaks_has_janus_do_it(car, tunnel, person, visit):
    cart = car.session(name="fix-the-cart", isolated=False)
    person.will_say("where can I find the cart")
    page = visit(f"/#/drive/{cart}")
    page.locator(".drive-talk").click()
    person.hears(
        page, "Nothing needs you.", "Okay.", "It is in cart dot p y.", "Nothing else is there."
    )
    assert said(car, cart) == ["where can I find the cart"]

    # In a tunnel it is kept on the phone, and sent once. The headset goes while Janus listens, and
    # another microphone is there.
    page.locator(".drive[data-phase=listening]").wait_for()
    tunnel.cut()
    page.clock.fast_forward(20_000)
    page.get_by_text("The connection is lost.").wait_for()
    person.says(page, "where are the tests")
    person.hears(page, "Kept, until there is a connection.")
    assert said(car, cart) == ["where can I find the cart"]
    tunnel.mend()
    page.clock.fast_forward(AGAIN)
    person.hears(page, "Nothing else is there.")

    # A yes is heard by the engine of Janus, from this very recording.
    person.says(page, "list the files")
    person.hears(page, "Say: allow it once.")
    person.says(page, "allow it once")
    person.hears(page, "I have run it.")
    assert open_questions(car, cart) == []

    # Who speaks while Janus does is listened to.
    person.says(page, "explain the whole of it")
    wait_for(lambda: said(car, cart)[-1] == "explain the whole of it", 60)
    page.locator(".drive[data-phase=speaking]").wait_for()
    wait_for(lambda: page.evaluate("playing").startswith("It is a very long story"), 60)
    person.says(page, "where does it end", to="speaking")
    person.hears(page, "Okay.", "Nothing else is there.")

    heard = page.evaluate("heard")
    assert not any("very long story" in it or it == "Never." for it in heard), heard
    assert heard.count("The connection is back.") == 1, heard
    asked = ["where can I find the cart", "where are the tests", "list the files"]
    assert said(car, cart) == [*asked, "explain the whole of it", "where does it end"]
