"""The stores of the agents themselves: read as they are, and left as they are."""

import os
import shutil
import sqlite3

import pytest
from kit.stored import (
    BEGAN,
    claude_begins,
    claude_file,
    codex_begins,
    conversation,
    cursor_begins,
    cursor_chat,
    everything,
    write_lines,
)

from janus.agents.stores.claude import ClaudeStore
from janus.agents.stores.codex import CodexStore
from janus.agents.stores.cursor import CursorStore
from janus.agents.stores.history import as_events
from janus.agents.stores.stored import Unreadable
from janus.model.events import TurnFinished, UserMessage

ID, OTHER = conversation(1), conversation(2)
TURNS = ("list the files", "There is a.txt."), ("and now?", "Still a.txt.")


class Kept:
    """A store, what begins a conversation in it, and where it is."""

    def __init__(self, store, name, begin, variable):
        self.store, self.name, self.variable = store, name, variable
        self._begin = begin
        self.open = []

    def begins(self, root, folder, id, *turns, **more):
        self.open.append(self._begin(root, folder, id, *turns, **more))
        return self.open[-1]


@pytest.fixture(params=["claude", "codex", "cursor"])
def kept(request):
    kinds = {
        "claude": (ClaudeStore(), ".claude", claude_begins, "CLAUDE_CONFIG_DIR"),
        "codex": (CodexStore(), ".codex", codex_begins, "CODEX_HOME"),
        "cursor": (CursorStore(), ".cursor", cursor_begins, "CURSOR_CONFIG_DIR"),
    }
    kept = Kept(*kinds[request.param])
    yield kept
    for one in kept.open:
        if isinstance(one, sqlite3.Connection):
            one.close()


@pytest.fixture
def environ(home):
    return {"HOME": str(home)}


def said(store, one):
    """What was said in a conversation: by the user, and in answer."""
    told = [event for _, event in as_events(store.updates(one))]
    asked = [event.content for event in told if isinstance(event, UserMessage)]
    return asked, [event.content for event in told if isinstance(event, TurnFinished)]


def test_a_conversation_is_listed_with_its_first_words(kept, home, workspace, environ):
    kept.begins(home / kept.name, workspace, ID, *TURNS)

    found = kept.store.list(environ, workspace)

    [one] = found.conversations
    assert (one.id, one.title, found.problems) == (ID, "list the files", ())


def test_what_was_said_is_read_with_its_steps(kept, home, workspace, environ):
    kept.begins(home / kept.name, workspace, ID, *TURNS)
    [one] = kept.store.list(environ, workspace).conversations

    asked, answered = said(kept.store, one)

    assert asked == ["list the files", "and now?"]
    assert [it.rpartition("\n")[2] for it in answered] == ["There is a.txt.", "Still a.txt."]
    calls = [e for _, e in as_events(kept.store.updates(one)) if type(e).__name__ == "ToolCall"]
    assert [(it.title, it.kind, it.output) for it in calls if it.status == "completed"] == [
        ("ls", "execute", "a.txt"),
        ("ls", "execute", "a.txt"),
    ]


def test_looking_changes_nothing(kept, home, workspace, environ):
    kept.begins(home / kept.name, workspace, ID, *TURNS)
    for path in (home / kept.name).rglob("*"):
        os.utime(path, (BEGAN, BEGAN))  # so that every access would be seen
    before = everything(home / kept.name)

    [one] = kept.store.list(environ, workspace).conversations
    said(kept.store, one)

    assert everything(home / kept.name) == before


def test_the_store_is_where_the_agents_environment_says(kept, tmp_path, workspace, environ):
    kept.begins(tmp_path / "elsewhere", workspace, ID, *TURNS)
    there = {**environ, kept.variable: str(tmp_path / "elsewhere")}

    assert not kept.store.is_there(environ)
    assert kept.store.is_there(there)
    assert [one.id for one in kept.store.list(there, workspace).conversations] == [ID]


def test_conversations_of_other_folders_are_not_listed(kept, home, workspace, environ, tmp_path):
    kept.begins(home / kept.name, workspace / "below", ID, *TURNS)
    kept.begins(home / kept.name, tmp_path, OTHER, *TURNS)

    assert kept.store.list(environ, workspace).conversations == ()


def test_one_in_which_nothing_was_said_is_not_listed(kept, home, workspace, environ):
    kept.begins(home / kept.name, workspace, ID)

    found = kept.store.list(environ, workspace)

    assert (found.conversations, found.problems) == ((), ())


def test_an_unknown_format_is_told_and_hides_no_other(kept, home, workspace, environ):
    kept.begins(home / kept.name, workspace, ID, *TURNS)
    made = kept.begins(home / kept.name, workspace, OTHER, *TURNS)
    if isinstance(made, sqlite3.Connection):
        made.close()
        path = cursor_chat(home / kept.name, workspace, OTHER) / "store.db"
    else:
        path = made
    path.write_bytes(b"\x89PNG\r\n" * 100)

    found = kept.store.list(environ, workspace)

    assert [one.id for one in found.conversations] == [ID]
    assert len(found.problems) == 1 and "format" in found.problems[0]


def test_links_out_of_the_store_are_not_followed(kept, home, workspace, environ, tmp_path):
    made = kept.begins(tmp_path / "private", workspace, ID, *TURNS)
    kept.begins(home / kept.name, workspace, OTHER, *TURNS)
    if isinstance(made, sqlite3.Connection):
        other = cursor_chat(home / kept.name, workspace, OTHER)
        (other.parent / ID).symlink_to(cursor_chat(tmp_path / "private", workspace, ID))
    else:
        there = home / kept.name / made.relative_to(tmp_path / "private")
        there.symlink_to(made)

    assert [it.id for it in kept.store.list(environ, workspace).conversations] == [OTHER]


def test_a_store_that_its_owner_linked_to_is_read(kept, home, workspace, environ, tmp_path):
    kept.begins(tmp_path / "dotfiles", workspace, ID, *TURNS)
    (home / kept.name).symlink_to(tmp_path / "dotfiles")

    assert [one.id for one in kept.store.list(environ, workspace).conversations] == [ID]


def test_an_id_that_would_be_an_option_is_none(kept, home, workspace, environ):
    kept.begins(home / kept.name, workspace, "--force", *TURNS)

    assert kept.store.list(environ, workspace).conversations == ()


def test_one_that_vanished_meanwhile_cannot_be_read(kept, home, workspace, environ):
    kept.begins(home / kept.name, workspace, ID, *TURNS)
    [one] = kept.store.list(environ, workspace).conversations
    shutil.rmtree(home / kept.name)

    with pytest.raises(Unreadable):
        said(kept.store, one)


def test_claude_sidechains_commands_and_summaries_are_no_words_of_the_user(
    home, workspace, environ
):
    root = home / ".claude"
    claude_begins(root, workspace, ID, *TURNS, isSidechain=True)
    claude_begins(root, workspace, "agent-12ab", *TURNS)
    path = claude_begins(root, workspace, OTHER, ("<command-name>/init</command-name>", "ok"))
    more = {"cwd": str(workspace), "type": "user", "timestamp": "2026-09-21T14:00:00Z"}
    with path.open("a") as file:
        compact = {**more, "isCompactSummary": True, "message": {"content": "So far: …"}}
        file.write(f"{compact}\n{{broken\n".replace("'", '"').replace("True", "true"))
    write_lines(path.with_name("other.jsonl"), [{**more, "message": {"content": "hello\x1b[31m"}}])

    titles = {one.id: one.title for one in ClaudeStore().list(environ, workspace).conversations}

    assert titles == {OTHER: "", "other": "hello"}


def test_paths_that_claude_gives_the_same_name_are_told_apart(home, tmp_path, environ):
    one, other = tmp_path / "a-b" / "c", tmp_path / "a" / "b-c"
    claude_begins(home / ".claude", one, ID, *TURNS)
    assert claude_file(home, one, ID) == claude_file(home, other, ID)

    assert ClaudeStore().list(environ, other).conversations == ()
    assert len(ClaudeStore().list(environ, one).conversations) == 1


def test_claude_says_which_process_is_at_which_conversation(home, workspace, environ):
    claude_begins(home / ".claude", workspace, ID, *TURNS)
    sessions = home / ".claude" / "sessions"
    write_lines(sessions / "12.json", [{"pid": 12, "sessionId": ID}])
    write_lines(sessions / "13.json", [{"pid": 13, "sessionId": OTHER}])
    write_lines(sessions / "14.json", [{"pid": "x"}])

    [one] = ClaudeStore().list(environ, workspace).conversations

    assert (one.drivers, one.strangers) == ({12}, {13})


@pytest.mark.parametrize("source", [{"subagent": "review"}, {"subagent": {"other": "x"}}])
def test_codex_subagents_are_not_listed(home, workspace, environ, source):
    codex_begins(home / ".codex", workspace, ID, *TURNS, source=source)

    assert CodexStore().list(environ, workspace).conversations == ()


def test_codex_without_events_for_the_screen_is_read_from_what_the_model_was_told(
    home, workspace, environ
):
    codex_begins(home / ".codex", workspace, ID, *TURNS, screen=False)
    [one] = CodexStore().list(environ, workspace).conversations

    asked, answered = said(CodexStore(), one)

    assert (one.title, asked) == ("list the files", ["list the files", "and now?"])
    assert answered == ["There is a.txt.", "Still a.txt."]
    assert one.updated_at == BEGAN + 10


def test_cursor_chats_say_more_of_themselves_in_a_file_beside(home, workspace, environ):
    root = home / ".cursor"
    chat = root / "acp-sessions"
    here = {"cwd": str(workspace), "updatedAtMs": 1_790_000_000_500}
    told = {
        "sub": {**here, "isSubagent": True},
        "empty": {**here, "hasConversation": False},
        "held": {**here, "title": "Held by an editor"},
        "away": {"cwd": "/elsewhere"},
        "silent": {},
    }
    made = [
        cursor_begins(root, workspace, id, *TURNS, chat=chat / id, meta=meta)
        for id, meta in told.items()
    ]

    [one] = CursorStore().list(environ, workspace).conversations

    assert (one.id, one.protocol, one.title) == ("held", "acp", "Held by an editor")
    assert one.updated_at == 1_790_000_000.5
    for database in made:
        database.close()


@pytest.mark.parametrize("root", [b"\x0a\x20" + b"\x01" * 3, b"\xff" * 40, b"\x4a\x03abc"])
def test_a_cursor_root_of_another_kind_is_told(home, workspace, environ, root):
    database = cursor_begins(home / ".cursor", workspace, ID, *TURNS)
    database.execute("UPDATE blobs SET data = ? WHERE hex(data) LIKE '0A20%'", (root,))
    database.commit()

    found = CursorStore().list(environ, workspace)
    database.close()

    assert found.conversations == () and len(found.problems) == 1


@pytest.mark.parametrize(
    "lines",
    [
        [{"type": "user", "text": "hello", "cwd": "{folder}"}],
        [{"kind": 1, "message": {"role": "user", "content": "hello"}}],
    ],
)
def test_claude_lines_of_another_kind_are_told(home, workspace, environ, lines):
    path = claude_begins(home / ".claude", workspace, ID, *TURNS)
    lines = [{**line, "cwd": str(workspace)} for line in lines]
    write_lines(path, lines)

    found = ClaudeStore().list(environ, workspace)

    assert (found.conversations, len(found.problems)) == ((), 1)


def test_a_layout_that_is_not_known_is_told(home, workspace, environ):
    folder = claude_file(home / ".claude", workspace, ID).parent
    folder.mkdir(parents=True)
    (folder / "conversations.db").write_text("?")
    (home / ".codex" / "sessions" / "cli").mkdir(parents=True)
    (chat := cursor_chat(home / ".cursor", workspace, ID)).mkdir(parents=True)
    (chat / "store.new").write_text("?")

    for store in (ClaudeStore(), CodexStore(), CursorStore()):
        assert len(store.list(environ, workspace).problems) == 1


def test_first_words_that_are_long_are_found_all_the_same(home, workspace, environ):
    long = "word " * 200_000
    claude_begins(home / ".claude", workspace, ID, (long, "ok"))
    codex_begins(home / ".codex", workspace, ID, (long, "ok"))

    for store in (ClaudeStore(), CodexStore()):
        [one] = store.list(environ, workspace).conversations
        assert one.title.startswith("word word") and len(one.title) == 120
        assert len(said(store, one)[0][0]) == len(long)
