"""The voice engines that the owner chose, one for each direction."""

from __future__ import annotations

import shlex
import shutil
import threading
import uuid
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from janus.clock import Clock
from janus.config import Settings
from janus.errors import RateLimited, VoiceFailed
from janus.voice.commands import CommandSpeaker, CommandTranscriber
from janus.voice.engine import Sound, Speaker, Transcriber
from janus.voice.local import PiperSpeaker, WhisperTranscriber
from janus.voice.service import ServiceSpeaker, ServiceTranscriber

#: Requests that may wait for an engine beside the one it works at.
_WAITING = 3
#: Seconds after which an engine that nobody uses gives back what it holds.
IDLE = 300.0
#: What was heard is remembered for so many times, to be compared with what a page has heard.
_REMEMBERED = 100
_NO_HEARING = (
    "Janus has no engine that hears. Set JANUS_STT_MODEL to the folder of a Whisper model, and "
    "install janus[voice]; or JANUS_STT to a command or an address."
)
_NO_SPEECH = "Janus has no engine that speaks. Install espeak-ng, or set JANUS_TTS."


class Voice:
    """Hears and speaks. ``_lock`` guards ``_heard``, ``_used`` and how many wait."""

    def __init__(self, settings: Settings, environ: Mapping[str, str], clock: Clock) -> None:
        """What it starts is started with *environ*. Nothing is started or loaded yet."""
        self.transcriber = _transcriber(settings, environ)
        self.speaker = _speaker(settings, environ)
        self._clock = clock
        self._lock = threading.Lock()
        self._turn = {it: threading.Lock() for it in ("hear", "speak")}
        self._waiting = dict.fromkeys(self._turn, 0)
        self._used: dict[str, float] = {}
        self._heard: OrderedDict[str, str] = OrderedDict()

    def transcribe(
        self, sound: Sound, language: str = "", names: Sequence[str] = ()
    ) -> tuple[str, str]:
        """An id for what was heard, and its words; none where nobody speaks.

        Raises VoiceFailed, RateLimited.
        """
        if self.transcriber is None:
            raise VoiceFailed(_NO_HEARING)
        with self._place("hear"):
            text = self.transcriber.transcribe(sound, language, names)
        id = str(uuid.uuid4())
        with self._lock:
            self._heard[id] = text
            while len(self._heard) > _REMEMBERED:
                self._heard.popitem(last=False)
        return id, text

    def heard(self, transcript_id: str) -> str | None:
        """What was heard under this id, while that is remembered: told once, as it counts once."""
        with self._lock:
            return self._heard.pop(transcript_id, None)

    def speak(self, text: str, language: str = "") -> Sound:
        """Speech in a file. Raises VoiceFailed, RateLimited."""
        if self.speaker is None:
            raise VoiceFailed(_NO_SPEECH)
        with self._place("speak"):
            return self.speaker.speak(text, language)

    def mend(self) -> None:
        """Let engines rest that nobody has used for a while; to be called now and then."""
        before = self._clock.monotonic() - IDLE
        with self._lock:
            idle = [it for it, at in self._used.items() if at < before and not self._waiting[it]]
            for it in idle:
                del self._used[it]
        for it in idle:
            self._rest(it)

    def stop(self) -> None:
        """End what was started. May be called twice."""
        for engine in (self.transcriber, self.speaker):
            if engine:
                engine.stop()

    def _rest(self, which: str) -> None:
        engine = self.transcriber if which == "hear" else self.speaker
        if engine:
            engine.rest()

    @contextmanager
    def _place(self, which: str) -> Iterator[None]:
        """The one place at an engine. Raises RateLimited where too many wait for it."""
        with self._lock:
            if self._waiting[which] > _WAITING:
                raise RateLimited("Others are waiting for the engine already.", retry_after=2)
            self._waiting[which] += 1
        try:
            with self._turn[which]:
                yield
        finally:
            with self._lock:
                self._waiting[which] -= 1
                self._used[which] = self._clock.monotonic()


def _transcriber(settings: Settings, environ: Mapping[str, str]) -> Transcriber | None:
    if settings.stt_model:
        return WhisperTranscriber(settings.stt_model, environ)
    if settings.stt.startswith(("http://", "https://")):
        return ServiceTranscriber(settings.stt, settings.voice_key)
    return CommandTranscriber(shlex.split(settings.stt), environ) if settings.stt else None


def _speaker(settings: Settings, environ: Mapping[str, str]) -> Speaker | None:
    if settings.tts_voice:
        return PiperSpeaker(settings.tts_voice, environ)
    if settings.tts.startswith(("http://", "https://")):
        return ServiceSpeaker(settings.tts, settings.voice_key)
    if settings.tts:
        return CommandSpeaker(shlex.split(settings.tts), environ)
    last_resort = shutil.which("espeak-ng", path=environ.get("PATH"))
    if last_resort is None:
        return None
    return CommandSpeaker([str(Path(last_resort)), "--stdin", "--stdout"], environ)
