"""Sessions that have said something, and the history that searches them."""

import pytest
from conftest import wait_for

from janus.conversation.event_log import EventLog
from janus.memory.history import History, feeder
from janus.model.events import SessionDescribed, TurnFinished, TurnStarted, UserMessage
from janus.storage import database
from janus.storage.store import Store


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "state")


@pytest.fixture
def open_history(store, monkeypatch):
    """Opens the history as a server would; all are stopped at the end."""
    monkeypatch.setattr(feeder, "_RETRY", 0.01)
    monkeypatch.setattr(database, "_PATIENCE", 0.05)
    made = []

    def open_history():
        made.append(History(store))
        return made[-1]

    yield open_history
    for history in made:
        history.stop()


@pytest.fixture
def history(open_history):
    return open_history()


def say(store, id, *happened):
    """What happened in a session, on the disk."""
    log = EventLog(store.open_log(id))
    for event in happened:
        log.append(event)
    log.close()
    return log


def turn(id, asked, answered="", message=None):
    """A turn from its question to its answer."""
    yield UserMessage(id, asked, message)
    yield TurnStarted(id)
    yield TurnFinished(id, answered, "end_turn")


def named(name):
    return SessionDescribed(name, "demo", None, None, "2027-01-15T08:00:00.250Z")


def whole(history):
    """The same, when all that was said is in it."""
    wait_for(lambda: history.pending == 0)
    assert history.problem is None
    return history


def found(history, text, limit=20):
    return whole(history).search(text, limit).hits


def marked(hit):
    return [hit.snippet[start:end] for start, end in hit.marks]


def remains(store):
    """All bytes of the index."""
    return b"".join(path.read_bytes() for path in store.folder.glob("history.db*"))
