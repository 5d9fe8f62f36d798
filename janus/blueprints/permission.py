"""What the agent asks: answer it, by hand or by voice."""

from __future__ import annotations

from typing import Annotated

from flask import Blueprint
from msgspec import Meta

from janus import errors
from janus.blueprints.endpoint import SESSION, endpoint
from janus.blueprints.translation import shown
from janus.blueprints.wire import words as wire
from janus.blueprints.wire.state import State
from janus.model.events import AnswerHeard, QuestionAsked
from janus.runtime import manager_of, runtime
from janus.voice.consent import is_consent
from janus.voice.reading_out import ReadOut, read_out

bp = Blueprint("permission", __name__, url_prefix="/api")


class PermissionBody(wire.Body, frozen=True, kw_only=True):
    """An answer to what the agent asks."""

    session_id: wire.SessionId
    #: As in the state's `permissions`.
    request_id: wire.Word
    #: The `id` of one of the options.
    option_id: wire.Word
    #: What was filled in, by the `id` of the field; what is not required may be left out.
    answers: Annotated[dict[wire.Short, wire.FilledIn], Meta(max_length=50)] | None = None
    #: All that was heard, if the answer was spoken. It allows nothing unless it is a whole phrase
    #: such as "allow it once".
    spoken: wire.Word | None = None
    #: With `spoken`: the `digest` of what was read out before.
    digest: wire.Word | None = None
    #: With `spoken`, where Janus has an engine that hears: what that has heard, as
    #: `POST /api/transcribe` called it. It must be a yes, too.
    transcript_id: wire.Word | None = None


@bp.post("/permission")
@endpoint(*SESSION, errors.PermissionNotFound, errors.AlreadyAnswered, errors.ConsentUnclear)
def permission(body: PermissionBody) -> State:
    """Answer what the agent asked.

    The first answer counts. One that does not fit the fields is refused, and the question stays
    open. A spoken answer allows only what `GET /api/permission` reads out, and only by a whole
    phrase; what was heard is kept with the decision.
    """
    if body.spoken is not None:
        _listen(body, body.spoken)
    manager = manager_of(body.session_id)
    return shown(manager.answer(body.session_id, body.request_id, body.option_id, body.answers))


class QuestionQuery(wire.OneSession, frozen=True, kw_only=True):
    """Which question."""

    #: As in the state's `permissions`.
    request_id: wire.Word


class SpokenQuestion(wire.Reply, frozen=True, kw_only=True):
    """A question that may be answered by voice."""

    session_id: wire.SessionId
    request_id: str
    #: What to read out, to its end.
    words: str
    #: The answer that a spoken yes gives.
    option_id: str
    #: To be sent with what was heard.
    digest: str


@bp.get("/permission")
@endpoint(*SESSION, errors.PermissionNotFound, errors.ConsentUnclear)
def read(query: QuestionQuery) -> SpokenQuestion:
    """What to read out before a question is answered by voice.

    `CONSENT_UNCLEAR` says why only a hand may answer it: it does more than read, search or list
    in the session's own folder, or run what `JANUS_VOICE_COMMANDS` names.
    """
    asked = runtime().question(query.session_id, query.request_id)
    if asked is None:
        raise errors.PermissionNotFound("The agent asks no such thing, or not any more.")
    found = _read_out(query.session_id, asked)
    return SpokenQuestion.of(found, session_id=query.session_id, request_id=query.request_id)


def _listen(body: PermissionBody, said: str) -> None:
    """Keep what was heard. Raises ConsentUnclear unless it is a yes to what was read out; to refuse
    something any words will do.
    """
    asked = runtime().question(body.session_id, body.request_id)
    if asked is None:
        return  # nobody can know the id of a question before it is open
    refused = None
    chosen = next((it for it in asked.options if it.id == body.option_id), None)
    if not (chosen and chosen.kind.startswith("reject")):
        try:
            _check(_read_out(body.session_id, asked), body, said)
        except errors.ConsentUnclear as why:
            refused = why
    heard = AnswerHeard(body.request_id, body.option_id, said, taken=not refused)
    manager_of(body.session_id).record(body.session_id, heard)
    if refused:
        raise refused


def _check(found: ReadOut, body: PermissionBody, said: str) -> None:
    if body.option_id != found.option_id:
        raise errors.ConsentUnclear("By voice it can be allowed once, and no more than that.")
    if body.digest not in (None, found.digest):
        raise errors.ConsentUnclear("What was read out is not what is asked now. Hear it again.")
    voice = runtime().voice
    again = voice.heard(body.transcript_id or "") if voice.transcriber else said
    if not (is_consent(said) and is_consent(again or "")):
        raise errors.ConsentUnclear('That is no clear yes. Say: "allow it once", and nothing else.')


def _read_out(session_id: str, asked: QuestionAsked) -> ReadOut:
    folder = manager_of(session_id).folder(session_id)
    return read_out(asked, folder, runtime().settings.voice_commands)
