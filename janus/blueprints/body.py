"""Reading requests: the only place where a body or a parameter is checked."""

from __future__ import annotations

import json
from typing import Any

from flask import request

from janus.errors import InvalidRequest, PayloadTooLarge, UnsupportedMediaType

#: Bytes of a body.
LIMIT = 1 << 20


def session_id() -> str:
    """The session id of the query, checked for its presence only."""
    found = request.args.get("session_id", "")
    if not found:
        raise InvalidRequest("session_id is missing: add ?session_id=… to the address.")
    return found


def read(*required: str, **fields: Any) -> dict[str, Any]:
    """The fields of a JSON object; those absent or null are left out.

    A field is ``bool``, or a string of at most so many characters, which is well-formed Unicode
    afterwards. Raises InvalidRequest naming the field that is missing or wrong, PayloadTooLarge,
    UnsupportedMediaType.
    """
    given = _object()
    found = {
        name: _string(name, given[name], kind)
        if isinstance(kind, int)
        else _flag(name, given[name])
        for name, kind in fields.items()
        if given.get(name) is not None
    }
    for name in required:
        if name not in found:
            raise InvalidRequest(f"{name} is missing.")
        if not any(letter.isprintable() and letter != " " for letter in str(found[name])):
            raise InvalidRequest(f"{name} is empty.")
    return found


def _object() -> dict[str, Any]:
    data = request.get_data(cache=False)
    if len(data) > LIMIT:
        raise PayloadTooLarge("The body is too large: 1 MiB at most.")
    if not data:
        return {}
    if not request.is_json:
        raise UnsupportedMediaType("The body must be JSON: send Content-Type: application/json.")
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as wrong:
        raise InvalidRequest("The body is not JSON.") from wrong
    if not isinstance(found, dict):
        raise InvalidRequest("The body must be a JSON object.")
    return found


def _flag(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise InvalidRequest(f"{name} must be true or false.")
    return value


def _string(name: str, value: Any, longest: int) -> str:
    if not isinstance(value, str):
        raise InvalidRequest(f"{name} must be a string.")
    if len(value) > longest:
        raise InvalidRequest(f"{name} is too long: {longest} characters at most.")
    # JSON can write half of a surrogate pair, which nothing else can take.
    return value.encode("utf-8", "replace").decode()
