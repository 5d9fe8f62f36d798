"""What is asked here of another machine, or of its session: that machine's own view answers it.

It is given on as this view's answer would be: neither its kind nor a header is the other machine's
choice, or a page of its making would run as one of this machine.
"""

from __future__ import annotations

import re

from flask import Response, g, request

from janus.blueprints.wire.words import Body, Query
from janus.errors import InvalidRequest, MachineAway
from janus.model import Asked
from janus.model.viewed import Kind
from janus.runtime import runtime

_DISPOSITION = re.compile(r"(inline|attachment); filename\*=UTF-8''[A-Za-z0-9%._~/-]{0,900}")


def asked_elsewhere(
    kind: Kind, media: str | tuple[str, ...], status: int, *given: Query | Body
) -> Response | None:
    """The answer of the machine that is named, or has the session; None where that is this one.

    Raises NotFound, MachineAway, and what the view raises there.
    """
    machine = next((found for it in given if (found := getattr(it, "machine", None))), "")
    session_id = next((it.session_id for it in given if hasattr(it, "session_id")), "")
    if "inside" in g:  # this is that machine, and asks no further
        if g.inside != session_id:
            raise InvalidRequest("session_id: The command was of another session.")
        return None
    ask = runtime().everywhere.view_of(session_id, machine)
    if ask is None:
        return None
    query, body = request.query_string.decode("ascii", "replace"), request.get_data(as_text=True)
    files = next((found for it in given if (found := getattr(it, "attachments", None))), ())
    found = ask(Asked(kind, session_id, request.endpoint or "", query, body), files)
    if found.media not in ((media,) if isinstance(media, str) else media):
        raise MachineAway("The machine of this session gave an answer of another kind.")
    response = Response(found.data, status, mimetype=found.media)
    if _DISPOSITION.fullmatch(found.disposition):
        response.headers["Content-Disposition"] = found.disposition
    return response
