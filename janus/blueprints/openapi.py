"""The API described in OpenAPI 3.1: ``janus/openapi.json``, which ``make api`` writes."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from flask import Blueprint, Response

from janus import __version__
from janus.blueprints.endpoint import JSON, endpoint
from janus.blueprints.wire.words import Reply

bp = Blueprint("openapi", __name__)

_FILE = Path(__file__).resolve().parents[1] / "openapi.json"


class OpenApi(Reply, frozen=True, kw_only=True):
    """OpenAPI 3.1."""

    openapi: str
    info: dict[str, Any]
    servers: list[Any]
    security: list[Any]
    tags: list[Any]
    paths: dict[str, Any]
    components: dict[str, Any]


@bp.get("/api/openapi.json")
@endpoint(returns=OpenApi)
def description() -> Response:
    """This description."""
    return Response(_description(), mimetype=JSON)


@cache
def _description() -> str:
    """The file, and the version of this Janus."""
    written = json.loads(_FILE.read_text(encoding="utf-8"))
    written["info"]["version"] = __version__
    return json.dumps(written, ensure_ascii=False)
