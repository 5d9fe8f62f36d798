"""What agents offered is kept, bounded, and costs nothing where it cannot be."""

import pytest

from janus.agents.offered import OfferedOptions

CHOICES = [{"value": "a", "name": "A"}, {"value": True, "name": "On"}]
MODEL = {"id": "model", "name": "Model", "category": "model", "value": "a", "choices": CHOICES}


def test_what_an_agent_offered_is_known_to_the_next_janus_and_written_when_it_changes():
    written = []
    first = OfferedOptions(write=written.append)
    first.note("one", [MODEL])
    first.note("one", [{**MODEL, "value": True}])

    again = OfferedOptions(lambda: written[-1])

    assert len(written) == 1
    assert again.of("one") == first.of("one") and again.of("other") == ()
    assert [it.value for it in again.of("one")[0].choices] == ["a", True]


def test_what_is_too_much_or_malformed_is_left_out():
    known = OfferedOptions()
    long = {"value": "x" * 201, "name": "X"}
    many = [{"value": str(number), "name": "N"} for number in range(2000)]
    known.note(
        "one",
        [{**MODEL, "choices": [long, {"name": "none"}, *CHOICES]}, {"id": 3}, *[MODEL] * 50],
    )
    known.note("two", [{**MODEL, "choices": many}])

    assert len(known.of("one")) <= 20
    assert [it.value for it in known.of("one")[0].choices] == ["a", True]
    assert len(known.of("two")[0].choices) == 500


def _refuse():
    raise PermissionError("no")


@pytest.mark.parametrize(
    "read", [lambda: b"{", lambda: b'{"agents": 3}', _refuse], ids=["torn", "strange", "refused"]
)
def test_a_file_that_cannot_be_read_is_as_none(read):
    assert OfferedOptions(read).of("one") == ()
