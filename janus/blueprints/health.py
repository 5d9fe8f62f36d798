"""Health: is it alive, and is it well?"""

from __future__ import annotations

import time

from flask import Blueprint, g
from flask.typing import ResponseReturnValue

from janus import __version__
from janus.errors import AgentNotFound
from janus.runtime import runtime

bp = Blueprint("health", __name__)


@bp.get("/health")
def alive() -> ResponseReturnValue:
    """Liveness, for programs that only look at the status."""
    return "OK", {"Content-Type": "text/plain; charset=utf-8"}


@bp.get("/api/health")
def health() -> ResponseReturnValue:
    """What works, and what does not. ``degraded`` when something needs the owner.

    Who has not been let in learns the status only.
    """
    janus = runtime()
    agent, problem = _agent(), janus.problem
    storage = {"ok": problem is None, **({"message": problem} if problem else {})}
    status = "ok" if agent["available"] and storage["ok"] else "degraded"
    if g.device is None:
        return {"status": status}
    return {
        "status": status,
        "version": __version__,
        "uptime_seconds": round(time.monotonic() - janus.started, 3),
        "active_sessions": len(janus.manager.all()),
        "max_sessions": janus.settings.max_sessions,
        "agent": agent,
        "storage": storage,
    }


def _agent() -> dict[str, object]:
    try:
        found = runtime().manager.agents.agent()
    except AgentNotFound as missing:
        name = runtime().settings.agent
        return {"name": name, "available": False, "version": None, "message": str(missing)}
    agent: dict[str, object] = {
        "name": found.spec.name,
        "available": True,
        "version": found.version,
        "demo": found.is_demo,
    }
    if found.is_demo:
        agent["message"] = (
            "This is the built-in demo agent: it searches your files and quotes them, offline, and "
            "writes a file when you allow it. For more, install a real agent such as cursor-agent."
        )
    return agent
