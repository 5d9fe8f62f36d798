"""Many questions, many crashes: what must hold however often and whenever."""

import os
import random
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import QUICK, children, fake_path, wait_for

from janus.errors import AgentFailed
from janus.forks.client import FORKS
from janus.sessions import crash_loop as deaths

pytestmark = pytest.mark.slow


@pytest.fixture
def manager(make_manager, settings, tmp_path, home):
    environ = {"HOME": str(home), "PATH": fake_path(tmp_path, "agent", program=QUICK)}
    return make_manager(replace(settings, agent="cursor-agent", environ=environ))


@pytest.mark.slow(6)
def test_two_sessions_asked_from_eight_threads_answer_their_own_questions(manager):
    """200 questions each; the agent answers with its conversation's id and the question."""
    ids = [manager.create().session_id for _ in range(2)]

    def ask(thread):
        id = ids[thread % 2]
        return [(id, n, manager.ask(id, f"q{thread}-{n}").answer) for n in range(50)]

    with ThreadPoolExecutor(8) as pool:
        answers = [answer for answers in pool.map(ask, range(8)) for answer in answers]

    conversations = {id: {text.split()[0] for i, _, text in answers if i == id} for id in ids}
    assert [len(found) for found in conversations.values()] == [1, 1]
    assert conversations[ids[0]] != conversations[ids[1]]
    questions = sorted(text.split()[1] for _, _, text in answers)
    assert questions == sorted(f"q{thread}-{n}" for thread in range(8) for n in range(50))
    for id in ids:
        turns = {}
        for message in manager.conversation(id):
            turns.setdefault(message.turn_id, []).append(message.content.split()[-1])
        assert len(turns) == 200
        assert all(question == answer for question, answer in turns.values())


def below(pid, spared=()):
    """All processes below *pid*, the guardians and the agents, but for some and theirs."""
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        try:
            for child in (task / "children").read_text().split():
                if child not in spared:
                    found += [int(child), *below(child)]
        except OSError:
            continue  # gone meanwhile
    return found


def test_two_hundred_crashes_at_random_moments_fail_no_later_question(manager, monkeypatch):
    """During the start, within a line, after the result, while idle, and from outside."""
    monkeypatch.setattr(deaths, "ENOUGH", 1000)  # or it would soon be left alone
    chance = random.Random(7)
    others = children()  # of tests that ran before: a browser
    ids = [manager.create().session_id for _ in range(2)]
    stopping = threading.Event()

    def murder():
        while not stopping.wait(chance.random() * 0.05):
            if victims := below(os.getpid(), others):
                try:
                    os.kill(chance.choice(victims), signal.SIGKILL)
                except ProcessLookupError:
                    continue

    def crash(number):
        try:
            return manager.ask(ids[number % 2], chance.choice(["start", "line", "after", "alive"]))
        except AgentFailed as failure:
            return failure

    murderer = threading.Thread(target=murder)
    murderer.start()
    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(crash, range(200)))
    stopping.set()
    murderer.join()

    assert len([outcome for outcome in outcomes if isinstance(outcome, AgentFailed)]) > 50
    for id in ids:
        assert manager.ask(id, "well").answer.endswith(" well")
        manager.end(id)
    FORKS.stop()
    wait_for(lambda: below(os.getpid(), others) == [])
