"""What a session may expect of an agent, and how one is made.

    table    the agents Janus knows
    found    which of them are on this computer
    process  one program under its guardian; guardian, lines
    print_mode, acp    the two ways to speak with it

Importing this module costs little: the drivers are imported where they are first needed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from janus.agents.found import Found

#: Told what an agent does, as it happens, on whatever thread it happens: a kind and its data. The
#: kinds are ``conversation {id, protocol, model, forgotten?}`` (``forgotten``, which is True, says
#: that there was another one), ``assistant_delta {text}``, ``thought_delta {text}``,
#: ``tool_call {id, name, kind, title, status, output?}``,
#: ``plan {entries}``, ``status {detail}``,
#: ``permission_request {request_id, kind, title, options, fields?, …}``,
#: ``permission_resolved {request_id, option_id, outcome}``, ``options {options}`` and
#: ``died {message, exit_code, signal}``.
Emit = Callable[[str, dict[str, Any]], object]
#: The conversation so far, as context for an agent that has forgotten it; may be empty.
Recap = Callable[[], str]


class Agent(Protocol):
    """What a session needs from any agent."""

    @property
    def asks(self) -> bool:
        """Whether it can ask the user before it acts."""

    @property
    def pid(self) -> int | None:
        """Its process, while it has one."""

    def start(self, cancelled: Event) -> None:
        """Be ready for a turn; called like ``prompt``. Raises AgentFailed."""

    def prompt(self, text: str, limit: float, cancelled: Event) -> str:
        """Run one turn of at most *limit* seconds.

        Returns why it ended, ``end_turn`` or ``cancelled`` as a rule. Raises AgentFailed. Whoever
        wants to cancel it sets *cancelled*, before or after the turn begins, and then calls
        ``interrupt``.
        """

    def interrupt(self) -> None:
        """Make the running turn end soon. Returns at once; harmless without one."""

    def answer(
        self, request_id: str, option_id: str, answers: dict[str, Any] | None = None
    ) -> None:
        """Answer a ``permission_request``, and fill in its ``fields``, by their ids.

        Raises PermissionNotFound, AlreadyAnswered, InvalidRequest.
        """

    def choose(self, option_id: str, value: str) -> None:
        """Choose one of its ``options``. Raises InvalidRequest, AgentFailed."""

    def stop(self) -> None:
        """End the agent and all it started. Callable from any thread, also twice."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation as its agent knows it. The two protocols of an agent keep separate stores."""

    agent: str
    protocol: str
    id: str


def make_agent(
    found: Found,
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
    from janus.agents.acp import AcpAgent
    from janus.agents.print_mode import PrintAgent

    own = conversation if conversation and conversation.agent == found.entry.name else None
    protocol = own.protocol if own else found.protocol
    driver = AcpAgent if protocol == "acp" else PrintAgent
    return driver(found, cwd, name, emit, own.id if own else None, recap=recap)
