"""What is known of an agent: how it is started and spoken with, and the one found here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

#: The agent that is part of Janus.
DEMO_NAME = "janus-demo-agent"


@dataclass(frozen=True, slots=True)
class AgentSpec:
    """An agent; *acp* and *prints* say how it can be spoken with."""

    name: str
    label: str
    aliases: tuple[str, ...] = ()
    #: Tried in order; none is one called like the agent.
    programs: tuple[str, ...] = ()
    #: What ``--version`` prints; None if it cannot be asked.
    version: str | None = r".*\d.*"
    #: The arguments that make it speak ACP; None if it does not.
    acp: tuple[str, ...] | None = None
    #: Whether it has cursor-agent's print mode.
    prints: bool = False
    #: Its subcommand for MCP servers, if it has one.
    mcp: tuple[str, ...] = ()
    #: Variables it may see beside the common ones; a trailing ``*`` stands for any rest.
    environ: tuple[str, ...] = ()
    #: Variables it is given.
    given: tuple[tuple[str, str], ...] = ()
    install: str = ""
    login: str = ""


@dataclass(frozen=True, slots=True)
class InstalledAgent:
    """An agent that can be started: its program, the way to speak with it, its environment."""

    spec: AgentSpec
    program: tuple[str, ...]
    protocol: str  # ``acp`` or ``print``
    version: str
    environ: Mapping[str, str]

    @property
    def is_demo(self) -> bool:
        return self.spec.name == DEMO_NAME
