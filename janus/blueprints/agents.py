"""Agents: which there are, and their own commands."""

from __future__ import annotations

from flask import Blueprint

from janus.blueprints.endpoint import endpoint
from janus.blueprints.wire.agents import AgentInfo, AgentList, McpBody, McpResult
from janus.errors import (
    AgentFailed,
    AgentNotFound,
    InvalidSessionId,
    ServerStopping,
    SessionNotFound,
)
from janus.runtime import runtime

bp = Blueprint("agents", __name__, url_prefix="/api")


@bp.get("/agents")
@endpoint(returns=AgentList)
def index() -> AgentList:
    """Every agent Janus knows, and whether it is on this computer.

    Takes some seconds: each agent is asked for its version.
    """
    surveyed = runtime().manager.agents.survey()
    return AgentList(agents=[AgentInfo.of_survey(spec, found) for spec, found in surveyed])


@bp.post("/mcp-command")
@endpoint(
    body=McpBody,
    returns=McpResult,
    errors=(InvalidSessionId, SessionNotFound, ServerStopping, AgentNotFound, AgentFailed),
)
def mcp_command(body: McpBody) -> McpResult:
    """Run one of the agent's own commands for MCP servers, in the session's folder."""
    success, output = runtime().manager.mcp(body.session_id, body.command, body.args)
    return McpResult.of_run(body.session_id, success, output)
