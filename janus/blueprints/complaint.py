"""What is wrong with a body, in words that name the field and what was expected of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from msgspec import Struct, inspect
from msgspec.structs import fields

from janus.blueprints.wire.words import LARGEST, SHORT


def complaint(kind: type[Struct], given: Mapping[str, Any]) -> str:
    """The first thing because of which *given* is no *kind*."""
    declared = {field.name: field for field in fields(kind)}
    if kind.__struct_config__.forbid_unknown_fields:
        for name in given:
            if name not in declared:
                return _unknown(name, [*declared])
    for name, field in declared.items():
        if name not in given:
            if field.required:
                return f"{name} is missing."
        elif wrong := _wrong(name, given[name], inspect.type_info(field.type)):
            return wrong
    return "The body does not fit."


def _unknown(name: str, known: list[str]) -> str:
    nearest = get_close_matches(name, known, n=1)
    if nearest:
        return f"{name[:SHORT]}: there is no such field; did you mean {nearest[0]}?"
    return f"{name[:SHORT]}: there is no such field; there are {', '.join(known)}."


def _wrong(name: str, value: Any, wanted: inspect.Type) -> str | None:
    """What is wrong with the *value* of a field, or of an item in it; None if nothing is."""
    match wanted, value:
        case inspect.Metadata(type=inner), _:
            return _wrong(name, value, inner)
        case inspect.UnionType(types=types), _:
            found = [_wrong(name, value, one) for one in types]
            # Of a text that is too long it says that, not that it is no number.
            own = [it for it, one in zip(found, types, strict=True) if _has_shape(value, one)]
            return None if None in found else next(iter(own), _expected(name, wanted))
        case inspect.StrType(max_length=int(most)), str() if len(value) > most:
            return f"{name} is too long: {most} characters at most."
        case inspect.StrType(pattern=pattern), str():
            return f"{name} is empty." if pattern and not re.search(pattern, value) else None
        case inspect.LiteralType(values=values), str() if value in values:
            return None
        case inspect.BoolType(), bool():
            return None
        case ((inspect.IntType() | inspect.FloatType()), (int() | float())) if _is_number(value):
            return None
        case inspect.ListType(max_length=most), list() if len(value) <= (most or len(value)):
            return next(filter(None, _wrong_items(name, value, wanted)), None)
        case inspect.DictType(max_length=most), dict() if len(value) <= (most or len(value)):
            return next(filter(None, _wrong_entries(name, value, wanted)), None)
    return _expected(name, wanted)


def _wrong_items(name: str, value: list[Any], wanted: inspect.ListType) -> Iterator[str | None]:
    for at, item in enumerate(value):
        yield _wrong(f"{name}[{at}]", item, wanted.item_type)


def _wrong_entries(
    name: str, value: dict[str, Any], wanted: inspect.DictType
) -> Iterator[str | None]:
    for key, item in value.items():
        yield _wrong(f"A field of {name}", key, wanted.key_type)
        yield _wrong(f"{name}.{key}", item, wanted.value_type)


def _is_number(value: float) -> bool:
    return not isinstance(value, bool) and abs(value) <= LARGEST


def _has_shape(value: Any, wanted: inspect.Type) -> bool:
    match wanted, value:
        case inspect.Metadata(type=inner), _:
            return _has_shape(value, inner)
        case (inspect.StrType(), str()) | (inspect.ListType(), list()):
            return True
        case inspect.DictType(), dict():
            return True
    return False


def _expected(name: str, wanted: inspect.Type) -> str:
    return f"{name} must be {_words(wanted)}."


def _words(wanted: inspect.Type) -> str:
    """What is expected, for a person."""
    match wanted:
        case inspect.Metadata(type=inner):
            return _words(inner)
        case inspect.UnionType(types=types):
            known = [_words(one) for one in types if not isinstance(one, inspect.NoneType)]
            return _listed([*dict.fromkeys(known)])
        case inspect.LiteralType(values=values):
            return _listed([str(value) for value in values])
        case inspect.BoolType():
            return "true or false"
        case inspect.IntType() | inspect.FloatType():
            return "a number"
        case inspect.ListType(max_length=most):
            return f"a list of at most {most} strings"
        case inspect.DictType(max_length=most):
            return f"an object of at most {most} fields"
    return "a string"


def _listed(words: list[str]) -> str:
    """One word, ``this or that``, or ``this, that, or a third``."""
    *first, last = words
    if len(first) > 1:
        return f"{', '.join(first)}, or {last}"
    return " or ".join([*first, last])
