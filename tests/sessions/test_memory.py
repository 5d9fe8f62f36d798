"""What sessions leave for new ones, from the first turn to the two hundredth session."""

import errno
import json
from pathlib import Path

import pytest
from conftest import state_of, wait_for

from janus.conversation.quoting import END
from janus.errors import NotFound
from janus.memory.context import LONGEST
from janus.memory.lines import MOST, NAME
from janus.storage.store import Store


@pytest.fixture
def heard(cursor, tmp_path):
    """The prompts that the agent got, each whole."""
    cursor.environ["CURSOR_FAKE_LOG"] = str(tmp_path / "heard")

    def heard():
        lines = (tmp_path / "heard").read_text().splitlines()
        return [json.loads(line)["prompt"] for line in lines]

    return heard


@pytest.fixture
def start(make_manager, cursor):
    def start(settings=cursor):
        manager = make_manager(settings)
        manager.prepare()
        return manager

    return start


@pytest.fixture
def janus(start):
    return start()


def said_and_ended(janus, words, **more):
    id = janus.create(**more).session_id
    janus.ask(id, words)
    janus.end(id, summary=False)
    return id


def lines(janus):
    return {line.session_id: line for line in janus.memory.lines()}


def text_of(janus, id):
    return janus.memory.given(id).text


def test_a_new_session_is_told_what_the_last_one_left(janus):
    first = said_and_ended(janus, "say hello")

    id = janus.create().session_id
    janus.ask(id, "say again")

    assert f"done: {lines(janus)[first].title}" in text_of(janus, id)
    given = janus.state(id).now.context
    assert given.bytes == len(text_of(janus, id).encode())
    assert "1 past session" in given.sources


def test_only_the_first_prompt_carries_it_and_the_words_stand_apart(heard, janus):
    said_and_ended(janus, "say hello")
    id = janus.create().session_id

    janus.ask(id, "say one")
    janus.ask(id, "say two")

    assert heard() == ["say hello", f"{text_of(janus, id)}\n\nsay one", "say two"]

    [user, *_] = janus.conversation(id)
    assert user.content == "say one"
    events = [*janus._opener.look(id).log.all()]
    assert [type(it.event).__name__ for it in events].count("ContextGiven") == 1


def test_the_first_session_is_told_what_the_owner_wrote(janus, workspace):
    (workspace / ".janus").mkdir(exist_ok=True)
    (workspace / ".janus" / "system-prompt.md").write_text("Answer in German.\n")
    id = janus.create().session_id

    janus.ask(id, "say hello")

    assert "Answer in German." in text_of(janus, id)


def test_nothing_is_told_where_there_is_nothing(janus):
    id = janus.create().session_id

    janus.ask(id, "say hello")

    assert janus.state(id).now.context is None
    with pytest.raises(NotFound):
        janus.memory.given(id)


def test_one_that_begins_by_voice_is_told_so(janus):
    janus.say("spoken", "say hello", voice=True)
    wait_for(lambda: not janus.state("spoken").now.unanswered)
    janus.say("typed", "say hello")
    wait_for(lambda: not janus.state("typed").now.unanswered)

    assert "cannot see code" in text_of(janus, "spoken")
    assert "cannot see code" not in text_of(janus, "typed")


def test_a_command_of_the_agent_goes_alone(heard, janus):
    said_and_ended(janus, "say hello")
    id = janus.create().session_id

    janus.ask(id, "/compact now")

    assert heard()[1:] == ["/compact now"]


def test_what_failed_is_told_again_until_it_was_heard(janus):
    said_and_ended(janus, "say hello")
    id = janus.create().session_id
    janus.say(id, "die")
    wait_for(lambda: janus.state(id).now.error)
    before = text_of(janus, id)

    assert janus._opener.look(id).log.snapshot.answered is False
    janus.ask(id, "say hello")

    assert text_of(janus, id) == before
    assert janus.state(id).now.answered


def test_a_line_is_written_after_every_turn_so_that_a_crash_costs_one(janus, cursor, start):
    id = janus.create("fix-login", isolated=False).session_id
    janus.ask(id, "say hello")

    store = Store(state_of(cursor))
    wait_for(lambda: b'"done"' in (store.read(NAME) or b""))
    [line] = json.loads(store.read(NAME))["lines"]
    assert (line["session_id"], line["title"]) == (id, "fix-login")


def test_what_ended_under_an_earlier_version_has_a_line_too(start, cursor):
    janus = start()
    id = said_and_ended(janus, "say hello")
    janus.stop()
    Store(state_of(cursor)).remove(NAME)

    assert lines(start())[id].outcome == "ended"


def test_a_struck_line_stays_struck_over_later_turns_and_a_restart(start):
    janus = start()
    id = said_and_ended(janus, "say a secret plan")

    janus.memory.strike(id)
    janus.ask(id, "say more") if janus.resume(id) else None
    janus.stop()
    janus = start()
    other = janus.create().session_id
    janus.ask(other, "say hello")

    assert id not in lines(janus)
    assert janus.state(other).now.context is None


@pytest.mark.slow
def test_deleted_is_deleted_from_memory_to_the_byte(start, cursor):
    janus = start()
    first = said_and_ended(janus, "say a plan about zanzibar")
    second = said_and_ended(janus, "say hello")
    assert "zanzibar" in text_of(janus, second)

    janus.delete(first)

    with pytest.raises(NotFound):
        text_of(janus, second)
    janus.stop()
    everything = b"".join(
        file.read_bytes() for file in Path(state_of(cursor)).rglob("*") if file.is_file()
    )
    assert b"zanzibar" not in everything
    third = said_and_ended(start(), "say hello")
    assert third != first


def test_a_kill_in_the_middle_of_a_deletion_is_made_up_for(start, cursor, monkeypatch):
    janus = start()
    first = said_and_ended(janus, "say a plan about zanzibar")
    second = said_and_ended(janus, "say hello")

    def killed(id):
        raise KeyboardInterrupt

    monkeypatch.setattr(janus.memory._lines, "forget", killed)
    with pytest.raises(KeyboardInterrupt):
        janus.delete(first)
    janus.stop()

    again = start()
    assert first not in lines(again)
    with pytest.raises(NotFound):
        text_of(again, second)


def test_nothing_of_it_enters_a_title_a_preview_a_summary_or_the_search(janus, workspace):
    (workspace / ".janus").mkdir(exist_ok=True)
    (workspace / ".janus" / "active-context.md").write_text("The word is zanzibar.\n")
    said_and_ended(janus, "say hello")
    id = said_and_ended(janus, "say goodbye")

    assert "zanzibar" in text_of(janus, id)
    [info] = [it for it in janus.ended(50, None).sessions if it.session_id == id]
    assert info.title == "say goodbye"
    for told in (info.title, info.preview, info.summary, str(lines(janus)[id])):
        assert "zanzibar" not in told and "context" not in told
    assert all("zanzibar" not in it.content for it in janus.transcript(id)[1])
    janus.create(session_id="third", isolated=False)
    janus.ask("third", "say more")
    janus.end("third")
    [kept] = (workspace / ".janus" / "conversation-summaries").iterdir()
    assert "say more" in kept.read_text() and "zanzibar" not in kept.read_text()


@pytest.mark.slow
def test_two_hundred_sessions_later_the_first_prompt_has_the_same_size(janus):
    sizes = []
    for number in range(200):
        id = f"session-{number}"
        janus.create(session_id=id, isolated=False)
        session = janus._opener.look(id)
        _live(session, number)
        if number % 50 == 49:
            new = janus.create(session_id=f"new-{number}").session_id
            turn = _Turn()
            sizes.append(len(janus.memory.ahead_of(janus._opener.look(new), turn).encode()))
            janus.end(new, summary=False)
        janus.end(id, summary=False)

    assert max(sizes) <= LONGEST + 2
    assert max(sizes) - min(sizes) < 200
    assert len(janus.memory.lines()) == MOST


class _Turn:
    prompt, voice = "hello", False


def _live(session, number):
    """A turn whose agent repeats all that it was told."""
    from janus.model import events

    text = session.runner.context(_Turn())
    turn = f"t{number}"
    session.log.append(events.UserMessage(turn, f"Mend number {number} " + "of many " * 20))
    session.log.append(events.TurnStarted(turn))
    session.log.append(events.TurnFinished(turn, f"{text}Done.", "end_turn"))
    assert text.count(END) <= 1
    assert session.info.preview == "Done." and "context" not in session.info.title


def test_a_full_disk_costs_no_turn_and_is_made_up_for(janus, cursor, monkeypatch):
    said_and_ended(janus, "say hello")
    id = janus.create().session_id
    real = Store.replace

    def full(self, name, data):
        if name.startswith(("contexts", NAME)):
            self.note(self.folder / name, OSError(errno.ENOSPC, "No space left on device"))
            return False
        return real(self, name, data)

    with monkeypatch.context() as patch:
        patch.setattr(Store, "replace", full)
        janus.ask(id, "say hello")
        assert text_of(janus, id)
        wait_for(lambda: janus._file._store.problem)

    assert janus._saver.save()
    assert janus._file._store.problem is None
    kept = Store(state_of(cursor))
    assert kept.names("contexts") == [f"{id}.json"] and id.encode() in kept.read(NAME)
