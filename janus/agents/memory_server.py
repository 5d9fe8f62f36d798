"""``janus mcp``, as agents are offered it: the program through which they ask what was said."""

from __future__ import annotations

import sys
from pathlib import Path

from janus.agents.spec import McpServer

_PROGRAM = Path(__file__).parents[1] / "cli" / "mcp.py"


def memory_servers(url: str | None, token: str) -> tuple[McpServer, ...]:
    """The server for one session; none while nothing listens at a *url* of this computer."""
    if url is None:
        return ()
    # Isolated: an agent starts it in the workspace, whose modules are a stranger's.
    command = (sys.executable, "-I", "-S", str(_PROGRAM))
    return (McpServer("janus", command, {"JANUS_MCP_URL": url, "JANUS_MCP_TOKEN": token}),)
