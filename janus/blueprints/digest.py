"""What is to be known of all sessions at once."""

from __future__ import annotations

import time
from typing import Annotated

from flask import Blueprint
from msgspec import Meta

from janus.blueprints.endpoint import endpoint
from janus.blueprints.session import told
from janus.blueprints.wire import words as wire
from janus.blueprints.wire.session import SessionInfo
from janus.runtime import runtime
from janus.voice.digest import digest

bp = Blueprint("digest", __name__, url_prefix="/api")

#: Ended sessions that are looked at for those whose agent died.
_ENDED = 50


class DigestQuery(wire.Query, frozen=True, kw_only=True):
    """How far back."""

    #: What finished or failed in the last so many hours.
    hours: Annotated[float, Meta(gt=0, le=24 * 30)] = 24.0


class DigestAnswer(wire.Reply, frozen=True, kw_only=True):
    """All sessions at once. Go through them in this order."""

    #: To be spoken: at most 50 words, which takes 20 seconds.
    text: str
    #: Those whose agent asks something; permissions first.
    needs: list[SessionInfo]
    #: Those whose agent has answered, the newest first.
    finished: list[SessionInfo]
    #: Those that cannot go on by themselves.
    failed: list[SessionInfo]
    #: How many agents are at work.
    working: wire.Count


@bp.get("/digest")
@endpoint()
def index(query: DigestQuery) -> DigestAnswer:
    """Who needs you, what finished, and what failed, in all projects."""
    everywhere = runtime().everywhere
    ended = everywhere.ended(None, _ENDED, None, "").sessions
    found = digest(everywhere.sessions(), ended, time.time() - query.hours * 3600)
    needs, finished, failed = (
        [told(it) for it in group] for group in (found.needs, found.finished, found.failed)
    )
    return DigestAnswer(
        text=found.text, needs=needs, finished=finished, failed=failed, working=found.working
    )
