"""What a view takes, gives and refuses, declared once.

    @bp.post("/ask")
    @endpoint(*SESSION, errors.AskTimeout)
    def ask(query: OneSession, body: AskBody) -> Answer:

The check of a request and the encoding of its answer follow from the signature and the errors, and
so do ``openapi.json`` and the page's types, which ``make api`` writes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, cast, get_type_hints

import msgspec
from flask import Response

from janus import errors
from janus.blueprints.body import read_body, read_content, read_query
from janus.blueprints.elsewhere import asked_elsewhere
from janus.blueprints.wire.words import Body, Query
from janus.model.viewed import Kind

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

JSON = "application/json"
#: Of a session that is there. One that rests is told from one that never was only while Janus runs.
SESSION = (
    errors.InvalidSessionId,
    errors.SessionNotFound,
    errors.ServerStopping,
    errors.MachineAway,
)
#: Where a session is made, or opened again.
OPENING = (errors.TooManySessions, errors.ServerStopping, errors.StorageFailed)
#: Where its agent is to work.
WORKING = (*OPENING, errors.WorktreeGone)
#: Where the agent has to answer at once.
AGENT = (
    errors.AgentFailed,
    errors.AgentNotFound,
    errors.AgentLoginRequired,
    errors.AgentRateLimited,
)
encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Declared:
    """What ``tests/api`` reads of a view. ``errors`` are those beyond what every view may raise."""

    query: type[Query] | None
    body: type[Body] | None
    returns: Any
    status: int
    errors: tuple[type[errors.JanusError], ...]
    media: str | tuple[str, ...]
    #: It takes bytes, whatever they are.
    takes_bytes: bool = False
    #: What it does on the machine of a session that another one has; None: it answers here.
    at_owner: Kind | None = None


def endpoint(
    *refuses: type[errors.JanusError],
    returns: Any = None,
    status: int = 200,
    media: str | tuple[str, ...] = JSON,
    at_owner: Kind | None = None,
) -> Callable[[Callable[..., object]], Callable[[], Response]]:
    """Give the view its ``query`` and ``body``, checked, and encode what it returns.

    A view with ``content`` is given the bytes of the body as they are. A view may return a response
    of its own, and names what is in it: ``returns``. One with *at_owner* answers on the machine
    that has the session: it may ``read`` there, or ``do`` something.
    """

    def decorate(view: Callable[..., object]) -> Callable[[], Response]:
        kinds = get_type_hints(view)
        query, body, gives = kinds.get("query"), kinds.get("body"), returns or kinds["return"]
        takes_bytes = "content" in kinds

        @wraps(view)
        def answer() -> Response:
            given: dict[str, Any] = {}
            if query is not None:
                given["query"] = read_query(query)
            if body is not None:
                given["body"] = read_body(body)
            if takes_bytes:
                given["content"] = read_content()
            if at_owner and (there := asked_elsewhere(at_owner, media, status, *given.values())):
                return there
            result = view(**given)
            return result if isinstance(result, Response) else reply(result, status)

        may = dict.fromkeys((*refuses, errors.MachineAway) if at_owner else refuses)
        declared = Declared(query, body, gives, status, tuple(may), media, takes_bytes, at_owner)
        setattr(answer, "declared", declared)  # noqa: B010
        return answer

    return decorate


class _Whole(Response):
    """An answer that is all there, and whose headers say everything.

    Werkzeug would copy those, and look for what is to be added.
    """

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] == "HEAD":
            return super().__call__(environ, start_response)
        start_response(self.status, self.headers.to_wsgi_list())
        return cast(Iterable[bytes], self.response)


def reply(value: object, status: int = 200) -> Response:
    """*value* as JSON, on a line of its own."""
    return _Whole(encode(value) + b"\n", status, content_type=JSON)
