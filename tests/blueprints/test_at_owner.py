"""Which views answer where a session is: each that is asked of one says it, or is known here."""

import pytest

from janus.errors import InvalidRequest
from janus.model import Asked

#: Of another machine's session these are answered by what a doorway has of it.
KNOWN_HERE = {
    "chat.chat", "chat.state", "chat.image", "chat.interrupt", "chat.system", "chat.send_queue",
    "chat.withdraw", "chat.options", "chat.stream", "session.ask", "session.heartbeat",
    "session.end", "session.resume", "session.rename", "session.show", "session.start",
    "continuing.carry_on", "archive.messages", "archive.transcript", "permission.permission",
    "attachments.upload", "attachments.remove",
}  # fmt: skip
#: These are asked on the machine itself only: to delete for good, to hear what to allow by voice,
#: to recall as its agents do.
THERE_ONLY = {"archive.delete", "permission.read", "voice.transcribe", "recall.read"}


def views(app):
    """The views that are asked of a session, and by which methods."""
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        declared = getattr(view, "declared", None)
        given = (declared.query, declared.body) if declared else ()
        if any(kind and "session_id" in kind.__struct_fields__ for kind in given):
            yield rule.endpoint, rule.methods - {"HEAD", "OPTIONS"}, declared


def test_every_view_of_a_session_says_where_it_answers(app):
    found = {name: declared.at_owner for name, _, declared in views(app)}

    here = {name for name, kind in found.items() if kind is None}
    assert here == KNOWN_HERE | THERE_ONLY


def test_only_what_changes_nothing_is_asked_as_such(app):
    """A machine that may ``read`` is answered by these."""
    for name, methods, declared in views(app):
        if declared.at_owner:
            assert (declared.at_owner == "read") == (methods == {"GET"}), name


def test_nobody_takes_another_session_than_the_command_names(app, client):
    inside = app.extensions["janus"].elsewhere._here.view
    given = Asked("read", "one", "work.changes", "session_id=two")

    with pytest.raises(InvalidRequest, match="another session"):
        inside(given)
    for name in ("archive.delete", "auth.devices", "nothing.there", "projects.remove"):
        with pytest.raises(InvalidRequest, match="cannot be asked"):
            inside(Asked("do", "one", name, "session_id=one"))
    with pytest.raises(InvalidRequest, match="cannot be asked"):
        inside(Asked("read", "one", "work.undo", "", '{"session_id": "one", "turn_id": "t"}'))
