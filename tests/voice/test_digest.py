"""Twenty seconds over all sessions: who asks, what failed, what is done."""

import pytest

from janus.model import SessionInfo
from janus.voice.digest import LONGEST, digest


def session(id, status="waiting", attention=None, at=100.0, **more):
    more = {"title": f"Mend the {id}", "message_count": 2, **more}
    name = more.pop("name", None)
    return SessionInfo(id, name, status, "demo", 1.0, at, attention=attention, **more)


def ids(sessions):
    return [it.session_id for it in sessions]


def test_they_are_in_the_order_in_which_somebody_goes_through_them():
    open = [
        session("question", "active", "question", at=90.0),
        session("permission", "active", "permission", at=10.0),
        session("newer question", "active", "question", at=95.0),
        session("broken", "error", "error"),
        session("old break", "error", "error", at=40.0),
        session("done", at=60.0),
        session("done later", "idle", at=70.0),
        session("long done", at=49.0),
        session("working", "active"),
        session("begun", "idle", message_count=0),
    ]
    ended = [
        session("crashed", "stopped", ended_at=80.0, end_reason="crashed"),
        session("crashed before", "stopped", ended_at=20.0, end_reason="crashed"),
        session("ended", "stopped", ended_at=80.0, end_reason="ended"),
    ]

    found = digest(open, ended, since=50.0)

    assert ids(found.needs) == ["permission", "newer question", "question"]
    assert ids(found.finished) == ["done later", "done"]
    assert ids(found.failed) == ["broken", "crashed"]
    assert found.text == (
        "3 need you: Mend the permission asks for a permission; Mend the newer question asks you "
        "something; Mend the question asks you something. 2 failed: Mend the broken, Mend the "
        "crashed. 2 are done: Mend the done later, Mend the done. 1 is working."
    )


@pytest.mark.parametrize("number", [0, 1, 4, 500])
def test_it_is_short_however_much_there_is(number):
    long = "an extraordinarily long name of a session " * 5
    kinds = [("active", "permission"), ("error", "error"), ("waiting", None), ("active", None)]
    open = [session(f"{it}", *kind, title=long) for it in range(number) for kind in kinds]

    text = digest(open, (), since=0.0).text

    assert 0 < len(text.split()) <= LONGEST
    assert text.startswith(f"{number} need" if number else "Nothing needs you.")


def test_a_session_is_called_by_its_name_its_first_words_or_at_all():
    named = [session("a", name="cart"), session("b", title="")]

    assert digest(named, (), since=0.0).text == (
        "Nothing needs you. 2 are done: cart, a session without a name."
    )
