"""The page: the files of ``frontend_dist/``, under a policy that lets nothing else run."""

from __future__ import annotations

import sys
from pathlib import Path

from flask import Blueprint, Response, redirect, request, send_from_directory
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from werkzeug.routing import PathConverter

from janus.blueprints import gate

bp = Blueprint("frontend", __name__)


def _folder() -> Path:
    """Where the page lies: in a checkout, or where the installer put what is no code."""
    here = Path(__file__).resolve().parents[2]
    if (here / "frontend_dist").is_dir():
        return here / "frontend_dist"
    from importlib.metadata import files  # not in a checkout: it would cost every start 20 ms

    pages = [it.locate() for it in files("janus") or () if it.match("frontend_dist/index.html")]
    usual = Path(sys.prefix, "share", "janus", "frontend_dist")
    return next((Path(str(it)).resolve().parent for it in pages), usual)


_FOLDER = _folder()
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data: blob:; media-src 'self' blob:; manifest-src 'self'; worker-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types janus"
)


class PagePath(PathConverter):
    """Any path but the API's: an unknown one there is not found, whatever the method."""

    regex = "(?!api/).*?"


@bp.record
def know_page_paths(state: BlueprintSetupState) -> None:
    state.app.url_map.converters["page"] = PagePath


@bp.route("/share", methods=["GET", "POST"])
def share() -> ResponseReturnValue:
    """What is shared with the installed page, where its worker does not run: nothing is taken.

    The page says so, and brings its worker.
    """
    return redirect("./#/share" if request.method == "GET" else "./#/share/lost", 303)


@bp.get("/", defaults={"path": "index.html"})
@bp.get("/<page:path>")
def page(path: str) -> ResponseReturnValue:
    """A file of the page, or 404."""
    file = send_from_directory(_FOLDER, path, max_age=0)
    # The name of an asset has a hash of what is in it.
    lasting = path.startswith("assets/")
    file.headers["Cache-Control"] = "public, max-age=31536000, immutable" if lasting else "no-cache"
    return gate.renew_cookie(file) if path == "index.html" else file


@bp.after_request
def protect(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    return response
