"""Which agents are found on a computer: programs on a PATH of their own, and what they may see."""

import json
import shutil
import stat
from pathlib import Path

import pytest
from conftest import FAKE_AGENTS, fake_path

from janus.agents import probe
from janus.agents.detection import SearchPath, detect, environment, survey
from janus.agents.known import CURSOR, GOOSE, KNOWN, spec_of
from janus.agents.spec import AgentSpec
from janus.errors import AgentFailed, AgentNotFound

CUSTOM = AgentSpec("custom", "Mine", programs=("mine",), version=None, acp=("serve",))
REAL = [entry for entry in KNOWN if entry.programs]
GREETS_WITH_AN_ERROR = (
    'read x; echo \'{"jsonrpc":"2.0","id":1,"error":{"code":-1,"message":"no node"}}\''
)
GREETING = '{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":%s}}'


@pytest.fixture
def computer(tmp_path, home):
    """Makes a computer with programs, given as shell scripts."""

    def computer(programs, custom=None, **environ):
        folder = tmp_path / "programs"
        folder.mkdir(exist_ok=True)
        for name, script in programs.items():
            (folder / name).write_text(f"#!/bin/sh\n{script}\n")
            (folder / name).chmod(0o755)
        return SearchPath({"HOME": str(home), "PATH": f"{folder}:/usr/bin:/bin", **environ}, custom)

    return computer


def version(entry):
    return "2026.10.01-e373342" if entry is CURSOR else f"{entry.name} 1.2.3"


def program_of(entry):
    """A script that says who it is, as this agent does."""
    if entry.version:
        return f"echo {version(entry)}"
    answer = {"protocolVersion": 1, "agentInfo": {"name": "x", "version": version(entry)}}
    return f"read x; echo '{json.dumps({'jsonrpc': '2.0', 'id': 1, 'result': answer})}'"


@pytest.mark.others_slow
@pytest.mark.parametrize(
    ("entry", "program"),
    [(entry, program) for entry in REAL for program in entry.programs],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_agent_is_found_by_each_of_its_programs_and_names(computer, entry, program):
    there = computer({program: program_of(entry)})

    for name in (entry.name, *entry.aliases):
        agent = detect(name, there)
        assert agent.spec is entry and Path(agent.program[0]).name == program
    assert detect("auto", there).spec is entry
    assert agent.version == version(entry) and not agent.problem
    assert agent.protocol == ("print" if entry is CURSOR else "acp")


@pytest.mark.parametrize("entry", [e for e in REAL if e.version], ids=lambda entry: entry.name)
def test_a_program_that_does_not_say_its_version_is_another(computer, entry):
    with pytest.raises(AgentNotFound, match=entry.label):
        detect(entry.name, computer(dict.fromkeys(entry.programs, "echo hello")))


@pytest.mark.parametrize(
    ("name", "script", "words"),
    [
        (
            "gemini",
            "echo Out of luck >&2; exit 3",
            "gemini --version ended with exit code 3, last words: Out of luck.",
        ),
        ("gemini", "kill -9 $$", "gemini --version ended with signal 9."),
        ("codex", "echo '{}'; exit 9", "codex-acp ended with exit code 9"),
        ("claude", GREETS_WITH_AN_ERROR, "greets with an error: no node"),
    ],
)
def test_a_program_that_is_there_and_broken_says_how(computer, name, script, words):
    there = computer({spec_of(name).programs[0] if spec_of(name).programs else name: script})

    with pytest.raises(AgentFailed, match="is installed, but does not work") as caught:
        detect(name, there)
    assert words in str(caught.value) and type(caught.value) is AgentFailed
    demo = detect("auto", there)
    assert demo.is_demo and words in demo.problem


@pytest.mark.parametrize("name", ["claude", "codex"])
def test_an_agent_without_its_adapter_is_told_so(computer, name):
    there = computer({name: "exit 1"})

    with pytest.raises(AgentNotFound, match=r"is installed, but not the adapter .* npm install"):
        detect(name, there)


@pytest.mark.others_slow
@pytest.mark.parametrize("program", ["gemini", "claude-agent-acp", "cursor-agent"])
def test_a_program_that_is_there_and_slow_is_taken_unless_another_answers(
    computer, monkeypatch, program
):
    monkeypatch.setattr(probe, "VERSION", 0.5)
    monkeypatch.setattr(probe, "GREETING", 0.5)
    there = computer({program: "exec sleep 100"})

    agent = detect("auto", there)

    assert Path(agent.program[0]).name == program and agent.version == ""
    assert "is installed, but did not answer within" in agent.problem
    assert detect("auto", computer({"qwen": "echo 1.0"})).spec.name == "qwen"


def test_a_slow_program_with_a_common_name_has_to_say_first_who_it_is(computer, monkeypatch):
    monkeypatch.setattr(probe, "VERSION", 0.3)
    there = computer({"agent": "exec sleep 100"})

    assert detect("auto", there).is_demo
    with pytest.raises(AgentFailed, match=r"did not answer within .*, or .* is another program"):
        detect("cursor", there)


def test_notices_may_come_before_the_version(computer):
    there = computer({"agent": f"echo 'A new version is there!'; echo {version(CURSOR)}"})

    assert detect("cursor", there).version == version(CURSOR)


@pytest.mark.parametrize(
    ("answer", "protocol"),
    [
        (f"read x; echo '{GREETING % 1}'", "acp"),
        (f"read x; echo 'A new version is there!'; echo '{GREETING % 1}'", "acp"),
        (f"read x; echo '{GREETING % 1}'; exec sleep 100", "acp"),
        (f"read x; echo '{GREETING % 2}'", "print"),
        ('read x; echo \'{"jsonrpc":"2.0","id":1,"error":{"code":-1,"message":"no"}}\'', "print"),
        ("echo [1]; echo '{'", "print"),
        ("exit 1", "print"),
        ("exec sleep 100", "print"),
        pytest.param("exec yes", "print", marks=pytest.mark.slow),
    ],
)
def test_cursor_speaks_acp_if_it_greets(computer, monkeypatch, answer, protocol):
    monkeypatch.setattr(probe, "GREETING", 1.0 if protocol == "print" else 6.0)
    script = f'if [ "$1" != acp ]; then echo {version(CURSOR)}; exit; fi\n{answer}'

    assert detect("cursor", computer({"agent": script})).protocol == protocol


@pytest.fixture
def cursor(computer, tmp_path):
    """A computer with a cursor-agent that counts how often it is asked for ACP, and answers so."""

    def cursor(answer, version="2026.10.01-e373342"):
        count = f'if [ "$1" != acp ]; then echo {version}; exit; fi\necho x >> {tmp_path}/asked'
        return computer({"agent": f"{count}\nread x\n{answer}"})

    cursor.asked = lambda: len((tmp_path / "asked").read_text().splitlines())
    return cursor


GREETS, REFUSES, ENDS = f"echo '{GREETING % 1}'", f"echo '{GREETING % 2}'", "exit 1"


@pytest.mark.parametrize(
    ("answer", "protocol"), [(GREETS, "acp"), (REFUSES, "print"), (ENDS, "print")]
)
def test_whether_a_version_speaks_acp_is_asked_once(cursor, home, answer, protocol):
    for _ in range(3):
        assert detect("cursor", cursor(answer)).protocol == protocol

    assert cursor.asked() == 1
    memory = home / ".local" / "state" / "janus" / "acp.json"
    assert stat.S_IMODE(memory.stat().st_mode) == 0o600
    assert [*memory.parent.iterdir()] == [memory]


def test_another_version_is_asked_anew(cursor):
    assert detect("cursor", cursor(ENDS)).protocol == "print"
    newer = cursor(GREETS, "2026.11.01-0123abc")

    assert detect("cursor", newer).protocol == detect("cursor", newer).protocol == "acp"
    assert cursor.asked() == 2


def test_what_is_remembered_is_where_the_owner_keeps_such_things(cursor, tmp_path):
    there = cursor(GREETS)
    there = SearchPath({**there.environ, "XDG_STATE_HOME": str(tmp_path / "state")})

    detect("cursor", there)
    assert (tmp_path / "state" / "janus" / "acp.json").exists()


@pytest.mark.parametrize("answer", ["exec sleep 100", "exec 1>&-; exec sleep 100", "kill -9 $$"])
def test_what_is_no_answer_is_not_remembered(cursor, monkeypatch, answer):
    monkeypatch.setattr(probe, "GREETING", 0.5)
    monkeypatch.setattr(probe, "_END", 0.2)
    assert detect("cursor", cursor(answer)).protocol == "print"
    monkeypatch.undo()

    assert detect("cursor", cursor(GREETS)).protocol == "acp"


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "[" * 10_000, "\xff", '{"%s": 1}', '{"%s": {"acp": true}}', "{}"]
)
def test_a_memory_that_cannot_be_read_is_none(cursor, home, tmp_path, text):
    memory = home / ".local" / "state" / "janus" / "acp.json"
    memory.parent.mkdir(parents=True)
    memory.write_text(text.replace("%s", f"{tmp_path}/programs/agent"), encoding="latin-1")

    assert detect("cursor", cursor(REFUSES)).protocol == "print"
    assert detect("cursor", cursor(GREETS)).protocol == "print"
    assert cursor.asked() == 1


def test_a_memory_that_cannot_be_written_is_done_without(cursor, home):
    (home / ".local").write_text("not a folder")

    for _ in range(2):
        assert detect("cursor", cursor(GREETS)).protocol == "acp"
    assert cursor.asked() == 2


def test_the_owners_command_comes_first(computer):
    there = computer({"mine": "exit 1", "gemini": "echo 1.0"}, CUSTOM)

    for name in ("auto", "custom"):
        assert detect(name, there).spec is CUSTOM
    assert detect("gemini", there).spec.name == "gemini"


def test_the_owners_command_that_is_not_there_is_named(computer):
    with pytest.raises(AgentNotFound, match="Mine is not installed"):
        detect("custom", computer({}, CUSTOM))
    with pytest.raises(AgentNotFound, match="JANUS_AGENT_COMMAND"):
        detect("custom", computer({}))


def test_a_program_of_this_folder_is_known_by_its_whole_path(computer, tmp_path, monkeypatch):
    there = computer(
        {"mine": "exit 1"}, AgentSpec("custom", "", programs=("programs/mine",), acp=())
    )
    monkeypatch.chdir(tmp_path)

    with pytest.raises(AgentFailed):  # it says no version
        detect("custom", there)
    there = SearchPath(there.environ, AgentSpec("custom", "", (), ("programs/mine",), None, ()))
    assert detect("custom", there).program == (str(tmp_path / "programs" / "mine"),)


@pytest.mark.parametrize("path", [{}, {"PATH": ""}])
def test_without_a_path_nothing_is_taken_from_this_folder(home, tmp_path, monkeypatch, path):
    shutil.copy(FAKE_AGENTS / "cursor-agent", tmp_path / "agent")
    monkeypatch.chdir(tmp_path)

    assert detect("auto", SearchPath({"HOME": str(home), **path})).is_demo


def test_an_agent_sees_the_usual_its_own_and_what_the_owner_allows():
    names = ["HOME", "LC_ALL", "GOOSE_X", "GOOSE_MODE", "OPENAI_API_KEY", "JANUS_LOG", "A1", "A2"]
    environ = dict.fromkeys(names, "x")
    given = {"TERM": "dumb", "NO_COLOR": "1", "GIT_TERMINAL_PROMPT": "0", "GOOSE_MODE": "approve"}

    assert environment(GOOSE, SearchPath(environ)) == {
        **dict.fromkeys(("HOME", "LC_ALL", "GOOSE_X"), "x"),
        **given,
    }
    more = environment(GOOSE, SearchPath(environ, visible=("A1", "OPENAI_*")))
    assert {"A1", "OPENAI_API_KEY"} <= set(more) and "A2" not in more and "JANUS_LOG" not in more


@pytest.mark.parametrize(
    "name",
    ["ALL_PROXY", "all_proxy", "NODE_USE_ENV_PROXY", "HTTPS_PROXY", "no_proxy"],
)
def test_every_agent_sees_how_the_network_is_reached(name):
    assert all(name in environment(entry, SearchPath({name: "x"})) for entry in KNOWN)


@pytest.mark.parametrize(
    ("variable", "agents"),
    [
        ("AWS_PROFILE", "cursor claude codex opencode goose"),
        ("GOOGLE_APPLICATION_CREDENTIALS", "claude gemini opencode goose"),
        ("GOOGLE_CLOUD_PROJECT", "claude gemini opencode goose"),
        ("CLOUD_ML_REGION", "claude"),
        ("AZURE_OPENAI_API_KEY", "claude codex opencode goose"),
    ],
)
def test_the_credentials_of_a_cloud_reach_the_agents_that_use_it(variable, agents):
    seen = {e.name for e in KNOWN if variable in environment(e, SearchPath({variable: "x"}))}

    assert seen == {spec_of(name).name for name in agents.split()}


def test_a_survey_tells_of_all_agents_and_finds_those_there_are(computer, tmp_path):
    there = computer({"mine": "exit 1", "qwen": "echo 0.24.4"}, CUSTOM)

    seen = {entry.name: agent and agent.version for entry, agent, _ in survey(there)}

    assert list(seen) == ["custom", *(entry.name for entry in KNOWN)]
    assert {name for name, version in seen.items() if version is not None} == {
        "custom",
        "qwen",
        "janus-demo-agent",
    }
    assert seen["qwen"] == "0.24.4"


@pytest.mark.slow
def test_a_survey_is_not_stopped_by_agents_that_hang(computer, monkeypatch):
    monkeypatch.setattr(probe, "VERSION", 5)  # in which the others begin, however busy it is

    there = computer({"gemini": "exec sleep 100", "goose": "exec yes", "qwen": "exit 1"})
    seen = {spec.name: (agent, problem) for spec, agent, problem in survey(there)}

    agent, problem = seen["gemini"]
    assert agent and "did not answer within 5 seconds" in problem
    for name, words in (("goose", "is not installed"), ("qwen", "does not work")):
        agent, problem = seen[name]
        assert agent is None and words in problem


def test_the_fake_agent_over_acp_is_found_like_any_other(home, tmp_path):
    path = fake_path(tmp_path, "mine", program=FAKE_AGENTS / "acp-agent")
    agent = detect("auto", SearchPath({"HOME": str(home), "PATH": path}, CUSTOM))

    assert (agent.protocol, agent.version) == ("acp", "")
