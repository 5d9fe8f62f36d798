"""What each session left, in a line: kept, bounded, struck for good, forgotten to the byte."""

import pytest
from msgspec.structs import replace

from janus.conversation.snapshot import Snapshot, Waiting
from janus.errors import NotFound, StorageFailed
from janus.memory.kept import Kept, KeptContexts
from janus.memory.lines import MOST, NAME, Line, MemoryLines, line_of
from janus.model import SessionInfo
from janus.model.events import PlanEntry
from janus.storage.store import Store

AT = 1_800_000_000.0


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "state")


@pytest.fixture
def lines(store):
    return MemoryLines(store)


def again(store):
    lines = MemoryLines(store)
    lines.load()
    return lines


def info(**more):
    return replace(SessionInfo("s1", None, "waiting", "demo", AT, AT, title="Mend it"), **more)


def plan(*statuses):
    return tuple(PlanEntry(f"Step {number}", it, "") for number, it in enumerate(statuses))


@pytest.mark.parametrize(
    ("now", "outcome", "left"),
    [
        (Snapshot(stop_reason="end_turn"), "done", ()),
        (Snapshot(stop_reason="end_turn", plan=plan("completed")), "done", ()),
        (
            Snapshot(stop_reason="end_turn", plan=plan("completed", "pending", "in_progress")),
            "unfinished",
            ("Step 1", "Step 2"),
        ),
        (Snapshot(stop_reason="cancelled"), "stopped", ()),
        (Snapshot(stop_reason="failed"), "failed", ()),
        (Snapshot(stop_reason="max_tokens"), "cut off", ()),
        (Snapshot(turn="t1", stop_reason="end_turn"), "open", ()),
        (Snapshot(waiting=(Waiting("t1", "m1", "And then?", AT),)), "open", ("And then?",)),
        (None, "ended", ()),
    ],
)
def test_a_line_says_how_it_ended_and_what_is_left(now, outcome, left):
    found = line_of(info(), now)

    assert (found.outcome, found.open_ends, found.title) == (outcome, left, "Mend it")


def test_a_session_in_which_nothing_was_said_has_no_line():
    assert line_of(info(title="", name="fix-login"), Snapshot()) is None
    assert line_of(info(name="fix-login"), Snapshot()).title == "fix-login"


def test_the_newest_hundred_are_kept_and_found_again(lines, store):
    for number in range(250):
        lines.note(Line(f"s{number}", AT + number, "Title"))

    assert lines.save()
    found = [line.session_id for line in again(store).all()]
    assert found == [f"s{number}" for number in reversed(range(150, 250))]
    assert len(found) == MOST


def test_what_has_not_changed_is_not_written(lines, store):
    lines.note(Line("s1", AT, "Title"))
    lines.save()
    store.remove(NAME)

    lines.note(Line("s1", AT, "Title"))

    assert lines.save()
    assert store.read(NAME) is None


def test_a_struck_line_stays_struck(lines, store):
    lines.note(Line("s1", AT, "A secret plan"))
    lines.save()

    lines.strike("s1")
    lines.note(Line("s1", AT + 1, "A secret plan"))

    for found in (lines, again(store)):
        assert found.all() == [] and found.is_struck("s1")
    assert b"secret" not in store.read(NAME)
    with pytest.raises(NotFound):
        lines.strike("s1")


def test_a_line_that_cannot_be_struck_on_the_disk_is_not_struck(lines, store, monkeypatch):
    lines.note(Line("s1", AT, "Title"))
    monkeypatch.setattr(store, "replace", lambda name, data: False)

    with pytest.raises(StorageFailed):
        lines.strike("s1")
    monkeypatch.undo()

    assert lines.has("s1") and not lines.is_struck("s1")
    assert lines.save() and again(store).has("s1")


def test_what_is_forgotten_does_not_come_back(lines, store):
    for id in ("s1", "s2", "s3"):
        lines.note(Line(id, AT, f"About {id}"))
    lines.strike("s2")

    lines.forget("s1")
    lines.forget("s2")
    lines.note(Line("s1", AT + 1, "About s1"))

    assert lines.save()
    assert [line.session_id for line in again(store).all()] == ["s3"]
    assert b"s1" not in store.read(NAME) and b"s2" not in store.read(NAME)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b'{"lines": 7}',
        b'{"lines": [{"session_id": "s1", "at": 1e300, "title": "x"}]}',
        b'{"lines": [{"session_id": "../s1", "at": 1, "title": "x"}], "struck": ["/"]}',
        b"[" * 100_000,
        b"\xff\xfe",
    ],
)
def test_a_damaged_file_costs_no_more_than_itself(store, data):
    store.replace(NAME, data)

    lines = again(store)

    assert lines.all() == []
    lines.note(Line("s1", AT, "Title"))
    assert lines.save() and again(store).has("s1")


def test_a_context_goes_with_its_session_and_with_each_it_tells_of(store):
    kept = KeptContexts(store)
    for id, sessions in {"a": (), "b": ("a", "x"), "c": ("x",), "d": ("aa",)}.items():
        kept.put(id, Kept(AT, f"text of {id}", (), sessions))
    (store.folder / "contexts" / "e.json").write_bytes(b"damaged")

    kept.forget("a")

    assert store.names("contexts") == ["c.json", "d.json"]
    assert kept.get("b") is None and kept.get("c").text == "text of c"


def test_a_context_that_the_disk_does_not_take_is_there_all_the_same(store, monkeypatch):
    kept = KeptContexts(store)
    with monkeypatch.context() as full:
        full.setattr(store, "replace", lambda name, data: False)
        kept.put("a", Kept(AT, "text", ()))
        assert kept.get("a").text == "text"
        kept.put("b", Kept(AT, "text", (), ("x",)))
        kept.forget("x")

    kept.save()

    assert store.names("contexts") == ["a.json"]
    assert KeptContexts(store).get("a").text == "text"
