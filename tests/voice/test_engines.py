"""Engines of the owner: a command, a service, a model; each failure says what to do."""

import io
import json
import sys
import threading
import wave
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from conftest import children, wait_for

from janus.config import Settings
from janus.errors import RateLimited, VoiceFailed
from janus.voice import commands, local
from janus.voice import voice as module
from janus.voice.engine import Sound
from janus.voice.local import PiperSpeaker, WhisperTranscriber
from janus.voice.voice import Voice

SOUND = Sound(b"RIFF and so on", "audio/wav")
#: What stands in for the libraries of the extra, which take 400 MB: the worker is the real one.
LIBRARIES = {
    "faster_whisper.py": """
import collections, os
Segment = collections.namedtuple("Segment", "text")
class WhisperModel:
    def __init__(self, folder, **_): self.folder = folder
    def transcribe(self, file, language, hotwords, **_):
        data = file.read()
        print("libraries print", data)
        if data == b"die": os._exit(3)
        if data == b"wrong": raise ValueError("not a recording")
        return [Segment(f" {data.decode()}"), Segment(f" {language} {hotwords}")], None
""",
    "piper.py": """
class PiperVoice:
    @classmethod
    def load(cls, file): return cls()
    def synthesize_wav(self, text, file):
        file.setparams((1, 2, 16000, 0, "NONE", "")); file.writeframes(text.encode())
""",
}


@pytest.fixture
def environ(tmp_path):
    (libraries := tmp_path / "libraries").mkdir()
    for name, text in LIBRARIES.items():
        (libraries / name).write_text(text)
    return {"PATH": "/usr/bin:/bin", "PYTHONPATH": f"{libraries}:{':'.join(sys.path)}"}


@pytest.fixture
def make(environ, clock):
    made = []

    def make(**settings):
        made.append(Voice(Settings(**settings), environ, clock))
        return made[-1]

    yield make
    for voice in made:
        voice.stop()
        voice.stop()


def test_a_command_hears_and_speaks(make, tmp_path):
    hears = tmp_path / "hears"
    hears.write_text('#!/bin/sh\necho " $(cat | head -c 4)  $JANUS_LANGUAGE $JANUS_NAMES"\n')
    hears.chmod(0o755)
    voice = make(stt=str(hears), tts="sh -c 'printf RIFF; cat'")

    id, text = voice.transcribe(SOUND, "en", ["cart"])

    assert (text, voice.heard(id), voice.heard("other")) == ("RIFF en cart", text, None)
    assert voice.heard(id) is None  # it was for one answer
    assert voice.speak("two words").data == b"RIFFtwo words"
    assert (voice.transcriber.name, voice.transcriber.leaves) == (str(hears), False)


@pytest.mark.parametrize(
    ("command", "problem"),
    [
        ("/missing/program", "cannot be started"),
        ("sh -c 'echo no model >&2; exit 3'", "ended with 3: no model"),
        ("sh -c 'sleep 60 & wait'", "took longer"),
        ("echo nothing", "no WAV file"),
    ],
)
def test_a_command_that_fails_says_how_and_leaves_nothing(make, command, problem, monkeypatch):
    monkeypatch.setattr(commands, "TIMEOUT", 0.5 if "longer" in problem else 10)

    before = children()

    with pytest.raises(VoiceFailed, match=problem):
        make(tts=command).speak("hello")

    assert children() == before


def test_espeak_speaks_where_nothing_else_is_chosen(make):
    sound = make().speak("hello").data

    assert sound[:4] == b"RIFF" and len(sound) > 10_000
    with wave.open(io.BytesIO(sound)) as file:  # it says how long it is
        assert file.getnframes() * 2 + 44 == len(sound)


def test_without_an_engine_it_says_what_to_set(clock):
    nothing = Voice(Settings(), {"PATH": "/nowhere"}, clock)

    with pytest.raises(VoiceFailed, match="JANUS_STT_MODEL"):
        nothing.transcribe(SOUND)
    with pytest.raises(VoiceFailed, match="espeak-ng"):
        nothing.speak("hello")


@pytest.fixture
def service():
    """A server in the owner's network that answers as OpenAI's do."""
    asked, answers = [], []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            asked.append((self.path, dict(self.headers), body))
            status, kind, data, *more = answers.pop(0)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            for name, value in more:
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/v1", asked, answers
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_service_hears_and_speaks(make, service):
    url, asked, answers = service
    answers += [
        (200, "application/json", b'{"text": " yes\\n please "}'),
        (200, "audio/wav", b"RI"),
    ]
    voice = make(stt=url, tts=url + "/", voice_key="k")

    _, text = voice.transcribe(SOUND, "en", ["cart"])

    assert text == "yes please" and voice.speak("hello") == Sound(b"RI", "audio/wav")
    [(path, headers, body), (second, _, wanted)] = asked
    assert (path, second) == ("/v1/audio/transcriptions", "/v1/audio/speech")
    assert headers["Authorization"] == "Bearer k" and SOUND.data in body and b"\r\ncart\r\n" in body
    assert json.loads(wanted)["input"] == "hello" and voice.transcriber.leaves


@pytest.mark.parametrize(
    "answer",
    [
        (500, "text/plain", b"out of memory"),
        (302, "text/plain", b"", ("Location", "http://127.0.0.1:1/elsewhere")),
        (200, "application/json", b"[" * 100_000),
        (200, "application/json", b'{"texts": 1}'),
        (200, "text/html", b"<html>"),
    ],
    ids=["failed", "elsewhere", "deep", "other", "page"],
)
def test_a_service_that_does_not_do_it_is_named(make, service, answer):
    url, _, answers = service
    answers += [answer, answer]
    voice = make(stt=url, tts=url)

    for ask in (lambda: voice.transcribe(SOUND), lambda: voice.speak("hello")):
        with pytest.raises(VoiceFailed, match=r"127\.0\.0\.1"):
            ask()


def test_a_service_that_is_not_there_is_named(make):
    with pytest.raises(VoiceFailed, match="does not answer"):
        make(stt="http://127.0.0.1:9/v1").transcribe(SOUND)


def test_a_model_works_in_a_process_that_rests_when_nobody_speaks(make, clock, tmp_path):
    before = children()
    voice = make(stt_model=tmp_path, tts_voice=tmp_path)
    assert children() == before  # nothing is loaded before it is needed

    assert voice.transcribe(Sound(b"hello", "audio/wav"), "en", ["cart"])[1] == "hello en cart"
    assert b"words" in voice.speak("words").data and len(children() - before) == 2

    with pytest.raises(VoiceFailed, match="ValueError: not a recording"):
        voice.transcribe(Sound(b"wrong", "audio/wav"))
    with pytest.raises(VoiceFailed, match="ended without an answer"):
        voice.transcribe(Sound(b"die", "audio/wav"))
    assert voice.transcribe(Sound(b"again", "audio/wav"))[1].startswith("again")

    voice.mend()
    assert len(children() - before) == 2
    clock.now += module.IDLE + 1
    voice.mend()
    assert children() == before
    assert voice.speak("awake").data


def test_a_model_without_the_extra_says_what_to_install(environ, tmp_path, monkeypatch, capfd):
    (tmp_path / "libraries" / "faster_whisper.py").write_text("raise ImportError('not installed')")
    engine = WhisperTranscriber(tmp_path, environ)

    with pytest.raises(VoiceFailed, match=r"janus\[voice\]"):
        engine.transcribe(SOUND, "", ())

    engine.rest()
    assert "not installed" in capfd.readouterr().err


def test_a_model_that_hangs_is_ended(environ, tmp_path, monkeypatch):
    (tmp_path / "libraries" / "piper.py").write_text("import time; time.sleep(600)")
    monkeypatch.setattr(local, "TIMEOUT", 0.5)
    engine = PiperSpeaker(tmp_path, environ)

    with pytest.raises(VoiceFailed):
        engine.speak("hello", "")

    engine.rest()


def test_stopping_waits_for_no_model_that_works(make, tmp_path):
    (tmp_path / "libraries" / "piper.py").write_text("import time; time.sleep(600)")
    voice, said = make(tts_voice=tmp_path), []

    def speak():
        with pytest.raises(VoiceFailed):
            voice.speak("hello")
        said.append("it ended")

    (thread := threading.Thread(target=speak)).start()
    wait_for(lambda: voice.speaker.pid)
    voice.stop()
    thread.join(60)

    assert said and voice.speaker.pid is None


def test_what_a_command_leaves_behind_is_not_waited_for(make, monkeypatch):
    monkeypatch.setattr(commands, "TIMEOUT", 0.5)
    with pytest.raises(VoiceFailed, match="took longer"):
        make(tts="setsid sleep 3").speak("hello")
    with pytest.raises(VoiceFailed, match="took longer"):
        make(tts="sh -c 'setsid sleep 3 &'").speak("hello")


def test_one_request_at_a_time_and_few_that_wait(make, tmp_path):
    before, go = children(), tmp_path / "go"
    voice = make(tts=f"sh -c 'printf RIFF; while [ ! -e {go} ]; do sleep 0.02; done'")
    threads = [threading.Thread(target=voice.speak, args=("x",)) for _ in range(4)]
    for thread in threads:
        thread.start()
    wait_for(lambda: voice._waiting["speak"] == 4)

    with pytest.raises(RateLimited):
        voice.speak("too many")

    wait_for(lambda: len(children() - before) == 1)
    go.touch()
    for thread in threads:
        thread.join()
    voice.speak("now")
