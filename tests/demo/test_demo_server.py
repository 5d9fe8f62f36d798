"""The demo agent over the Agent Client Protocol: what it says, asks, writes and leaves alone."""

import os

import pytest
from conftest import wait_for
from talking import Client


@pytest.fixture
def workspace(tmp_path, home):
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / "duck.py").write_text('class Duck:\n    """A bird."""\n')
    return folder


@pytest.fixture
def client(workspace):
    return Client(workspace)


@pytest.fixture
def session(client):
    return client.open()["sessionId"]


def test_it_greets_and_answers_word_by_word(client, session):
    said = client.ask(session, "where is Duck?")
    started, found = client.calls()

    assert client.hello["protocolVersion"] == 1
    abilities = {"loadSession": True, "sessionCapabilities": {"resume": {}}}
    assert client.hello["agentCapabilities"] == abilities
    assert said.startswith("`Duck` is a class in `duck.py`, line 1.")
    pieces = [one for one in client.updates if one["sessionUpdate"] == "agent_message_chunk"]
    assert len(pieces) == len(said.split()) and len({one["messageId"] for one in pieces}) == 1
    assert (started["kind"], started["title"]) == ("search", "Search for Duck")
    text = {"type": "text", "text": "duck.py"}
    assert found["content"] == [{"type": "content", "content": text}]
    client.ask(session, "what is in duck.py?")
    reading, read = client.calls()
    assert (reading["kind"], reading["title"]) == ("read", "Read duck.py")
    assert reading["locations"] == [{"path": str(client.workspace / "duck.py")}]
    assert (read["toolCallId"], read["status"]) == (reading["toolCallId"], "completed")


def test_several_questions_make_a_plan(client, session):
    said = client.ask(session, "Where is Duck defined? Who uses it?")

    plans = [one["entries"] for one in client.updates if one["sessionUpdate"] == "plan"]
    assert [entry["content"] for entry in plans[0]] == ["Where is Duck defined?", "Who uses it?"]
    assert [[entry["status"] for entry in plan] for plan in plans] == [
        ["in_progress", "pending"], ["completed", "in_progress"], ["completed", "completed"],
    ]  # fmt: skip
    assert said.count("`Duck` is a class in `duck.py`") == 2
    client.ask(session, "Who uses it?")
    assert not [one for one in client.updates if one["sessionUpdate"] == "plan"]


def test_it_asks_which_if_the_client_can_show_a_form(workspace):
    client = Client(workspace, forms=True)
    session = client.open()["sessionId"]
    client.form = {"action": "accept", "content": {"answer": "Where are the tests?"}}
    said = client.ask(session, "Ask me something")
    (asked,) = client.asked
    choices = asked["params"]["requestedSchema"]["properties"]["answer"]["oneOf"]
    assert (asked["params"]["mode"], len(choices)) == ("form", 3)
    assert said.startswith("Where are the tests?\n\n")

    for none in ({"action": "decline"}, {"action": "accept", "content": {"answer": "?"}}, None, 7):
        client.form = none or {"action": "cancel"}
        assert client.ask(session, "ask me").startswith("Name a file")
    assert len(client.asked) == 5


def test_a_client_that_shows_no_forms_is_not_asked(client, session):
    assert client.ask(session, "ask me something").startswith("Name a file")
    assert client.asked == []


def test_a_file_is_written_if_the_user_allows_it(client, session):
    file = client.workspace / "notes.txt"
    assert client.ask(session, "write notes.txt: milk") == "I wrote 1 line to `notes.txt`."
    file.chmod(0o666)
    assert client.ask(session, "write notes.txt: milk\negg") == "I wrote 2 lines to `notes.txt`."
    call, completed = client.calls()
    client.option = "reject_once"
    assert "You did not allow it" in client.ask(session, "write notes.txt: nothing")

    assert (completed["status"], client.calls()[-1]["status"]) == ("completed", "failed")
    assert file.read_text() == "milk\negg\n" and file.stat().st_mode & 0o777 == 0o666
    diff = {"type": "diff", "path": str(file), "oldText": "milk\n", "newText": "milk\negg\n"}
    assert (call["kind"], call["title"], call["content"]) == ("edit", "Write notes.txt", [diff])
    asked = client.asked[1]["params"]
    assert asked["toolCall"].items() <= call.items()
    kinds = [option["kind"] for option in asked["options"]]
    assert kinds == ["allow_once", "allow_always", "reject_once"]
    assert {path.name for path in client.workspace.iterdir()} == {"duck.py", "notes.txt"}


def test_always_is_for_one_session(client, session):
    client.option = "allow_always"
    client.ask(session, "write notes.txt: milk")
    client.ask(session, "where is Duck?")
    assert client.ask(session, "write to new/a.md: eggs") == "I wrote 1 line to `new/a.md`."
    assert len(client.asked) == 1
    client.ask(client.open()["sessionId"], "write notes.txt: bread")
    assert len(client.asked) == 2


def test_what_changed_since_the_question_is_kept(client, session):
    client.option = None
    client.prompt(session, "write duck.py: milk")
    wait_for(lambda: client.asked)
    (client.workspace / "duck.py").write_text("mine\n")
    client.choose(client.asked[0]["id"], "allow_once")
    client.answer()

    assert "it has changed since I asked you" in client.heard("agent_message_chunk")
    assert client.calls()[-1]["status"] == "failed"
    assert (client.workspace / "duck.py").read_text() == "mine\n"


@pytest.mark.parametrize(
    "name",
    ["../x.txt", "a/../../x.txt", "/tmp/x.txt", "~/x.txt", "out/x.txt", ".git/config", "`.git`",
     "sub/.GIT/x", ".janus/x", ".worktrees/a/x.py", "./", "a\0.txt", "\ud800.txt",
     f"{'a' * 300}.txt", "pipe.txt", "duck.py/x.txt", "latin.txt", "link.txt", "loop.txt",
     "huge.txt", ".secret.txt"],
)  # fmt: skip
def test_nothing_is_written_where_it_does_not_belong(name, client, session):
    folder, outside = client.workspace, client.workspace.parent
    os.mkfifo(folder / "pipe.txt")
    (folder / "latin.txt").write_bytes(b"caf\xe9\n")
    (folder / "huge.txt").write_bytes(b"a\n" * (1 << 20))
    (folder / ".secret.txt").write_text("token\n")  # it may not be quoted, so not in a diff either
    (folder / "out").symlink_to(outside)
    (folder / "link.txt").symlink_to(outside / "elsewhere.txt")
    (folder / "loop.txt").symlink_to("loop.txt")
    before = sorted(outside.iterdir()), sorted(folder.rglob("*"))

    assert client.ask(session, f"write {name}: gotcha").startswith("I cannot write")
    assert client.asked == []
    assert (sorted(outside.iterdir()), sorted(folder.rglob("*"))) == before
    assert (folder / ".secret.txt").read_text() == "token\n"


def test_a_folder_that_becomes_a_link_while_it_asks_is_not_followed(client, session):
    (client.workspace / "new").mkdir()
    client.option = None
    client.prompt(session, "write new/x.txt: milk")
    wait_for(lambda: client.asked)
    (client.workspace / "new").rmdir()
    (client.workspace / "new").symlink_to(client.workspace.parent)
    client.choose(client.asked[0]["id"], "allow_once")
    client.answer()

    assert client.heard("agent_message_chunk").startswith("I cannot write")
    assert not (client.workspace.parent / "x.txt").exists()


def test_a_cancelled_prompt_ends_and_nothing_is_written(client, session):
    client.option = None
    client.prompt(session, "write notes.txt: milk")
    wait_for(lambda: client.asked)
    client.write(
        {"id": 7, "method": "session/prompt", "params": {"sessionId": session, "prompt": []}}
    )
    busy = client.answer()
    client.cancel(session)
    cancelled = client.answer()
    client.choose(client.asked[0]["id"], "allow_once")  # too late

    assert "answering already" in busy["error"]["message"]
    assert cancelled["result"] == {"stopReason": "cancelled"}
    assert client.calls()[-1]["status"] == "failed"
    assert "“write notes.txt: milk”" in client.ask(session, "what did I ask?")
    assert not (client.workspace / "notes.txt").exists()


def test_a_search_is_cancelled_while_git_hangs(client, session, tmp_path, monkeypatch):
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "git").write_text(f"#!/bin/sh\necho $$ > {tmp_path}/pid\nexec sleep 300\n")
    (tmp_path / "bin" / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:/usr/bin:/bin")
    client.prompt(session, "where is Duck?")
    wait_for(lambda: (tmp_path / "pid").exists())
    client.cancel(session)

    assert client.answer()["result"] == {"stopReason": "cancelled"}
    # That git is gone as well, the leak detector sees.


def test_a_conversation_goes_on_in_another_process(client, session):
    client.ask(session, "where is Duck?")
    client = Client(client.workspace)

    assert client.open("session/resume", sessionId=session) == {} and client.updates == []
    assert client.open("session/load", sessionId=session) == {}
    assert client.heard("user_message_chunk") == "where is Duck?"
    assert client.heard("agent_message_chunk").startswith("`Duck` is a class in `duck.py`")
    assert len({update["messageId"] for update in client.updates}) == 2
    assert client.ask(session, "where is it?").startswith("`Duck` is a class")
    assert "2 questions" in client.ask(session, "what did I ask before?")


def test_a_torn_line_of_memory_costs_one_line(client, session, home):
    client.ask(session, "where is Duck?")
    (file,) = home.rglob(f"{session}.jsonl")
    assert file.stat().st_mode & 0o077 == 0
    with file.open("ab") as torn:
        torn.write(b'{"question": "where is')
    client.ask(session, "where is Duck used?")

    assert "2 questions" in client.ask(session, "what did I ask before?")


@pytest.mark.parametrize("home", ["", "/dev/null"])
def test_without_a_place_for_memory_it_answers_all_the_same(home, client, monkeypatch):
    monkeypatch.setenv("HOME", home)

    assert client.ask(client.open()["sessionId"], "where is Duck?").startswith("`Duck` is")


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("{", -32700), ("", -32700), ("[" * 100_000, -32700), ('"\ud800"', -32600), ("7", -32600),
        ({"id": 1, "method": "session/fork"}, -32601),
        ({"id": 1, "method": "session/new", "params": []}, -32602),
        ({"id": 1, "method": "session/new", "params": {"cwd": "a"}}, -32602),
        ({"id": 1, "method": "session/new", "params": {"cwd": "/\0"}}, -32602),
        ({"id": 1, "method": "session/load", "params": {"sessionId": "../x", "cwd": "/"}}, -32602),
        ({"id": 1, "method": "session/prompt", "params": {"sessionId": "x", "prompt": []}}, -32602),
    ],
)  # fmt: skip
def test_nonsense_is_answered_with_an_error_and_is_not_the_end(message, code, client):
    client.write(message)
    client.cancel("x")
    client.choose("nobody asked", "allow_once")
    client.choose("", "allow_once")

    assert client.answer()["error"]["code"] == code
    assert client.open()["sessionId"]


def test_an_attached_file_counts_as_named(client, session):
    blocks = [{"type": "text", "text": "what is in"}, {"type": "resource_link", "name": "duck.py"}]
    params = {"sessionId": session, "prompt": [*blocks, {"type": "image"}, 7]}
    client.write({"id": 1, "method": "session/prompt", "params": params})
    client.answer()

    assert client.heard("agent_message_chunk").startswith("`duck.py` has 3 lines.")


def test_notes_ahead_of_the_words_are_not_answered(client, session):
    notes = "<session_context>\nBackground: where is README?\n</session_context>\n\n"

    assert client.ask(session, f"{notes}where is Duck?") == client.ask(session, "where is Duck?")
