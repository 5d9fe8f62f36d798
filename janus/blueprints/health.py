"""Health: is it alive, is it well, and what does it answer?"""

from __future__ import annotations

import time
from typing import Literal

from flask import Blueprint, Response, g
from msgspec import UNSET

from janus import __version__
from janus.blueprints.endpoint import endpoint
from janus.blueprints.wire.health import Health, HealthAgent, HealthStorage
from janus.errors import AgentNotFound
from janus.runtime import runtime

bp = Blueprint("health", __name__)

_OK: Literal["ok"] = "ok"
_DEGRADED: Literal["degraded"] = "degraded"


@bp.get("/health")
@endpoint(returns=str, media="text/plain")
def alive() -> Response:
    """Liveness, for programs that only look at the status."""
    return Response("OK", mimetype="text/plain")


@bp.get("/api/health")
@endpoint(returns=Health)
def health() -> Health:
    """What works, and what does not.

    Strangers learn the `status` only.
    """
    janus, agent, storage = runtime(), _agent(), _storage()
    status = _OK if agent.available and storage.ok else _DEGRADED
    if g.device is None:
        return Health(status=status)
    return Health(
        status=status,
        version=__version__,
        uptime_seconds=round(time.monotonic() - janus.started, 3),
        active_sessions=len(runtime().manager.all()),
        max_sessions=janus.settings.max_sessions,
        agent=agent,
        storage=storage,
    )


def _storage() -> HealthStorage:
    problem = runtime().problem
    return HealthStorage(ok=problem is None, message=problem or UNSET)


def _agent() -> HealthAgent:
    try:
        found = runtime().manager.agents.agent()
    except AgentNotFound as missing:
        name = runtime().settings.agent
        return HealthAgent(name=name, available=False, version=None, message=str(missing))
    return HealthAgent(
        name=found.spec.name,
        available=True,
        version=found.version,
        demo=found.is_demo,
        message=_DEMO if found.is_demo else UNSET,
    )


_DEMO = (
    "This is the built-in demo agent: it searches your files and quotes them, offline, and "
    "writes a file when you allow it. For more, install a real agent such as cursor-agent."
)
