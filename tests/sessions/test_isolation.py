"""Four sessions work on the same files at once; none sees the others' files, words or crashes."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import FAKE_AGENTS, fake_path, git, wait_for

from janus.errors import AgentFailed

#: How agents of either protocol are made to die, and what is said of it then.
DEATHS = {
    "cursor-agent": [("die 3", "exit_code", 3), ("kill", "signal", 9)],
    "custom": [("quit gone", "exit_code", 1), ("kill", "signal", 9)],
}
ROUNDS = 3


@pytest.fixture(params=DEATHS)
def agent(request):
    return request.param


@pytest.fixture
def manager(agent, make_manager, settings, tmp_path, home):
    environ = {"HOME": str(home), "PATH": fake_path(tmp_path, "agent")}
    command = (str(FAKE_AGENTS / "acp-agent"),) if agent == "custom" else ()
    settings = replace(settings, agent=agent, agent_command=command, environ=environ)
    manager = make_manager(settings)
    manager.prepare()  # hides what is ours from git status
    return manager


@pytest.fixture
def sessions(manager):
    """The first of these four dies every few prompts."""
    with ThreadPoolExecutor(4) as pool:
        return [*pool.map(lambda _: manager.create("fix"), range(4))]


@pytest.mark.slow
def test_each_session_works_in_its_own_files_and_dies_its_own_deaths(
    agent, manager, sessions, workspace
):
    together = threading.Barrier(4)
    unlucky, *lucky = sessions

    def work(session):
        """Write, all at the same time; the statuses seen after each death."""
        seen = []
        for number in range(ROUNDS * 2):
            together.wait(60)
            line = f"{session.session_id} {number}"
            said = manager.ask(session.session_id, f"write README.md {line}").answer
            assert said.strip() == session.worktree_path
            if session is unlucky and number % 2:
                death, kind, value = DEATHS[agent][number // 2 % 2]
                with pytest.raises(AgentFailed) as failure:
                    manager.ask(session.session_id, death)
                assert failure.value.details[kind] == value
                seen.append(manager.get(session.session_id).status)
        return seen

    readme = (workspace / "README.md").read_text()
    with ThreadPoolExecutor(4) as pool:
        seen = [*pool.map(work, sessions)]

    assert seen == [["error"] * ROUNDS, [], [], []]
    assert (workspace / "README.md").read_text() == readme
    assert git(workspace, "status", "--porcelain") == ""
    for session in sessions:
        written = (Path(session.worktree_path) / "README.md").read_text()
        lines = [f"{session.session_id} {number}\n" for number in range(ROUNDS * 2)]
        assert written == readme + "".join(lines)
        assert git(session.worktree_path, "status", "--porcelain") == " M README.md\n"

    assert len({session.branch for session in sessions}) == 4
    now = manager.get(unlucky.session_id)
    assert (now.status, now.attention) == ("error", "error")
    for session in lucky:
        now = manager.get(session.session_id)
        assert (now.status, now.attention) == ("waiting", None)
        said = manager.conversation(session.session_id)
        assert [message.role for message in said] == ["user", "assistant"] * ROUNDS * 2
        assert all(unlucky.session_id not in message.content for message in said)
    assert manager.ask(unlucky.session_id, "say well").answer.strip() == "well"
    assert manager.get(unlucky.session_id).status == "waiting"


@pytest.mark.others_slow
def test_the_agents_processes_run_in_their_worktrees(agent, manager, sessions, tmp_path):
    for session in sessions:
        # An agent of the one kind lives as long as its turn, one of the other as its session.
        prompt = f"until {tmp_path}/go" if agent == "cursor-agent" else "say here"
        manager.say(session.session_id, prompt)

    for session in sessions:
        pid = wait_for(lambda id=session.session_id: manager.get(id).pid)
        wait_for(lambda pid=pid, path=session.worktree_path: str(cwd(pid)) == path)

    pids = {manager.get(session.session_id).pid for session in sessions}
    assert len(pids) == 4 and None not in pids
    (tmp_path / "go").touch()


def cwd(pid):
    return Path(f"/proc/{pid}/cwd").readlink()
