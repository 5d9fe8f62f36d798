"""What the agent asks: answer it, by hand or by voice."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from flask import Blueprint
from msgspec import Meta

from janus import errors
from janus.blueprints.endpoint import SESSION, endpoint
from janus.blueprints.translation import shown
from janus.blueprints.wire import words as wire
from janus.blueprints.wire.state import State
from janus.runtime import manager_of, runtime

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
    #: `POST /api/transcribe` called it. It must be a yes, too, and counts for one answer.
    transcript_id: wire.Word | None = None


@bp.post("/permission")
@endpoint(*SESSION, errors.PermissionNotFound, errors.AlreadyAnswered, errors.ConsentUnclear)
def permission(body: PermissionBody) -> State:
    """Answer what the agent asked.

    The first answer counts. One that does not fit the fields is refused, and the question stays
    open. A spoken answer allows only what `GET /api/permission` reads out, and only by a whole
    phrase; what was heard is kept with the decision.
    """
    answer = partial(manager_of(body.session_id).answer, body.session_id, body.request_id)
    if body.spoken is None:
        return shown(answer(body.option_id, body.answers))
    voice = runtime().voice
    again = voice.heard(body.transcript_id or "") if voice.transcriber else body.spoken
    spoken = answer(
        body.option_id, body.answers, spoken=body.spoken, again=again or "", digest=body.digest
    )
    return shown(spoken)


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
    in the session's own folder, or run what `JANUS_VOICE_COMMANDS` names. That of another
    machine's session is read out with its name, and both are decided on there.
    """
    found = manager_of(query.session_id).read_out(query.session_id, query.request_id)
    return SpokenQuestion.of(found, session_id=query.session_id, request_id=query.request_id)
