"""What is wrong with a request, in words that name the field and what was expected of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from msgspec import Struct, inspect
from msgspec.structs import fields

from janus.blueprints.wire.words import LARGEST, SHORT, Query

#: Only of a value of this type does a part of a union know better what is wrong than the union.
_SHAPES: dict[type, type] = {
    inspect.StrType: str, inspect.ListType: list, inspect.DictType: dict, inspect.StructType: dict,
}  # fmt: skip


def complaint(kind: type[Struct], given: Mapping[str, Any]) -> str:
    """The first thing because of which *given* is no *kind*."""
    return _misfit(kind, given, "") or "The body does not fit."


def _misfit(kind: type[Struct], given: Mapping[str, Any], within: str) -> str | None:
    """The same of an object that lies *within* another, such as ``keys.``; None if it fits."""
    declared = {field.name: field for field in fields(kind)}
    if kind.__struct_config__.forbid_unknown_fields:
        for name in given:
            if name not in declared:
                return within + _unknown(name, [*declared])
    for name, field in declared.items():
        if name not in given:
            if field.required:
                where = f": add ?{name}=… to the address" if issubclass(kind, Query) else ""
                return f"{within}{name} is missing{where}."
        elif wrong := _wrong(within + name, given[name], inspect.type_info(field.type)):
            return wrong
    return None


def _unknown(name: str, known: list[str]) -> str:
    nearest = get_close_matches(name, known, n=1)
    hint = f"did you mean {nearest[0]}?" if nearest else f"there are {', '.join(known)}."
    return f"{name[:SHORT]}: there is no such field; {hint}"


def _wrong(name: str, value: Any, wanted: inspect.Type) -> str | None:
    """What is wrong with the *value* of a field, or of an item in it; None if nothing is."""
    wanted = _bare(wanted)
    match wanted, value:
        case inspect.UnionType(types=types), _:
            found = [_wrong(name, value, one) for one in types]
            # Of a text that is too long it says that, not that it is no number.
            shapes = [_SHAPES.get(type(_bare(one)), ()) for one in types]
            own = (it for it, shape in zip(found, shapes, strict=True) if isinstance(value, shape))
            return None if None in found else next(own, _expected(name, wanted))
        case inspect.StrType(max_length=int(most)), str() if len(value) > most:
            return f"{name} is too long: {most} characters at most."
        case inspect.StrType(pattern=pattern), str():
            return f"{name} is empty." if pattern and not re.search(pattern, value) else None
        case inspect.LiteralType(values=values), str() if value in values:
            return None
        case inspect.BoolType(), bool():
            return None
        case inspect.StructType(cls=kind), dict():
            return _misfit(kind, value, f"{name}.")
        case ((inspect.IntType() | inspect.FloatType()), (int() | float())) if _is_number(value):
            return None
        case inspect.ListType(item_type=kind), list() if _few(value, wanted):
            items = (_wrong(f"{name}[{at}]", item, kind) for at, item in enumerate(value))
            return next(filter(None, items), None)
        case inspect.DictType(key_type=of, value_type=kind), dict() if _few(value, wanted):
            entries = (
                _wrong(f"A field of {name}", key, of) or _wrong(f"{name}.{key}", item, kind)
                for key, item in value.items()
            )
            return next(filter(None, entries), None)
    return _expected(name, wanted)


def _bare(wanted: inspect.Type) -> inspect.Type:
    return wanted.type if isinstance(wanted, inspect.Metadata) else wanted


def _is_number(value: float) -> bool:
    return not isinstance(value, bool) and abs(value) <= LARGEST


def _few(value: list[Any] | dict[str, Any], wanted: inspect.Type) -> bool:
    most = getattr(wanted, "max_length", None)
    return most is None or len(value) <= most


def _expected(name: str, wanted: inspect.Type) -> str:
    """What is expected, for a person: one word, ``this or that``, or ``this, that, or a third``."""
    *first, last = dict.fromkeys(_words(wanted))
    listed = f"{', '.join(first)}, or {last}" if len(first) > 1 else " or ".join([*first, last])
    return f"{name} must be {listed}."


def _words(wanted: inspect.Type) -> list[str]:
    match wanted:
        case inspect.UnionType(types=types):
            kinds = [_bare(one) for one in types if not isinstance(one, inspect.NoneType)]
            return [word for one in kinds for word in _words(one)]
        case inspect.LiteralType(values=values):
            return [str(value) for value in values]
        case inspect.BoolType():
            return ["true or false"]
        case inspect.IntType(ge=int(least), le=int(most)) if most < LARGEST:
            return [f"a number from {least} to {most}"]
        case inspect.IntType() | inspect.FloatType():
            return ["a number"]
        case inspect.ListType(max_length=most):
            return [f"a list of at most {most} strings"]
        case inspect.DictType(max_length=most):
            return [f"an object of at most {most} fields"]
        case inspect.StructType(fields=known):
            return [f"an object with {', '.join(field.name for field in known)}"]
    return ["a string"]
