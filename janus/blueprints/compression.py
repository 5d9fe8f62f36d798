"""Gzip text responses for clients that accept it: a phone on a bad link waits for bytes."""

from __future__ import annotations

import gzip
from functools import lru_cache

from flask import Response, request

#: Not the stream: it must not wait for more.
_TEXT = {
    "application/json", "application/manifest+json", "image/svg+xml", "text/css", "text/html",
    "text/javascript",
}  # fmt: skip
#: Bytes below which it fits into one packet anyway.
_WORTHWHILE = 1024


def compress(response: Response) -> Response:
    """Gzip the body of *response* if that helps."""
    made = response.response
    if isinstance(made, list) and sum(map(len, made)) < _WORTHWHILE:
        return response
    if response.mimetype not in _TEXT or "Content-Encoding" in response.headers:
        return response
    if response.is_streamed and not response.direct_passthrough:  # it is long, and not made yet
        return response
    response.vary.add("Accept-Encoding")
    if not accepts_gzip() or response.status_code != 200:
        return response
    response.direct_passthrough = False
    body = response.get_data()
    if len(body) < _WORTHWHILE:
        return response
    etag = response.get_etag()[0]
    response.set_data(_file(body) if etag else gzip.compress(body, 5))
    response.headers["Content-Encoding"] = "gzip"
    if etag:
        response.set_etag(etag, weak=True)  # the same to read, in other bytes
    return response


def accepts_gzip() -> bool:
    """Whether the client that calls takes an answer compressed."""
    return request.accept_encodings["gzip"] > 0 and request.method != "HEAD"


@lru_cache(maxsize=64)
def _file(body: bytes) -> bytes:
    """Compress what is the same for everybody once, and well."""
    return gzip.compress(body, 9)
