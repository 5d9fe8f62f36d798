"""The fields of a question that takes more than a tap: how they are shown, and what fits them.

    a flat JSON Schema ── fields_of() ──> Field ── shown ──> the client
    what the agent gets <── fill() <── answers, by the id of each field

A schema's ``pattern`` is only shown: to run it would give an agent a way to keep Janus busy.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from janus.agents.acp.jsonrpc import Json
from janus.errors import InvalidRequest

#: How many fields a question may have, and how long their ids may be: what a client can answer.
FIELDS, ID = 50, 200
_LIMITS = {
    "text": ("minLength", "maxLength", "characters"),
    "number": ("minimum", "maximum", ""),
    "integer": ("minimum", "maximum", ""),
    "choices": ("minItems", "maxItems", "choices"),
}
_EXPECTED = {
    "choice": "one of ",
    "choices": "a list of ",
    "text": "a string",
    "boolean": "true or false",
    "number": "a number",
    "integer": "a whole number",
}
_FORMATS = {
    "email": "An e-mail address",
    "uri": "A web address",
    "date": "A date, such as 2026-12-31",
    "date-time": "A date and time, such as 2026-12-31T23:59:00Z",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the given values: *value* is what the agent gets for *id*."""

    id: str
    name: str
    value: Any


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to fill in; ``kind`` is choice, choices, text, number, integer or boolean."""

    id: str
    kind: str
    title: str
    description: str = ""
    required: bool = False
    choices: tuple[Choice, ...] = ()
    low: float = -math.inf
    high: float = math.inf
    default: Any = None

    @property
    def shown(self) -> Json:
        """What the client is told of it."""
        names = ("id", "title", "description", "kind", "required")
        shown = {name: getattr(self, name) for name in names}
        if self.choices:
            shown["choices"] = [{"id": choice.id, "name": choice.name} for choice in self.choices]
        return shown if self.default is None else {**shown, "default": self.default}

    def read(self, answer: Any) -> Any:
        """What the agent gets for an *answer*. Raises InvalidRequest."""
        values = {choice.id: choice.value for choice in self.choices}
        match self.kind, answer:
            case "choice", str(id) if id in values:
                return values[id]
            case "choices", [*ids] if all(isinstance(id, str) and id in values for id in ids):
                once = dict.fromkeys(ids)
                self._heed_limits(len(once))
                return [values[id] for id in once]
            case "text", str(text):
                self._heed_limits(len(text))
                return text
            case "boolean", bool(yes):
                return yes
            case "number" | "integer", int() | float() if _is_number(answer):
                if self.kind == "number" or answer == math.floor(answer):
                    self._heed_limits(answer)
                    return answer if self.kind == "number" else int(answer)
        names = ", ".join(id[:50] for id in values)
        raise self.wrong(f"must be {_EXPECTED[self.kind]}{names}")

    def wrong(self, why: str) -> InvalidRequest:
        """The error that says what is *wrong* with an answer."""
        name = self.id if self.title == self.id else f"{self.title} ({self.id})"
        return InvalidRequest(f"{name} {why}.")

    def _heed_limits(self, size: float) -> None:
        if not self.low <= size <= self.high:
            span = _span(self.low, self.high, _LIMITS[self.kind][2])
            raise self.wrong(f"must be {span[0].lower()}{span[1:]}")


def fields_of(schema: Json) -> list[Field]:
    """The fields of a flat schema. Raises ValueError where it is none, or cannot be shown."""
    match schema:
        case {"properties": dict(properties)} if 0 < len(properties) <= FIELDS:
            needed = schema.get("required")
            required = needed if isinstance(needed, list) else []
            return [_field(id, one, id in required) for id, one in properties.items()]
    raise ValueError("not a flat schema")


def fill(fields: Iterable[Field], answers: Mapping[str, Any]) -> Json:
    """What the agent gets for *answers*. Raises InvalidRequest naming the field that is wrong.

    A text that is left empty is no answer.
    """
    known = {field.id: field for field in fields}
    for id in answers:
        if id not in known:
            raise InvalidRequest(f"There is no field {id}.")
    filled = {}
    for id, field in known.items():
        if id in answers and (answers[id] != "" or field.kind != "text"):
            filled[id] = field.read(answers[id])
        elif field.required:
            raise field.wrong("needs an answer")
    return filled


def choices_of(pairs: Iterable[tuple[Any, Any]]) -> tuple[Choice, ...]:
    """Values and their names as choices; of those with one id, the first."""
    found: dict[str, Choice] = {}
    for value, name in pairs:
        if not (isinstance(value, str | bool) or _is_number(value)):
            raise ValueError("not a plain value")
        found.setdefault(str(value), Choice(str(value), str(name or value), value))
    if not found:
        raise ValueError("nothing to choose from")
    return tuple(found.values())


def _field(id: str, schema: Any, required: bool) -> Field:
    if not isinstance(schema, dict) or not 0 < len(id) <= ID:
        raise ValueError("not a field")
    kind, choices = _kind(schema)
    least, most, unit = _LIMITS.get(kind, ("", "", ""))
    low = schema[least] if _is_number(schema.get(least)) else -math.inf
    high = schema[most] if _is_number(schema.get(most)) else math.inf
    hints = [
        str(schema.get("description") or ""),
        _span(low, high, unit),
        _FORMATS.get(str(schema.get("format")), "") if kind == "text" else "",
        f"Pattern: {schema['pattern']}" if kind == "text" and schema.get("pattern") else "",
    ]
    described = "\n".join(hint for hint in hints if hint)
    title = str(schema.get("title") or id)
    field = Field(id, kind, title, described, required, choices, low, high)
    return _with_default(field, schema.get("default"))


def _kind(schema: Json) -> tuple[str, tuple[Choice, ...]]:
    match schema:
        case {"type": "array", "items": dict(items)}:
            return "choices", choices_of(_given(items))
        case {"oneOf": _} | {"anyOf": _} | {"enum": _}:
            return "choice", choices_of(_given(schema))
        case {"type": "string"}:
            return "text", ()
        case {"type": "number" | "integer" | "boolean" as kind}:
            return kind, ()
    raise ValueError("not a type that can be shown")


def _given(schema: Json) -> list[tuple[Any, Any]]:
    match schema:
        case {"oneOf": [*ones]} | {"anyOf": [*ones]}:
            if all(isinstance(one, dict) and "const" in one for one in ones):
                return [(one["const"], one.get("title")) for one in ones]
        case {"enum": [*values]}:
            return [(value, None) for value in values]
    raise ValueError("no values are given")


def _with_default(field: Field, default: Any) -> Field:
    """*field* with its default in the shape of an answer, if it would be one."""
    if field.kind == "choice" and default is not None:
        default = str(default)
    elif field.kind == "choices" and isinstance(default, list):
        default = [str(value) for value in default]
    try:
        field.read(default)
    except InvalidRequest:
        return field
    return replace(field, default=default)


def _span(low: float, high: float, unit: str) -> str:
    least, most = low > -math.inf, high < math.inf
    if least and most:
        return f"{low} to {high} {unit}".strip()
    return (f"At least {low} {unit}" if least else f"At most {high} {unit}" if most else "").strip()


def _is_number(value: Any) -> bool:
    """Whether it is one that JSON can write."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= 1e308
