"""An agent's own subcommands, run once and to their end: ``agent mcp list`` and the like."""

from __future__ import annotations

import time
from pathlib import Path

from janus.agents.process.process import TIMEOUT, AgentProcess
from janus.agents.spec import InstalledAgent
from janus.errors import AgentFailed

#: What may be asked of MCP servers; with some agents more would change more than those.
MCP = ("list", "list-tools", "enable", "disable", "login")
_LONGEST = 100_000


def run_mcp(agent: InstalledAgent, cwd: Path, command: str, args: list[str]) -> tuple[bool, str]:
    """Whether the agent's MCP *command* went well, and what it printed.

    Nothing passes a shell, and nothing in *args* is taken for an option. Raises AgentFailed.
    """
    label = agent.spec.label
    if not agent.spec.mcp:
        return False, f"{label} has no commands for MCP servers."
    if command not in MCP:
        return False, f"There is no MCP command {command[:50]!r}: there are {', '.join(MCP)}."
    if any(arg.startswith("-") or "\0" in arg for arg in args):
        return False, "An argument must not begin with a dash."
    argv = [*agent.program, *agent.spec.mcp, command, *args]
    process = AgentProcess(argv, cwd, agent.environ, name="mcp")
    lines: list[bytes] = []
    deadline = time.monotonic() + TIMEOUT
    try:
        process.start()
        process.close_stdin()
        for line in process.lines(total=deadline - time.monotonic()):
            if sum(map(len, lines)) < _LONGEST:
                lines.append(line)
    except TimeoutError:
        raise AgentFailed(f"{label} did not finish within {TIMEOUT:.0f} seconds.") from None
    finally:
        process.stop(grace=1)
    output = "\n".join([*(line.decode("utf-8", "replace") for line in lines), process.tail()])
    return bool(process.exit and process.exit.code == 0), output.strip()
