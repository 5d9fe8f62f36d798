"""Speech into words, and words into speech, by the engines that the owner chose."""

from __future__ import annotations

import re
from itertools import chain, islice
from pathlib import PurePosixPath
from typing import Annotated

from flask import Blueprint, Response
from msgspec import Meta

from janus import errors
from janus.blueprints.endpoint import endpoint
from janus.blueprints.wire import words as wire
from janus.model import check_id
from janus.runtime import manager_here, runtime
from janus.voice.engine import SPOKEN, Sound, Speaker, Transcriber

bp = Blueprint("voice", __name__, url_prefix="/api")

Language = Annotated[str, Meta(pattern="^[a-z]{2}$", max_length=2, examples=["en"])]
#: The kinds of files that browsers record, by how they begin.
_KINDS = (
    (0, b"RIFF", "audio/wav"), (0, b"\x1aE\xdf\xa3", "audio/webm"), (0, b"OggS", "audio/ogg"),
    (4, b"ftyp", "audio/mp4"), (0, b"fLaC", "audio/flac"), (0, b"ID3", "audio/mpeg"),
)  # fmt: skip
#: Names of each kind that an engine is told to expect: of files, and of what is in them.
_NAMES = 60
#: Code in an answer that is one name, and perhaps called.
_SYMBOL = re.compile(r"`([A-Za-z_][\w.:]{2,40}?)(?:\(\))?`")


class Engine(wire.Reply, frozen=True, kw_only=True):
    """A voice engine of Janus."""

    name: str
    #: What it is given leaves this computer.
    leaves: bool


class VoiceState(wire.Reply, frozen=True, kw_only=True):
    """The engines there are. Without one, the browser's own does it."""

    transcribe: Engine | None
    speak: Engine | None


@bp.get("/voice")
@endpoint()
def index() -> VoiceState:
    """Which voice engines Janus has."""
    voice = runtime().voice
    return VoiceState(transcribe=_engine(voice.transcriber), speak=_engine(voice.speaker))


class TranscribeQuery(wire.Query, frozen=True, kw_only=True):
    """What the speech is about."""

    #: What it and its branch are called, its files, and the names its agent has used, are expected.
    session_id: wire.OwnSessionId | None = None
    #: Two letters; found out if absent.
    language: Language | None = None


class Transcript(wire.Reply, frozen=True, kw_only=True):
    """What was heard."""

    #: For `POST /api/permission`.
    transcript_id: str
    #: Empty where nobody speaks.
    text: str


@bp.post("/transcribe")
@endpoint(errors.InvalidSessionId, errors.VoiceFailed, errors.RateLimited)
def transcribe(query: TranscribeQuery, content: bytes) -> Transcript:
    """Turn speech into words: a recording of 1 MiB at most, as browsers make them.

    That is 30 seconds of WAV, or minutes of what is compressed. One request is worked at at a time.
    """
    kind = next((it for at, mark, it in _KINDS if content[at:].startswith(mark)), None)
    if kind is None:
        raise errors.UnsupportedMediaType("The body must be a recording: WAV, WebM, Ogg or MP4.")
    names = _names(query.session_id) if query.session_id else []
    with runtime().metrics.voice("transcribe"):
        id, text = runtime().voice.transcribe(Sound(content, kind), query.language or "", names)
    return Transcript(transcript_id=id, text=text)


class SpeakBody(wire.Body, frozen=True, kw_only=True):
    """What to say."""

    text: Annotated[str, Meta(pattern=wire.VISIBLE, max_length=2000)]
    language: Language | None = None


@bp.post("/speak")
@endpoint(errors.VoiceFailed, errors.RateLimited, returns=bytes, media=SPOKEN)
def speak(body: SpeakBody) -> Response:
    """Turn words into speech: a sentence or two at a time, to be heard soon."""
    with runtime().metrics.voice("speak"):
        sound = runtime().voice.speak(body.text, body.language or "")
    return Response(sound.data, mimetype=sound.media_type)


def _engine(engine: Transcriber | Speaker | None) -> Engine | None:
    return Engine(name=engine.name, leaves=engine.leaves) if engine else None


def _names(session_id: str) -> list[str]:
    """Words that may well be said in a session: of its branch, its files, and its agent's."""
    check_id(session_id)
    try:
        manager = manager_here(session_id)
        info, paths = manager.get(session_id), manager.work.files(session_id, "", _NAMES)
        said = manager.state(session_id).messages
    except errors.JanusError:
        return []  # it hears without them
    stems = (PurePosixPath(path).stem for path in paths)
    symbols = (it for message in reversed(said) for it in _SYMBOL.findall(message.content))
    own = [info.name or "", *(info.branch or "").split("/")]
    kinds = own, islice(dict.fromkeys(symbols), _NAMES), islice(dict.fromkeys(stems), _NAMES)
    return [it for it in dict.fromkeys(chain(*kinds)) if it]
