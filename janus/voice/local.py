"""Engines that run on this computer, in processes of their own; see ``worker``."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from janus.errors import VoiceFailed
from janus.voice.engine import Sound

#: Seconds that a request may take, loading the model included.
TIMEOUT = 90.0


class _Local:
    """A worker process, begun by the first request. ``_lock`` guards it, also while it works."""

    leaves = False

    def __init__(self, kind: str, model: Path, environ: Mapping[str, str]) -> None:
        self.name = kind
        self._command = [sys.executable, "-P", "-m", "janus.voice.worker", kind, str(model)]
        self._environ = environ
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._stopped = False

    @property
    def pid(self) -> int | None:
        """The process that holds the model, while there is one."""
        process = self._process
        return process.pid if process else None

    def rest(self) -> None:
        """See ``Transcriber``; it waits for a request that is being answered."""
        with self._lock:
            self._end()

    def stop(self) -> None:
        """End the process, whatever it works at, and begin none any more. May be called twice."""
        self._stopped = True
        if process := self._process:
            process.kill()  # who waits for its answer is told that there is none
        self.rest()

    def _ask(self, request: Mapping[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
        with self._lock:
            if self._stopped:
                raise VoiceFailed("Janus is shutting down.")
            process = self._process or self._begin()
            alarm = threading.Timer(TIMEOUT, process.kill)
            alarm.daemon = True
            alarm.start()
            try:
                return self._exchange(process, request, data)
            except (OSError, ValueError):
                self._end()
                raise VoiceFailed(
                    f"The {self.name} engine ended without an answer; is janus[voice] installed, "
                    "and is its model complete? The log of Janus has its last words."
                ) from None
            finally:
                alarm.cancel()

    def _exchange(
        self, process: subprocess.Popen[bytes], request: Mapping[str, Any], data: bytes
    ) -> tuple[dict[str, Any], bytes]:
        assert process.stdin and process.stdout
        process.stdin.write(json.dumps({**request, "size": len(data)}).encode() + b"\n" + data)
        process.stdin.flush()
        told: dict[str, Any] = json.loads(process.stdout.readline())
        answer = process.stdout.read(told["size"])
        if len(answer) < told["size"]:
            raise ValueError("it broke off")
        if "problem" in told:
            raise VoiceFailed(f"The {self.name} engine failed: {told['problem']}")
        return told, answer

    def _begin(self) -> subprocess.Popen[bytes]:
        pipe = subprocess.PIPE
        # Not where Janus was started: what lies there is no module of ours.
        self._process = subprocess.Popen(
            self._command, stdin=pipe, stdout=pipe, env=self._environ, cwd="/"
        )
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process and process.stdin and process.stdout:
            with contextlib.suppress(OSError):
                process.stdin.close()
            process.kill()
            process.wait()
            process.stdout.close()


class WhisperTranscriber(_Local):
    """Hears with a Whisper model in a folder."""

    def __init__(self, model: Path, environ: Mapping[str, str]) -> None:
        super().__init__("whisper", model, environ)

    def transcribe(self, sound: Sound, language: str, names: Sequence[str]) -> str:
        """See ``Transcriber``."""
        told, _ = self._ask({"language": language, "names": " ".join(names)}, sound.data)
        return str(told.get("text", ""))


class PiperSpeaker(_Local):
    """Speaks with a Piper voice."""

    def __init__(self, voice: Path, environ: Mapping[str, str]) -> None:
        super().__init__("piper", voice, environ)

    def speak(self, text: str, language: str) -> Sound:
        """See ``Speaker``. The voice has one language, whatever *language* says."""
        _, data = self._ask({}, text.encode())
        return Sound(data, "audio/wav")
