"""What a client is told whose request never reaches the application, in the shape of the API."""

from __future__ import annotations

import json
import uuid
from typing import Any

from gunicorn.http import errors

from janus.errors import InvalidRequest, JanusError

_REFUSALS = {
    errors.LimitRequestLine: ("414 URI Too Long", "The address is too long."),
    errors.LimitRequestHeaders: ("431 Request Header Fields Too Large", "The head is too long."),
    errors.ExpectationFailed: ("417 Expectation Failed", "Only 100-continue may be expected."),
    errors.UnsupportedTransferCoding: ("501 Not Implemented", "Janus reads no such coding."),
}
_REFUSAL = ("400 Bad Request", "This is no proper HTTP request.")
_BUG = ("500 Internal Server Error", "Janus made a mistake. Its log says more.")
_OF_THE_APP = (
    errors.InvalidResponseHeader,
    errors.InvalidResponseHeaderName,
    errors.ConfigurationProblem,
)


def refusal(failure: Exception, log: Any) -> bytes:
    """A whole response that says why a request cannot be served; gunicorn's *log* hears of it."""
    if isinstance(failure, errors.ParseException) and not isinstance(failure, _OF_THE_APP):
        status, message = _REFUSALS.get(type(failure), _REFUSAL)
        error: JanusError = InvalidRequest(message)
        log.info("Refused a request: %s", type(failure).__name__)
    else:
        status, message = _BUG
        error = JanusError(message)
        log.error("A request failed", exc_info=failure)
    id = str(uuid.uuid4())
    body = json.dumps({"error": error.to_json(), "request_id": id})
    head = (
        f"HTTP/1.1 {status}\r\nConnection: close\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nX-Request-ID: {id}\r\nCache-Control: no-store\r\n"
        "X-Content-Type-Options: nosniff\r\n\r\n"
    )
    return (head + body).encode()
