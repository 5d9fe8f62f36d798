"""Serve below a path of another host, such as ``https://example.com/janus``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

_Start = Callable[..., Any]
_Wsgi = Callable[[dict[str, Any], _Start], Iterable[bytes]]


def below(path: str, app: _Wsgi) -> _Wsgi:
    """The application, also where a proxy leaves *path* in front of what it asks for."""

    def served(environ: dict[str, Any], start: _Start) -> Iterable[bytes]:
        asked = environ.get("PATH_INFO", "")
        if asked == path:  # what the page names begins where the page lies
            start("308 Permanent Redirect", [("Location", f"{path}/"), ("Content-Length", "0")])
            return []
        if asked.startswith(f"{path}/"):
            environ["SCRIPT_NAME"] = path
            environ["PATH_INFO"] = asked[len(path) :]
        return app(environ, start)

    return served
