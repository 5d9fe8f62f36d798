"""What ``make api`` writes is what the views declare now."""

import runpy
from functools import cache
from pathlib import Path

import pytest
from describe import views

from janus.blueprints.wire.words import Body, LenientBody

WRITES = runpy.run_path(str(Path(__file__).with_name("__main__.py")))
#: Once, and only by the worker that needs them: it takes a second and a half.
files = cache(WRITES["files"])


@pytest.mark.others_slow
@pytest.mark.slow
@pytest.mark.parametrize("name", ["OPENAPI", "WIRE"])
def test_the_file_is_fresh(name):
    assert WRITES[name].read_text(encoding="utf-8") == files()[WRITES[name]], "run: make api"


@pytest.mark.slow
def test_no_other_file_is_written():
    assert [*files()] == [WRITES["OPENAPI"], WRITES["WIRE"]]


def test_unknown_fields_are_ignored_by_the_calls_of_the_chat_only():
    lenient = {
        path
        for _, path, _, view in views()
        if view.declared.body and issubclass(view.declared.body, LenientBody)
    }
    refusing = {
        path
        for _, path, _, view in views()
        if view.declared.body and view.declared.body.__struct_config__.forbid_unknown_fields
    }

    assert lenient == {"/api/chat", "/api/interrupt", "/api/system"}
    assert lenient | refusing == {path for _, path, _, view in views() if view.declared.body}
    assert not lenient & refusing


def test_every_body_and_answer_says_what_it_is():
    for _, path, name, view in views():
        assert view.__doc__, name
        for kind in (view.declared.body, view.declared.returns):
            assert kind in (None, str) or kind.__doc__ != Body.__doc__, path
