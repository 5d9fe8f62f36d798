"""Errors and values may cross processes and machines: they survive a pickle and JSON."""

import dataclasses
import json
import pickle

import msgspec
import pytest

from janus import errors, model
from janus.errors import JanusError
from janus.model import viewed


def family(error):
    yield error
    for child in error.__subclasses__():
        yield from family(child)


ERRORS = [*family(JanusError)]
#: One of each value; a new class in ``model`` has to be added.
VALUES = [
    model.Amount(3, 41, 7),
    model.MachineInfo("00000000000000bb", "laptop", False, 1.5, "1.2", ("claude",), 0.5, 3),
    model.Bundle("0f" * 20, b"# v2 git bundle", 15),
    model.Conversation("cursor-agent", "acp", "3f1b"),
    model.Ended("s", "Two questions.", True, "feature/x", None),
    model.SessionInfo("s", "x", "waiting", "demo", 1.5, 2.5, 3, "question", "feature/x", "/w", 7),
    model.SessionInfo("s", None, "idle", "demo", 1.0, 2.0),
    model.ProjectInfo("p", "shop", "/home/shop", "main", 2, 1, 0, None),
    viewed.Asked("do", "s", "work.undo", "dry_run=true", "{}"),
    viewed.Answered(media="image/png", data=b"\x89PNG", size=4, disposition="inline"),
    model.ReadOut("The agent asks: may it?", "yes", "9f86d081"),
    model.Answer("yes\n\u2028", "t", "end_turn", "2026-01-01T00:00:00.000Z"),
    model.Message("user", "why?", "2026-01-01T00:00:00.000Z", None),
]


def an(error):
    more = {"retry_after": 7} if error is errors.RateLimited else {"turn_id": "t", "files": ["a"]}
    return error("Something is wrong: “quoted”.", **more)


def same(one, other):
    assert type(one) is type(other) and str(one) == str(other)
    for name in ("status", "code", "details", "retry_after"):
        assert getattr(one, name) == getattr(other, name)


@pytest.mark.parametrize("error", ERRORS)
def test_every_error_survives_a_pickle_and_json(error):
    before = an(error)

    same(pickle.loads(pickle.dumps(before)), before)
    same(JanusError.from_json(json.loads(json.dumps(before.to_json()))), before)


@pytest.mark.parametrize("error", [errors.CannotServe])
def test_an_error_without_a_code_survives_a_pickle(error):
    assert str(pickle.loads(pickle.dumps(error("why")))) == "why"


def test_an_error_of_a_newer_janus_is_read_all_the_same():
    error = JanusError.from_json({"code": "NEW", "message": "What is this?", "detail": 1})

    assert error.to_json() == {"code": "NEW", "message": "What is this?", "detail": 1}
    assert JanusError.code == "INTERNAL_ERROR"
    same(pickle.loads(pickle.dumps(error)), error)


def test_no_two_errors_share_a_code():
    assert len({error.code for error in ERRORS}) == len(ERRORS)


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_every_value_survives_a_pickle_and_json(value):
    kind = type(value)

    assert pickle.loads(pickle.dumps(value)) == value
    assert msgspec.json.decode(msgspec.json.encode(value), type=kind) == value


def test_every_value_of_the_model_is_among_them():
    kinds = {
        it for it in vars(model).values()
        if dataclasses.is_dataclass(it) or (isinstance(it, type) and issubclass(it, msgspec.Struct))
    }  # fmt: skip

    assert kinds == {type(value) for value in VALUES}


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_no_value_can_be_changed(value):
    struct = isinstance(value, msgspec.Struct)
    fields = msgspec.structs.fields(value) if struct else dataclasses.fields(value)
    for field in fields:
        with pytest.raises(AttributeError if struct else dataclasses.FrozenInstanceError):
            setattr(value, field.name, None)
