"""A log that goes on with what was said elsewhere: it names what did not come along."""

import pytest

from janus.conversation.carried import carried, said_in
from janus.conversation.event_log import EventLog
from janus.conversation.record import Record
from janus.model.events import Attachment, Remark, ToolCall, TurnFailed, UserMessage
from janus.storage.store import Store


@pytest.fixture
def log(tmp_path):
    store = Store(tmp_path)
    store.prepare()
    log = EventLog(store.open_log("there"))
    yield log
    log.close()


def test_files_and_pictures_are_named_where_they_are_not(log):
    files = tuple(Attachment(it, f"{it}.png", 3, "image/png") for it in ("plan", "house"))
    log.append(UserMessage("t", "Build it", "m", attachments=files))
    log.append(ToolCall("c", "draw", "other", "Draw", "completed", "done", "t", ("i", "j")))
    log.append(UserMessage("u", "And then?"))
    said, whole = said_in(log)

    lines = carried(said, "laptop", 9e9, Remark("a", "first"), [Remark("z", "last")])

    _, asked, drawn, then, *ends = [Record.from_line(it).event for it in lines]
    assert whole and asked.content == "Build it\n\n(Not here, but on laptop: plan.png, house.png)"
    assert drawn.output == "done\n\n(Not here, but on laptop: a picture, a picture)"
    assert (asked.attachments, drawn.images, then.content) == ((), (), "And then?")
    assert [type(it) for it in ends] == [TurnFailed, TurnFailed, Remark]  # nothing runs again
