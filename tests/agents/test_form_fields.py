"""The fields of a form: what of a schema becomes one, how it is shown, and which answers fit it."""

import time

import pytest

from janus.agents.acp.form_fields import fields_of, fill
from janus.errors import InvalidRequest


def field(**schema):
    [made] = fields_of({"properties": {"a": schema}})
    return made


@pytest.mark.parametrize(
    ("schema", "kind"),
    [
        ({"type": "string"}, "text"),
        ({"type": "number"}, "number"),
        ({"type": "integer"}, "integer"),
        ({"type": "boolean"}, "boolean"),
        ({"type": "string", "enum": ["x"]}, "choice"),
        ({"enum": [1.5, True, "x"]}, "choice"),
        ({"type": "string", "oneOf": [{"const": "x"}]}, "choice"),
        ({"type": "array", "items": {"enum": ["x"]}}, "choices"),
        ({"type": "array", "items": {"oneOf": [{"const": "x"}]}}, "choices"),
        ({"type": "array", "items": {"anyOf": [{"const": "x"}]}}, "choices"),
    ],
)
def test_a_schema_becomes_a_field(schema, kind):
    assert field(**schema).kind == kind


@pytest.mark.parametrize(
    ("schema", "description"),
    [
        ({"description": "Of the tag"}, "Of the tag"),
        ({"minLength": 2, "maxLength": 5}, "2 to 5 characters"),
        ({"maxLength": 5, "description": "Short"}, "Short\nAt most 5 characters"),
        ({"pattern": "^v"}, "Pattern: ^v"),
        ({"format": "email"}, "An e-mail address"),
        ({"format": "of-tomorrow"}, ""),
        ({"minLength": "2", "maxLength": None, "pattern": None, "format": []}, ""),
        ({"type": "integer", "minimum": 0, "maximum": 9}, "0 to 9"),
        ({"type": "number", "minimum": 0.5}, "At least 0.5"),
        ({"type": "number", "minimum": float("nan"), "pattern": "x", "minLength": 3}, ""),
        ({"type": "array", "items": {"enum": ["x"]}, "minItems": 1}, "At least 1 choices"),
    ],
)
def test_what_fits_is_said_beside_the_field(schema, description):
    assert field(**{"type": "string", **schema}).shown["description"] == description


@pytest.mark.parametrize(
    ("schema", "answer", "value"),
    [
        ({"type": "string"}, "", ""),
        ({"type": "string", "maxLength": 2}, "🚗🚗", "🚗🚗"),
        ({"type": "string", "pattern": "^v"}, "anything", "anything"),
        ({"type": "number"}, 1, 1),
        ({"type": "number", "minimum": 0, "maximum": 1}, 0.5, 0.5),
        ({"type": "integer"}, 3.0, 3),
        ({"type": "integer", "minimum": 3}, 10**300, 10**300),
        ({"type": "boolean"}, False, False),
        ({"enum": [1, "x", True]}, "1", 1),
        ({"enum": [1, "x", True]}, "True", True),
        ({"enum": [1, "1"]}, "1", 1),
        ({"type": "array", "items": {"enum": [1, 2]}}, ["2", "1", "2"], [2, 1]),
        ({"type": "array", "items": {"enum": [1, 2]}}, [], []),
    ],
    ids=str,
)
def test_an_answer_that_fits_is_what_the_agent_gets(schema, answer, value):
    got = field(**schema).read(answer)

    assert (got, type(got)) == (value, type(value))


@pytest.mark.parametrize(
    ("schema", "answer", "words"),
    [
        ({"type": "string"}, 7, "a must be a string"),
        ({"type": "string"}, None, "a must be a string"),
        ({"type": "string", "minLength": 2}, "x", "a must be at least 2 characters"),
        ({"type": "string", "maxLength": 2}, "xxx", "a must be at most 2 characters"),
        ({"type": "number"}, "7", "a must be a number"),
        ({"type": "number"}, True, "a must be a number"),
        ({"type": "number"}, float("nan"), "a must be a number"),
        ({"type": "number"}, float("inf"), "a must be a number"),
        ({"type": "number"}, 10**400, "a must be a number"),
        ({"type": "number", "maximum": 1}, 2, "a must be at most 1"),
        ({"type": "integer"}, 1.5, "a must be a whole number"),
        ({"type": "integer", "minimum": 0, "maximum": 9}, 10, "a must be 0 to 9"),
        ({"type": "boolean"}, 1, "a must be true or false"),
        ({"type": "boolean"}, "True", "a must be true or false"),
        ({"enum": [1, 2]}, 1, "a must be one of 1, 2"),
        ({"enum": [1, 2]}, "3", "a must be one of 1, 2"),
        ({"enum": [1, 2]}, ["1"], "a must be one of 1, 2"),
        ({"type": "array", "items": {"enum": ["x"]}}, "x", "a must be a list of x"),
        ({"type": "array", "items": {"enum": ["x"]}}, ["y"], "a must be a list of x"),
        ({"type": "array", "items": {"enum": ["x"]}}, [["x"]], "a must be a list of x"),
        ({"type": "array", "items": {"enum": ["x"]}, "minItems": 2}, ["x", "x"], "at least 2"),
    ],
    ids=str,
)
def test_an_answer_that_does_not_fit_is_refused_by_name(schema, answer, words):
    with pytest.raises(InvalidRequest, match=words):
        field(**schema).read(answer)


@pytest.mark.parametrize(
    ("schema", "default"),
    [
        ({"type": "string", "default": "x"}, "x"),
        ({"type": "string", "default": 7}, None),
        ({"type": "boolean", "default": False}, False),
        ({"type": "number", "default": float("nan")}, None),
        ({"type": "integer", "default": 0}, 0),
        ({"enum": [1, 2], "default": 2}, "2"),
        ({"enum": [1, 2], "default": 3}, None),
        ({"enum": ["None"]}, None),
        ({"type": "array", "items": {"enum": [1, 2]}, "default": [2]}, ["2"]),
        ({"type": "array", "items": {"enum": [1, 2]}, "default": "2"}, None),
        ({"type": "array", "items": {"enum": [1, 2]}}, None),
    ],
    ids=str,
)
def test_a_default_is_an_answer_that_fits_or_none(schema, default):
    shown = field(**schema).shown

    assert shown.get("default") == default and ("default" in shown) == (default is not None)


def test_a_pattern_is_never_run():
    evil = field(type="string", pattern="^(a+)+$")
    started = time.thread_time()  # not the wall's: others may be at work

    assert evil.read("a" * 5000 + "!")
    assert time.thread_time() - started < 1


@pytest.mark.parametrize("required", [None, "a", [7], ["b"]])
def test_what_is_not_required_may_be_left_out(required):
    schema = {"properties": {"a": {"type": "string"}}, "required": required}

    assert fill(fields_of(schema), {}) == fill(fields_of(schema), {"a": ""}) == {}
