"""Reading requests: the only place where a body or a query is decoded and checked."""

from __future__ import annotations

import json
from typing import Any, TypeVar

import msgspec
from flask import request
from gunicorn.http.errors import ParseException

from janus.blueprints.complaint import complaint
from janus.blueprints.wire.words import LIMIT, Query
from janus.errors import InvalidRequest, PayloadTooLarge, UnsupportedMediaType

_S = TypeVar("_S", bound=msgspec.Struct)
_Q = TypeVar("_Q", bound=Query)


def read_body(kind: type[_S]) -> _S:
    """The body of the request; one that is not there has no fields.

    Raises InvalidRequest naming the field that is missing, wrong or unknown, PayloadTooLarge,
    UnsupportedMediaType.
    """
    return _checked(kind, {name: it for name, it in _object().items() if it is not None})


def read_query(kind: type[_Q]) -> _Q:
    """The query of the request. Raises InvalidRequest naming the parameter that is missing."""
    given = {}
    for name in kind.__struct_fields__:
        header = kind.headers.get(name)
        value = (header and request.headers.get(header)) or request.args.get(name)
        if value:
            given[name] = value
    return _checked(kind, given, strict=False)  # all that an address can hold is text


def _checked(kind: type[_S], given: dict[str, Any], *, strict: bool = True) -> _S:
    try:
        return msgspec.convert(given, kind, strict=strict)
    except msgspec.ValidationError:
        raise InvalidRequest(complaint(kind, given)) from None


def read_content() -> bytes:
    """The body of the request as it is. Raises InvalidRequest, PayloadTooLarge."""
    try:
        data = request.get_data()  # kept: another machine may have to be asked
    except (ParseException, OSError) as broken:  # from gunicorn, which reads it only now
        raise InvalidRequest("The body broke off.") from broken
    if len(data) > LIMIT:
        raise PayloadTooLarge("The body is too large: 1 MiB at most.")
    return data


def _object() -> dict[str, Any]:
    if not (data := read_content()):
        return {}
    if not request.is_json:
        raise UnsupportedMediaType("The body must be JSON: send Content-Type: application/json.")
    try:
        found = _decode(data)
    except (ValueError, RecursionError) as wrong:
        raise InvalidRequest("The body is not JSON.") from wrong
    if not isinstance(found, dict):
        raise InvalidRequest("The body must be a JSON object.")
    return found


def _decode(data: bytes) -> Any:
    try:
        return msgspec.json.decode(data)
    except msgspec.DecodeError:
        # JSON can write half of a surrogate pair, which nothing else can take: it becomes "?".
        text = json.dumps(json.loads(data), ensure_ascii=False)
        return msgspec.json.decode(text.encode("utf-8", "replace"))
