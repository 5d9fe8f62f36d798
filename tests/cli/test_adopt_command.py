"""``janus conversations`` and ``janus adopt``."""

import json

import pytest
import served
from kit.stored import claude_begins, conversation, cursor_begins, cursor_chat

serve = served.serve
cursor_server = served.cursor_server
ONE, TWO = conversation(1), conversation(0x1000)


@pytest.fixture
def begun(home, workspace):
    root = home / ".cursor"
    cursor_begins(root, workspace, ONE, ("what is here?", "a.txt")).close()
    cursor_begins(root, workspace, TWO, ("and\x1b[31m there?\n", "b.txt")).close()
    claude_begins(home / ".claude", workspace, ONE.replace("3", "4", 1), ("hello", "hi"))


def test_what_a_terminal_began_is_listed_and_continued(cursor_server, begun, run, workspace):
    listed = run("conversations", cwd=workspace)
    lines = listed.stdout.splitlines()

    assert (listed.returncode, listed.stderr, len(lines)) == (0, "", 3)
    assert any(it.startswith("cursor-agent  3f1b9c58-0") and "what is here?" in it for it in lines)
    assert any(it.startswith("claude        4f1b9c58 ") for it in lines)
    assert "\x1b" not in listed.stdout

    adopted = run("adopt", "cursor-agent", "3f1b9c58-0", cwd=workspace)

    assert adopted.returncode == 0
    id = served.sessions(cursor_server)[0]["session_id"]
    assert adopted.stdout == f"what is here? goes on in session {id}.\n"
    shown = run("show", id[:8]).stdout
    assert f"In a terminal:  cd {workspace} && cursor-agent --resume {ONE}" in shown
    assert "a.txt" in shown
    assert "on" in run("ask", "--session", id[:8], "say on").stdout
    again = json.loads(run("adopt", "cursor", ONE, "--json", cwd=workspace).stdout)
    assert again["session_id"] == id
    found = json.loads(run("conversations", "--json", cwd=workspace).stdout)
    assert {it["conversation_id"] for it in found["conversations"]} == {
        TWO,
        ONE.replace("3", "4", 1),
    }


def test_an_id_that_is_of_several_or_none_is_told(cursor_server, begun, run, workspace):
    for start, words in (("3f1b", "2 conversations begin"), ("zz", "No conversation begins")):
        refused = run("adopt", "cursor", start, cwd=workspace)
        assert refused.returncode == 5
        assert words in refused.stderr and "janus conversations" in refused.stderr
    refused = run("adopt", "claude", "4f1b", cwd=workspace)
    assert refused.returncode == 6 and "npm install" in refused.stderr


def test_what_cannot_be_read_is_told(cursor_server, begun, run, home, workspace):
    (cursor_chat(home / ".cursor", workspace, TWO) / "store.db").write_bytes(b"?" * 5000)

    listed = run("conversations", cwd=workspace)

    assert len(listed.stdout.splitlines()) == 2
    assert "Cursor" in listed.stderr and "format" in listed.stderr


@pytest.mark.quick
def test_it_says_when_there_is_nothing(cursor_server, run, workspace):
    told = "The agents have no other conversations in this project.\n"

    assert run("conversations", cwd=workspace).stdout == told
