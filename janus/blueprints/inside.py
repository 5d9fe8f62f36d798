"""The views of this machine, as they answer another one of its owner."""

from __future__ import annotations

from typing import cast

from flask import Flask, Response, g

from janus.blueprints.endpoint import JSON, Declared
from janus.errors import InvalidRequest
from janus.model import Answered, Asked


def answer(app: Flask, asked: Asked) -> Answered:
    """What a view answers, if it may be asked from elsewhere.

    Raises InvalidRequest, and what the view raises. No gate is before it: the machine that asks has
    let its device through, and what it may do here was looked at when its command came.
    """
    view = app.view_functions.get(asked.view)
    declared: Declared | None = getattr(view, "declared", None)
    if view is None or declared is None or declared.at_owner != asked.kind:
        raise InvalidRequest(f"{asked.view} cannot be asked of this machine. Update its Janus.")
    with app.test_request_context(
        method="POST", query_string=asked.query, data=asked.body, content_type=JSON
    ):
        g.device, g.inside = None, asked.session_id
        response = cast(Response, view())
        data = response.get_data()
    shown, media = response.headers.get("Content-Disposition", ""), response.mimetype or ""
    return Answered(media=media, data=data, size=len(data), disposition=shown)
