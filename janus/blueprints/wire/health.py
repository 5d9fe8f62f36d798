"""What the calls about health give."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, UnsetType

from janus.blueprints.wire.words import Count, Reply


class HealthAgent(Reply, frozen=True, kw_only=True):
    """The agent that answers unless a session has chosen another."""

    name: str
    available: bool
    version: str | None
    demo: (
        Annotated[bool, Meta(description="Whether it is the one that comes with Janus.")]
        | UnsetType
    ) = UNSET
    message: Annotated[str, Meta(description="What there is to know.")] | UnsetType = UNSET


class HealthStorage(Reply, frozen=True, kw_only=True):
    """The disk."""

    ok: Annotated[bool, Meta(description="Whether the disk takes what Janus writes.")]
    message: str | UnsetType = UNSET


class Health(Reply, frozen=True, kw_only=True):
    """The health of Janus, its agent and its disk. Only the `status` is told to strangers."""

    status: Annotated[
        Literal["ok", "degraded"], Meta(description="Degraded when something needs the owner.")
    ]
    version: Annotated[str, Meta(description="The version of Janus.")] | UnsetType = UNSET
    uptime_seconds: Annotated[float, Meta(ge=0)] | UnsetType = UNSET
    active_sessions: Count | UnsetType = UNSET
    max_sessions: Annotated[int, Meta(ge=1)] | UnsetType = UNSET
    agent: HealthAgent | UnsetType = UNSET
    storage: HealthStorage | UnsetType = UNSET


class OpenApi(Reply, frozen=True, kw_only=True):
    """OpenAPI 3.1."""

    openapi: str
    info: dict[str, Any]
    servers: list[Any]
    security: list[Any]
    tags: list[Any]
    paths: dict[str, Any]
    components: dict[str, Any]
