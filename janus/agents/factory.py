"""Make the driver for an installed agent."""

from __future__ import annotations

from pathlib import Path

from janus.agents.acp.agent import AcpAgent
from janus.agents.agent import Agent, Recap
from janus.agents.cursor.print_agent import PrintAgent
from janus.agents.spec import InstalledAgent
from janus.events import Emit
from janus.model import Conversation


def make_agent(
    agent: InstalledAgent,
    cwd: Path,
    name: str,
    emit: Emit,
    conversation: Conversation | None = None,
    *,
    recap: Recap = lambda: "",
) -> Agent:
    """An agent working in *cwd*, not started yet; it goes on with *conversation* if it had it.

    If it cannot, it begins a new one with *recap*, which is called on the thread of the turn.
    """

    own = conversation if conversation and conversation.agent == agent.spec.name else None
    protocol = own.protocol if own else agent.protocol
    driver = AcpAgent if protocol == "acp" else PrintAgent
    return driver(agent, cwd, name, emit, own.id if own else None, recap=recap)
