"""What every answer has, whoever gives it: the id of its request, and what browsers may do with it.

Around the application: there headers are a plain list, and each costs next to nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from random import getrandbits
from typing import Any

from janus.logs import request_id

_Start = Callable[..., Any]
_Wsgi = Callable[[dict[str, Any], _Start], Iterable[bytes]]

#: Of answers that are no page: nothing in them may run or be framed.
_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
#: What an answer has unless it says otherwise itself, by the lower case of its name.
_HEADERS = {
    name.lower(): (name, value)
    for name, value in (
        ("X-Content-Type-Options", "nosniff"),
        ("Cache-Control", "no-store"),
        ("X-Frame-Options", "DENY"),
        ("Referrer-Policy", "no-referrer"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Content-Security-Policy", _POLICY),
    )
}
_SANE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


def framed(app: _Wsgi) -> _Wsgi:
    """The application, each answer of which has a request id and these headers."""

    def answer(environ: dict[str, Any], start: _Start) -> Iterable[bytes]:
        given = environ.get("HTTP_X_REQUEST_ID", "")
        id = given if _SANE_ID.fullmatch(given) else _new_id()
        request_id.set(id)

        def begin(status: str, headers: list[tuple[str, str]], *failure: Any) -> Any:
            own = {name.lower() for name, _ in headers}
            more = [header for name, header in _HEADERS.items() if name not in own]
            return start(status, [*headers, *more, ("X-Request-ID", id)], *failure)

        return app(environ, begin)

    return answer


def _new_id() -> str:
    """A random UUID. It is no secret, so the kernel need not be asked for it."""
    digits = f"{getrandbits(128):032x}"
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"
