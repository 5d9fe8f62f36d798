"""What the API says of itself, in OpenAPI 3.1: ``janus/openapi.json``, written by hand."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from janus import __version__

bp = Blueprint("openapi", __name__)

_FILE = Path(__file__).resolve().parents[1] / "openapi.json"


@bp.get("/api/openapi.json")
def description() -> ResponseReturnValue:
    """Every door: what it takes, gives and refuses."""
    return Response(_description(), mimetype="application/json")


@cache
def _description() -> str:
    """The file, and the version of this Janus; as it was written, where ``jsonify`` sorts keys."""
    written = json.loads(_FILE.read_text(encoding="utf-8"))
    written["info"]["version"] = __version__
    return json.dumps(written, ensure_ascii=False)
