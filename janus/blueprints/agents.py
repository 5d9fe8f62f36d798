"""Agents: which there are, and their own commands."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from janus.blueprints.body import SHORT, read, strings
from janus.runtime import runtime

bp = Blueprint("agents", __name__, url_prefix="/api")


@bp.get("/agents")
def index() -> ResponseReturnValue:
    """Every agent Janus knows: whether it is here, and what to do if it is not."""
    return {
        "agents": [
            {
                "name": entry.name,
                "label": entry.label,
                "available": found is not None,
                "version": found.version if found else None,
                "protocol": found.protocol if found else None,
                "install": entry.install,
                "login": entry.login,
            }
            for entry, found in runtime().manager.agents.survey()
        ]
    }


@bp.post("/mcp-command")
def mcp_command() -> ResponseReturnValue:
    """Run the agent's own MCP subcommand in the session's folder."""
    body = read("command", "session_id", command=SHORT, session_id=SHORT, args=strings)
    good, said = runtime().manager.mcp(body["session_id"], body["command"], body.get("args", []))
    message = said.partition("\n")[0] or ("Done." if good else "It failed without a word.")
    return {
        "session_id": body["session_id"],
        "success": good,
        "message": message,
        "data": {"output": said},
    }
