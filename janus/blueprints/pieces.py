"""Long answers, sent piece by piece: gunicorn copies what it is given, and a write takes its time.

A slow reader, and many of them, cost no more than what is on its way.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from flask import Response

#: Bytes handed to the connection at once: each piece has the time that a write may take.
PIECE = 1 << 16


def pieces(data: bytes | memoryview) -> Iterator[bytes]:
    """Bytes in pieces."""
    for at in range(0, len(data), PIECE):
        yield bytes(data[at : at + PIECE])


def json_response(parts: Iterable[bytes]) -> Response:
    """The response whose body is all *parts*; a long one is not made before it is sent."""
    first, size, parts = list[bytes](), 0, iter(parts)
    for part in parts:
        first.append(part)
        size += len(part)
        if size > PIECE:
            rest = chain.from_iterable(map(pieces, chain(first, parts)))
            return Response(rest, mimetype="application/json")
    return Response(b"".join(first), mimetype="application/json")
