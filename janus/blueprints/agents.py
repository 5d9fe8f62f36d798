"""Agents: which there are, and their own commands."""

from __future__ import annotations

from typing import Annotated

from flask import Blueprint
from msgspec import Meta

from janus import errors
from janus.blueprints.endpoint import SESSION, endpoint
from janus.blueprints.wire.agent import OfferedOption, OptionChoice
from janus.blueprints.wire.words import (
    AgentProtocol,
    AnyMachine,
    Body,
    Reply,
    SessionId,
    Short,
    Told,
    Word,
)
from janus.runtime import manager_here, runtime

bp = Blueprint("agents", __name__, url_prefix="/api")


class AgentInfo(Reply, frozen=True, kw_only=True):
    """An agent that Janus knows, and whether it is on this computer."""

    name: str
    #: Its name for a person.
    label: str
    available: bool
    version: str | None
    protocol: AgentProtocol | None
    #: What is wrong with it: it is slow, does not work, or lacks its adapter.
    problem: str | None
    #: How to install it.
    install: str
    #: How to log in.
    login: str
    #: What it lets its user choose, as it was when it ran last; empty before it ever ran.
    options: list[OfferedOption]


class AgentList(Reply, frozen=True, kw_only=True):
    """The agents, in the order of preference."""

    agents: list[AgentInfo]


@bp.get("/agents")
@endpoint(errors.NotFound, at_owner="read")
def index(query: AnyMachine) -> AgentList:
    """Every agent Janus knows, and whether it is on this computer, or on another machine.

    Takes some seconds: each agent is asked for its version.
    """
    found = []
    for spec, here, problem in runtime().agents.survey():
        more = {name: getattr(here, name, None) for name in ("version", "protocol")}
        more["problem"] = problem or None
        offered = runtime().agents.offered.of(spec.name)
        more["options"] = [
            OfferedOption.of(it, choices=[OptionChoice.of(one) for one in it.choices])
            for it in offered
        ]
        found.append(AgentInfo.of(spec, available=here is not None, **more))
    return AgentList(agents=found)


class McpBody(Body, frozen=True, kw_only=True):
    """A command for MCP servers."""

    #: `list`, `list-tools`, `enable`, `disable` or `login`; another one is no success.
    command: Word
    #: Arguments; one that begins with a dash is no success.
    args: Annotated[list[Short], Meta(max_length=50)] = []  # noqa: RUF012 (msgspec copies it)
    session_id: SessionId


class McpOutput(Reply, frozen=True, kw_only=True):
    """What a command printed."""

    #: All that was printed.
    output: str


class McpResult(Reply, frozen=True, kw_only=True):
    """What came of a command."""

    session_id: SessionId
    success: bool
    #: The first line of the output, or why there is none.
    message: Told
    data: McpOutput


@bp.post("/mcp-command")
@endpoint(*SESSION, errors.AgentNotFound, errors.AgentFailed, at_owner="do")
def mcp_command(body: McpBody) -> McpResult:
    """Run one of the agent's own commands for MCP servers, in the session's folder."""
    success, output = manager_here(body.session_id).mcp(body.session_id, body.command, body.args)
    nothing = "Done." if success else "It failed and printed nothing."
    return McpResult(
        session_id=body.session_id,
        success=success,
        message=output.partition("\n")[0] or nothing,
        data=McpOutput(output=output),
    )
