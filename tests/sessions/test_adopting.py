"""What was begun in a terminal is continued here, copied first, once, and by one program."""

import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from conftest import FAKE_AGENTS, fake_path, state_of, wait_for
from kit.stored import BEGAN, claude_begins, conversation, cursor_begins, cursor_chat
from msgspec.structs import replace as changed

from janus.agents.process.rivals import Running
from janus.errors import (
    AgentFailed,
    AgentNotFound,
    Conflict,
    InvalidRequest,
    NotFound,
    SessionExists,
    StorageFailed,
    TooManySessions,
)
from janus.model import SessionInfo

NAP = 601  # seconds, which tell the programs of these tests from others
ID = conversation(1)
TURNS = ("list the files", "There is a.txt."), ("and now?", "Still a.txt.")


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


@pytest.fixture
def begun(home, workspace):
    """A conversation of Cursor's terminal."""
    cursor_begins(home / ".cursor", workspace, ID, *TURNS).close()
    return cursor_chat(home / ".cursor", workspace, ID)


@pytest.fixture
def acp(settings, make_manager, home, tmp_path):
    """Janus with an agent that has to be asked for its conversations, which has one."""
    (home / ".acp-fake").mkdir()
    (home / ".acp-fake" / ID).write_text('"first"\n"second"\n')
    environ = {"HOME": str(home), "PATH": fake_path(tmp_path)}
    command = (str(FAKE_AGENTS / "acp-agent"), "resume")
    changed = {"agent": "auto", "agent_command": command, "environ": environ}
    manager = make_manager(replace(settings, **changed))
    manager.prepare()
    return manager


class running:
    """A program of somebody else called *name* that does nothing, or runs *code*."""

    def __init__(self, name="python3", *arguments, cwd="/", code=""):
        wait = f"{code}print('ready', flush=True); import time; time.sleep({NAP})"
        argv = [name, "-c", wait, *arguments]
        self._start = {"args": argv, "executable": sys.executable, "cwd": cwd}

    def __enter__(self):
        self.process = subprocess.Popen(**self._start, stdout=subprocess.PIPE)
        assert self.process.stdout.readline() == b"ready\n"
        return self.process

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


@pytest.fixture(autouse=True)
def strangers(monkeypatch):
    """What ``running`` starts is below this process; it is to count as another's all the same."""
    is_ours = Running.is_ours

    def judged(process):
        return f"time.sleep({NAP})" not in " ".join(process.arguments) and is_ours(process)

    monkeypatch.setattr(Running, "is_ours", judged)


def ids(janus):
    return [it.conversation_id for it in janus.terminal.list()[0]]


def words(janus, id):
    return [(it.role, it.content) for it in janus.transcript(id)[1]]


def test_what_the_terminal_began_is_listed(janus, begun):
    [one], problems = janus.terminal.list()

    assert (one.agent, one.conversation_id, one.title) == ("cursor-agent", ID, "list the files")
    assert one.driver is None and problems == ()


def test_it_is_continued_with_all_that_was_said(janus, begun):
    id = janus.terminal.adopt("cursor", ID).session_id
    answer = janus.ask(id, "say on")

    said = words(janus, id)
    assert said[:4] == [
        ("user", "list the files"), ("assistant", "There is a.txt."),
        ("user", "and now?"), ("assistant", "Still a.txt."),
    ]  # fmt: skip
    assert said[-2:] == [("user", "say on"), ("assistant", "on ")] and answer.answer == "on "
    assert janus.get(id).conversation_id == ID
    assert (janus.get(id).title, janus.get(id).agent) == ("list the files", "cursor-agent")
    steps = [call for it in janus.state(id).messages for call in it.tool_calls]
    assert [(call.title, call.output) for call in steps] == [("ls", "a.txt")] * 2


def test_it_is_whole_although_the_agent_drops_it(janus, begun, settings):
    id = janus.terminal.adopt("cursor-agent", ID).session_id
    shutil.rmtree(begun.parent)

    assert words(janus, id)[0] == ("user", "list the files")
    janus.ask(id, "say on")
    log = (state_of(settings) / "logs" / f"{id}.jsonl").read_text()
    assert "does not remember this conversation" in log and "Janus gave it what was said" in log


def test_it_is_the_same_after_a_restart(start, begun):
    before = start()
    id = before.terminal.adopt("cursor", ID).session_id
    said = words(before, id)
    before.stop()
    again = start()

    assert words(again, id) == said
    assert ids(again) == []
    assert again.terminal.adopt("cursor", ID).session_id == id


def test_many_who_continue_it_at_once_have_one_session(acp, home):
    with ThreadPoolExecutor(20) as pool:
        infos = [*pool.map(lambda _: acp.terminal.adopt("custom", ID), range(20))]

    assert len({info.session_id for info in infos}) == 1 and len(acp.all()) == 1
    wait_for(lambda: acp.get(infos[0].session_id).status == "waiting")
    heard = [json.loads(line) for line in (home / "heard").read_text().splitlines()]
    called = [it.get("method") for it in heard]
    assert called.count("session/load") == 1 and called.count("session/resume") == 1


def test_one_that_is_not_installed_is_told_how(start, home, workspace):
    claude_begins(home / ".claude", workspace, ID, *TURNS)
    janus = start()

    assert ids(janus) == [ID]
    with pytest.raises(AgentNotFound, match="npm install"):
        janus.terminal.adopt("claude", ID)
    assert janus.all() == [] and ids(janus) == [ID]


def test_an_agent_without_a_store_that_is_known_is_asked_itself(acp):
    [one], _ = acp.terminal.list()
    info = acp.terminal.adopt("custom", ID)

    assert (one.agent, one.title) == ("custom", f"About {ID}")
    assert words(acp, info.session_id)[:3] == [
        ("user", '"first"'), ("assistant", ""), ("user", '"second"'),
    ]  # fmt: skip
    assert words(acp, info.session_id)[3] == ("assistant", "an old answer")
    answer = acp.ask(info.session_id, "say on").answer
    assert answer.strip() == "on"
    assert [said for said in words(acp, info.session_id) if said[1] == '"first"'] == [
        ("user", '"first"')
    ]


def test_what_is_held_in_janus_is_not_listed_open_or_ended(acp, home):
    id = acp.create().session_id
    acp.ask(id, "say hello")
    held = acp.get(id).conversation_id

    assert (home / ".acp-fake" / held).exists() and ids(acp) == [ID]
    with pytest.raises(SessionExists) as refused:
        acp.terminal.adopt("custom", held)
    assert refused.value.details["session_id"] == id
    acp.end(id, summary=False)
    assert ids(acp) == [ID]


@pytest.mark.slow
def test_deleted_stays_deleted(acp, settings):
    adopted = acp.terminal.adopt("custom", ID).session_id
    acp.end(adopted, summary=False)
    acp.delete(adopted)
    begun = acp.create().session_id
    acp.ask(begun, "say hello")
    held = acp.get(begun).conversation_id
    acp.end(begun, summary=False)
    acp.delete(begun)

    assert ids(acp) == []
    for id in (ID, held):
        with pytest.raises(NotFound, match="deleted"):
            acp.terminal.adopt("custom", id)
    kept = json.loads((state_of(settings) / "deleted.json").read_text())
    assert {*kept["conversations"]} == {ID, held} and {*kept["sessions"]} == {adopted, begun}


def test_what_an_earlier_version_knows_to_be_deleted_is_still_deleted(start, settings):
    state_of(settings).mkdir(parents=True)
    (state_of(settings) / "deleted.json").write_text('["3f1b"]\n')
    janus = start()

    assert janus.knows("3f1b")


def test_it_is_refused_while_another_program_works_on_it(janus, begun):
    with running("claude", f"--resume={ID}") as other:
        [one], _ = janus.terminal.list()
        with pytest.raises(Conflict) as refused:
            janus.terminal.adopt("cursor", ID)

    assert str(other.pid) in one.driver
    assert refused.value.details["pid"] == other.pid and str(other.pid) in str(refused.value)
    assert janus.all() == []
    janus.terminal.adopt("cursor", ID)


def test_it_is_refused_while_another_program_has_its_file_open(janus, begun):
    code = f"f = open({str(begun / 'store.db')!r}, 'r+'); "
    with running(code=code), pytest.raises(Conflict):
        janus.terminal.adopt("cursor", ID)
    with running(code=code.replace("r+", "r")):
        janus.terminal.adopt("cursor", ID)


def test_it_is_refused_while_its_agent_runs_in_the_folder_since_before(janus, begun, workspace):
    with running("cursor-agent", cwd=workspace):
        os.utime(begun / "store.db")  # it has just been used
        [one], _ = janus.terminal.list()
        assert one.driver.startswith("cursor-agent")
        os.utime(begun / "store.db", (BEGAN, BEGAN))
        [one], _ = janus.terminal.list()
        assert one.driver is None


@pytest.mark.slow
def test_no_turn_of_a_running_agent_runs_while_another_program_works_on_it(acp):
    id = acp.terminal.adopt("custom", ID).session_id
    acp.ask(id, "say on")
    assert acp.get(id).pid

    with running("claude", "--resume", ID), pytest.raises(AgentFailed, match="works on this"):
        acp.ask(id, "say two")

    assert acp.ask(id, "say three").answer.strip() == "three"


def test_no_turn_runs_while_another_program_works_on_the_conversation(janus, begun):
    id = janus.terminal.adopt("cursor", ID).session_id
    janus.ask(id, "say on")

    told = r"^cursor-agent \(process \d+\) works on this conversation"
    with running("cursor-agent", f"--resume={ID}"), pytest.raises(AgentFailed, match=told):
        janus.ask(id, "say two")

    assert janus.ask(id, "say three").answer == "three "


@pytest.mark.parametrize("id", ["--force", "", "a b", "../../etc", "x" * 300, "a/b"])
def test_no_odd_id_goes_anywhere(janus, id):
    with pytest.raises(InvalidRequest):
        janus.terminal.adopt("cursor", id)


def test_what_is_not_there_leaves_nothing(janus, settings):
    with pytest.raises(NotFound):
        janus.terminal.adopt("cursor", "not-there")

    assert janus.all() == [] and not [*(state_of(settings) / "logs").glob("*not*")]


def test_the_limit_of_sessions_counts(start, cursor, begun):
    janus = start(replace(cursor, max_sessions=1))
    janus.create()

    with pytest.raises(TooManySessions):
        janus.terminal.adopt("cursor", ID)


def test_a_full_disk_leaves_nothing(janus, begun, settings, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("janus.storage.folder.write_all", full)
        with pytest.raises(StorageFailed, match="free some space"):
            janus.terminal.adopt("cursor", ID)

    assert janus.all() == [] and [*(state_of(settings) / "logs").iterdir()] == []
    assert janus.terminal.adopt("cursor", ID).title == "list the files"


@pytest.mark.parametrize(
    ("agent", "protocol", "command"),
    [
        ("cursor-agent", "print", "cursor-agent --resume"),
        ("claude", "acp", "claude --resume"),
        ("codex", "acp", "codex resume"),
        ("opencode", "acp", "opencode --session"),
        ("cursor-agent", "acp", None),
        ("custom", "acp", None),
        ("janus-demo-agent", "acp", None),
    ],
)
def test_a_session_tells_what_continues_it_in_a_terminal(
    janus, workspace, agent, protocol, command
):
    info = SessionInfo("s", None, "idle", agent, 0, 0, conversation_id="c1", protocol=protocol)

    told = janus.terminal.resume_command(info)

    assert told == (command and f"cd {workspace} && {command} c1")
    odd = '/tmp/a\'; rm -rf $HOME `x` "b"'
    if told:
        quoted = janus.terminal.resume_command(changed(info, worktree_path=odd))
        shown = quoted.partition(" && ")[0].replace("cd ", "printf %s ", 1)
        assert subprocess.run(["sh", "-c", shown], capture_output=True, text=True).stdout == odd
    assert janus.terminal.resume_command(changed(info, conversation_id="x; rm -rf /")) is None
    assert janus.terminal.resume_command(changed(info, conversation_id=None)) is None


def test_it_is_told_of_sessions_that_ended_or_rest_too(start, begun, workspace):
    janus = start()
    id = janus.terminal.adopt("cursor", ID).session_id
    command = f"cd {workspace} && cursor-agent --resume {ID}"
    janus.stop()
    again = start()
    [resting] = again.all()
    assert again.terminal.resume_command(resting) == command
    again.end(id, summary=False)
    again.stop()

    [ended] = (last := start()).ended(5, None).sessions
    assert last.terminal.resume_command(ended) == command
