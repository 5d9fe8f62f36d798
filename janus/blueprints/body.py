"""Reading requests: the only place where a body or a query is decoded and checked."""

from __future__ import annotations

import json
from functools import cache
from typing import Any, TypeVar

import msgspec
from flask import request
from gunicorn.http.errors import ParseException
from msgspec import inspect

from janus.blueprints.complaint import complaint
from janus.blueprints.wire.words import LIMIT, Body, Query
from janus.errors import InvalidRequest, PayloadTooLarge, UnsupportedMediaType

_B = TypeVar("_B", bound=Body)
_Q = TypeVar("_Q", bound=Query)


def read_body(kind: type[_B]) -> _B:
    """The body of the request; one that is not there has no fields.

    Raises InvalidRequest naming the field that is missing, wrong or unknown, PayloadTooLarge,
    UnsupportedMediaType.
    """
    given = {name: value for name, value in _object().items() if value is not None}
    try:
        return msgspec.convert(given, kind)
    except msgspec.ValidationError:
        raise InvalidRequest(complaint(kind, given)) from None


def read_query(kind: type[_Q]) -> _Q:
    """The query of the request. Raises InvalidRequest naming the parameter that is missing."""
    given = {}
    for name, header in _sources(kind):
        value = (header and request.headers.get(header)) or request.args.get(name)
        if value:
            given[name] = value
        elif name in _required(kind):
            raise InvalidRequest(f"{name} is missing: add ?{name}=… to the address.")
    try:
        return msgspec.convert(given, kind)
    except msgspec.ValidationError:
        raise InvalidRequest(complaint(kind, given)) from None


@cache
def _sources(kind: type[Query]) -> list[tuple[str, str | None]]:
    """Each parameter, and the header that counts before it if there is such."""
    found = []
    for field in msgspec.structs.fields(kind):
        wanted = inspect.type_info(field.type)
        extra = wanted.extra if isinstance(wanted, inspect.Metadata) else None
        found.append((field.name, (extra or {}).get("header")))
    return found


@cache
def _required(kind: type[Query]) -> frozenset[str]:
    return frozenset(field.name for field in msgspec.structs.fields(kind) if field.required)


def _object() -> dict[str, Any]:
    try:
        data = request.get_data(cache=False)
    except (ParseException, OSError) as broken:  # from gunicorn, which reads it only now
        raise InvalidRequest("The body broke off.") from broken
    if len(data) > LIMIT:
        raise PayloadTooLarge("The body is too large: 1 MiB at most.")
    if not data:
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
