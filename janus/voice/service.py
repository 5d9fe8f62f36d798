"""Engines that speak HTTP as OpenAI's do, such as a server in the owner's own network."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from janus.errors import VoiceFailed
from janus.voice.engine import SPOKEN, Sound

#: Seconds for each step of a request.
TIMEOUT = 60.0
_LARGEST = 32 << 20
_WORDS = 300


class _Service:
    """A service at a base address such as ``http://192.168.1.5:8000/v1``.

    It is asked with no redirects: what is heard goes where the owner said, and nowhere else.
    """

    leaves = True

    def __init__(self, url: str, key: str = "") -> None:
        self._site = urlsplit(url)
        self._key = key
        self.name = self._site.netloc

    def rest(self) -> None:
        """There is nothing that it holds."""

    def stop(self) -> None:
        """There is nothing that it holds."""

    def _post(self, path: str, body: bytes, media_type: str) -> tuple[bytes, str]:
        headers = {"Content-Type": media_type, "Accept": "*/*"}
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        kind = HTTPSConnection if self._site.scheme == "https" else HTTPConnection
        connection = kind(self._site.hostname or "", self._site.port, timeout=TIMEOUT)
        try:
            connection.request("POST", f"{self._site.path.rstrip('/')}{path}", body, headers)
            answer = connection.getresponse()
            data = answer.read(_LARGEST + 1)
        except (OSError, HTTPException) as failure:
            why = str(failure) or type(failure).__name__
            raise VoiceFailed(f"{self.name} does not answer: {why}") from failure
        finally:
            connection.close()
        if answer.status != 200:
            words = " ".join(data[:_WORDS].decode("utf-8", "replace").split())
            raise VoiceFailed(f"{self.name} answered {answer.status}: {words}")
        if len(data) > _LARGEST:
            raise VoiceFailed(f"{self.name} answered with more than {_LARGEST >> 20} MB.")
        return data, answer.headers.get_content_type()


class ServiceTranscriber(_Service):
    """Hears by ``/audio/transcriptions``."""

    def transcribe(self, sound: Sound, language: str, names: Sequence[str]) -> str:
        """See ``Transcriber``."""
        fields = {"model": "whisper-1", "response_format": "json", "prompt": " ".join(names)}
        if language:
            fields["language"] = language
        body, media_type = _form(fields, sound)
        data, _ = self._post("/audio/transcriptions", body, media_type)
        try:
            found: Any = json.loads(data)
            return " ".join(str(found["text"]).split())
        except (ValueError, KeyError, TypeError, RecursionError) as wrong:
            raise VoiceFailed(f"{self.name} answered with something else than words.") from wrong


class ServiceSpeaker(_Service):
    """Speaks by ``/audio/speech``."""

    def speak(self, text: str, language: str) -> Sound:
        """See ``Speaker``."""
        wanted = {"model": "tts-1", "voice": "alloy", "input": text, "response_format": "wav"}
        data, media_type = self._post(
            "/audio/speech", json.dumps(wanted).encode(), "application/json"
        )
        media_type = media_type.replace("/x-", "/")
        if media_type not in SPOKEN:
            raise VoiceFailed(f"{self.name} answered with something else than sound.")
        return Sound(data, media_type)


def _form(fields: Mapping[str, str], sound: Sound) -> tuple[bytes, str]:
    """A form with a file in it, and its media type."""
    edge = uuid.uuid4().hex
    ending = sound.media_type.partition("/")[2]
    parts = [
        f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
        if value
    ]
    file = (
        f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="speech.{ending}"\r\n'
        f"Content-Type: {sound.media_type}\r\n\r\n"
    )
    body = "".join(parts).encode() + file.encode() + sound.data + f"\r\n--{edge}--\r\n".encode()
    return body, f"multipart/form-data; boundary={edge}"
