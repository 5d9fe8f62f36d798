"""Engines that are a command line of the owner's.

To hear, it gets the sound on its standard input, and prints the words. To speak it gets the words,
and prints a WAV file.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
import subprocess
from collections.abc import Mapping, Sequence

from janus.errors import VoiceFailed
from janus.voice.engine import Sound

#: Seconds for one request.
TIMEOUT = 60.0
#: Bytes of what a command may print.
_LARGEST = 32 << 20
_WORDS = 300


class CommandTranscriber:
    """Hears by a command line."""

    leaves = False

    def __init__(self, command: Sequence[str], environ: Mapping[str, str]) -> None:
        self.name = command[0]
        self._command = command
        self._environ = environ

    def transcribe(self, sound: Sound, language: str, names: Sequence[str]) -> str:
        """See ``Transcriber``. The command finds ``JANUS_LANGUAGE`` and ``JANUS_NAMES``."""
        told = {"JANUS_LANGUAGE": language, "JANUS_NAMES": " ".join(names)}
        printed = run(self._command, sound.data, {**self._environ, **told})
        return " ".join(printed.decode("utf-8", "replace").split())

    def rest(self) -> None:
        """There is nothing that it holds."""

    def stop(self) -> None:
        """A command ends by itself, in a minute at most; the next Janus ends it sooner."""


class CommandSpeaker:
    """Speaks by a command line."""

    leaves = False

    def __init__(self, command: Sequence[str], environ: Mapping[str, str]) -> None:
        self.name = command[0]
        self._command = command
        self._environ = environ

    def speak(self, text: str, language: str) -> Sound:
        """See ``Speaker``. The command finds ``JANUS_LANGUAGE``."""
        environ = {**self._environ, "JANUS_LANGUAGE": language}
        printed = run(self._command, text.encode(), environ)
        if printed[:4] != b"RIFF":
            raise VoiceFailed(f"{self.name} printed no WAV file.")
        return Sound(_with_its_length(printed), "audio/wav")

    def rest(self) -> None:
        """There is nothing that it holds."""

    def stop(self) -> None:
        """A command ends by itself, in a minute at most; the next Janus ends it sooner."""


def _with_its_length(wav: bytes) -> bytes:
    """The file, which says how long it is: a command that prints as it speaks does not know that
    yet, and phones take an hour that it may claim for what is to come.
    """
    told = bytearray(wav)
    if wav[36:40] == b"data":
        told[4:8] = (len(wav) - 8).to_bytes(4, "little")
        told[40:44] = (len(wav) - 44).to_bytes(4, "little")
    return bytes(told)


def run(command: Sequence[str], given: bytes, environ: Mapping[str, str]) -> bytes:
    """What a command prints that is *given* something. Raises VoiceFailed with its last words."""
    pipe = subprocess.PIPE
    try:
        process = subprocess.Popen(
            command, stdin=pipe, stdout=pipe, stderr=pipe, env=environ, cwd="/",
            start_new_session=True,
        )  # fmt: skip
    except OSError as failure:
        raise VoiceFailed(f"{command[0]} cannot be started: {failure.strerror}.") from failure
    try:
        printed, complaint = process.communicate(given, TIMEOUT)
    except subprocess.TimeoutExpired:
        raise VoiceFailed(f"{shlex.join(command)} took longer than {TIMEOUT:g} seconds.") from None
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)  # it, and what it may have started
        process.wait()
        for pipe_end in (process.stdin, process.stdout, process.stderr):
            if pipe_end:  # what it started may hold the other end, and is not waited for
                with contextlib.suppress(OSError):
                    pipe_end.close()
    if process.returncode:
        words = " ".join(complaint.decode("utf-8", "replace").split())[-_WORDS:]
        raise VoiceFailed(f"{command[0]} ended with {process.returncode}: {words or 'no words'}")
    if len(printed) > _LARGEST:
        raise VoiceFailed(f"{command[0]} printed more than {_LARGEST >> 20} MB.")
    return printed
