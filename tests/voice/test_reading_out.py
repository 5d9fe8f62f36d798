"""By voice only what harms nothing by mistake; all else says why it needs a hand."""

import pytest

from janus.errors import ConsentUnclear
from janus.model.events import FileChange, QuestionAsked, QuestionOption, ToolCall
from janus.voice.reading_out import HANDS, read_out

ONCE = QuestionOption("yes", "Allow", "allow_once")
ALWAYS = QuestionOption("ever", "Always", "allow_always")
NO = QuestionOption("no", "Deny", "reject_once")


def asked(title, kind="execute", text="", options=(ONCE, ALWAYS, NO), request="r", **more):
    call = ToolCall("t", "tool", kind, title, "in_progress", **more)
    return QuestionAsked(request, "permission", title, options, text, tool_call=call)


@pytest.fixture
def folder(tmp_path):
    (place := tmp_path / "project").mkdir()
    (place / "src").mkdir()
    (place / "src" / "way-out").symlink_to("/etc")
    (place / "notes").symlink_to(tmp_path / "project" / ".env")
    return place


@pytest.mark.parametrize(
    ("title", "kind", "text", "words"),
    [
        ("Read src/app.py", "read", "", "Read: Read src/app.py"),
        ("Read", "read", "{folder}/src/app.py", "Read: Read {folder}/src/app.py"),
        ("`grep -rn total src`", "execute", "", "Run: grep -rn total src"),
        ("Search for total", "search", "pattern: total\npath: src", "Search: Search for total"),
        ("ls -la src", "execute", "", "Run: ls -la src"),
        ("List", "execute", "ls -la", "Run: "),
        ("npm test", "execute", "", "Run: npm test"),
        ("cat '.env.d/x y'", "execute", "", None),
        ("wc -l \"a file\"", "execute", "", 'Run: wc -l "a file"'),
    ],
    ids=lambda it: None,
)  # fmt: skip
def test_what_only_looks_is_read_out(folder, title, kind, text, words):
    given = asked(title, kind, text.format(folder=folder))
    if words is None or title == "List":  # a title of its own beside a command is no command
        with pytest.raises(ConsentUnclear):
            read_out(given, folder, ("npm test",))
        return

    found = read_out(given, folder, ("npm test",))

    assert words.format(folder=folder) in found.words
    assert found.option_id == "yes"


def test_the_digest_is_of_the_question_and_all_its_words(folder):
    digests = {
        read_out(it, folder, ()).digest
        for it in (
            asked("ls src"), asked("ls  src"), asked("ls src", request="other"),
            asked("ls src", options=(QuestionOption("si", "Yes", "allow_once"), NO)),
        )
    }  # fmt: skip

    assert len(digests) == 4
    assert read_out(asked("ls src"), folder, ()).digest in digests


@pytest.mark.parametrize(
    "command",
    [
        "rm -rf src", "git push", "git status", "git diff", "npm install", "npm test && rm x",
        "ls; rm x", "ls $(rm x)", "ls `rm x`", "ls > x", "ls | sh", "ls\nrm x", "ls \\", "ls *",
        "sudo ls", "ls ~", "cat /etc/passwd", "cat ../secret", "cat src/way-out/passwd",
        "cat notes", "cat .env", "cat .ssh/id_rsa", "grep -f /etc/shadow x", "grep --include=x y",
        "tail -f log", "cat 'x", "", "/bin/ls", "LS=1 ls", "env", "find . -delete", "rg --pre sh x",
        "head src/../../x",
        "ls " + "x" * 300, "cat keys/server.pem", "cat config/secrets.yaml", "cat .git/config",
        "cat \u202esrc", "ls -\u00e9",
    ],
    ids=lambda it: None,
)  # fmt: skip
def test_other_commands_need_a_hand(folder, command):
    with pytest.raises(ConsentUnclear, match=HANDS):
        read_out(asked(command), folder, ("npm test",))


@pytest.mark.parametrize(
    "question",
    [
        asked("Write x", "edit"),
        asked("Delete x", "delete"),
        asked("Look at https://example.org", "fetch"),
        asked("Something", "other"),
        asked("Something", ""),
        asked("Read x", "read", changes=(FileChange("x", (("+1",),)),)),
        asked("Read x", "read", images=("i",)),
        asked("Read x", "read", options=(ALWAYS, NO)),
        asked("Read x", "read", options=(ONCE, QuestionOption("2", "Yes", "allow_once"), NO)),
        asked("Read ~/x", "read"),
        asked("Read", "read", '{"path":"/etc/passwd"}'),
        asked("Read", "read", "path=/etc/passwd"),
        asked("Read", "read", "file:///etc/passwd"),
        asked("Read .env", "read"),
        asked("Read notes", "read"),
        asked("Read $HOME/x", "read"),
        asked("Read x\x00y", "read"),
        asked("Read \udc80", "read"),
        asked("Read " + "a/" * 130, "read"),
        QuestionAsked("r", "question", "Which one?", (ONCE, NO)),
        QuestionAsked("r", "permission", "It does something.", (ONCE, NO)),
    ],
    ids=range(21),
)
def test_whatever_does_more_than_look_needs_a_hand(folder, question):
    with pytest.raises(ConsentUnclear, match=HANDS):
        read_out(question, folder, ())
