"""Stop: agents that do not hear it, and what they let go on."""

import os
import signal
from pathlib import Path

import pytest
from conftest import wait_for
from recorder import ask, ask_in_background, interrupt

from janus.agents.acp import turns
from janus.agents.acp.messages import MessageReader
from janus.agents.process.begun import ticks
from janus.agents.process.lines import LineBuffer
from janus.errors import AgentFailed
from janus.model.events import AgentDied, Remark, ToolCall

pytest_plugins = ["acp_fixtures"]


def test_a_stopped_process_does_not_hold_up_stop_and_the_turn_says_what_happened(make, recorder):
    agent = make()
    cancelled, thread, outcome = ask_in_background(agent, "ignore")
    wait_for(lambda: recorder.text)
    pid = agent.pid
    os.kill(pid, signal.SIGSTOP)

    interrupt(agent, cancelled, thread)

    assert outcome == ["cancelled"] and agent.pid is None
    [remark] = recorder.all(Remark)
    assert "Fake did not react to Stop, so Janus ended it" in remark.content
    assert ask(agent, "recall") == "end_turn"
    assert recorder.text == "Working 1 before" and recorder.all(AgentDied) == []
    assert not Path(f"/proc/{pid}").exists()


def test_an_agent_that_is_slow_to_stop_is_kept_and_the_turn_is_over_at_once(
    make, recorder, monkeypatch
):
    monkeypatch.setattr(turns, "CANCEL", 0.05)
    agent = make()
    slow = "do agent.say('Working '); agent.wait_for_cancel(); time.sleep(0.5); agent.say('late ')"
    cancelled, thread, outcome = ask_in_background(agent, slow)
    wait_for(lambda: recorder.text)
    pid = agent.pid

    interrupt(agent, cancelled, thread)

    assert outcome == ["cancelled"] and recorder.text == "Working "
    assert ask(agent, "recall", "next") == "end_turn"
    assert agent.pid == pid and recorder.all(Remark) == []
    assert recorder.text_of("next") == "1 before" and "late" in recorder.text_of("turn")


def test_a_process_that_is_stopped_while_it_gets_ready_does_not_hold_up_stop(make, received):
    agent = make("slow")
    cancelled, thread, outcome = ask_in_background(agent, "say hello")
    wait_for(lambda: agent.pid)
    os.kill(agent.pid, signal.SIGSTOP)

    interrupt(agent, cancelled, thread)

    assert outcome == ["cancelled"]


@pytest.mark.others_slow
@pytest.mark.parametrize(
    "how", ["0", "signal.signal(signal.SIGTERM, signal.SIG_IGN)"], ids=["polite", "stubborn"]
)
def test_what_an_agent_lets_go_on_after_stop_is_ended(make, recorder, tmp_path, how):
    agent = make()
    ask(agent, "do import subprocess; subprocess.Popen(['sleep', '1000'])")
    before, began = children(agent.pid), ticks()
    wait_for(lambda: ticks() > began)  # the kernel counts no finer
    cancelled, thread, outcome = ask_in_background(agent, f"shell {how}")
    shell = int(wait_for(lambda: (tmp_path / "shell").exists() and read(tmp_path / "shell")))

    interrupt(agent, cancelled, thread)

    assert outcome == ["cancelled"]
    wait_for(lambda: not is_alive(shell))
    assert is_alive(agent.pid) and all(map(is_alive, before)) and before
    assert [it.content for it in recorder.all(Remark)] == [
        "Fake let go on what it ran, so Janus ended that."
    ]
    assert recorder.all(ToolCall)[-1].status == "cancelled"
    assert ask(agent, "say still here") == "end_turn"


@pytest.mark.others_slow
@pytest.mark.parametrize("reader, method", [(MessageReader, "feed_all"), (LineBuffer, "feed")])
def test_a_mistake_while_reading_fails_the_turn_aloud(make, recorder, monkeypatch, reader, method):
    agent = make()
    _, thread, outcome = ask_in_background(agent, "hang")
    wait_for(lambda: recorder.text)

    def feed(self, data):
        raise MemoryError("no more of it")

    with monkeypatch.context() as patch:
        patch.setattr(reader, method, feed)
        cancel = {"sessionId": agent.conversation}
        agent._connection._turns._peer.notify("session/cancel", cancel)  # then it says something
        thread.join(60)

    [failure] = outcome
    assert isinstance(failure, AgentFailed) and "no more of it" in str(failure)
    assert ask(agent, "recall") == "end_turn"


def read(file: Path):
    return file.read_text()


def children(pid):
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def is_alive(pid):
    """Whether a process is there, and more than a status that nobody has asked for."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
