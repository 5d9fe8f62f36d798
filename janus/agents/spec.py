"""What is known of an agent: how it is started and spoken with, and the one found here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

#: The agent that is part of Janus.
DEMO_NAME = "janus-demo-agent"
#: A name that says nothing by itself of a program that runs.
_TOO_COMMON = ("agent",)


@dataclass(frozen=True, slots=True)
class AgentSpec:
    """An agent; *acp* and *prints* say how it can be spoken with."""

    name: str
    label: str
    aliases: tuple[str, ...] = ()
    #: Tried in order; none is one called like the agent.
    programs: tuple[str, ...] = ()
    #: What ``--version`` prints; None if only its greeting in ACP tells.
    version: str | None = r".*\d.*"
    #: Of its programs those that others are called, too: they have to say who they are.
    common: tuple[str, ...] = ()
    #: The vendor's own program, where Janus speaks with another, the adapter.
    adapts: str = ""
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
    #: The command that continues a conversation in a terminal, up to its id, if there is one.
    resume: tuple[str, ...] = ()
    #: The protocol in which its conversations are held that this command knows; None for any.
    resumes: str | None = None
    #: Files at home (with a slash) and variables, each of which tells that somebody is logged in.
    logins: tuple[str, ...] = ()

    @property
    def called(self) -> frozenset[str]:
        """The names of its programs, those of others among them."""
        own = (self.name, *self.aliases, *self.programs, self.adapts)
        return frozenset(it.rpartition("/")[2] for it in own if it and it not in _TOO_COMMON)


@dataclass(frozen=True, slots=True)
class McpServer:
    """A program whose tools an agent may use: it speaks MCP on its stdin and stdout."""

    name: str
    command: tuple[str, ...]
    environ: Mapping[str, str]

    def to_json(self) -> dict[str, object]:
        """The server as ACP tells of it."""
        program, *args = self.command
        environ = [{"name": name, "value": value} for name, value in self.environ.items()]
        return {"name": self.name, "command": program, "args": args, "env": environ}


@dataclass(frozen=True, slots=True)
class InstalledAgent:
    """An agent that can be started: its program, the way to speak with it, its environment."""

    spec: AgentSpec
    program: tuple[str, ...]
    protocol: str  # ``acp`` or ``print``
    version: str
    environ: Mapping[str, str]
    #: Seconds it may take to get ready for a conversation.
    start_timeout: float = 300.0
    #: What is wrong with it for now, such as that it is slow; it may be used all the same.
    problem: str = ""
    #: The MCP servers it is offered with each conversation, as they are by then.
    servers: Callable[[], tuple[McpServer, ...]] = tuple

    @property
    def is_demo(self) -> bool:
        return self.spec.name == DEMO_NAME
