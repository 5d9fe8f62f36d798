"""Sessions of the last time whose logs are long: the port does not wait for them."""

import threading
from contextlib import suppress
from pathlib import Path

from conftest import wait_for

from janus.sessions import waking
from janus.storage.log_file import LogFile


def test_a_session_rests_until_its_log_is_read_and_is_in_the_list(
    settings, make_manager, monkeypatch
):
    before = make_manager(settings)
    before.prepare()
    info = before.create("long", isolated=False)
    ended = before.create("over", isolated=False)
    before.ask(info.session_id, "Where is ShoppingCart defined?", "m1")
    before.end(ended.session_id)
    before.stop()
    monkeypatch.setattr(waking, "_AT_ONCE", waking._EACH)  # room for one of no size
    gate, lines = threading.Event(), LogFile.lines

    def slow(self):
        gate.wait()
        return lines(self)

    monkeypatch.setattr(LogFile, "lines", slow)
    after = make_manager(settings)
    after.prepare()  # and the port answers

    try:
        assert [(it.session_id, it.name) for it in after.all()] == [(info.session_id, "long")]
    finally:
        gate.set()
    # Whoever needs it has it: by its id, or by a message that began it.
    assert after.say(None, "again", "m1").session_id == info.session_id
    assert len(after.conversation(info.session_id)) == 2
    wait_for(lambda: after.all()[0].message_count == 2)
    wait_for(lambda: not open_logs())  # it rests


def open_logs():
    """The logs that this process has open."""
    found = []
    for held in Path("/proc/self/fd").iterdir():
        with suppress(OSError):  # that of this listing
            found.append(held.readlink())
    return [it for it in found if it.suffix == ".jsonl"]
