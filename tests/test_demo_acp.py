"""The demo agent over the Agent Client Protocol: what it says, asks, writes and leaves alone."""

import json
import os
import signal
import subprocess

import pytest
from test_demo import DEMO, environ


class Client:
    """The other end; answers every question with *option*, or returns it where that is None."""

    def __init__(self, workspace):
        pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        env = environ(workspace.parent / "home")
        self.process = subprocess.Popen([*DEMO, "acp"], cwd="/", env=env, **pipes)
        self.workspace = workspace
        self.option = "allow_once"
        self.asked, self.updates, self._last = [], [], 0

    def write(self, message):
        line = message if isinstance(message, str) else json.dumps({"jsonrpc": "2.0", **message})
        self.process.stdin.write(line.encode("utf-8", "surrogatepass") + b"\n")
        self.process.stdin.flush()

    def send(self, method, **params):
        self._last += 1
        self.write({"id": self._last, "method": method, "params": params})
        return self._last

    def read(self):
        return json.loads(self.process.stdout.readline())

    def answer(self, id):
        """The answer to request *id*; the updates before it are kept."""
        while (message := self.read()).get("id") != id:
            if message["method"] == "session/update":
                self.updates.append(message["params"]["update"])
                continue
            assert message["method"] == "session/request_permission"
            self.asked.append(message["params"])
            if self.option is None:
                return message
            self.choose(message["id"], self.option)
        return message

    def choose(self, id, option):
        outcome = {"outcome": "selected", "optionId": option}
        self.write({"id": id, "result": {"outcome": outcome}})

    def open(self, method="session/new", **params):
        id = self.send(method, cwd=str(self.workspace), mcpServers=[], **params)
        return self.answer(id)["result"]

    def prompt(self, session, text):
        self.updates.clear()
        block = {"type": "text", "text": text}
        return self.send("session/prompt", sessionId=session, prompt=[block])

    def ask(self, session, text):
        answer = self.answer(self.prompt(session, text))
        assert answer["result"] == {"stopReason": "end_turn"}
        return self.heard("agent_message_chunk")

    def heard(self, kind):
        said = (one for one in self.updates if one["sessionUpdate"] == kind)
        return "".join(one["content"]["text"] for one in said)

    def calls(self):
        return [one for one in self.updates if one["sessionUpdate"].startswith("tool_call")]


@pytest.fixture
def workspace(tmp_path):
    folder = tmp_path / "work"
    (folder / ".git").mkdir(parents=True)
    (tmp_path / "home").mkdir()
    (folder / "duck.py").write_text('class Duck:\n    """A bird."""\n')
    return folder


@pytest.fixture
def connect(workspace):
    made = []
    yield lambda: made.append(Client(workspace)) or made[-1]
    for client in made:
        with client.process as process:
            process.kill()


@pytest.fixture
def client(connect):
    return connect()


@pytest.fixture
def session(client):
    return client.open()["sessionId"]


def test_it_greets_and_answers_in_words(client):
    hello = client.answer(client.send("initialize", protocolVersion=1, clientCapabilities={}))[
        "result"
    ]
    answer = client.ask(client.open()["sessionId"], "where is Duck?")
    started, found, reading, read = client.calls()[:4]

    assert hello["protocolVersion"] == 1
    abilities = {"loadSession": True, "sessionCapabilities": {"resume": {}}}
    assert hello["agentCapabilities"] == abilities
    assert answer.startswith("Duck is a class in duck.py, line 1, described as: “A bird.”")
    assert len(client.updates) > len(answer.split())
    assert client.heard("agent_thought_chunk") == "Looking for Duck in 1 file."
    assert (started["kind"], started["title"]) == ("search", "Search for duck")
    text = {"type": "text", "text": "./duck.py"}
    assert found["content"] == [{"type": "content", "content": text}]
    assert (reading["kind"], reading["title"]) == ("read", "Read duck.py")
    assert reading["locations"] == [{"path": str(client.workspace / "duck.py")}]
    assert (read["toolCallId"], read["status"]) == (reading["toolCallId"], "completed")


def test_a_file_is_written_if_the_user_allows_it(client, session):
    file = client.workspace / "notes.txt"
    assert client.ask(session, "write notes.txt: milk") == "I wrote 1 line to notes.txt."
    file.chmod(0o640)
    assert client.ask(session, "append “egg” to notes.txt") == "I added 1 line to notes.txt."
    call, completed = client.calls()
    client.option = "reject_once"
    assert "You did not allow it" in client.ask(session, "write notes.txt: nothing")

    assert (completed["status"], client.calls()[-1]["status"]) == ("completed", "failed")
    assert file.read_text() == "milk\negg\n" and file.stat().st_mode & 0o777 == 0o640
    diff = {"type": "diff", "path": str(file), "oldText": "milk\n", "newText": "milk\negg\n"}
    assert (call["kind"], call["title"], call["content"]) == ("edit", "Write notes.txt", [diff])
    assert client.asked[1]["toolCall"].items() <= call.items()
    kinds = [option["kind"] for option in client.asked[0]["options"]]
    assert kinds == ["allow_once", "allow_always", "reject_once"]
    assert {path.name for path in client.workspace.iterdir()} == {".git", "duck.py", "notes.txt"}


def test_always_is_for_one_session(client, session):
    client.option = "allow_always"
    client.ask(session, "write notes.txt: milk")
    client.ask(session, "where is Duck?")
    assert client.ask(session, "save that to new/answer.md") == "I wrote 3 lines to new/answer.md."
    assert len(client.asked) == 1
    client.ask(client.open()["sessionId"], "write notes.txt: bread")
    assert len(client.asked) == 2


def test_what_changed_since_the_question_is_kept(client, session):
    client.option = None
    prompt = client.prompt(session, "write duck.py: milk")
    question = client.answer(prompt)
    (client.workspace / "duck.py").write_text("mine\n")
    client.choose(question["id"], "allow_once")
    client.answer(prompt)
    assert "it has changed since I asked you" in client.heard("agent_message_chunk")
    assert (client.workspace / "duck.py").read_text() == "mine\n"


@pytest.mark.parametrize(
    "name",
    ["../x.txt", "a/../../x.txt", "/tmp/x.txt", "~/x.txt", "out/x.txt", ".git/config", "`.git`",
     "sub/.GIT/x", ".janus/x", "./", "a\0.txt", "\ud800.txt", f"{'a' * 300}.txt", "pipe.txt",
     "duck.py/x.txt", "latin.txt", "link.txt", "loop.txt"],
)  # fmt: skip
def test_nothing_is_written_where_it_does_not_belong(name, client, session):
    folder, outside = client.workspace, client.workspace.parent
    os.mkfifo(folder / "pipe.txt")
    (folder / "latin.txt").write_bytes(b"caf\xe9\n")
    (folder / "out").symlink_to(outside)
    (folder / "link.txt").symlink_to(outside / "elsewhere.txt")
    (folder / "loop.txt").symlink_to("loop.txt")
    before = sorted(outside.iterdir()), sorted(folder.rglob("*"))

    assert client.ask(session, f"write {name}: gotcha").startswith("I cannot write")
    assert (sorted(outside.iterdir()), sorted(folder.rglob("*"))) == before


def test_a_cancelled_prompt_ends_and_nothing_is_written(client, session):
    client.option = None
    prompt = client.prompt(session, "write notes.txt: milk")
    question = client.answer(prompt)
    busy = client.answer(client.send("session/prompt", sessionId=session, prompt=[]))
    client.write({"method": "session/cancel", "params": {"sessionId": session}})
    cancelled = client.answer(prompt)
    client.choose(question["id"], "allow_once")  # too late

    assert "answering already" in busy["error"]["message"]
    assert cancelled["result"] == {"stopReason": "cancelled"}
    assert client.calls()[-1]["status"] == "failed"
    assert "“write notes.txt: milk”" in client.ask(session, "what did I ask?")
    assert not (client.workspace / "notes.txt").exists()


def test_a_conversation_goes_on_in_another_process(client, session, connect):
    client.ask(session, "where is Duck?")
    client.process.stdin.close()
    assert client.process.wait(10) == 0
    client = connect()

    assert client.open("session/resume", sessionId=session) == {} and client.updates == []
    assert client.open("session/load", sessionId=session) == {}
    assert client.heard("user_message_chunk") == "where is Duck?"
    assert client.heard("agent_message_chunk").startswith("Duck is a class in duck.py")
    assert "1 question" in client.ask(session, "what did I ask before?")


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
    client.write({"method": "session/cancel", "params": {"sessionId": "x"}})
    client.choose("nobody asked", "allow_once")

    assert client.read()["error"]["code"] == code
    assert client.open()["sessionId"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_at_once_also_while_it_asks(number, client, session):
    client.option = None
    client.answer(client.prompt(session, "write notes.txt: milk"))
    client.process.send_signal(number)

    assert client.process.wait(10) == -number


def test_in_print_mode_nobody_can_be_asked(workspace):
    argv, env = [*DEMO, "-p", "-f", "write notes.txt: milk"], environ(workspace.parent)
    done = subprocess.run(argv, cwd=workspace, env=env, capture_output=True, text=True, timeout=30)

    assert done.stdout.startswith("I would write notes.txt, but not without your permission")
    assert not (workspace / "notes.txt").exists()
