"""The agents of a computer over time: what was not there, slow or broken is looked for again."""

import threading
from dataclasses import replace

import pytest
from conftest import wait_for

from janus.agents import probe
from janus.agents.catalog import AgentCatalog
from janus.errors import AgentFailed, AgentNotFound, InvalidRequest


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "programs").mkdir()
    return tmp_path / "programs"


@pytest.fixture
def catalog(settings, home, folder):
    """Makes a catalog that finds the programs in ``folder``; all are stopped at the end."""
    made = []

    def catalog(agent="auto"):
        environ = {"HOME": str(home), "PATH": f"{folder}:/usr/bin:/bin"}
        made.append(AgentCatalog(replace(settings, agent=agent, environ=environ)))
        return made[-1]

    yield catalog
    for one in made:
        one.stop()


def install(folder, name, script):
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


def test_the_demo_answers_until_there_is_a_real_agent(catalog, folder):
    agents = catalog()
    agents.announce()
    assert agents.agent().is_demo and agents.now().is_demo and not agents.knows(None)

    install(folder, "qwen", "echo 0.24.4")

    assert agents.agent().spec.name == agents.now().spec.name == "qwen"
    assert agents.knows(None)


def test_a_slow_agent_is_given_at_once_and_taken_as_good_as_soon_as_it_answers(
    catalog, folder, monkeypatch
):
    monkeypatch.setattr(probe, "VERSION", 0.4)
    install(folder, "gemini", "sleep 0.8; echo 0.61.0")
    agents = catalog("gemini")

    first = agents.agent()
    assert "did not answer within 0.4 seconds" in first.problem and first.spec.name == "gemini"
    assert not agents.knows("gemini")
    assert agents.agent().problem  # while it is asked again, and for longer

    found = wait_for(lambda: (now := agents.agent()) and not now.problem and now)
    assert found.version == "0.61.0" and agents.knows("gemini")


def test_a_broken_agent_says_so_until_it_works(catalog, folder):
    install(folder, "gemini", "echo Cannot find module >&2; exit 1")
    agents = catalog("gemini")

    for ask in (agents.agent, agents.now):
        with pytest.raises(AgentFailed, match=r"does not work: .*Cannot find module"):
            ask()
    install(folder, "gemini", "echo 0.61.0")

    assert agents.agent().version == "0.61.0"


def test_what_is_not_there_is_said_each_time(catalog):
    agents = catalog("claude")

    for _ in range(2):
        with pytest.raises(AgentNotFound, match="run: npm install"):
            agents.agent()
    with pytest.raises(InvalidRequest):
        agents.agent("nobody")


def test_who_asks_at_the_same_time_waits_for_the_same_search(catalog, folder, tmp_path):
    install(folder, "gemini", f"echo x >> {tmp_path}/asked; sleep 0.3; echo 0.61.0")
    agents, found = catalog("gemini"), []
    threads = [
        threading.Thread(target=lambda: found.append(agents.agent().version)) for _ in range(5)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert found == ["0.61.0"] * 5 and (tmp_path / "asked").read_text() == "x\n"


def test_a_search_ends_with_the_catalog_and_delays_no_look(catalog, folder, tmp_path):
    install(folder, "gemini", f"touch {tmp_path}/asked; exec sleep 1000")
    agents = catalog()
    agents.announce()
    assert agents.now() is None
    wait_for((tmp_path / "asked").exists)

    agents.stop()
    agents.stop()

    with pytest.raises(AgentFailed):
        agents.agent("gemini")
