"""What a voice engine is. Each may be slow, and each is used for one request at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct

#: The media types of speech.
SPOKEN = ("audio/wav", "audio/mpeg", "audio/ogg")


class Sound(Struct, frozen=True):
    """Speech in a file. ``media_type`` is that of HTTP, such as ``audio/wav``."""

    data: bytes
    media_type: str


class Transcriber(Protocol):
    """Turns speech into words."""

    #: What it is called, and whether what it hears leaves this computer.
    name: str
    leaves: bool

    def transcribe(self, sound: Sound, language: str, names: Sequence[str]) -> str:
        """The words in *sound*; none where nobody speaks. *names* are words to expect.

        Raises VoiceFailed.
        """
        ...

    def rest(self) -> None:
        """Give back what it holds; it comes back with the next request. May be called twice."""
        ...

    def stop(self) -> None:
        """The same at once, whatever it works at. May be called twice."""
        ...


class Speaker(Protocol):
    """Turns words into speech."""

    name: str
    leaves: bool

    def speak(self, text: str, language: str) -> Sound:
        """Speech in one file. Raises VoiceFailed."""
        ...

    def rest(self) -> None:
        """Give back what it holds; it comes back with the next request. May be called twice."""
        ...

    def stop(self) -> None:
        """The same at once, whatever it works at. May be called twice."""
        ...
