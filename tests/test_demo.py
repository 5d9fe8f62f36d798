"""The demo agent as a program: its command line, its stream, its exits, its memory."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from pathlib import Path

import pytest

PACKAGES = Path(__file__).parent.parent
DEMO = [sys.executable, "-S", "-P", "-m", "janus.agents.demo"]
ID = "3f0c1c4e-5a57-4b0e-9f53-0d8a3c0c7a11"


def environ(home):
    names = {"HOME": str(home), "PYTHONPATH": str(PACKAGES), "LANG": "C.UTF-8"}
    return {"PATH": os.environ["PATH"], **{name: value for name, value in names.items() if value}}


def run(workspace, *args, stdin=b"", env=None):
    """Run the program in *workspace*; its home is the folder beside it."""
    env = env or environ(workspace.parent / "home")
    return subprocess.run(
        [*DEMO, *args], cwd=workspace, env=env, input=stdin, capture_output=True, timeout=30
    )


def ask(workspace, question, *args):
    """The answer as Janus would hear it."""
    return stream(workspace, question, "--stream-partial-output", *args)[-1]["result"]


def stream(workspace, question, *args):
    args = ("-p", "--output-format", "stream-json", "--trust", *args, "--", question)
    done = run(workspace, *args)
    assert (done.returncode, done.stderr) == (0, b"")
    return [json.loads(line) for line in done.stdout.splitlines()]


def said(event):
    (part,) = event["message"]["content"]
    assert part["type"] == "text"
    return part["text"]


@pytest.fixture
def workspace(tmp_path):
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / "duck.py").write_text(
        'class Duck:\n    """A bird."""\n\n    def quack(self):\n        return 1\n'
    )
    (folder / "pond.py").write_text("from duck import Duck\n\nDuck().quack()\n")
    return folder


# The stream


def test_a_stream_is_what_cursor_agent_prints(workspace):
    events = stream(workspace, "where is Duck defined?")
    init, user = events[:2]
    request = events[-1]["request_id"]

    assert init == {
        "type": "system",
        "subtype": "init",
        "apiKeySource": "login",
        "cwd": str(workspace),
        "session_id": init["session_id"],
        "model": "Janus demo (offline search)",
        "permissionMode": "default",
    }
    assert str(uuid.UUID(init["session_id"])) == init["session_id"]
    assert {event["session_id"] for event in events} == {init["session_id"]}
    assert user["message"]["role"] == "user" and said(user) == "where is Duck defined?"
    assert events[-1] == {
        "type": "result",
        "subtype": "success",
        "duration_ms": events[-1]["duration_ms"],
        "duration_api_ms": events[-1]["duration_ms"],
        "is_error": False,
        "result": "".join(said(event) for event in events if event["type"] == "assistant"),
        "session_id": init["session_id"],
        "request_id": str(uuid.UUID(request)),
        "usage": dict.fromkeys(
            ("inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens"), 0
        ),
    }
    kinds = {(event["type"], event.get("subtype")) for event in events[2:-1]}
    assert kinds == {
        ("thinking", "delta"),
        ("thinking", "completed"),
        ("tool_call", "started"),
        ("tool_call", "completed"),
        ("assistant", None),
    }


def test_a_tool_call_starts_and_completes_with_what_it_really_found(workspace):
    calls = [event for event in stream(workspace, "what is Duck?") if event["type"] == "tool_call"]
    started, completed, reading, read = calls

    assert [call["subtype"] for call in calls] == ["started", "completed"] * 2
    assert started["call_id"] == completed["call_id"] == completed["tool_call"]["toolCallId"]
    assert started["tool_call"]["grepToolCall"]["args"]["pattern"] == "duck"
    assert "completedAtMs" not in started["tool_call"]
    grep = completed["tool_call"]["grepToolCall"]
    assert grep["args"] == started["tool_call"]["grepToolCall"]["args"]
    content = grep["result"]["success"]["workspaceResults"][str(workspace)]["content"]
    assert content["totalMatchedLines"] == 3
    assert content["matches"][0] == {
        "file": "./duck.py",
        "matches": [
            {
                "lineNumber": 1,
                "content": "class Duck:",
                "contentTruncated": False,
                "isContextLine": False,
            }
        ],
    }
    success = read["tool_call"]["readToolCall"]["result"]["success"]
    assert success["path"] == str(workspace / "duck.py")
    assert success["content"] == (workspace / "duck.py").read_text()
    assert completed["model_call_id"] != reading["model_call_id"]


def test_partial_output_repeats_every_segment_once(workspace):
    events = stream(workspace, "where is DuckPond?", "--stream-partial-output")
    segments, words = [], []
    for event in events:
        if event["type"] == "tool_call" and event["subtype"] == "started":
            assert not words, "a segment was not flushed before a tool call"
        if event["type"] != "assistant":
            continue
        if "timestamp_ms" in event and "model_call_id" not in event:
            words.append(said(event))
        else:
            assert said(event) == "".join(words)
            segments.append(event)
            words = []

    first, last = segments
    assert first.keys() - last.keys() == {"timestamp_ms", "model_call_id"}
    assert not words and events[-1]["result"] == said(first) + said(last)


def test_without_partial_output_every_segment_comes_once(workspace):
    events = stream(workspace, "where is DuckPond?")
    first, last = (event for event in events if event["type"] == "assistant")

    assert {"timestamp_ms", "model_call_id"} <= first.keys()
    assert not {"timestamp_ms", "model_call_id"} & last.keys()
    assert said(first) == "Nothing in this workspace is called DuckPond.\n\n"
    assert events[-1]["result"] == said(first) + said(last)


def test_text_is_the_last_segment_and_json_is_all_of_them(workspace):
    text = run(workspace, "-p", "--trust", "where is DuckPond?").stdout.decode()
    done = run(workspace, "-p", "--output-format=json", "where is DuckPond?")
    answer = json.loads(done.stdout)

    assert answer["type"] == "result" and answer["is_error"] is False
    assert text.strip() in answer["result"] and "Nothing in" not in text
    assert answer["result"].startswith("Nothing in this workspace is called DuckPond.")


def test_lines_are_utf8_whatever_the_files_hold_and_are_called(workspace):
    file = workspace / os.fsdecode(b"caf\xe9_quux.py")
    file.write_bytes(b"quux = '\xff\xfe\xe9'  # \x1b[31m \xe2\x80\xae\n")
    events = stream(workspace, "where is quux?", "--stream-partial-output")

    assert "quux is a variable" in events[-1]["result"]
    assert events[-1]["result"].replace("\n", "").isprintable()


# The command line


def test_a_folder_must_be_trusted_once(workspace):
    refused = run(workspace, "-p", "where is Duck?")
    forced = run(workspace, "-p", "--yolo", "where is Duck?")
    still_refused = run(workspace, "-p", "where is Duck?")
    trusted = run(workspace, "-p", "--trust", "where is Duck?")
    remembered = run(workspace, "-p", "where is Duck?")

    assert (refused.returncode, refused.stdout) == (1, b"")
    assert refused.stderr.decode() == (
        "\n⚠ Workspace Trust Required\n\n"
        "  Cursor Agent can execute code and access files in this directory.\n"
        "  Do you trust the contents of this directory?\n\n"
        f"    {workspace}\n\n"
        "  To proceed, you can either:\n"
        "    • Run 'agent' interactively to decide\n"
        "    • Pass --trust, --yolo, or -f if you trust this directory\n"
    )
    codes = [done.returncode for done in (forced, still_refused, trusted, remembered)]
    assert codes == [0, 1, 0, 0]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["-p", "--wings", "--", "hi"], "error: unknown option '--wings'"),
        (["-p", "-f"], "Error: No prompt provided for print mode"),
        (
            ["-p", "-f", "--resume", "not-a-uuid", "hi"],
            'Failed to claim persistent session for chat "not-a-uuid":'
            " Persistent-session chat ID must be a UUID",
        ),
        (["-p", "-f", "--continue", "hi"], "No previous chats found."),
        (["-p", "-f", "--model"], "error: option '--model <model>' argument missing"),
        (
            ["mcp", "login", "x"],
            "error: the demo agent has no MCP servers; it knows only: mcp list",
        ),
    ],
)
def test_a_refusal_is_one_line_on_stderr(workspace, args, message):
    done = run(workspace, *args)

    assert (done.returncode, done.stdout, done.stderr.decode()) == (1, b"", message + "\n")


def test_without_print_it_says_that_it_only_prints(workspace):
    done = run(workspace, "hello")

    assert done.returncode == 1 and b"no interactive mode" in done.stderr


@pytest.mark.parametrize(
    ("args", "answer"),
    [
        (["--version"], "demo-0.1.0"),
        (["--help"], "Usage: janus-demo-agent"),
        (["status"], "No login needed"),
        (["mcp", "list"], "No MCP servers configured (expected in .cursor/mcp.json"),
    ],
)
def test_small_commands_answer_at_once(workspace, args, answer):
    done = run(workspace, *args)

    assert done.returncode == 0 and answer in done.stdout.decode()


def test_create_chat_prints_an_id(workspace):
    assert uuid.UUID(run(workspace, "create-chat").stdout.decode().strip())


def test_options_may_stand_anywhere_but_what_follows_two_dashes_is_the_prompt(workspace):
    args = ["where", "-p", "--model", "x", "--mode=ask", "-f", "--output-format", "stream-json"]
    done = run(workspace, *args, "is", "--", "--trust", "-x")

    assert said(json.loads(done.stdout.splitlines()[1])) == "where is --trust -x"


def test_a_long_prompt_comes_by_stdin_and_only_its_end_is_the_question(workspace):
    context = "<context>\n" + "Nothing to see (here), but ünïcode \x00 and [brackets.\n" * 4000
    prompt = f"{context}</context>\n\nwhere is Duck defined?"
    args = ["-p", "-f", "--output-format", "stream-json"]
    done = run(workspace, *args, stdin=prompt.encode())
    events = [json.loads(line) for line in done.stdout.splitlines()]

    assert len(prompt) > 200_000 and said(events[1]) == prompt
    assert events[-1]["result"].startswith("Duck is a class in duck.py, line 1")


def test_the_workspace_may_be_named(workspace, tmp_path):
    done = run(tmp_path, "-p", "-f", "--workspace", "work", "Duck?", env=environ(tmp_path))
    missing = run(tmp_path, "-p", "-f", "--workspace", "nowhere", "Duck?", env=environ(tmp_path))

    assert done.stdout.startswith(b"Duck is a class")
    assert missing.returncode == 1 and missing.stderr.startswith(b"Error: Cannot work in this")


# Its end


def start(workspace, *args, **kwargs):
    env = environ(workspace.parent)
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    return subprocess.Popen([*DEMO, "-p", "-f", *args], cwd=workspace, env=env, **pipes)


def wait_until_it_catches_signals(process):
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        status = Path(f"/proc/{process.pid}/status").read_text()
        caught = int(status.partition("SigCgt:")[2].split()[0], 16)
        if caught >> (signal.SIGTERM - 1) & 1:
            return
        threading.Event().wait(0.005)
    raise AssertionError("it never began")


@pytest.mark.parametrize(
    ("number", "code", "message"),
    [(signal.SIGINT, 130, b"Aborting operation...\n"), (signal.SIGTERM, 143, b"")],
)
def test_a_signal_ends_it_while_it_waits_for_the_prompt(workspace, number, code, message):
    with start(workspace) as process:
        wait_until_it_catches_signals(process)
        process.send_signal(number)

        assert (process.wait(10), process.stderr.read(), process.stdout.read()) == (
            code,
            message,
            b"",
        )


def test_a_signal_ends_it_though_nobody_reads_what_it_writes(workspace):
    with start(workspace, "--output-format", "stream-json") as process:
        process.stdin.write(b"x" * 200_000)
        process.stdin.close()
        process.stdout.read(1)  # it writes now, and the pipe holds less than the prompt's echo
        process.send_signal(signal.SIGINT)

        assert process.wait(10) == 130
        assert b'"result"' not in process.stdout.read()


def test_a_reader_that_goes_away_is_no_drama(workspace):
    with start(workspace, "--output-format", "stream-json") as process:
        process.stdout.close()
        process.stdin.write(b"where is Duck?")
        process.stdin.close()

        assert (process.wait(10), process.stderr.read()) == (1, b"")


# Its memory


def test_a_resumed_chat_remembers_its_questions_and_what_it_was_about(workspace):
    chat = stream(workspace, "where is Duck defined?")[0]["session_id"]
    used = ask(workspace, "where is it used?", "--resume", chat)
    within = ask(workspace, "can it quack?", "--resume", chat)
    asked = ask(workspace, "what did I ask before?", f"--resume={chat}")
    elsewhere = ask(workspace, "what did I ask before?")

    assert used.startswith("Duck is used in 2 places, in pond.py.")
    assert within.startswith("quack is a method in duck.py, line 4.")
    assert "3 questions" in asked and "“where is it used?”" in asked
    assert elsewhere == "This is the first question of our conversation."


def test_an_unknown_chat_begins_under_the_id_it_was_given(workspace):
    events = stream(workspace, "hi", "--resume", ID)
    again = run(workspace, "-p", "--continue", "--output-format", "json", "what did I just ask?")

    assert events[0]["session_id"] == ID
    assert json.loads(again.stdout)["session_id"] == ID
    assert "“hi”" in json.loads(again.stdout)["result"]


def test_a_summary_is_made_of_the_conversation(workspace):
    prompt = (
        "Please summarize this conversation in 2-3 concise bullet points focusing on key topics"
        " discussed, decisions made, and any follow-up items."
    )
    nothing = ask(workspace, prompt, "--resume", ID)
    ask(workspace, "where is Duck defined?", "--resume", ID)
    ask(workspace, "where is the weather?", "--resume", ID)
    bullets = ask(workspace, prompt, "--resume", ID).splitlines()

    assert nothing == "- Nothing has been asked in this conversation yet."
    assert bullets == [
        "- You asked 2 questions: “where is Duck defined?” and “where is the weather?”.",
        "- The answers came to duck.py line 1 and pond.py line 3.",
        "- No decisions were made and nothing was changed; nothing in the files was found for"
        " “where is the weather?”.",
    ]


def test_a_torn_line_of_memory_costs_one_line(workspace):
    ask(workspace, "where is Duck?", "--resume", ID)
    (file,) = (workspace.parent / "home").rglob(f"{ID}.jsonl")
    with file.open("ab") as torn:
        torn.write(b'{"question": "where is')
    ask(workspace, "where is Duck used?", "--resume", ID)

    asked = ask(workspace, "what did I ask before?", "--resume", ID)
    assert "2 questions" in asked and "“where is Duck used?”" in asked


@pytest.mark.parametrize("home", ["", "/dev/null"])
def test_without_a_place_for_memory_it_answers_all_the_same(workspace, home):
    done = run(workspace, "-p", "--trust", "--resume", ID, "where is Duck?", env=environ(home))

    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.startswith(b"Duck is a class in duck.py, line 1")
