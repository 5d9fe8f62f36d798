"""Answers, in the shape of the API, to requests that never reach the application."""

from __future__ import annotations

import json
import uuid
from typing import Any

from gunicorn.http import errors

from janus.errors import InvalidRequest, JanusError

_REFUSALS = {
    errors.LimitRequestLine: ("414 URI Too Long", "The address is too long: shorten the query."),
    errors.LimitRequestHeaders: (
        "431 Request Header Fields Too Large",
        "The request headers are too long.",
    ),
    errors.ExpectationFailed: (
        "417 Expectation Failed",
        "The only expectation supported is 100-continue.",
    ),
    errors.UnsupportedTransferCoding: (
        "501 Not Implemented",
        "This transfer coding is not supported.",
    ),
}
_REFUSAL = ("400 Bad Request", "This is not a valid HTTP request.")
_BUG = ("500 Internal Server Error", "Janus made a mistake. Its log says more.")
_OF_THE_APP = (
    errors.InvalidResponseHeader,
    errors.InvalidResponseHeaderName,
    errors.ConfigurationProblem,
)


def refusal(failure: Exception, log: Any) -> bytes:
    """Return a whole response that says why a request cannot be served, and log it."""
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
