"""Reading requests: the only place where a body or a parameter is checked."""

from __future__ import annotations

import json
import re
from typing import Any

from flask import request
from gunicorn.http.errors import ParseException

from janus.errors import InvalidRequest, PayloadTooLarge, UnsupportedMediaType

#: Bytes of a body, and characters of what is said.
LIMIT = 1 << 20
#: Characters of a name, an id and the like, and of what is filled in somewhere.
SHORT, LONG = 200, 10_000
#: What is no space and no control character. Not ``isprintable()``: Python's tables are older than
#: the emoji of a phone.
_VISIBLE = re.compile(r"[^\s\x00-\x1f\x7f-\x9f]")


def session_id() -> str:
    """The session id of the query, checked for its presence only."""
    return parameter("session_id")


def parameter(name: str) -> str:
    """A parameter of the query that must be there."""
    found = request.args.get(name, "")
    if not found:
        raise InvalidRequest(f"{name} is missing: add ?{name}=… to the address.")
    return found


def read(*required: str, **fields: Any) -> dict[str, Any]:
    """The fields of a JSON object; those absent or null are left out.

    A field is a string of at most so many characters, well-formed Unicode afterwards; or what
    *flag*, *strings* or *answers* takes. Raises InvalidRequest naming the field that is missing or
    wrong, PayloadTooLarge, UnsupportedMediaType.
    """
    given = _object()
    found = {
        name: _string(name, given[name], kind) if isinstance(kind, int) else kind(name, given[name])
        for name, kind in fields.items()
        if given.get(name) is not None
    }
    for name in required:
        if name not in found:
            raise InvalidRequest(f"{name} is missing.")
        if not _VISIBLE.search(str(found[name])):
            raise InvalidRequest(f"{name} is empty.")
    return found


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
        found = json.loads(data)
    except (ValueError, RecursionError) as wrong:
        raise InvalidRequest("The body is not JSON.") from wrong
    if not isinstance(found, dict):
        raise InvalidRequest("The body must be a JSON object.")
    return found


def flag(name: str, value: Any) -> bool:
    """True or false, for ``read``."""
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


def strings(name: str, value: Any) -> list[str]:
    """A list of at most 50 short strings, for ``read``."""
    if not isinstance(value, list) or len(value) > 50:
        raise InvalidRequest(f"{name} must be a list of at most 50 strings.")
    return [_string(f"{name}[{number}]", item, SHORT) for number, item in enumerate(value)]


def answers(name: str, value: Any) -> dict[str, Any]:
    """What was filled in, by the id of the field, for ``read``: at most 50 fields.

    An answer is a string of at most 10,000 characters, a number, true or false, or a list of at
    most 100 strings.
    """
    if not isinstance(value, dict) or len(value) > 50:
        raise InvalidRequest(f"{name} must be an object of at most 50 fields.")
    return {
        _string(f"A field of {name}", field, SHORT): _answer(f"{name}.{field[:SHORT]}", answer)
        for field, answer in value.items()
    }


def _answer(name: str, value: Any) -> Any:
    match value:
        case str():
            return _string(name, value, LONG)
        case bool():
            return value
        case int() | float() if abs(value) <= 1e308:  # Python reads more than JSON can write
            return value
        case [*items] if len(items) <= 100:
            return [_string(f"{name}[{at}]", item, LONG) for at, item in enumerate(items)]
    raise InvalidRequest(
        f"{name} must be a string, a number, true or false, or a list of at most 100 strings."
    )
