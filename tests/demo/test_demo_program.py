"""The demo agent as a program: its start, its one argument, its ends."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGES = Path(__file__).parent.parent.parent
DEMO = [sys.executable, "-S", "-P", "-m", "janus.demo"]
PIPES = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)


@pytest.fixture
def environ(home):
    return {"PATH": os.environ["PATH"], "HOME": str(home), "PYTHONPATH": str(PACKAGES)}


def tell(process, id, method, **params):
    message = {"jsonrpc": "2.0", "id": id, "method": method, "params": params}
    process.stdin.write(json.dumps(message).encode() + b"\n")
    process.stdin.flush()


def test_it_answers_in_utf8_whatever_files_are_called_and_ends_with_its_input(environ, tmp_path):
    (tmp_path / os.fsdecode(b"caf\xe9.py")).write_bytes(
        b"quux = '\xff\xe9'  # \x1b[31m \xe2\x80\xae\n"
    )
    with subprocess.Popen([*DEMO, "acp"], cwd="/", env=environ, **PIPES) as process:
        tell(process, 1, "session/new", cwd=str(tmp_path), mcpServers=[])
        session = json.loads(process.stdout.readline())["result"]["sessionId"]
        block = {"type": "text", "text": "where is `quux`?"}
        tell(process, 2, "session/prompt", sessionId=session, prompt=[block])
        said = ""
        while (message := json.loads(process.stdout.readline())).get("id") != 2:
            update = message["params"]["update"]
            if update["sessionUpdate"] == "agent_message_chunk":
                said += update["content"]["text"]
        process.stdin.close()

        assert process.wait(60) == 0 and process.stderr.read() == b""
    assert said.startswith("`quux` is a variable in `caf") and said.replace("\n", "").isprintable()


@pytest.mark.others_slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_at_once_also_while_it_asks(number, environ, tmp_path):
    with subprocess.Popen(DEMO, cwd="/", env=environ, **PIPES) as process:
        tell(process, 1, "session/new", cwd=str(tmp_path), mcpServers=[])
        session = json.loads(process.stdout.readline())["result"]["sessionId"]
        block = {"type": "text", "text": "write notes.txt: milk"}
        tell(process, 2, "session/prompt", sessionId=session, prompt=[block])
        while b"request_permission" not in process.stdout.readline():
            pass
        process.send_signal(number)

        assert process.wait(60) == -number


def test_a_client_that_goes_away_is_no_drama(environ):
    with subprocess.Popen([*DEMO, "acp"], cwd="/", env=environ, **PIPES) as process:
        process.stdout.close()
        tell(process, 1, "initialize")

        assert (process.wait(60), process.stderr.read()) == (1, b"")


def test_it_speaks_nothing_else(environ):
    done = subprocess.run([*DEMO, "-p", "hi"], env=environ, capture_output=True, text=True)

    assert (done.returncode, done.stdout) == (1, "")
    assert "speaks the Agent Client Protocol" in done.stderr


def test_it_starts_without_the_house_and_without_what_is_heavy(environ):
    script = "import sys, janus.demo.server; print(*sys.modules, sep='\\n')"
    loaded = subprocess.run(
        [sys.executable, "-S", "-P", "-c", script], env=environ, capture_output=True, text=True
    ).stdout.split()

    ours = {name for name in loaded if name.startswith("janus")}
    assert ours and all(name == "janus" or name.startswith("janus.demo") for name in ours)
    heavy = {"flask", "msgspec", "pexpect", "dataclasses", "inspect", "uuid", "logging", "asyncio"}
    assert heavy.isdisjoint(loaded)
