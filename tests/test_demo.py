"""The demo agent as a program: its command line, its stream, its exits, its memory."""

import json
import os
import signal
import subprocess
import sys
import uuid
from pathlib import Path

import pytest
from conftest import wait_for

from janus.agents.demo import print_mode
from janus.agents.demo.steps import Call, Finished, Say, Started

PACKAGES = Path(__file__).parent.parent
DEMO = [sys.executable, "-S", "-P", "-m", "janus.agents.demo"]
ID = "3f0c1c4e-5a57-4b0e-9f53-0d8a3c0c7a11"


def environ(home):
    return {"PATH": os.environ["PATH"], "HOME": str(home), "PYTHONPATH": str(PACKAGES)}


def run(workspace, *args, stdin=b"", env=None):
    """Run the program in *workspace*; its home is the folder beside it."""
    env = env or environ(workspace.parent / "home")
    return subprocess.run(
        [*DEMO, *args], cwd=workspace, env=env, input=stdin, capture_output=True, timeout=30
    )


def stream(workspace, question, *args):
    args = ("-p", "--output-format", "stream-json", "--trust", *args, "--", question)
    done = run(workspace, *args)
    assert (done.returncode, done.stderr) == (0, b"")
    return [json.loads(line) for line in done.stdout.splitlines()]


def ask(workspace, question, *args):
    """The answer as Janus would hear it."""
    return stream(workspace, question, "--stream-partial-output", *args)[-1]["result"]


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
    init, user, *middle, result = events

    assert init == {
        "type": "system", "subtype": "init", "apiKeySource": "login", "cwd": str(workspace),
        "session_id": init["session_id"], "model": "Janus demo (offline search)",
        "permissionMode": "default",
    }  # fmt: skip
    assert str(uuid.UUID(init["session_id"])) == init["session_id"]
    assert {event["session_id"] for event in events} == {init["session_id"]}
    assert user["message"]["role"] == "user" and said(user) == "where is Duck defined?"
    tokens = ("inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens")
    assert result == {
        "type": "result", "subtype": "success", "duration_ms": result["duration_ms"],
        "duration_api_ms": result["duration_ms"], "is_error": False,
        "result": "".join(said(event) for event in middle if event["type"] == "assistant"),
        "session_id": init["session_id"], "request_id": str(uuid.UUID(result["request_id"])),
        "usage": dict.fromkeys(tokens, 0),
    }  # fmt: skip
    assert {(event["type"], event.get("subtype")) for event in middle} == {
        ("thinking", "delta"), ("thinking", "completed"), ("assistant", None),
        ("tool_call", "started"), ("tool_call", "completed"),
    }  # fmt: skip


def test_a_tool_call_starts_and_completes_with_what_it_really_found(workspace):
    calls = [event for event in stream(workspace, "what is Duck?") if event["type"] == "tool_call"]
    started, completed, reading, read = calls[:4]
    args = started["tool_call"]["grepToolCall"]["args"]
    grep = completed["tool_call"]["grepToolCall"]

    assert [call["subtype"] for call in calls[:4]] == ["started", "completed"] * 2
    assert started["call_id"] == completed["call_id"] == completed["tool_call"]["toolCallId"]
    assert completed["model_call_id"] != reading["model_call_id"]
    assert args["pattern"] == "duck" and grep["args"] == args
    assert grep["result"]["success"]["workspaceResults"][str(workspace)] == {
        "files": {"files": ["./duck.py", "./pond.py"], "totalFiles": 2}
    }
    source = read["tool_call"]["readToolCall"]["result"]["success"]["content"]
    assert source == (workspace / "duck.py").read_text()


CALL = Call("tool_1", "grep", {"pattern": "duck"})
STEPS = [
    Say("Let me "),
    Say("look. "),
    Started(CALL),
    Finished(CALL, {"success": {}}),
    Say("Here."),
]


@pytest.mark.parametrize(
    ("partial", "expected"),
    [
        (False, ["Let me look. +both", "Here. +none"]),
        (True, ["Let +time", "me +time", "look. +time", "Let me look. +both",
                "Here. +time", "Here. +none"]),
    ],
)  # fmt: skip
def test_a_segment_is_repeated_once_with_partial_output_and_else_comes_once(partial, expected):
    marks = {(True, True): "+both", (True, False): "+time", (False, False): "+none"}
    heard = [
        f"{said(event).strip()} {marks['timestamp_ms' in event, 'model_call_id' in event]}"
        for event in print_mode.events(STEPS, "?", ID, "/", partial)
        if event["type"] == "assistant"
    ]

    assert heard == expected


@pytest.mark.parametrize(
    ("format", "printed"), [("text", "Here.\n"), ("json", '"result":"Let me look. Here."')]
)
def test_text_is_the_last_segment_and_json_is_all_of_them(capfdbinary, format, printed):
    print_mode.print_events(print_mode.events(STEPS, "?", ID, "/", False), format)

    lines = capfdbinary.readouterr().out.decode()
    assert printed in lines and lines.count("\n") == 1


def test_lines_are_utf8_whatever_the_files_hold_and_are_called(workspace):
    file = workspace / os.fsdecode(b"caf\xe9_quux.py")
    file.write_bytes(b"quux = '\xff\xfe\xe9'  # \x1b[31m \xe2\x80\xae\n")
    events = stream(workspace, "where is quux?", "--stream-partial-output")

    assert "quux is a variable" in events[-1]["result"]
    assert events[-1]["result"].replace("\n", "").isprintable()


# The command line


def test_a_folder_must_be_trusted_once(workspace):
    refused = run(workspace, "-p", "where is Duck?")
    ways = (["--yolo"], [], ["--trust"], [])
    codes = [run(workspace, "-p", *way, "where is Duck?").returncode for way in ways]

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
        (["-p", "-f", "--model"], "Error: argument --model: expected one argument"),
        (["-pf", "--workspace", "nowhere", "hi"], "Error: Cannot work in this folder: [Errno 2]"
         " No such file or directory: 'nowhere'"),
        (["hello"], "The demo agent has no interactive mode; ask with: -p QUESTION"),
    ],
)  # fmt: skip
def test_a_refusal_is_one_line_on_stderr(workspace, args, message):
    done = run(workspace, *args)

    assert (done.returncode, done.stdout, done.stderr.decode()) == (1, b"", message + "\n")


def test_small_questions_are_answered_at_once(workspace):
    answers = {"--version": "demo-0.1.0", "-h": "usage: janus-demo-agent", "status": "No login"}
    for word, answer in answers.items():
        assert answer in run(workspace, word).stdout.decode()


def test_options_may_stand_anywhere_but_what_follows_two_dashes_is_the_prompt(workspace):
    args = ["where", "-p", "--model", "x", "--mode=ask", "-f", "--output-format", "stream-json"]
    done = run(workspace, *args, "is", "--", "--trust", "-x")

    assert said(json.loads(done.stdout.splitlines()[1])) == "where is --trust -x"


def test_a_long_prompt_comes_by_stdin_and_what_follows_the_context_is_the_question(workspace):
    context = "<context>\n" + "Nothing to see (here), but ünïcode \x00 and [brackets.\n" * 4000
    prompt = f"{context}</context>\n\nwhere is Duck defined?"
    done = run(workspace, "-pf", "--output-format", "stream-json", stdin=prompt.encode())
    events = [json.loads(line) for line in done.stdout.splitlines()]

    assert len(prompt) > 200_000 and said(events[1]) == prompt
    assert events[-1]["result"].startswith("Duck is a class in duck.py, line 1")


# Its end


def start(workspace, *args):
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    argv = [*DEMO, "-p", "-f", *args]
    return subprocess.Popen(argv, cwd=workspace, env=environ(workspace.parent), **pipes)


def catches_signals(process):
    status = Path(f"/proc/{process.pid}/status").read_text()
    caught = int(status.partition("SigCgt:")[2].split()[0], 16)
    return caught >> (signal.SIGTERM - 1) & 1


@pytest.mark.parametrize(
    ("number", "code", "message"),
    [(signal.SIGINT, 130, b"Aborting operation...\n"), (signal.SIGTERM, 143, b"")],
)
def test_a_signal_ends_it_from_the_start(workspace, number, code, message):
    with start(workspace) as process:
        wait_for(lambda: catches_signals(process))
        process.send_signal(number)

        ended = (process.wait(10), process.stderr.read(), process.stdout.read())
    assert ended == (code, message, b"")


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
    asked = ask(workspace, "what did I ask before?", f"--resume={chat}")
    latest = ask(workspace, "please summarize this conversation", "--continue")
    elsewhere = ask(workspace, "what did I ask before?", "--resume", ID)

    assert "It is used in 2 places, in pond.py." in used and "- pond.py:3: `Duck" in used
    assert "2 questions" in asked and "“where is it used?”" in asked
    assert "“where is Duck defined?”" in latest and "- The answers were about Duck." in latest
    assert elsewhere == "This is the first question of our conversation."


def test_a_torn_line_of_memory_costs_one_line(workspace):
    assert stream(workspace, "where is Duck?", "--resume", ID)[0]["session_id"] == ID
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
