"""Real sound through the page: a microphone, Janus's own ears, and its own voice."""

import shlex
import subprocess
import wave
from pathlib import Path

import pytest
from browsing import PHONE, Server, kept_of_a_new_device
from conftest import wait_for
from kit.browser import FLAGS
from test_drive import AGENT, open_questions
from test_lost import AGAIN, Tunnel

HEARING = Path(__file__).parent / "hearing"
#: Samples of a second.
RATE = 22_050

#: As Firefox, or a home-screen app on an iPhone; in ``microphones`` is what was opened.
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
"""

class Person:
    """Speaks, with a voice that the engine knows, and listens to what Janus says."""

    def __init__(self, folder):
        self.known = folder / "known"
        self.known.mkdir()
        self.microphone = folder / "microphone.wav"
        self._told = folder / "told"
        self._told.touch()
        #: A voice of Janus that takes its time where it is told to.
        self.voice = folder / "voice"
        self.voice.write_text(
            "#!/bin/sh\nread -r words\necho \"$words\" >>"
            f"{self._told}\ncase $words in *very*) speed=40;; *) speed=300;; esac\n"
            'espeak-ng -s $speed --stdout "$words"\n'
        )
        self.voice.chmod(0o755)

    def speech(self, words):
        """The file of these words, which the engine knows from now on."""
        file = self.known / f"{words}.wav"
        if not file.exists():
            subprocess.run(["espeak-ng", "-s", "140", "-w", str(file), words], check=True)
        return file

    def will_say(self, words):
        """Into the next microphone that the browser opens: it reads a file."""
        with wave.open(str(self.microphone), "wb") as file, wave.open(str(self.speech(words))) as speech:
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

    def told(self):
        return self._told.read_text().splitlines()

    def hears(self, words, times=1):
        try:
            wait_for(lambda: sum(words in it for it in self.told()) >= times, 60)
        except AssertionError:
            raise AssertionError(f"{words!r} is not in {self.told()}" + ((self.known / "log").read_text() if (self.known / "log").exists() else "no log")) from None


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
    server = Server(
        tmp_path,
        JANUS_AGENT_COMMAND=str(AGENT),
        JANUS_PUBLIC_URL=tunnel.url,
        JANUS_STT=shlex.join([str(HEARING), str(person.known)]),
        JANUS_TTS=str(person.voice),
    )
    tunnel.server = int(server.address.rpartition(":")[2])
    (tmp_path / "go-on").touch()  # the agent does not wait
    yield server
    server.stop()


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
        kept = kept_of_a_new_device(browsers[-1], car)
        context = browsers[-1].new_context(**PHONE, storage_state=kept)
        context.add_init_script(NO_RECOGNISER)
        page = context.new_page()
        page.clock.install()
        page.goto(car.url + path)
        return page

    yield visit
    for browser in browsers:
        browser.close()


@pytest.mark.slow(20)
def test_a_browser_that_neither_hears_nor_speaks_has_janus_do_it(car, person, visit):
    cart = car.session(name="fix-the-cart", isolated=False)
    for words in ("where is it tested", "what needs me"):
        person.speech(words)
    person.will_say("where is the cart defined")
    page = visit(f"/#/drive/{cart}")
    page.locator(".drive-talk").click()
    person.hears("Nothing needs you.")
    person.hears("It is in cart dot p y.")
    person.hears("Nothing else is there.")
    assert car.said(cart) == ["where is the cart defined"]

    # The headset goes while Janus listens, and another microphone is there.
    person.says(page, "where is it tested")
    wait_for(lambda: car.said(cart)[1:] == ["where is it tested"], 60)


@pytest.mark.slow(30)
def test_what_is_said_in_a_tunnel_at_a_question_and_while_janus_speaks(car, tunnel, person, visit):
    cart = car.session(name="fix-the-cart", isolated=False)
    page = visit(f"/#/drive/{cart}")
    page.locator(".drive-talk").click()
    person.says(page, "where is the cart defined")
    person.hears("Nothing else is there.")

    # In a tunnel it is kept on the phone, also over a reload, and sent once.
    tunnel.cut()
    page.clock.fast_forward(20_000)
    page.get_by_text("The connection is lost.").wait_for()
    person.says(page, "where is it tested")
    wait_for(lambda: page.locator(".drive").get_attribute("data-phase") != "listening", 30)
    assert car.said(cart) == ["where is the cart defined"]
    tunnel.mend()
    page.clock.fast_forward(AGAIN)
    wait_for(lambda: car.said(cart)[1:] == ["where is it tested"], 60)
    person.hears("The connection is back.")

    # A yes is heard by the engine of Janus, from this very recording.
    person.says(page, "list the files")
    person.hears("Say: allow it once.")
    person.says(page, "allow it once")
    person.hears("I have run it.")
    assert open_questions(car, cart) == []

    # Who speaks while Janus does is listened to.
    person.says(page, "explain the whole of it")
    person.hears("very long story")
    person.says(page, "where does it end", to="speaking")
    wait_for(lambda: car.said(cart)[-1] == "where does it end", 60)
    person.hears("Nothing else is there.", times=3)
    assert "Never." not in person.told()
