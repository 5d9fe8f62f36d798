"""A process of its own in which a model lives: ``python -m janus.voice.worker whisper FOLDER``.

Models take hundreds of megabytes and native code. Apart from the server, memory is really given
back when the process ends, and a crash costs one request. It ends when its input does.

A request is a line of JSON with ``size``, and so many bytes after it. An answer is the same.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
import wave
from collections.abc import Callable
from typing import Any

Answer = tuple[dict[str, Any], bytes]
#: One for each of two cores would slow down the agents that work meanwhile.
_THREADS = 1


def whisper(folder: str) -> Callable[[dict[str, Any], bytes], Answer]:
    """Hears with faster-whisper; what is no speech is left out first."""
    from faster_whisper import WhisperModel

    model = WhisperModel(
        folder, device="cpu", compute_type="int8", cpu_threads=_THREADS, local_files_only=True
    )

    def transcribe(asked: dict[str, Any], data: bytes) -> Answer:
        segments, _ = model.transcribe(
            io.BytesIO(data),
            language=asked.get("language") or None,
            hotwords=asked.get("names") or None,
            beam_size=8,  # instead of 5: one word of nine that were wrong is right, at no more time
            vad_filter=True,
            condition_on_previous_text=False,
        )
        return {"text": " ".join(segment.text.strip() for segment in segments)}, b""

    return transcribe


def piper(file: str) -> Callable[[dict[str, Any], bytes], Answer]:
    """Speaks with Piper."""
    from piper import PiperVoice

    voice = PiperVoice.load(file)

    def speak(asked: dict[str, Any], data: bytes) -> Answer:
        with io.BytesIO() as spoken:
            with wave.open(spoken, "wb") as file:
                voice.synthesize_wav(data.decode(), file)
            return {}, spoken.getvalue()

    return speak


ENGINES = {"whisper": whisper, "piper": piper}


def main(kind: str, model: str) -> None:
    """Answer requests until there are no more."""
    asked, answers = sys.stdin.buffer, sys.stdout.buffer
    with contextlib.redirect_stdout(sys.stderr):  # libraries print
        engine = ENGINES[kind](model)
        while line := asked.readline():
            request = json.loads(line)
            try:
                told, data = engine(request, asked.read(request["size"]))
            except Exception as failure:  # of any library; the next request may fare better
                told, data = {"problem": f"{type(failure).__name__}: {failure}"}, b""
            answers.write(json.dumps({**told, "size": len(data)}).encode() + b"\n" + data)
            answers.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
