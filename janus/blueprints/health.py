"""Health: is it alive, is it well, and what does it answer?"""

from __future__ import annotations

import time
from typing import Annotated, Literal

from flask import Blueprint, Response, g, request
from msgspec import UNSET, Meta, UnsetType

from janus import __version__
from janus.blueprints.endpoint import endpoint
from janus.blueprints.wire.words import Count, Reply
from janus.errors import AgentFailed
from janus.runtime import Runtime, runtime

bp = Blueprint("health", __name__)

_DEMO = (
    "This is the built-in demo agent: it searches your files and quotes them, offline, and "
    "writes a file when you allow it. For more, install a real agent such as cursor-agent."
)

_LOOKING = "Janus still waits for the agents of this computer to tell their versions."


class HealthAgent(Reply, frozen=True, kw_only=True):
    """The agent that answers unless a session has chosen another."""

    name: str
    available: bool
    version: str | None
    #: Whether it is the one that comes with Janus.
    demo: bool | UnsetType = UNSET
    #: What there is to know.
    message: str | UnsetType = UNSET


class HealthStorage(Reply, frozen=True, kw_only=True):
    """The disk."""

    #: Whether the disk takes what Janus writes.
    ok: bool
    message: str | UnsetType = UNSET


class Health(Reply, frozen=True, kw_only=True):
    """The health of Janus, its agent and its disk. Only the `status` is told to strangers."""

    #: Degraded when something needs the owner.
    status: Literal["ok", "degraded"]
    #: The version of Janus.
    version: str | UnsetType = UNSET
    uptime_seconds: Annotated[float, Meta(ge=0)] | UnsetType = UNSET
    active_sessions: Count | UnsetType = UNSET
    max_sessions: Annotated[int, Meta(ge=1)] | UnsetType = UNSET
    agent: HealthAgent | UnsetType = UNSET
    storage: HealthStorage | UnsetType = UNSET


@bp.get("/health")
@endpoint(returns=Literal["OK"], media="text/plain")
def alive() -> Response:
    """Liveness, for programs that only look at the status."""
    return Response("OK", mimetype="text/plain")


@bp.get("/metrics")
@endpoint(returns=str, media=("text/plain", "application/openmetrics-text"))
def metrics() -> Response:
    """How sessions, turns and agents do, in numbers for a Prometheus server.

    It is in OpenMetrics for clients that prefer that.
    """
    text, media = runtime().metrics.text(request.headers.get("Accept", ""))
    return Response(text, content_type=media)


@bp.get("/api/health")
@endpoint()
def health() -> Health:
    """What works, and what does not.

    Strangers learn the `status` only.
    """
    janus = runtime()
    agent, problem = _agent(janus), janus.problem
    storage = HealthStorage(ok=problem is None, message=problem or UNSET)
    well = agent.available and storage.ok and not janus.elsewhere.problem
    known = Health(
        status="ok" if well else "degraded",
        version=__version__,
        uptime_seconds=round(time.monotonic() - janus.started, 3),
        active_sessions=janus.projects.open_sessions,
        max_sessions=janus.settings.max_sessions,
        agent=agent,
        storage=storage,
    )
    return known if g.device else Health(status=known.status)


def _agent(janus: Runtime) -> HealthAgent:
    name = janus.settings.agent
    try:
        found = janus.agents.now()
    except AgentFailed as failure:
        return HealthAgent(name=name, available=False, version=None, message=str(failure))
    if found is None:
        return HealthAgent(name=name, available=False, version=None, message=_LOOKING)
    told = " ".join(filter(None, [_DEMO if found.is_demo else "", found.problem]))
    return HealthAgent(
        name=found.spec.name,
        available=True,
        version=found.version,
        demo=found.is_demo,
        message=told or UNSET,
    )
